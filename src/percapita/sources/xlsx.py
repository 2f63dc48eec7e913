"""Read XLSX: one sheet, the first or the told one; numbers that are whole become ids without a fraction."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from percapita.errors import InputError, nearest
from percapita.sources.inventory import SourceFile
from percapita.sources.raw import RawBatch, ReadTotals, place_columns

BATCH = 10_000
MOST_UNPACKED = 1 << 30
BOMB_RATIO = 250


def _guard(file: SourceFile) -> None:
    """Raise InputError for a workbook that unpacks to far more than its size."""
    try:
        with zipfile.ZipFile(file.absolute) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError):
        raise InputError("the workbook is damaged or cut off", file.path, "save it again as XLSX") from None
    if unpacked > MOST_UNPACKED or (unpacked > 50 << 20 and unpacked > BOMB_RATIO * file.size):
        raise InputError(f"the workbook unpacks to {unpacked >> 20} MB", file.path, "save it as CSV if it is right")


def _rows(file: SourceFile) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _guard(file)
    try:
        book = CalamineWorkbook.from_path(str(file.absolute))
        wanted = file.source.sheet
        if wanted is not None and wanted not in book.sheet_names:
            raise InputError(f"the workbook has no sheet {wanted!r}", file.path, nearest(wanted, book.sheet_names))
        sheet = book.get_sheet_by_name(wanted) if wanted else book.get_sheet_by_index(0)
        yield from sheet.to_python(skip_empty_area=False)
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
        columns = {
            name: pa.array([_text(row[place]) if place < len(row) else None for _, row in chunk], pa.string())
            for name, place in places.items()
        }
        yield RawBatch(pa.array([number for number, _ in chunk], pa.int64()), columns)
    progress(file.size)


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
