"""Read XLSX: one sheet, the first or the told one; numbers that are whole become ids without a fraction."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError, nearest
from percapita.sources.inventory import SourceFile
from percapita.sources.raw import RawBatch, ReadTotals, place_columns
from percapita.sources.reach import reach_too_far

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 10_000
MOST_UNPACKED = 1 << 30
BOMB_RATIO = 250
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
ATTRIBUTE = re.compile(r"""(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _guard(file: SourceFile) -> None:
    """Raise InputError for a workbook that unpacks to far more than its size."""
    with _damage(file), zipfile.ZipFile(file.absolute) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MOST_UNPACKED or (unpacked > 50 << 20 and unpacked > BOMB_RATIO * file.size):
        raise InputError(f"the workbook unpacks to {unpacked >> 20} MB", file.path, "save it as CSV if it is right")


def _check_reach(file: SourceFile, sheet: str) -> None:
    """Raise InputError for a sheet whose cells reach so far that there is no memory for what lies between."""
    with _damage(file), zipfile.ZipFile(file.absolute) as parts:
        for part in _parts_of(parts, sheet):
            reach = reach_too_far(partial(parts.open, part))
            if reach is not None:
                raise InputError(
                    f"the cells of sheet {sheet!r} reach to row {reach.rows} and column {reach.columns}: too far",
                    file.path,
                    "delete the stray cells beyond the table, or save the sheet as CSV",
                )


def _parts_of(parts: zipfile.ZipFile, sheet: str) -> list[str]:
    """Return the part that holds a sheet; all parts of XML where the workbook does not say it in the usual way."""
    names = {name.lower(): name for name in parts.namelist()}
    if not {WORKBOOK, RELATIONS} <= names.keys():
        return [name for low, name in names.items() if low.endswith(".xml")]
    sheets = {one.get("name"): one.get("id") for one in _elements(parts.read(names[WORKBOOK]), "sheet")}
    targets = {one.get("Id"): one.get("Target", "") for one in _elements(parts.read(names[RELATIONS]), "Relationship")}
    target = targets.get(sheets.get(sheet), "").lower().lstrip("/")
    part = names.get(target if target.startswith("xl/") else f"xl/{target}")
    return [part] if part else [name for low, name in names.items() if low.endswith(".xml")]


def _elements(xml: bytes, name: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of a name, whatever their prefixes."""
    tags = re.findall(rf"<(?:[\w.-]+:)?{name}\s([^>]*)>", xml.decode("utf-8", "replace"))
    return [{key: html.unescape(one or other) for key, one, other in ATTRIBUTE.findall(tag)} for tag in tags]


@contextmanager
def _damage(file: SourceFile) -> Iterator[None]:
    """Turn what a torn archive raises into one line."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
    ):  # RuntimeError: a password, or no such method
        raise InputError("the workbook is damaged or cut off", file.path, "save it again as XLSX") from None


def _rows(file: SourceFile) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _guard(file)
    try:
        book = CalamineWorkbook.from_path(str(file.absolute))
        wanted = file.source.sheet
        if wanted is not None and wanted not in book.sheet_names:
            raise InputError(f"the workbook has no sheet {wanted!r}", file.path, nearest(wanted, book.sheet_names))
        name = book.sheet_names[0] if wanted is None else wanted
        _check_reach(file, name)
        sheet = book.get_sheet_by_name(name)
        left: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
        for row in sheet.iter_rows():
            yield left + row
    except (CalamineError, OSError):
        raise InputError("the workbook cannot be read", file.path, "save it again as XLSX") from None


def _header(file: SourceFile, rows: Iterator[list[Any]]) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise InputError("the sheet is empty", file.path, "a header row at least is needed")
    return [str(_plain(cell) or "").strip() for cell in first]


def columns_of(file: SourceFile) -> list[str]:
    """Return the names of a sheet's columns."""
    return _header(file, _rows(file))


def read_raw(
    file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
) -> Iterator[RawBatch]:
    """Yield the named columns as texts. Raises InputError when the workbook is damaged."""
    import pyarrow as pa

    rows = _rows(file)
    places = place_columns(file, names, _header(file, rows))
    numbered = (
        (number, row) for number, row in enumerate(rows, start=2) if any(cell not in ("", None) for cell in row)
    )
    while chunk := list(islice(numbered, BATCH)):
        totals.rows += len(chunk)
        cells = {name: [row[place] for _, row in chunk] for name, place in places.items()}
        yield RawBatch(
            pa.array([number for number, _ in chunk], pa.int64()),
            {name: pa.array(map(_text, column), pa.string()) for name, column in cells.items()},
            {name: typed for name, column in cells.items() if (typed := _typed(file, column)) is not None},
        )
    progress(file.size)


def _typed(file: SourceFile, column: list[Any]) -> pa.Array | None:
    """Return which cells are dates; None if there is none, or no format is told and their text is read as it is."""
    import pyarrow as pa

    dates = [isinstance(cell, date) for cell in column] if file.source.date_format is not None else []
    return pa.array(dates, pa.bool_()) if any(dates) else None


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, date) else str(_plain(cell))
