"""Read small tables that people keep in a spreadsheet: CSV with named columns, each cell of a kind, errors by cell.

The same columns check the cells of a workbook form. Only dated tables of a few thousand rows belong here; logs and
directories have readers of their own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest
from percapita.wording import many

MOST_BYTES = 32 << 20
LONGEST = 500
DELIMITERS = (",", ";", "\t")
WHOLE = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CellError(ValueError):
    """Say what is wrong with one cell, and what to write instead."""

    def __init__(self, what: str, cure: str) -> None:
        """Keep both parts; each is a clause without a full stop."""
        super().__init__(what, cure)
        self.what, self.cure = what, cure


def text(cell: str) -> str:
    """Return a text. Raises CellError for one that is too long or holds signs that nobody sees."""
    if len(cell) > LONGEST:
        raise CellError(f"this is longer than {LONGEST} signs", "shorten it")
    if not cell.isprintable():
        raise CellError("there are signs in it that cannot be printed", "write it again")
    return cell


def day(cell: str) -> date:
    """Return a day written as 2026-01-31. Raises CellError for any other form."""
    try:
        if DAY.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise CellError(f"{_short(cell)} is not a day", "write it as 2026-01-31")


def whole(cell: str) -> int:
    """Return a whole number from 0 up. Raises CellError for a fraction, a sign or a separator."""
    if not WHOLE.fullmatch(cell):
        raise CellError(f"{_short(cell)} is not a whole number from 0 up", "write digits only, such as 1200")
    return int(cell)


def decimal(cell: str) -> Decimal:
    """Return a number from 0 up with at most four decimals. Raises CellError for anything else."""
    if not DECIMAL.fullmatch(cell):
        raise CellError(f"{_short(cell)} is not a number from 0 up", "write it as 412 or 37.5")
    return Decimal(cell)


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of cells that hold one of these words, whatever their case."""

    def read(cell: str) -> str:
        if cell.casefold() not in words:
            raise CellError(f"{_short(cell)} is not a known word", nearest(cell, words))
        return cell.casefold()

    return read


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:40] + "...")


@dataclass(frozen=True)
class Column:
    """Name a column, how a cell of it is read, and whether a row may lack it (None is read then)."""

    name: str
    read: Callable[[str], Any] = text
    required: bool = False


@dataclass(frozen=True)
class Row:
    """Hold the values of a row by column, and what to call it in an error; the header is row 1."""

    values: dict[str, Any]
    where: str


@dataclass(frozen=True)
class Problem:
    """Hold what is wrong with the cell of one column, and what to do."""

    column: str
    what: str
    cure: str


def read_row(cells: Mapping[str, str], columns: Sequence[Column]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of a row and all that is wrong with its cells; a value that is wrong is None."""
    values: dict[str, Any] = {}
    problems = []
    for column in columns:
        cell = unguarded(cells.get(column.name, "").strip())
        values[column.name] = None
        try:
            if cell:
                values[column.name] = column.read(cell)
            elif column.required:
                problems.append(Problem(column.name, "this must not be empty", "fill it in"))
        except CellError as error:
            problems.append(Problem(column.name, error.what, error.cure))
    return values, problems


def unguarded(cell: str) -> str:
    """Return a text without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def read_csv(path: Path, columns: Sequence[Column], title: str) -> list[Row]:
    """Return the rows of a CSV file in UTF-8; `title` is what people call such a table.

    Blank rows are left out. Raises InputError that names the row and the column of the first cell that is wrong.
    """
    lines = lines_of(path, title)
    header = next(lines, (1, []))[1]
    names = [cell.strip().casefold() for cell in header]
    _check_header(names, columns, path.name)
    rows = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, row {number}"
        if len(cells) > len(names):
            raise InputError(f"the row has {many(len(cells), 'cell')}, the header {len(names)}", where, "quote commas")
        values, problems = read_row(dict(zip(names, cells, strict=False)), columns)
        for problem in problems:
            raise InputError(problem.what, f"{where}, {problem.column}", problem.cure)
        rows.append(Row(values, where))
    return rows


def lines_of(path: Path, title: str, exported: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of the rows with the number of the line they begin on, the header first.

    A table that another program `exported` may also be in cp1252, and may have semicolons or tabs between its cells.
    Raises InputError for what is no such table.
    """
    content = _content(path, title, exported)
    reader = csv.reader(
        io.StringIO(content, newline=""), delimiter=_delimiter(content) if exported else ",", strict=True
    )
    try:
        before = 0
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        raise InputError(
            f"the {title} cannot be split into cells", f"{path.name}, row {before + 1}", "look for a stray quote"
        ) from None


def _content(path: Path, title: str, exported: bool) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"the {title} is larger than {MOST_BYTES >> 20} MB", path.name, "give the right file")
        data = path.read_bytes()
        content = _decoded(data) if exported else data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"the {title} cannot be read ({error.strerror})", str(path), "check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"the {title} is not UTF-8 text", path.name, "save it as CSV in UTF-8") from None
    if "\0" in content:
        raise InputError(f"the {title} is not text", path.name, "save it as CSV in UTF-8")
    return content


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _delimiter(content: str) -> str:
    """Return the sign between the cells: the one that stands most often in the header."""
    header = content.partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _check_header(names: Sequence[str], columns: Sequence[Column], where: str) -> None:
    known = [column.name for column in columns]
    for name in names:
        if name and name not in known:
            raise InputError(f"the column {name!r} is not known", f"{where}, row 1", nearest(name, known))
        if name and names.count(name) > 1:
            raise InputError(f"the column {name!r} is there twice", f"{where}, row 1", "keep one of them")
    for column in columns:
        if column.required and column.name not in names:
            raise InputError(f"the column {column.name!r} is missing", f"{where}, row 1", f"name {', '.join(known)}")
