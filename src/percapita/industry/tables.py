"""Small tables that a person writes: sites, reported figures, organizations to link. CSV with known columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from percapita.errors import InputError, nearest

LONGEST = 60  # signs of a foreign column name that a message repeats


def read_table(path: Path, columns: Sequence[str], needed: Sequence[str] = ()) -> list[tuple[int, dict[str, str]]]:
    """Return row number and trimmed cells of each row that is not blank; columns that are not there are empty.

    UTF-8, else cp1252. Raises InputError for a file that cannot be read, an unknown column, one that is there twice, a
    needed one that is missing, and a row with more cells than the header.
    """
    rows = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        _check(header, columns, needed, path)
        return list(_cells(rows, header, columns, path))
    except csv.Error:
        raise InputError("this is no CSV file", f"{path.name}, row {rows.line_num}", "save it as CSV UTF-8") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", str(path), "check the path") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _check(header: Sequence[str], columns: Sequence[str], needed: Sequence[str], path: Path) -> None:
    where = f"{path.name}, row 1"
    for name in header:
        if name not in columns:
            raise InputError(f"the column {name[:LONGEST]!r} is not known", where, nearest(name, columns))
        if header.count(name) > 1:
            raise InputError(f"the column {name!r} is there twice", where, "remove one of them")
    for name in needed:
        if name not in header:
            raise InputError(f"the column {name!r} is missing", where, f"write the columns {', '.join(columns)}")


def _cells(
    rows: Iterable[list[str]], header: Sequence[str], columns: Sequence[str], path: Path
) -> list[tuple[int, dict[str, str]]]:
    found = []
    for number, row in enumerate(rows, start=2):
        if len(row) > len(header):
            raise InputError(
                "the row has more cells than the header", f"{path.name}, row {number}", "put commas in quotes"
            )
        told = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if any(told.values()):
            found.append((number, {name: told.get(name, "") for name in columns}))
    return found
