"""Turn the rows of a raw file into places and facts, by its layout; a row that cannot be read is a reject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from percapita.errors import InputError
from percapita.industry.identifiers import (
    Identifier,
    IdentifierError,
    read_ccn,
    read_npi,
    read_other,
    zip5,
)
from percapita.industry.layouts import Layout, plain
from percapita.industry.reading import RawFile, text_of
from percapita.industry.states import state_code
from percapita.sources.rejects import Reject

READ_KEY: dict[str, Callable[[str], Identifier]] = {"ccn": read_ccn, "npi": read_npi}
MISSING = {"", "not available", "not applicable", "n/a", "na", "null", "none", "."}
NUMBER = re.compile(r"-?\$?\s*[0-9][0-9,]*(\.[0-9]+)?|-?\.[0-9]+")
MONEY = ("salaries", "incentive_payment")  # corrections make these negative
FACTS = ("row", "scheme", "id", "metric", "number", "text", "begins", "ends")
PLACES = ("row", "scheme", "id", "name", "address", "city", "state", "zip", "phone", "npi")


@dataclass
class Found:
    """Hold what a file gave: columns of places and facts, rejects, and how often something was mended."""

    rows: int = 0
    blank: int = 0
    facts: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in FACTS})
    places: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in PLACES})
    rejects: list[Reject] = field(default_factory=list)
    mended: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    latest: date | None = None

    def add(self, kind: str, *values: object) -> None:
        """Add a row to the facts or the places."""
        table = self.facts if kind == "facts" else self.places
        for name, value in zip(table, values, strict=True):
            table[name].append(value)


class RowError(Exception):
    """Say which column of a row cannot be read, and why."""


class _Row:
    """Give one row's cells by the names of a layout."""

    def __init__(self, cells: dict[str, list[str]]) -> None:
        self._cells = cells
        self.place = 0

    def get(self, names: str | tuple[str, ...]) -> tuple[str, str]:
        """Return the column of the file that stands for these names, and the cell; both empty if there is none."""
        for name in (names,) if isinstance(names, str) else names:
            if name in self._cells:
                return name, self._cells[name][self.place]
        return "", ""


def read_rows(raw: RawFile, layout: Layout) -> Found:
    """Return all that a file of that layout says. Raises InputError when the file is damaged."""
    by_plain = {plain(name): name for name in reversed(raw.header) if name}
    wanted = {name: by_plain[plain(name)] for name in layout.named() if plain(name) in by_plain}
    found = Found()
    for numbers, columns in raw.batches(list(dict.fromkeys(wanted.values()))):
        row = _Row({name: text_of(columns[column]) for name, column in wanted.items()})
        for row.place, number in enumerate(numbers.to_pylist()):
            _read_row(raw.name, row, number, layout, found)
    found.rejects = sorted(
        [*(Reject(raw.name, one.row, one.column, one.reason) for one in raw.totals.rejects), *found.rejects]
    )
    found.rows = raw.totals.rows
    return found


def _read_row(name: str, row: _Row, number: int, layout: Layout, found: Found) -> None:
    if layout.only and row.get(layout.only[0])[1] not in layout.only[1]:
        return
    scheme, columns = layout.key
    column, cell = row.get(columns)
    if not cell:
        found.blank += 1  # titles of sections, notes at the end: nobody's row
        return
    try:
        key = _key(scheme, column, cell)
        begins, ends = period_of(row, layout)
        values = list(_values(row, layout))
    except RowError as error:
        where, _, reason = str(error).partition("\t")
        found.rejects.append(Reject(name, number, where, reason))
        return
    if key.mended:
        found.mended[key.mended] = found.mended.get(key.mended, 0) + 1
    if ends is not None and begins is not None:
        year = _year(begins, ends, layout)
        found.latest = max(ends, found.latest or ends)
        found.years[year] = found.years.get(year, 0) + 1
    for metric, value, text in values:
        found.add("facts", number, scheme, key.value, metric, value, text, begins, ends)
    _add_place(row, number, scheme, key.value, layout, found)


def _key(scheme: str, column: str, cell: str) -> Identifier:
    try:
        return READ_KEY.get(scheme, read_other)(cell)
    except IdentifierError as error:
        raise RowError(f"{column}\t{error}") from None


def _values(row: _Row, layout: Layout) -> Iterator[tuple[str, float | None, str | None]]:
    """Yield metric, number and text of what a row says; what is missing is left out."""
    if layout.measure:
        metric = layout.measure.get(row.get(layout.measure["column"])[1], "")
        column, cell = row.get(layout.measure["value"])
        if metric and metric not in (layout.measure["column"], layout.measure["value"]):
            value = number_of(column, cell)
            if value is not None:
                yield metric, value, None
    for metric, columns in layout.numbers.items():
        column, cell = row.get(columns)
        value = number_of(column, cell)
        if value is not None and value < 0 and metric not in MONEY:
            raise RowError(f"{column}\ta count below zero")
        if value is not None:
            yield metric, value, None
    for metric, columns in layout.texts.items():
        text = row.get(columns)[1]
        if text.lower() not in MISSING:
            yield metric, None, text


def number_of(column: str, cell: str) -> float | None:
    """Return the number in a cell, None where it is missing. Raises RowError for what is no number."""
    if cell.lower() in MISSING:
        return None
    if not NUMBER.fullmatch(cell):
        raise RowError(f"{column}\tnot a number")
    return float(re.sub(r"[$,\s]", "", cell))


def period_of(row: _Row, layout: Layout) -> tuple[date | None, date | None]:
    """Return first and last day that a row is about, both None where the file does not say."""
    period = layout.period
    if "year" in period:
        column, cell = row.get(period["year"])
        year = re.match(r"(19|20)[0-9]{2}", cell)
        if not year:
            if cell:
                raise RowError(f"{column}\tnot a year")
            return None, None
        return date(int(year[0]), 1, 1), date(int(year[0]), 12, 31)
    if "begins" not in period:
        return None, None
    begins, ends = (_day(*row.get(period[name]), str(period["format"])) for name in ("begins", "ends"))
    if begins and ends and ends < begins:
        raise RowError(f"{row.get(period['ends'])[0]}\tthe period ends before it begins")
    return begins, ends


def _day(column: str, cell: str, form: str) -> date | None:
    if cell.lower() in MISSING:
        return None
    try:
        return datetime.strptime(cell.split(" ")[0], form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise RowError(f"{column}\tnot a date such as {date(2021, 9, 30).strftime(form)}") from None


def _year(begins: date, ends: date, layout: Layout) -> int:
    """Return the year that a row is of: a report is of the federal fiscal year, from October 1, in which it begins."""
    if layout.coverage == "fiscal year":
        return begins.year + (begins.month >= 10)
    return ends.year


def _add_place(row: _Row, number: int, scheme: str, key: str, layout: Layout, found: Found) -> None:
    cells = {name: row.get(columns)[1] for name, columns in layout.place.items()}
    if not cells.get("name"):
        return
    npi = cells.get("npi", "")
    also = [cells["also"]] if cells.get("also") else []
    for name in (cells["name"], *also):
        found.add(
            "places",
            number,
            scheme,
            key,
            " ".join(name.split()),
            " ".join(cells.get("address", "").split()),
            " ".join(cells.get("city", "").split()),
            state_code(cells.get("state", "")),
            zip5(cells.get("zip", "")),
            re.sub(r"\D", "", cells.get("phone", ""))[-10:],
            npi if re.fullmatch(r"[12][0-9]{9}", npi) else "",
        )


def refuse_many_rejects(found: Found, name: str, most: float) -> None:
    """Raise InputError for the first reject when more than the allowed share of a file's rows cannot be read."""
    if found.rejects and len(found.rejects) > most * max(found.rows, 1):
        first = found.rejects[0]
        place = f"{name}, row {first.row}" + (f", column {first.column!r}" if first.column else "")
        raise InputError(
            f"{first.reason} ({len(found.rejects):,} of {found.rows:,} rows cannot be read)",
            place,
            "get the file again from its publisher, or allow them with --max-rejects",
        )
