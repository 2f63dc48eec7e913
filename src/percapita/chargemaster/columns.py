"""The rules of row 3 of a CSV file, and the layout that follows from it: which column holds which element of which
payer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from percapita.chargemaster.findings import Findings
from percapita.chargemaster.head import Place, apply
from percapita.chargemaster.rules import ALERT, CSV, LAW_ALLOWED, OURS, V3, rule
from percapita.chargemaster.split import Ints
from percapita.chargemaster.templates import Template
from percapita.chargemaster.text import cell_name, parts, shown

REQUIRED = "Required Standard Charge, Item/Service, and Coding Data Elements"
PLACEHOLDERS = "Additional CSV Placeholder Notes"
CHARGE_KINDS = ("negotiated_dollar", "negotiated_percentage", "negotiated_algorithm", "methodology")
CHARGE_PARTS = tuple(kind.upper() for kind in CHARGE_KINDS)
ALLOWED_AMOUNTS = ("median_amount", "10th_percentile", "90th_percentile", "count")
MOST_CODES = 1000  # a header code|99999999 asks for so many columns; so many are named as missing

# Element -> header of the columns that there are once.
SINGLE = {
    "description": "description", "setting": "setting", "gross": "standard_charge | gross",
    "cash": "standard_charge | discounted_cash", "minimum": "standard_charge | min",
    "maximum": "standard_charge | max", "generic_notes": "additional_generic_notes",
}  # fmt: skip
LATER = {
    "drug_unit": "drug_unit_of_measurement", "drug_type": "drug_type_of_measurement", "modifiers": "modifiers"
}  # fmt: skip
# Element -> header, in tall files; in wide files the payer and the plan are in it.
PAYER_CHARGES = {
    "dollar": "standard_charge | negotiated_dollar", "percentage": "standard_charge | negotiated_percentage",
    "algorithm": "standard_charge | negotiated_algorithm", "methodology": "standard_charge | methodology",
}  # fmt: skip
PAYER_AMOUNTS = {
    "median": "median_amount", "p10": "10th_percentile", "p90": "90th_percentile", "count": "count"
}  # fmt: skip
OLD_AMOUNTS = {"estimate": "estimated_amount"}


@dataclass
class Columns:
    """Hold row 3 and what it means.

    `places` is element -> columns: one for each code, one for each payer (in tall files there is one payer), -1 where
    the column is missing. `tall` is None when the layout cannot be told.
    """

    names: list[str]
    template: Template
    tall: bool | None = None
    payers: list[tuple[str, str]] = field(default_factory=list)
    code_count: int = 0
    missing: list[str] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    places: dict[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out the layout."""
        has_payer_columns = {"PAYER_NAME", "PLAN_NAME"} <= {name.upper() for name in self.names}
        found = dict.fromkeys(self._payers_named())
        placeholder = (("[PAYER_NAME]", 0), ("[PLAN_NAME]", 1))
        if self.template.is_v3:
            found = {one: None for one in found if not any(one[place] == word for word, place in placeholder)}
        self.payers = list(found)
        self.code_count = self._codes_named()
        if has_payer_columns != bool(self.payers):
            self.tall = has_payer_columns
            self._place()

    @cached_property
    def split(self) -> list[tuple[str, ...]]:
        """Return the parts of each header."""
        return [parts(name) for name in self.names]

    def _payers_named(self) -> Iterator[tuple[str, str]]:
        amounts = {name.upper() for name in self.template.payer_columns}
        for found in self.split:
            if (len(found) == 4 and found[0] == "STANDARD_CHARGE" and found[3] in CHARGE_PARTS) or (
                len(found) == 3 and found[0] in amounts
            ):
                yield found[1], found[2]

    def _codes_named(self) -> int:
        most = 0
        for found in self.split:
            kept = [part for part in found if part]
            if kept[:1] == ["CODE"] and (len(kept) == 2 or (len(kept) == 3 and kept[2] == "TYPE")):
                most = max(most, int("".join(re.findall("[0-9]", kept[1]))[:9] or 0))
        return min(most, MOST_CODES)

    def expected(self) -> Iterator[tuple[str, int, str]]:
        """Yield (element, index of the code or payer, header) of every required column, in CMS's order."""
        for element, header in SINGLE.items():
            yield element, 0, header
        for index in range(max(1, self.code_count)):
            yield "codes", index, f"code | {index + 1}"
            yield "code_types", index, f"code | {index + 1} | type"
        if self.tall:
            yield "payer_name", 0, "payer_name"
            yield "plan_name", 0, "plan_name"
        yield from self._of_payers(PAYER_CHARGES)
        for element, header in LATER.items():
            yield element, 0, header
        yield from self._of_payers(PAYER_AMOUNTS if self.template.is_v3 else OLD_AMOUNTS)

    def _of_payers(self, headers: dict[str, str]) -> Iterator[tuple[str, int, str]]:
        if self.tall:
            yield from ((element, 0, header) for element, header in headers.items())
            return
        for index, (payer, plan) in enumerate(self.payers):
            named = f"{payer.lower()} | {plan.lower()}"
            for element, header in headers.items():
                word, _, kind = header.partition(" | ")
                yield element, index, f"{word} | {named} | {kind}" if kind else f"{word} | {named}"
            if "dollar" in headers:
                yield "notes", index, f"additional_payer_notes | {named}"

    def _place(self) -> None:
        wanted = {parts(header): (element, index, header) for element, index, header in self.expected()}
        found: dict[str, list[tuple[int, int]]] = {}
        for element, index, _ in wanted.values():
            found.setdefault(element, []).append((index, -1))
        seen: set[tuple[str, ...]] = set()
        for column, name in enumerate(self.names):
            header = self.split[column]
            if not name:
                continue  # a blank column, as spreadsheets leave them, holds nothing
            if header in wanted:
                element, index, _ = wanted.pop(header)
                found[element][index] = (index, column)
            elif header in seen:
                self.repeated.append(column)
            seen.add(header)
        self.missing = [header for _, _, header in wanted.values()]
        self.places = {
            element: np.array([column for _, column in sorted(places)], dtype=np.int64)
            for element, places in found.items()
        }
        if self.tall:
            self.places["notes"] = self.places["generic_notes"]

    def has(self, *elements: str) -> bool:
        """Tell whether every column of these elements is there."""
        return all(element in self.places and bool((self.places[element] >= 0).all()) for element in elements)


@rule(
    "CSV-C01", CSV, "it cannot be told whether this is a tall or a wide file: row 3 needs the columns payer_name "
    "and plan_name "
    "(tall), or columns with a payer and a plan in their headers (wide), and not both",
    section=REQUIRED,
)  # fmt: skip
def layout_is_clear(columns: Columns) -> Iterator[Place]:
    """The columns of payers follow neither the tall nor the wide layout, or both."""
    if columns.tall is None:
        yield "row 3", {}


@rule(
    "CSV-C02", CSV, 'row 3 has no column "{header}"; add it, spelled as in the data dictionary', section=REQUIRED,
)  # fmt: skip
def required_columns(columns: Columns) -> Iterator[Place]:
    """A required column is missing; in wide files each payer and plan needs all of its columns."""
    for header in columns.missing:
        yield "row 3", {"header": header}


@rule("CSV-C03", CSV, "{value} stands in row 3 twice; keep one of the two columns", section="General CSV Instructions")
def repeated_columns(columns: Columns) -> Iterator[Place]:
    """A header stands in row 3 twice. Blank headers do not count."""
    for column in columns.repeated:
        yield cell_name(3, column), {"value": shown(columns.names[column])}


@rule(
    "CSV-C04", CSV, "{value} still has a placeholder in brackets; write the number, payer or plan in its place",
    section=PLACEHOLDERS, versions=V3,
)  # fmt: skip
def placeholders(columns: Columns) -> Iterator[Place]:
    """A header still has a placeholder: [payer_name], [plan_name] or [i]."""
    for column in (*_payer_placeholders(columns), *_code_placeholders(columns)):
        yield cell_name(3, column), {"value": shown(columns.names[column])}


def _payer_placeholders(columns: Columns) -> Iterator[int]:
    amounts = {name.upper() for name in columns.template.payer_columns}
    for column, found in enumerate(columns.split):
        if len(found) == 4 and found[0] == "STANDARD_CHARGE" and found[3] in CHARGE_PARTS:
            if found[1] == "[PAYER_NAME]" or found[2] == "[PLAN_NAME]":
                yield column
        elif len(found) == 3 and found[0] in amounts and found[1:] == ("[PAYER_NAME]", "[PLAN_NAME]"):
            yield column


def _code_placeholders(columns: Columns) -> Iterator[int]:
    for column, found in enumerate(columns.split):
        kept = [part for part in found if part]
        if kept[:2] == ["CODE", "[I]"] and (len(kept) == 2 or kept[2:] == ["TYPE"]):
            yield column


@rule(
    "CSV-C05", CSV, "the rows below row 3 could not be checked, because row 3 does not say what their columns are",
    section=REQUIRED,
)  # fmt: skip
def rows_are_checked(columns: Columns) -> Iterator[Place]:
    """The data rows cannot be checked. (CMS's validator checks none of them after any error in rows 1 to 3.)"""
    if columns.tall is None:
        yield "A1", {}


@rule(
    "CSV-C06", CSV, '"{header}" is no element any more since January 1, 2026: the 10th percentile, median, 90th '
    'percentile and '
    "count of allowed amounts have replaced it",
    section=REQUIRED, law=LAW_ALLOWED, level=ALERT, versions=V3,
)  # fmt: skip
def estimated_amount(columns: Columns) -> Iterator[Place]:
    """A column estimated_amount is present."""
    wanted = [("ESTIMATED_AMOUNT",)] if columns.tall else [("ESTIMATED_AMOUNT", *payer) for payer in columns.payers]
    for header in wanted if columns.tall is not None else ():
        if header in columns.split:
            column = columns.split.index(header)
            yield cell_name(3, column), {"header": columns.names[column]}


@rule(
    "CSV-X05", CSV, "{value} has {found} parts between pipes, so it is read as a column of your own; write payer "
    "and plan, "
    "with no pipe in their names",
    section=PLACEHOLDERS, level=ALERT, origin=OURS,
)  # fmt: skip
def pipes_of_payer_columns(columns: Columns) -> Iterator[Place]:
    """A header begins like that of a payer's column and has a wrong number of pipes."""
    known = {word.upper() for word in columns.template.payer_columns}
    for column, found in enumerate(columns.split):
        charge = found[0] == "STANDARD_CHARGE" and found[-1] in CHARGE_PARTS and len(found) not in (2, 4)
        amount = found[0] in known and len(found) not in (1, 3)
        if charge or amount:
            yield cell_name(3, column), {"value": shown(columns.names[column]), "found": len(found)}


COLUMN_ERRORS: tuple[Callable[[Columns], Iterator[Place]], ...] = (
    placeholders, layout_is_clear, repeated_columns, required_columns, rows_are_checked,
)  # fmt: skip
COLUMN_ALERTS: tuple[Callable[[Columns], Iterator[Place]], ...] = (estimated_amount, pipes_of_payer_columns)


def check_columns(columns: Columns, findings: Findings) -> None:
    """Apply the rules of row 3."""
    apply(COLUMN_ERRORS, columns, findings)
    if not columns.repeated and not columns.missing:
        apply(COLUMN_ALERTS, columns, findings)
