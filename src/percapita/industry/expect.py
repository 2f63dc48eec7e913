"""The expected range: how many persons may work in a hospital, from the best that is loaded about it.

Levels, the best first: `headcount` (somebody counted persons), `fte` (full-time equivalents of the cost report),
`beds` (beds and discharges). Each gives an interval of 90 %; docs/explanation/industry-data.md says how good it is.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from percapita.errors import InputError
from percapita.industry.facts import Facts, Report
from percapita.industry.identifiers import IdentifierError, kind_of_ccn, read_ccn
from percapita.industry.plausible import fte_doubts
from percapita.policy.industry_prior import IndustryPriors

QUESTION_FACTOR = 2.4  # half the width of an interval, as a factor, up to which a question can rest on it
SPAN = 2.0  # a hospital may be so much smaller or larger than those that taught the ratio
PEERS = 5
SHORT_TERM = ("STH", "CAH")  # the kinds of which headcounts taught the ratio
LEAST_DAYS = 300
OLDEST = 5  # years behind the newest report from which a figure tells nothing any more


class NothingLoadedError(InputError):
    """Say that no loaded file tells how many persons there may be."""


@dataclass(frozen=True)
class Interval:
    """Hold an interval of 90 % and its middle, in persons or users."""

    low: float
    expected: float
    high: float

    @property
    def factor(self) -> float:
        """Return half the width as a factor: 1.5 says that low x 1.5 x 1.5 is high."""
        return math.sqrt(self.high / self.low) if self.low > 0 else math.inf

    def times(self, other: Interval) -> Interval:
        """Return the product of two independent quantities, by their logarithms."""
        expected = self.expected * other.expected
        down = math.hypot(math.log(self.expected / self.low), math.log(other.expected / other.low))
        up = math.hypot(math.log(self.high / self.expected), math.log(other.high / other.expected))
        return Interval(expected * math.exp(-down), expected, expected * math.exp(up))

    @property
    def usable_for(self) -> str:
        """Return `question` where a question can rest on the interval, else `context`."""
        return "question" if self.factor <= QUESTION_FACTOR else "context"


@dataclass(frozen=True)
class Input:
    """Hold one figure that an expectation rests on, and where it stands."""

    metric: str
    value: float
    year: int
    file: str


@dataclass(frozen=True)
class Peer:
    """Hold a hospital like the one asked about; what is not known of it is None."""

    ccn: str
    name: str
    state: str
    beds: float | None
    discharges: float | None
    fte: float | None
    headcount: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the hospital as JSON values."""
        return {name: whole(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Expected:
    """Hold the persons who may work somewhere: the interval, what it rests on, and hospitals like it."""

    ccn: str
    persons: Interval
    level: str
    method: str
    inputs: tuple[Input, ...]
    peers: tuple[Peer, ...] = ()
    usable_for: str = "question"
    doubts: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the expectation as JSON values."""
        return {
            "ccn": self.ccn,
            "low": round(self.persons.low),
            "expected": round(self.persons.expected),
            "high": round(self.persons.high),
            "level": self.level,
            "method": self.method,
            "inputs": [
                {"metric": i.metric, "value": whole(i.value), "year": i.year, "file": i.file} for i in self.inputs
            ],
            "peers": [peer.as_json() for peer in self.peers],
            "usable_for": self.usable_for,
        }


def whole(value: Any) -> Any:
    """Return a whole number without decimals, others with two."""
    if not isinstance(value, float):
        return value
    return int(value) if value.is_integer() else round(value, 2)


@cache
def model() -> dict[str, Any]:
    """Return the coefficients that ship, made by `python -m percapita.industry.fit`."""
    return tomllib.loads((resources.files("percapita.industry") / "expected.toml").read_text(encoding="utf-8"))


def checked_ccn(text: str, where: str) -> str:
    """Return a CCN that a person typed. Raises InputError for what is none."""
    try:
        return read_ccn(text).value
    except IdentifierError as error:
        raise InputError(
            f"{text!r}: {error}", where, "write it as text with its leading zero, such as 010001"
        ) from None


def expect(facts: Facts, text: str, priors: IndustryPriors) -> Expected:
    """Return the persons who may work under a CCN. Raises InputError when nothing that is loaded tells."""
    ccn = checked_ccn(text, "--ccn")
    reports = usable_reports(facts.reports(ccn))
    headcount = facts.headcount(ccn)
    if headcount is not None:
        return _from_headcount(facts, ccn, headcount.value, headcount.year, headcount.file, reports, priors)
    doubts: list[str] = []
    for report in reports:
        found = fte_doubts(report, reports)
        if report.fte and report.fte > 1 and not found:
            return _from_fte(facts, report, tuple(doubts))
        doubts += found
    for report in reports:
        if report.beds and report.yearly_discharges and kind_of(report) in model()["beds"]:
            return _from_beds(facts, report, tuple(doubts))
    raise _nothing(facts, ccn)


def usable_reports(reports: Sequence[Report]) -> list[Report]:
    """Return the reports of about a year that are not much older than the newest; all if none is so long."""
    long = [report for report in reports if report.days >= LEAST_DAYS] or list(reports)
    return [report for report in long if report.year > max(one.year for one in long) - OLDEST]


def _nothing(facts: Facts, ccn: str) -> NothingLoadedError:
    if facts.known(ccn):
        what = f"no headcount, FTE, or beds with discharges are loaded for {ccn}"
        return NothingLoadedError(what, "--ccn", "load a cost report or Timely and Effective Care")
    return NothingLoadedError(f"no loaded file knows {ccn}", "--ccn", "check the number, or load a file that names it")


def kind_of(report: Report) -> str:
    """Return the kind of a report's hospital."""
    return report.kind or kind_of_ccn(report.ccn)


def _around(center: float, tails: Sequence[float]) -> Interval:
    low, middle, high = tails
    return Interval(math.exp(center + low), math.exp(center + middle), math.exp(center + high))


def _from_headcount(
    facts: Facts, ccn: str, value: float, year: int, file: str, reports: Sequence[Report], priors: IndustryPriors
) -> Expected:
    assumed = priors.assumptions.get("headcount")
    if assumed is None:
        raise InputError(
            "no interval of headcounts is declared", f"priors {priors.id}", 'add [[assumption]] id = "headcount"'
        )
    persons = Interval(value * assumed.low, value * assumed.expected, value * assumed.high)
    method = (
        "persons counted by the hospital itself: everyone who worked there a day or more of the season; a floater "
        "counts in each hospital, contract staff are left out; the interval "
        f"x {assumed.low:g} to {assumed.high:g} is declared, not found"
    )
    peers = find_peers(facts, reports[0]) if reports else ()
    return Expected(
        ccn, persons, "headcount", method, (Input("headcount", value, year, file),), peers, persons.usable_for
    )


def _from_fte(facts: Facts, report: Report, doubts: tuple[str, ...]) -> Expected:
    discharges = report.yearly_discharges
    table = model()["fte" if discharges else "fte_alone"]
    fte = report.fte or 0.0
    center = table["base"] + table["slope"] * math.log(fte) + table["volume"] * math.log(discharges or 1.0)
    persons = _around(center, table["tails"])
    inputs = [_input("fte", report)] + ([_input("discharges", report)] if discharges else [])
    ratio = persons.expected / fte
    method = (
        f"FTE on the payroll x {ratio:.2f}, the ratio of headcount to FTE of {table['rows']} New York hospitals of "
        f"this FTE{' and these discharges' if discharges else ''}; residents, contract staff and independent "
        "practitioners are in it only as far as that ratio holds"
    )
    least, most = table["span"]
    outside = not least / SPAN <= fte <= most * SPAN
    return _finished(facts, report, persons, "fte", method, inputs, doubts, outside)


def _from_beds(facts: Facts, report: Report, doubts: tuple[str, ...]) -> Expected:
    kind, discharges = kind_of(report), report.yearly_discharges or 1.0
    table, ratio = model()["beds"][kind], model()["fte"]
    beds, volume = math.log(report.beds or 1.0) - table["means"][0], math.log(discharges) - table["means"][1]
    terms = (1.0, beds, volume, beds * beds, volume * volume, beds * volume)
    ln_fte = sum(one * term for one, term in zip(table["coefficients"], terms, strict=True))
    ln_fte += table["states"].get(report.ccn[:2], 0.0)
    center = ratio["base"] + ratio["slope"] * ln_fte + ratio["volume"] * math.log(discharges)
    persons = _around(center, table["chained"])
    method = (
        f"FTE from beds and discharges as in {table['rows']:,} hospitals of this kind ({kind}) and its state, then "
        "persons from FTE as in New York"
    )
    inputs = [_input("beds", report), _input("discharges", report)]
    return _finished(facts, report, persons, "beds", method, inputs, doubts)


def _finished(
    facts: Facts,
    report: Report,
    persons: Interval,
    level: str,
    method: str,
    inputs: Sequence[Input],
    doubts: tuple[str, ...],
    outside: bool = False,
) -> Expected:
    usable = persons.usable_for
    if outside:
        method += "; no hospital near this size taught the ratio"
        usable = "context"
    if kind_of(report) not in SHORT_TERM:
        method += "; no headcount of this kind of hospital taught the ratio"
        usable = "context"
    if doubts:
        method += f"; not used: {'; '.join(doubts)}"
    return Expected(report.ccn, persons, level, method, tuple(inputs), find_peers(facts, report), usable, doubts)


def _input(metric: str, report: Report) -> Input:
    return Input(metric, getattr(report, metric), report.year, report.file)


def find_peers(facts: Facts, like: Report, most: int = PEERS) -> tuple[Peer, ...]:
    """Return the hospitals of the same kind with the most similar beds and discharges, the nearest first."""
    if not like.beds:
        return ()
    names, headcounts, states = facts.names(), facts.headcounts(), facts.states()
    near = []
    for other in facts.newest_reports():
        if other.ccn == like.ccn or kind_of(other) != kind_of(like) or not other.beds or other.year < like.year - 2:
            continue
        if other.fte and fte_doubts(other, [other]):
            continue
        apart = abs(math.log(other.beds / like.beds))
        if like.yearly_discharges and other.yearly_discharges:
            apart += abs(math.log(other.yearly_discharges / like.yearly_discharges))
        elif like.yearly_discharges:
            continue
        near.append((apart, other.ccn, other))
    return tuple(
        Peer(
            one.ccn, names.get(one.ccn, ""), states.get(one.ccn, ""), one.beds, one.discharges, one.fte,
            headcounts.get(one.ccn),
        )
        for _, _, one in sorted(near, key=lambda found: found[:2])[:most]
    )  # fmt: skip
