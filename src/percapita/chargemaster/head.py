"""The rules of rows 1 and 2 of a CSV file: what is said of the hospital and of the file as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from percapita.chargemaster.common import npi_is_good, pieces
from percapita.chargemaster.findings import Findings
from percapita.chargemaster.rules import ALERT, CSV, LAW_ATTEST, LAW_DATE, LAW_HOSPITAL, OURS, Rule, rule
from percapita.chargemaster.templates import CSV_STATES, LICENSE, Template
from percapita.chargemaster.text import cell_name, date_of, parts, short, shown

GENERAL = "General Data Elements"
MAY_BE_BLANK = re.compile(r"license_number\s*\|\s*.{2}")
Place = tuple[str, dict[str, Any]]


@dataclass
class Head:
    """Hold rows 1 and 2, and which columns of row 1 are known headers: `known` is column -> header as entered."""

    names: list[str]
    values: list[str]
    template: Template
    today: date
    known: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    bad_states: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the known headers."""
        left = {parts(name): name for name in self.template.headers}
        for column, name in enumerate(self.names):
            found = parts(name)
            if len(found) == 2 and found[0] == "LICENSE_NUMBER" and parts(LICENSE) in left:
                if found[1] in CSV_STATES:
                    del left[parts(LICENSE)]
                    self.known[column] = name
                    continue
                self.bad_states.append(column)
            if found in left and left[found] != LICENSE:
                del left[found]
                self.known[column] = name
            elif any(parts(other) == found for other in self.known.values()):
                self.repeated.append(column)
        self.missing = list(left.values())

    def value(self, column: int) -> str:
        """Return the cell of row 2 in a column."""
        return self.values[column] if column < len(self.values) else ""

    def column(self, header: str) -> int:
        """Return the column of a header, -1 if it is missing."""
        wanted = parts(header)
        return next((column for column, name in self.known.items() if parts(name) == wanted), -1)

    def given(self, *headers: str) -> Iterator[tuple[int, str]]:
        """Yield (column, value) of the headers that are there and have a value."""
        for header in headers:
            column = self.column(header)
            if column >= 0 and self.value(column):
                yield column, self.value(column)


@rule(
    "CSV-H01", CSV, 'row 1 has no header "{header}"; add it, spelled as in the data dictionary',
    section=GENERAL, law=LAW_HOSPITAL,
)  # fmt: skip
def required_headers(head: Head) -> Iterator[Place]:
    """A required header is missing from row 1."""
    for header in head.missing:
        yield "row 1", {"header": short(header)}


@rule("CSV-H02", CSV, "{value} stands in row 1 twice; keep one of the two columns", section="General CSV Instructions")
def repeated_headers(head: Head) -> Iterator[Place]:
    """A known header stands in row 1 twice."""
    for column in head.repeated:
        yield cell_name(1, column), {"value": shown(head.names[column])}


@rule(
    "CSV-H03", CSV, "{value} is not the two-letter code of a state or territory; write license_number|CA, for instance",
    section="Additional CSV Placeholder Notes", law=LAW_HOSPITAL,
)  # fmt: skip
def state_code(head: Head) -> Iterator[Place]:
    """The state in the header of the license number is not one of the 56 codes."""
    for column in head.bad_states:
        yield cell_name(1, column), {"value": shown(parts(head.names[column])[1])}


@rule("CSV-H04", CSV, '"{header}" has no value in row 2; write one', section=GENERAL, law=LAW_HOSPITAL)
def general_values(head: Head) -> Iterator[Place]:
    """A required element of row 2 is blank; only the license number may be."""
    for column, name in head.known.items():
        if not head.value(column) and not MAY_BE_BLANK.fullmatch(name):
            yield cell_name(2, column), {"header": short(name)}


@rule(
    "CSV-H05", CSV, "{value} is not a date; write it as 2026-01-31 or 1/31/2026",
    section="Additional Notes for MRF Date", law=LAW_DATE,
)  # fmt: skip
def date_updated(head: Head) -> Iterator[Place]:
    """last_updated_on is not a date of the calendar, written YYYY-MM-DD or M/D/YYYY."""
    for column, value in head.given("last_updated_on"):
        if date_of(value) is None:
            yield cell_name(2, column), {"value": shown(value)}


@rule(
    "CSV-H06", CSV, "{value} stands under the {word}; write true or false",
    section="Additional Notes for Attestation Statement", law=LAW_ATTEST,
)  # fmt: skip
def statement_value(head: Head) -> Iterator[Place]:
    """The value under the attestation (v2.x: affirmation) is neither true nor false."""
    for column, value in head.given(head.template.statement):
        if value.upper() not in ("TRUE", "FALSE"):
            yield cell_name(2, column), {"value": shown(value), "word": head.template.statement_word}


@rule(
    "CSV-H07", CSV, "the file says it is of version {value}, but it was checked as {template}",
    section=GENERAL, law=LAW_DATE, level=ALERT,
)  # fmt: skip
def version_value(head: Head) -> Iterator[Place]:
    """The version that the file states is not that of the template it is checked against."""
    for column, value in head.given("version"):
        if value not in head.template.csv_versions:
            yield cell_name(2, column), {"value": shown(value), "template": head.template.name}


@rule(
    "CSV-H08", CSV, "the {word} is false: the file is in good form, and the hospital does not meet the rule",
    section="Additional Notes for Attestation Statement", law=LAW_ATTEST, level=ALERT,
)  # fmt: skip
def statement_false(head: Head) -> Iterator[Place]:
    """The attestation (v2.x: affirmation) is false."""
    for column, value in head.given(head.template.statement):
        if value.upper() == "FALSE":
            yield cell_name(2, column), {"word": head.template.statement_word}


@rule(
    "CSV-X01", CSV, "{value} is no NPI: {why}", section="Additional Notes for Type 2 Organizational NPI(s)",
    law=LAW_HOSPITAL, level=ALERT, origin=OURS,
)  # fmt: skip
def npi_digits(head: Head) -> Iterator[Place]:
    """A type 2 NPI has not ten digits, or its check digit is wrong."""
    for column, value in head.given("type_2_npi"):
        for npi in pieces(value):
            why = npi_is_good(npi)
            if why:
                yield cell_name(2, column), {"value": shown(npi), "why": why}


@rule(
    "CSV-X02", CSV, "the file says it was updated on {value}, which is still to come", section=GENERAL, law=LAW_DATE,
    level=ALERT, origin=OURS,
)  # fmt: skip
def date_in_future(head: Head) -> Iterator[Place]:
    """last_updated_on lies in the future."""
    for column, value in head.given("last_updated_on"):
        if (date_of(value) or (0, 0, 0)) > day_tuple(head.today):
            yield cell_name(2, column), {"value": shown(value)}


@rule(
    "CSV-X03", CSV, "the file says it was updated on {value}; it must be updated at least once in twelve months",
    section=GENERAL, law="45 CFR 180.50(e)", level=ALERT, origin=OURS,
)  # fmt: skip
def date_too_old(head: Head) -> Iterator[Place]:
    """last_updated_on is older than a year."""
    for column, value in head.given("last_updated_on"):
        found = date_of(value)
        if found is not None and found < day_tuple(head.today - timedelta(days=366)):
            yield cell_name(2, column), {"value": shown(value)}


@rule(
    "CSV-X04", CSV, "there are {locations} locations and {addresses} addresses; give one address for each, in "
    "the same order",
    section="Additional Notes for Hospital Address(es)", law=LAW_HOSPITAL, level=ALERT, origin=OURS,
)  # fmt: skip
def locations_and_addresses(head: Head) -> Iterator[Place]:
    """The numbers of locations and of addresses differ."""
    locations = [len(pieces(value)) for _, value in head.given("location_name", "hospital_location")]
    for column, value in head.given("hospital_address"):
        if locations and locations[0] != len(pieces(value)):
            yield cell_name(2, column), {"locations": locations[0], "addresses": len(pieces(value))}


def day_tuple(day: date) -> tuple[int, int, int]:
    """Return a date as (year, month, day)."""
    return day.year, day.month, day.day


HEAD_ERRORS: tuple[Callable[[Head], Iterator[Place]], ...] = (
    state_code, repeated_headers, required_headers, general_values, date_updated, statement_value,
)  # fmt: skip
HEAD_ALERTS: tuple[Callable[[Head], Iterator[Place]], ...] = (version_value, statement_false)
STRICTER_ALERTS: tuple[Callable[[Head], Iterator[Place]], ...] = (
    npi_digits, date_in_future, date_too_old, locations_and_addresses,
)  # fmt: skip


def check_head(head: Head, findings: Findings) -> None:
    """Apply the rules of rows 1 and 2; CMS's alerts are given only when there are no errors, as CMS does."""
    apply(HEAD_ERRORS, head, findings)
    if not findings.error_count:
        apply(HEAD_ALERTS, head, findings)
    apply(STRICTER_ALERTS, head, findings)


def apply(rules: tuple[Callable[[Any], Iterator[Place]], ...], about: Any, findings: Findings) -> None:
    """Add what each rule finds about one thing."""
    for function in rules:
        known: Rule = function.rule  # type: ignore[attr-defined]
        if about.template.name in known.versions:
            for path, words in function(about):
                findings.add(known, path, **words)
