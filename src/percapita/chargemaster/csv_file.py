"""Check a CSV file: rows 1 to 3, then the data rows in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import BinaryIO

import numpy as np

from percapita.chargemaster.columns import Columns, check_columns
from percapita.chargemaster.findings import Findings
from percapita.chargemaster.head import Head, check_head
from percapita.chargemaster.repeats import Repeats
from percapita.chargemaster.row_rules import RowRule, rules_for
from percapita.chargemaster.rows import Layout, Rows
from percapita.chargemaster.rules import ALERT, CSV, LAW_ITEM, OURS, Rule, rule
from percapita.chargemaster.split import LONGEST_RECORD, Bools, Records, records_of
from percapita.chargemaster.templates import template_for
from percapita.chargemaster.text import cell_name, short, shown

HEAD_ROWS = 3
LEAST_ROWS = 4


@rule("CSV-F01", CSV, "row {row} is blank; it must hold headers", section="General CSV Instructions")
def headers_blank(rows: list[list[str]]) -> Iterator[int]:
    """Row 1 or row 3 is blank."""
    for number in (1, 3):
        if len(rows) >= number and not any(rows[number - 1]):
            yield number


@rule(
    "CSV-F02",
    CSV,
    "the file has no rows below row 3; the items and services begin in row 4",
    section="General CSV Instructions",
)
def rows_below_headers(records: int) -> Iterator[int]:
    """There is no row below row 3."""
    if records < LEAST_ROWS:
        yield records


@rule(
    "CSV-E01", CSV, "a quote opens here and is not closed where the cell ends, so the rows after it are "
    "swallowed; close it, "
    "and write quotes within a cell twice",
    section="General CSV Instructions", origin=OURS,
)  # fmt: skip
def quotes_are_closed(records: Records) -> Iterator[tuple[int, int]]:
    """A quote is not closed and swallows rows."""
    for cell in records.unclosed:
        record = int(np.searchsorted(records.first, cell, side="right")) - 1
        if record >= 0:
            yield records.number + record + 1, cell - int(records.first[record])


@rule(
    "CSV-X12", CSV, "this row is a copy of row {first}",
    section="General CSV Instructions", law=LAW_ITEM, level=ALERT, origin=OURS,
)  # fmt: skip
def repeated_items(repeats: Repeats) -> Iterator[tuple[int, int]]:
    """A row stands in the file twice, with the same content in every column."""
    yield from repeats.found()


@rule(
    "CSV-X13", CSV, "the file has no items: every row below row 3 is blank", section="General CSV Instructions",
    law=LAW_ITEM, level=ALERT, origin=OURS,
)  # fmt: skip
def some_items(items: int) -> Iterator[int]:
    """The rows below row 3 are all blank."""
    if not items:
        yield LEAST_ROWS


@rule(
    "CSV-E03", CSV, "this row is longer than {megabytes} MB, so it and what follows were not read; rows end with "
    "a line feed",
    section="General CSV Instructions", origin=OURS,
)  # fmt: skip
def rows_end(records: Records) -> Iterator[int]:
    """A row is so long that the line ends of the file must be missing."""
    if records.cut and not records.unclosed:
        yield records.number + len(records)


def _rule_of(function: Callable[..., object]) -> Rule:
    found: Rule = function.rule  # type: ignore[attr-defined]
    return found


class CsvCheck:
    """Check one file: `take` its records block by block, then `finish`."""

    def __init__(self, findings: Findings, version: str, today: date) -> None:
        """Prepare to check against a template: v3.0.0, v2.x or auto."""
        self._findings, self._version, self._today = findings, version, today
        self._head: list[list[str]] = []
        self._records = self._items = 0
        self._layout: Layout | None = None
        self._rules: list[tuple[Rule, RowRule]] = []
        self.repeats = Repeats()

    def take(self, records: Records) -> bool:
        """Check some records; return False when the rest need not be read."""
        for row, column in quotes_are_closed(records):
            self._findings.add(_rule_of(quotes_are_closed), cell_name(row, column))
        for row in rows_end(records):
            self._findings.add(_rule_of(rows_end), cell_name(row, -1), megabytes=LONGEST_RECORD >> 20)
        self._records += len(records)
        missing = min(HEAD_ROWS - len(self._head), len(records))
        if missing > 0:
            self._head += [records.row(record) for record in range(missing)]
            if len(self._head) == HEAD_ROWS:
                self._check_head()
            records = records.after(missing)
        if self._layout is not None and len(records):
            self._check_rows(records)
        return self._layout is not None or len(self._head) < HEAD_ROWS

    def finish(self) -> None:
        """Say what only the end of the file can tell."""
        if len(self._head) < HEAD_ROWS:
            self._check_blank_headers()
        for _ in rows_below_headers(self._records) if self._records < LEAST_ROWS else ():
            self._findings.add(_rule_of(rows_below_headers), "A1")
        if self._layout is None:
            return
        if self._records >= LEAST_ROWS:
            for row in some_items(self._items):
                self._findings.add(_rule_of(some_items), f"row {row}")
        for row, first in repeated_items(self.repeats):
            self._findings.add(_rule_of(repeated_items), f"row {row}", first=first)

    def _check_blank_headers(self) -> None:
        for number in headers_blank(self._head):
            self._findings.add(_rule_of(headers_blank), f"A{number}", row=number)

    def _check_head(self) -> None:
        self._check_blank_headers()
        names, values, headers = self._head
        said = next((value for name, value in zip(names, values, strict=False) if name.lower() == "version"), "")
        template = template_for(self._version, said)
        if any(names):
            check_head(Head(names, values, template, self._today), self._findings)
        if any(headers):
            columns = Columns(headers, template)
            check_columns(columns, self._findings)
            if columns.tall is not None:
                self._layout = Layout(columns)
                self._rules = rules_for(self._layout)

    def _check_rows(self, records: Records) -> None:
        assert self._layout is not None  # noqa: S101  (`take` has asked)
        rows = Rows(records, self._layout)
        if not len(rows):
            return
        self._items += len(rows)
        Batch(rows, self._findings).apply(self._rules)
        self.repeats.add(rows.identity(), rows.record + (records.number + 1))


class Batch:
    """Apply the rules to one batch of rows and keep the first findings in the order of rows."""

    def __init__(self, rows: Rows, findings: Findings) -> None:
        """Begin with no hits."""
        self._rows, self._findings = rows, findings
        self._hits: list[tuple[int, int, int, Rule]] = []

    def apply(self, rules: list[tuple[Rule, RowRule]]) -> None:
        """Apply the rules and add what they find."""
        for order, (known, function) in enumerate(rules):
            for mask, element in function(self._rows):
                if mask.any():
                    self._note(order, known, mask, element)
        for row, _, slot, known in sorted(self._hits, key=lambda hit: hit[:3]):
            self._keep(row, slot, known)

    def _note(self, order: int, known: Rule, mask: Bools, element: str | None) -> None:
        layout = self._rows.layout
        slots = np.array([-1]) if element is None else layout.of(element)
        mask = np.broadcast_to(mask, (len(slots), mask.shape[1])) & (slots != layout.blank_slot)[:, None]
        row, place = np.nonzero(mask.T)
        self._findings.count(known, len(row))
        room = max(self._findings.room(known), 0)
        self._hits += [(int(r), order, int(slots[p]), known) for r, p in zip(row[:room], place[:room], strict=True)]

    def _keep(self, row: int, slot: int, known: Rule) -> None:
        if self._findings.room(known) <= 0:
            return
        layout, number = self._rows.layout, self._rows.number(row)
        if slot < 0:
            self._findings.keep(known, cell_name(number, -1))
            return
        column = int(layout.chosen[slot])
        name, value = short(layout.columns.names[column]), shown(self._rows.value(row, slot))
        self._findings.keep(known, cell_name(number, column), column=name, value=value)


def check_csv(stream: BinaryIO, findings: Findings, version: str, today: date) -> None:
    """Check a CSV file, read from a stream of bytes."""
    check = CsvCheck(findings, version, today)
    try:
        for records in records_of(stream):
            if not check.take(records):
                break
        check.finish()
    finally:
        check.repeats.close()
