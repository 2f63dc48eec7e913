"""Read the tables of a build - chargemaster, rates, remittances - through the readers of `sources`, batch by batch."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, cast

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile, take_inventory, unchanged
from percapita.sources.raw import ReadTotals, columns_named, label
from percapita.sources.read import raw_batches
from percapita.sources.spec import Column
from percapita.sources.values import texts

Progress = Callable[[str, int, int], None]
AMOUNT = re.compile(r"\$? ?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]*)?")
MOST_DIGITS = 13
UNIT = Decimal("0.0001")
MOST_LISTED = 1000
AT_ONCE = 10_000


@dataclass(frozen=True)
class Problem:
    """Hold a row that cannot be used: where it is, and why."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        """Return the problem as people read it."""
        place = f"{self.file} row {self.row}" if self.row else self.file
        return f"{place}, {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass
class Problems:
    """Hold the first problems and count all."""

    found: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        """Add a problem."""
        self.count += 1
        if len(self.found) < MOST_LISTED:
            self.found.append(problem)


class LeftOut:
    """Write what is left out to a file, row by row, and count it by reason."""

    def __init__(self, path: Path) -> None:
        """Begin the file."""
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(("file", "row", "reason"))
        self.counts: dict[str, int] = {}

    def add(self, file: str, row: int, reason: str, counted_as: str = "") -> None:
        """Leave a row out; it is counted by its reason, or as something more general."""
        self._rows.writerow((file, row, reason))
        self.count(counted_as or reason)

    def count(self, reason: str, times: int = 1) -> None:
        """Count what is left out without listing it."""
        if times:
            self.counts[reason] = self.counts.get(reason, 0) + times

    def close(self) -> None:
        """End the file."""
        self._file.close()


class _Columns:
    """Name columns as `sources` wants them named."""

    def __init__(self, rules: dict[str, Column]) -> None:
        self.__struct_fields__ = tuple(rules)
        for name, rule in rules.items():
            setattr(self, name, rule)


@dataclass(frozen=True)
class _Source:
    """Be a source of a table that is no part of a plan."""

    path: str
    columns: _Columns
    delimiter: str | None
    encoding: str | None
    sheet: str | None
    date_format: str | None
    format: None = None
    header: None = None
    records: None = None
    type: str = "table"


@dataclass(frozen=True)
class Used:
    """Hold a file that was read: its name, hash, size and rows."""

    name: str
    sha256: str
    bytes: int
    rows: int


Batch = tuple[list[int], dict[str, list[str | None]]]


class TableFile:
    """Read the named columns of one file, as texts."""

    def __init__(self, path: Path, rules: dict[str, Column], written: Any) -> None:
        """Look at the file. Raises InputError where it is missing or no table."""
        if not path.exists():
            raise InputError("there is no such file", str(path), "check the path")
        told = (written.delimiter, written.encoding, written.sheet, written.date_format)
        source = _Source(str(path.absolute()), _Columns(rules), *told)
        found = take_inventory(cast("Any", [source]), Path())
        self.file: SourceFile = replace(found[0], path=path.name)
        self.labels = {name: label(rule, name) for name, rule in rules.items()}
        self.totals = ReadTotals()

    def batches(self, progress: Progress) -> Iterator[Batch]:
        """Yield row numbers and the columns by name."""
        done = 0

        def told(units: int) -> None:
            nonlocal done
            done += units
            progress(f"reading {self.file.path}", done, self.file.size)

        named = columns_named(self.file.source)
        for batch in raw_batches(self.file, self.totals, told):
            columns = {name: texts(batch, rule) for name, rule in named.items()}
            for start in range(0, len(batch.numbers), AT_ONCE):  # rows as Python values are large
                part = {name: column.slice(start, AT_ONCE).to_pylist() for name, column in columns.items()}
                yield batch.numbers.slice(start, AT_ONCE).to_pylist(), part

    def used(self) -> Used:
        """Return what was read. Raises InputError if the file changed meanwhile."""
        with self.file.absolute.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        unchanged(self.file)
        return Used(self.file.path, sha256, self.file.size, self.totals.rows)

    def rejects(self) -> Iterator[Problem]:
        """Yield the rows that could not be split into cells."""
        for one in self.totals.rejects:
            yield Problem(one.path, one.row, one.column, one.reason)


class NoAmountError(ValueError):
    """Say why a text is no amount."""


def amount_of(text: str | None) -> Decimal | None:
    """Return an amount above zero, None for nothing or zero: dollar signs and commas of thousands are taken off.

    Digits beyond the fourth decimal are noise of a spreadsheet and rounded off. Raises NoAmountError.
    """
    if text is None:
        return None
    if not AMOUNT.fullmatch(text) or not any(sign.isdigit() for sign in text):
        raise NoAmountError("no amount; write it such as 1250.50")
    number = Decimal(text.lstrip("$ ").replace(",", ""))
    if number >= 10**MOST_DIGITS:
        raise NoAmountError("too large for an amount")
    return number.quantize(UNIT, ROUND_HALF_UP) or None


def amount_text(number: Decimal | None) -> str:
    """Return an amount with two decimals, or as many as it needs."""
    if number is None:
        return ""
    text = format(number, "f")
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part.ljust(2, '0')}" if part else f"{whole}.00"
