"""Write a form as XLSX: only answers are open, and each takes only what it asks for.

The same form gives the same bytes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError
from percapita.forms.sheet import Cell, Sheet, place_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WRITTEN = datetime(1980, 1, 1)  # noqa: DTZ001 - no clock: the same form gives the same bytes
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "answer": {"locked": False, "bg_color": "#FFF9DB", "border": 1, "text_wrap": True, "valign": "top"},
    "result": {"border": 1, "italic": True, "valign": "top"},
}
RULES: dict[str, dict[str, Any]] = {
    "whole": {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 999_999_999},
    "decimal": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 999_999_999},
    "day": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1990, 1, 1),
        "maximum": date(2100, 12, 31),
    },
    "text": {"validate": "length", "criteria": "<=", "value": 500},
}
WISHES = {
    "whole": "A whole number from 0 up.",
    "decimal": "A number from 0 up.",
    "day": "A date.",
    "text": "At most 500 signs.",
    "choice": "One of the list.",
}


def write_form(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook aside and move it into place. Raises InputError where that is not possible."""
    import xlsxwriter

    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(aside), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"created": WRITTEN, "title": sheets[0].name})
            looks = {name: book.add_format(look) for name, look in LOOKS.items()}
            looks["day"] = book.add_format({**LOOKS["answer"], "num_format": "yyyy-mm-dd"})
            for sheet in sheets:
                _write_sheet(book.add_worksheet(sheet.name), sheet, looks)
        aside.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        says = getattr(error, "strerror", None) or "no permission"
        raise InputError(f"the workbook cannot be written ({says})", str(path), "choose another path") from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def _write_sheet(target: Worksheet, sheet: Sheet, looks: dict[str, Format]) -> None:
    for letter, width in sheet.widths.items():
        target.set_column(f"{letter}:{letter}", width)
    for name, cell in sheet.cells.items():
        _write_cell(target, name, cell, looks)
    if sheet.scrolls_from:
        row, column = place_of(sheet.scrolls_from)
        target.freeze_panes(row - 1, column - 1)
    target.protect("", {"format_columns": True, "select_locked_cells": True})
    target.set_landscape()
    target.fit_to_pages(1, 0)


def _write_cell(target: Worksheet, name: str, cell: Cell, looks: dict[str, Format]) -> None:
    look = looks["day" if cell.style == "answer" and cell.kind == "day" else cell.style]
    value = cell.value
    if cell.formula:
        target.write_formula(name, cell.formula, look, float(value) if isinstance(value, Decimal) else value or "")
    elif value is None:
        target.write_blank(name, None, look)
    elif isinstance(value, str):
        target.write_string(name, value, look)
    elif isinstance(value, date):
        target.write_datetime(name, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001 - a day
    else:
        target.write_number(name, float(value) if isinstance(value, Decimal) else value, look)
    if cell.style == "answer":
        target.data_validation(name, _rule(cell))


def _rule(cell: Cell) -> dict[str, Any]:
    rule = {"validate": "list", "source": list(cell.choices)} if cell.kind == "choice" else RULES[cell.kind]
    hint = {"input_message": cell.hint[:255]} if cell.hint else {}
    return {**rule, **hint, "error_title": "This does not fit", "error_message": WISHES[cell.kind]}
