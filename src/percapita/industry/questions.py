"""What to ask about a reported number, and about the data itself: questions, never verdicts.

A rule is one function. `rule` writes it down; a finding says what was reported, what was to be expected, and has a
sentence to send and room for the reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from percapita.industry.ehr import attested_id, bundle, mended, record_of, well_formed_ids
from percapita.industry.expect import Expected, Interval, Peer
from percapita.industry.facts import Facts, Report
from percapita.industry.identifiers import CEHRT
from percapita.industry.organization import OrganizationExpected
from percapita.industry.plausible import hours_as_fte, jump, salary
from percapita.industry.users import Reported, Users


@dataclass(frozen=True)
class Subject:
    """Hold all that the rules look at: one organization, what it reported, what is expected, what is loaded of it."""

    name: str
    ccns: tuple[str, ...]
    reported: Sequence[Reported]
    expected: Expected | OrganizationExpected
    users: Mapping[str, Users]
    reports: Mapping[str, Sequence[Report]]
    facts: Facts

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Return the hospitals like the one, or like the largest site."""
        if isinstance(self.expected, Expected):
            return self.expected.peers
        return max(self.expected.sites, key=lambda site: site.persons.expected).peers


@dataclass(frozen=True)
class Finding:
    """Hold one question: `reported` is what it is about, `expected` the range if it is about a number."""

    rule: str
    about: str
    reported: float | str | None
    expected: Interval | None
    sentence: str
    peers: tuple[Peer, ...] = ()
    reply: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values; `reply` is room for the answer."""
        band = self.expected
        return {
            "rule": self.rule,
            "about": self.about,
            "reported": self.reported,
            "expected": band and {name: round(getattr(band, name)) for name in ("low", "expected", "high")},
            "peers": [peer.as_json() for peer in self.peers],
            "sentence": self.sentence,
            "reply": self.reply,
        }


@dataclass(frozen=True)
class Rule:
    """Hold what is known of a rule: `found_when` is the first sentence of its docstring."""

    id: str
    found_when: str
    find: Callable[[Subject], Iterator[Finding]]


RULES: dict[str, Rule] = {}
Found = Iterator[Finding]


def rule(id: str) -> Callable[[Callable[[Subject], Found]], Callable[[Subject], Found]]:
    """Register the decorated function as the rule `id`."""

    def register(function: Callable[[Subject], Found]) -> Callable[[Subject], Found]:
        if id in RULES:
            raise ValueError(f"two rules are called {id}")
        RULES[id] = Rule(id, " ".join((function.__doc__ or "").split("\n\n")[0].split()), function)
        return function

    return register


def questions(subject: Subject) -> list[Finding]:
    """Return the findings of every rule, by rule."""
    return [finding for id in sorted(RULES) for finding in RULES[id].find(subject)]


def as_json(subject: Subject) -> dict[str, Any]:
    """Return an organization's ranges and findings as JSON values; a kind without a declared share has no range."""
    ranges = []
    for one in subject.reported:
        users = subject.users.get(one.kind)
        band = users.as_json() if users else dict.fromkeys(("low", "expected", "high"))
        usable = "context" if subject.expected.usable_for == "context" or users is None else users.usable_for
        ends = {name: band[name] for name in ("low", "expected", "high")}
        ranges.append(
            {
                "name": one.name,
                "kind": one.kind,
                "reported": one.users,
                "proxy": one.proxy,
                **ends,
                "usable_for": usable,
            }
        )
    return {
        "organization": subject.name,
        "ccns": list(subject.ccns),
        "persons": {name: round(getattr(subject.expected.persons, name)) for name in ("low", "expected", "high")},
        "method": subject.expected.method,
        "usable_for": subject.expected.usable_for,
        "ranges": ranges,
        "findings": [finding.as_json() for finding in questions(subject)],
    }


def _range(band: Interval) -> str:
    return f"{band.low:,.0f} to {band.high:,.0f}"


def _compared(subject: Subject) -> Iterator[tuple[Reported, Users]]:
    """Yield each reported figure with the range of its kind, where a question can rest on it."""
    for one in subject.reported:
        users = subject.users.get(one.kind)
        if one.users is None or users is None or subject.expected.usable_for == "context":
            continue
        if users.usable_for == "question":
            yield one, users


@rule("IND-U01")
def too_few_users(subject: Subject) -> Found:
    """The reported users of an application are below the expected range of its kind."""
    for one, users in _compared(subject):
        if one.users is not None and one.users < users.users.low:
            sentence = (
                f"You report {one.users:,} individual users of {one.name}. Organizations like {subject.name} would "
                f"have {_range(users.users)}. Which groups of staff do not use it, or were not counted?"
            )
            yield Finding("IND-U01", one.name, one.users, users.users, sentence, subject.peers)


@rule("IND-U02")
def too_many_users(subject: Subject) -> Found:
    """The reported users of an application are above the expected range of its kind."""
    for one, users in _compared(subject):
        if one.users is not None and users.users.high < one.users <= subject.expected.persons.high:
            sentence = (
                f"You report {one.users:,} individual users of {one.name}. Organizations like {subject.name} would "
                f"have {_range(users.users)}. Are accounts of leavers, services or other organizations among them?"
            )
            yield Finding("IND-U02", one.name, one.users, users.users, sentence, subject.peers)


@rule("IND-U03")
def more_users_than_persons(subject: Subject) -> Found:
    """The reported users of an application are more than the persons who may work there."""
    persons = subject.expected.persons
    for one in subject.reported:
        if one.users is not None and one.users > persons.high and subject.expected.usable_for == "question":
            sentence = (
                f"You report {one.users:,} individual users of {one.name}, but {_range(persons)} persons may work at "
                f"{subject.name}. Were accounts counted instead of people, or people of other organizations?"
            )
            yield Finding("IND-U03", one.name, one.users, persons, sentence, subject.peers)


@rule("IND-U04")
def attested_but_not_reported(subject: Subject) -> Found:
    """A hospital attested certified health IT, but no users of an electronic medical record are reported."""
    if not subject.reported or any(one.kind == "emr" and one.users for one in subject.reported):
        return
    for ccn in subject.ccns:
        attested = attested_id(subject.facts, ccn)
        if attested is not None:
            sentence = (
                f"For {attested[1]} {subject.name} ({ccn}) attested certified health IT to CMS, but no users of an "
                "electronic medical record are reported. Which application is it, and who uses it?"
            )
            yield Finding("IND-U04", ccn, None, None, sentence)


@rule("IND-U05")
def attested_record_not_reported(subject: Subject) -> Found:
    """The health record that a hospital attested is named by no reported application.

    The record is the product of the attested bundle with criterion 170.315(a)(1), never its first row.
    """
    names = " ".join(f"{one.id} {one.name}" for one in subject.reported).casefold()
    for ccn in subject.ccns if subject.reported else ():
        record = record_of(bundle(subject.facts, ccn))
        if record is None or any(word.casefold() in names for word in _words(record.developer, record.product)):
            continue
        title = f"{record.product} of {record.developer}"
        sentence = (
            f"{subject.name} ({ccn}) attested {title} as its health record (certified for 170.315(a)(1)). "
            "Under which of the reported applications is it, or who uses it?"
        )
        yield Finding("IND-U05", ccn, title, None, sentence)


def _words(*names: str) -> list[str]:
    """Return the words that tell a product: the first of each name, if it is long enough."""
    return [word for name in names for word in name.replace(",", " ").split()[:1] if len(word) > 2]


def _reports(subject: Subject) -> Iterator[tuple[Report, Sequence[Report]]]:
    for reports in subject.reports.values():
        yield from ((report, reports) for report in reports)


@rule("IND-D01")
def hours_reported(subject: Subject) -> Found:
    """A cost report has paid hours where full-time equivalents belong."""
    for report, own in _reports(subject):
        if doubt := hours_as_fte(report, own):
            sentence = f"In a cost report of {report.ccn}: {doubt}. Is it the number of paid hours?"
            yield Finding("IND-D01", f"{report.ccn}, {report.year}", report.fte, None, sentence)


@rule("IND-D02")
def fte_jumps(subject: Subject) -> Found:
    """The FTE of a cost report are more than three times, or less than a third, of the own five-year median."""
    for report, own in _reports(subject):
        doubt = jump(report, own)
        if doubt and not hours_as_fte(report, own):
            sentence = f"In a cost report of {report.ccn}: {doubt}. What changed, or is it a mistake?"
            yield Finding("IND-D02", f"{report.ccn}, {report.year}", report.fte, None, sentence)


@rule("IND-D03")
def salary_is_strange(subject: Subject) -> Found:
    """Salaries for each FTE of a cost report lie outside what 1 % to 99 % of hospitals pay."""
    for report, own in _reports(subject):
        doubt = salary(report, own)
        if doubt and not hours_as_fte(report, own):
            sentence = f"In a cost report of {report.ccn}: {doubt}. Are FTE and salaries of the same staff?"
            yield Finding("IND-D03", f"{report.ccn}, {report.year}", report.fte, None, sentence)


@rule("IND-D04")
def cehrt_is_malformed(subject: Subject) -> Found:
    """An attested CEHRT id is malformed and stands for no single id that others attest."""
    for ccn, written, known in _attested(subject):
        if mended(written, known) is None:
            sentence = f"{ccn} attested the CEHRT id {written}, which is malformed. What is the right one?"
            yield Finding("IND-D04", ccn, written, None, sentence)


@rule("IND-D05")
def cehrt_was_mended(subject: Subject) -> Found:
    """An attested CEHRT id is malformed, but stands for exactly one id that other hospitals attest."""
    for ccn, written, known in _attested(subject):
        right = mended(written, known)
        if right is not None and right != written:
            others = known[right]
            sentence = f"{ccn} attested the CEHRT id {written}. Is {right} meant, which {others:,} others attest?"
            yield Finding("IND-D05", ccn, written, None, sentence)


def _attested(subject: Subject) -> Iterator[tuple[str, str, Any]]:
    known = None
    for ccn in subject.ccns:
        attested = attested_id(subject.facts, ccn)
        if attested is not None and not CEHRT.fullmatch(attested[0]):
            known = known or well_formed_ids(subject.facts)
            yield ccn, attested[0], known


@rule("IND-D06")
def first_product_is_no_record(subject: Subject) -> Found:
    """The first product of an attested bundle is no health record; lists that take it for one are wrong."""
    for ccn in subject.ccns:
        products = bundle(subject.facts, ccn)
        record = record_of(products)
        if record is not None and products[0].orders == 0:
            first = products[0]
            sentence = (
                f"Lists that take the first attested product of {ccn} say {first.developer}; the one certified for "
                f"order entry is {record.product} of {record.developer}. Is that the health record?"
            )
            yield Finding("IND-D06", ccn, f"{first.product} of {first.developer}", None, sentence)
