"""Take the answers out of a form that came back, and say of each cell what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from percapita.errors import InputError
from percapita.forms.sheet import Filled, Sheet, as_text, place_of
from percapita.policy.csv_table import Column, read_row
from percapita.wording import many

Cells = Mapping[str, Filled]
Book = Mapping[str, Cells]


@dataclass(frozen=True)
class Wrong:
    """Hold what is wrong with a cell, such as `Report!C7`, and what to do."""

    cell: str
    what: str
    cure: str


@dataclass(frozen=True)
class Answer:
    """Hold the values of one row of answers by column, and the row's number."""

    row: int
    values: dict[str, Any]


def check_form(book: Book, sheets: Sequence[Sheet]) -> list[Wrong]:
    """Return what was changed that is locked, and what stands where nothing belongs."""
    wrong = []
    for sheet in sheets:
        if sheet.name not in book:
            wrong.append(Wrong(sheet.name, "the sheet is missing", "fill in the form as it was written"))
            continue
        wrong += _locked(book[sheet.name], sheet)
        wrong += _strays(book[sheet.name], sheet)
    return wrong


def _locked(cells: Cells, sheet: Sheet) -> list[Wrong]:
    """Return the locked texts that are not as they were written. Formulas are worked out again, not believed."""
    return [
        Wrong(f"{sheet.name}!{place}", "a locked cell was changed", f"write again: {shown(as_text(cell.value))}")
        for place, cell in sheet.cells.items()
        if cell.style not in ("answer", "result")
        and (cells.get(place, Filled("")) != Filled(as_text(cell.value).strip()))
    ]


def _strays(cells: Cells, sheet: Sheet) -> list[Wrong]:
    return [
        Wrong(f"{sheet.name}!{place}", "nothing belongs into this cell", "delete it, or move it into the form")
        for place, filled in cells.items()
        if place not in sheet.cells and (filled.text or filled.formula)
    ]


def shown(text: str) -> str:
    """Return a text as a message shows it."""
    return repr(text if len(text) <= 60 else text[:60] + "...")


def read_answers(
    cells: Cells, sheet: Sheet, columns: Mapping[str, Column], rows: Sequence[int]
) -> tuple[list[Answer], list[Wrong]]:
    """Return the rows of answers that are not empty, and what is wrong; `columns` are by letter.

    A row with something wrong is not among the answers.
    """
    answers, wrong = [], []
    for row in rows:
        found = {letter: cells.get(f"{letter}{row}", Filled("")) for letter in columns}
        if not any(one.text or one.formula for one in found.values()):
            continue
        values, problems = _read(sheet, row, found, columns)
        wrong += problems
        if not problems:
            answers.append(Answer(row, values))
    return answers, wrong


def _read(
    sheet: Sheet, row: int, found: Mapping[str, Filled], columns: Mapping[str, Column]
) -> tuple[dict[str, Any], list[Wrong]]:
    place = {column.name: f"{sheet.name}!{letter}{row}" for letter, column in columns.items()}
    formulas = {columns[letter].name for letter, one in found.items() if one.formula}
    wrong = [Wrong(place[name], "this is a formula", "write the value itself") for name in sorted(formulas)]
    texts = {columns[letter].name: one.text for letter, one in found.items()}
    values, problems = read_row(texts, [column for column in columns.values() if column.name not in formulas])
    return values, wrong + [Wrong(place[one.column], one.what, one.cure) for one in problems]


def in_order(wrong: Sequence[Wrong]) -> list[Wrong]:
    """Return what is wrong by sheet, row and column."""

    def key(one: Wrong) -> tuple[str, int, int]:
        sheet, _, name = one.cell.partition("!")
        return (sheet, *(place_of(name) if name else (0, 0)))

    return sorted(wrong, key=key)


def refuse(wrong: Sequence[Wrong], where: str) -> None:
    """Raise InputError when anything is wrong: the first cell, and how many more there are."""
    if wrong:
        first = wrong[0]
        more = f" (and {many(len(wrong) - 1, 'more cell')})" if len(wrong) > 1 else ""
        raise InputError(f"{first.what}{more}", f"{where}, {first.cell}", first.cure)
