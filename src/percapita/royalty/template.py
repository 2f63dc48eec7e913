"""The template of a report: organization, agreement, period and rights are locked; name, location and units are asked.

A CSV file with the columns `name, location, units` says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from percapita.forms.answers import Book, Wrong, check_form, in_order, read_answers
from percapita.forms.sheet import Cell, Sheet
from percapita.policy.csv_table import Column, read_csv, whole
from percapita.policy.report_calendar import Period
from percapita.royalty.ledger import Agreement, Item

NAME = "Report"
FIRST_ROW = 11
ROWS = 300
COLUMNS = {"A": Column("name", required=True), "B": Column("location"), "C": Column("units", whole, required=True)}
WHO = {"internal": "Application", "distributor": "End user or customer"}
HINTS = {
    "internal": "The application, as in the agreement.",
    "distributor": "The end user or customer; each once in a calendar year.",
}
HOW = "All of the year so far; what is new is worked out. Whole units, no money, no formulas."
RIGHTS = "As agreed in the license named above."


def template(agreement: Agreement, period: Period, items: Sequence[Item] = ()) -> Sheet:
    """Return the form of a period's report, filled in with `items`. It has room for 300 more lines."""
    head = {
        "A1": Cell("Report of users of CPT", "title"),
        "A3": Cell("Organization"), "B3": Cell(agreement.organization),
        "A4": Cell("Agreement"), "B4": Cell(agreement.id),
        "A5": Cell("Period"), "B5": Cell(f"{period.start} to {period.end}"),
        "A6": Cell("Due"), "B6": Cell(period.due.isoformat()),
        "A7": Cell("Rights"), "B7": Cell(agreement.rights or RIGHTS),
        "A8": Cell("How"), "B8": Cell(HOW),
        "A10": Cell(WHO[agreement.use], "head"), "B10": Cell("Location", "head"), "C10": Cell("Units", "head"),
    }  # fmt: skip
    rows = [*items, *[None] * ROWS]
    lines: dict[str, Cell] = {}
    for number, item in enumerate(rows, start=FIRST_ROW):
        lines[f"A{number}"] = Cell(item.name or None if item else None, "answer", hint=HINTS[agreement.use])
        lines[f"B{number}"] = Cell(item.location or None if item else None, "answer")
        lines[f"C{number}"] = Cell(item.units if item else None, "answer", kind="whole")
    return Sheet(NAME, {**head, **lines}, {"A": 40, "B": 40, "C": 12}, f"A{FIRST_ROW}")


def read_template(book: Book, agreement: Agreement, period: Period) -> tuple[list[Item], list[Wrong]]:
    """Return the lines of a template that came back, and everything that is wrong with it, by cell."""
    cells = book.get(NAME, {})
    rows = [int(name[1:]) for name in cells if name[:1] in COLUMNS and name[1:].isdigit()]
    last = max([FIRST_ROW + ROWS - 1, *(row for row in rows if row < FIRST_ROW + 20_000)])
    sheet = template(agreement, period, [Item("", "", 0)] * (last - FIRST_ROW + 1 - ROWS))
    wrong = check_form(book, [sheet])
    answers, bad = read_answers(cells, sheet, COLUMNS, range(FIRST_ROW, last + 1))
    found = [(f"{NAME}!A{one.row}", _item(one.values)) for one in answers]
    wrong += bad + twice(found)
    return [item for _, item in found], in_order(wrong)


def read_items(path: Path) -> list[Item]:
    """Return the lines of a CSV file. Raises InputError that names the row and the column."""
    rows = read_csv(path, tuple(COLUMNS.values()), "report")
    return [_item(row.values) for row in rows]


def _item(values: dict[str, object]) -> Item:
    return Item(str(values["name"]), str(values["location"] or ""), int(str(values["units"])))


def twice(found: Sequence[tuple[str, Item]]) -> list[Wrong]:
    """Return the cells whose name and location stand in a line before."""
    seen: dict[tuple[str, str], str] = {}
    wrong = []
    for cell, item in found:
        before = seen.setdefault(item.key, cell)
        if before != cell:
            wrong.append(Wrong(cell, f"this stands in {before}, too", "report each once: keep one line"))
    return wrong
