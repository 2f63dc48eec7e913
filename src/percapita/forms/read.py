"""Read what stands in the cells of a workbook that came back. It was in foreign hands: nothing in it is believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

from percapita.errors import InputError
from percapita.forms.sheet import Filled, place_of, reference

MOST_UNPACKED = 64 << 20
MOST_PARTS = 500
MOST_ROWS, MOST_COLUMNS = 20_000, 200
AGAIN = "fill in the form as it was written, and save it as XLSX"


def read_book(path: Path) -> dict[str, dict[str, Filled]]:
    """Return the cells that hold something, by sheet and reference.

    Raises InputError for a file that is no workbook, is damaged, unpacks to far more than a form, or whose cells reach
    far beyond one.
    """
    with _damage(path):
        formulas = _formulas(path)
        return {sheet: _cells(rows, formulas.get(sheet, set())) for sheet, rows in _sheets(path)}


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn what a torn or hostile archive raises into one line."""
    from defusedxml import DefusedXmlException
    from python_calamine import CalamineError

    damage = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ParseError, DefusedXmlException, CalamineError)
    try:
        yield
    except OSError as error:
        raise InputError(f"the workbook cannot be read ({error.strerror})", str(path), "check the path") from None
    except (*damage, LookupError, ValueError):  # LookupError: an encoding that nobody knows, a part that is not there
        raise InputError("this is no workbook, or it is damaged", path.name, AGAIN) from None


def _formulas(path: Path) -> dict[str, set[str]]:
    """Return the references of the cells with a formula, by sheet; refuse what is too large for a form."""
    with zipfile.ZipFile(path) as parts:
        infos = parts.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise InputError("the workbook is far larger than the form", path.name, AGAIN)
        return {sheet: _formulas_of(parts, part, path) for sheet, part in _parts(parts).items()}


def _parts(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive that holds each sheet."""
    from defusedxml.ElementTree import fromstring

    targets = {
        one.get("Id"): one.get("Target", "") for one in fromstring(parts.read("xl/_rels/workbook.xml.rels")).iter()
    }
    found = {}
    for one in fromstring(parts.read("xl/workbook.xml")).iter():
        if _tag(one) == "sheet":
            target = next((targets[key] for name, key in one.attrib.items() if name.endswith("}id")), "")
            found[one.get("name", "")] = str(PurePosixPath("xl") / target).removeprefix("/")
    return found


def _formulas_of(parts: zipfile.ZipFile, part: str, path: Path) -> set[str]:
    from defusedxml.ElementTree import iterparse

    """Return the cells of a sheet with a formula, and those with an error, which only a formula leaves."""
    found = set()
    row = column = 0
    with parts.open(part) as stream:
        for event, element in iterparse(stream, events=("start", "end")):
            tag = _tag(element)
            if event == "start" and tag == "row":
                row, column = int(element.get("r", row + 1)), 0
            elif event == "start" and tag == "c":
                name = element.get("r") or reference(row, column + 1)
                row, column = place_of(name)
                if row > MOST_ROWS or column > MOST_COLUMNS:
                    raise InputError(f"the cell {name} is far beyond the form", path.name, "delete it")
                if element.get("t") == "e":
                    found.add(name)
            elif event == "start" and tag == "f":
                found.add(reference(row, column))
            elif event == "end" and tag == "row":
                element.clear()
    return found


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
    """Yield each sheet with its rows, numbered from 1, and from column 1."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        left = [""] * (sheet.start[1] if sheet.start else 0)
        top = 1 + (sheet.start[0] if sheet.start else 0)
        cells = sheet.to_python(skip_empty_area=True)
        yield name, [(top + number, left + row) for number, row in enumerate(cells)]


def _cells(rows: list[tuple[int, list[Any]]], formulas: set[str]) -> dict[str, Filled]:
    found = {name: Filled("", True) for name in formulas}
    for number, row in rows:
        for column, value in enumerate(row, start=1):
            text = _text(value)
            name = reference(number, column)
            if text or name in formulas:
                found[name] = Filled(text, name in formulas)
    return found


def _text(value: Any) -> str:
    """Return what stands in a cell as people type it: whole numbers without a fraction, days without a clock."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()
