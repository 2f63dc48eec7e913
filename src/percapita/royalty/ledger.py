"""The ledger of reports: rows that are only ever added, and pure functions over them.

The rules, each with its id:

- LG-1: The first report of a calendar year lists all users (`initial`); later ones only those who are new (`net_new`).
- LG-2: Each is reported once in a calendar year: under an internal agreement the users of a system, under that of a
  distributor each end user or customer.
- LG-3: An `addendum` adds to the posted report of a period.
- LG-4: A `replacement` erases and replaces the posted report of a period; it needs a comment and a manager's approval.
  What it supersedes stays in the ledger.
- LG-5: A `correction` says that units reported earlier stood for nobody, as when two identities turn out to be one
  person. It needs a comment, changes no posted report, and is never more than was reported. It stands until a
  replacement states its period anew.
- LG-6: Net new is never negative. Who is fewer than was reported is told apart.

Source of LG-1 to LG-4: reporting and payment help of the licensor. LG-5 and LG-6 follow from "each once": no text was
found that says how a report of too many is made good, so a correction is shown apart from what is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from percapita.errors import InputError

USES = ("internal", "distributor")
KINDS = ("initial", "net_new", "addendum", "replacement", "correction")
Key = tuple[str, str]


@dataclass(frozen=True, order=True)
class Item:
    """Hold one line of a report: who (a system, an end user, a customer), where, how many units."""

    name: str
    location: str
    units: int

    @property
    def key(self) -> Key:
        """Return what is reported once in a year."""
        return self.name, self.location


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Hold what a ledger is about: whose it is, how users are reported, and by which calendar.

    `entity_fee` is a text with two decimals, "" where the rate card says it.
    """

    id: str
    organization: str
    use: str
    calendar: str
    calendars: Mapping[str, str] = field(default_factory=dict)
    entity_fee: str = ""
    rights: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Hold one row of the ledger: what was posted for a period, when, by which rate card (its id and hash)."""

    number: int
    kind: str
    start: date
    end: date
    posted: date
    items: tuple[Item, ...]
    rate_card: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    approved_by: str = ""

    @property
    def units(self) -> int:
        """Return the sum of the units."""
        return sum(item.units for item in self.items)


def standing(reports: Sequence[Report], end: date) -> list[Report]:
    """Return the rows that make up the report of a period: what it began with or the last replacement, then addenda.

    Source: rules LG-3 and LG-4.
    """
    found: list[Report] = []
    for report in reports:
        if report.end == end and report.kind != "correction":
            found = [report] if report.kind == "replacement" else [*found, report]
    return found


def superseded(reports: Sequence[Report]) -> set[int]:
    """Return the numbers of the rows that a replacement erased."""
    kept = {report.number for end in periods(reports) for report in standing(reports, end)}
    return {report.number for report in reports if report.kind != "correction"} - kept


def periods(reports: Iterable[Report]) -> list[date]:
    """Return the last days of the periods that have a report, in order."""
    return sorted({report.end for report in reports if report.kind != "correction"})


def known_units(reports: Sequence[Report], year: int) -> dict[Key, int]:
    """Return the units reported in a calendar year and not corrected, of each key."""
    units: defaultdict[Key, int] = defaultdict(int)
    for end in periods(reports):
        for report in standing(reports, end) if end.year == year else ():
            for item in report.items:
                units[item.key] += item.units
    for report in corrections(reports):
        for item in report.items if report.end.year == year else ():
            units[item.key] = max(0, units[item.key] - item.units)
    return dict(units)


def corrections(reports: Sequence[Report]) -> list[Report]:
    """Return the corrections that stand: a replacement of the period states anew what they corrected."""
    replaced = {report.end: report.number for report in reports if report.kind == "replacement"}
    return [one for one in reports if one.kind == "correction" and one.number > replaced.get(one.end, 0)]


def opening_kind(reports: Sequence[Report], end: date) -> str:
    """Return the kind of the first report of a period: `initial`, or `net_new` later in the year. Source: rule LG-1."""
    return "net_new" if any(one.year == end.year for one in periods(reports)) else "initial"


@dataclass(frozen=True)
class Change:
    """Hold how a full list compares with what is known: `new` are to be reported, `fewer` are told apart."""

    new: tuple[Item, ...]
    fewer: tuple[Item, ...]


def net_new(reports: Sequence[Report], year: int, told: Sequence[Item]) -> Change:
    """Return what a full list of the year so far adds to what was reported; see rules LG-2 and LG-6.

    Who was reported and is not on the list is not `fewer`: each is reported once, and stays.
    """
    known = known_units(reports, year)
    new = [Item(*item.key, item.units - known.get(item.key, 0)) for item in told]
    return Change(
        tuple(item for item in new if item.units > 0),
        tuple(Item(*item.key, -item.units) for item in new if item.units < 0),
    )


def replacing(reports: Sequence[Report], end: date, told: Sequence[Item]) -> Change:
    """Return what a full list of the year to the end of a period adds to the periods before it. Source: rule LG-4."""
    return net_new([one for one in reports if one.end < end], end.year, told)


# ---- what may be added


def check_report(agreement: Agreement, reports: Sequence[Report], new: Report) -> None:
    """Raise InputError that names the rule for a row that may not be added."""
    if new.kind not in KINDS:
        raise InputError(f"{new.kind!r} is no kind of report", "ledger", f"use one of: {', '.join(KINDS)}")
    _check_items(new)
    _check_order(reports, new)
    CHECKS[new.kind](reports, new)


def _check_items(new: Report) -> None:
    seen: set[Key] = set()
    for item in new.items:
        if not item.name:
            raise InputError("a line has no name", "report", "name the application, end user or customer")
        if item.units < 0:
            raise InputError(f"{item.name} has {item.units} units", "report", "net new is never negative (LG-6)")
        if item.key in seen:
            raise InputError(f"{item.name} is reported twice", "report", "report each once (LG-2)")
        seen.add(item.key)


def _check_order(reports: Sequence[Report], new: Report) -> None:
    """Check that a row follows the last one: in number and in time."""
    if new.number != len(reports) + 1:
        raise InputError(f"the next report is {len(reports) + 1}, not {new.number}", "ledger", "add to its end only")
    if reports and new.posted < reports[-1].posted:
        raise InputError(
            f"the last report was posted on {reports[-1].posted}, after {new.posted}", "--posted", "post in order"
        )


def _check_opening(reports: Sequence[Report], new: Report) -> None:
    if standing(reports, new.end):
        raise InputError(
            f"the period that ends on {new.end} is reported already", "--kind", "add an addendum or a replacement"
        )
    wanted = opening_kind(reports, new.end)
    if new.kind != wanted:
        raise InputError(f"this is the {wanted} report of {new.end.year} (LG-1)", "--kind", "leave out --kind")
    later = [end for end in periods(reports) if end > new.end]
    if later:
        raise InputError(
            f"the later period that ends on {later[0]} is reported already", "--period", "add an addendum to that one"
        )


def _check_addendum(reports: Sequence[Report], new: Report) -> None:
    if not standing(reports, new.end):
        raise InputError(
            f"the period that ends on {new.end} has no report yet", "--kind", "add its report first: leave out --kind"
        )


def _check_replacement(reports: Sequence[Report], new: Report) -> None:
    _check_addendum(reports, new)
    if not new.comment:
        raise InputError("a replacement needs a comment (LG-4)", "--comment", "say why the report is replaced")
    if not new.approved_by:
        raise InputError("a replacement needs approval (LG-4)", "--approved-by", "name the manager who approved it")


def _check_correction(reports: Sequence[Report], new: Report) -> None:
    if not new.comment:
        raise InputError("a correction needs a comment (LG-5)", "--comment", "say which people turned out to be one")
    known = known_units(reports, new.end.year)
    for item in new.items:
        if item.units > known.get(item.key, 0):
            raise InputError(
                f"{item.name} has {known.get(item.key, 0)} reported units, not {item.units} (LG-5)",
                "report",
                "correct no more than was reported",
            )


CHECKS = {
    "initial": _check_opening,
    "net_new": _check_opening,
    "addendum": _check_addendum,
    "replacement": _check_replacement,
    "correction": _check_correction,
}
