"""Load the calendars of reports: which periods a year has, and when the report of each is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of

SCHEMA = "percapita/report-calendar/1"
SHELF = Shelf("report_calendar", "table of report calendars", "--calendars")
KEYS: dict[str, dict[str, type]] = {
    "": {"schema": str, "id": str, "title": str, "effective": date, "source": list, "calendar": list},
    "source": {"id": str, "title": str, "says": str},
    "calendar": {"name": str, "periods": list, "source": str},
    "period": {"ends": str, "due": str},
}
A_YEAR = 2001  # not a leap year: 29 February ends no period and is no due date
FIRST_YEAR, LAST_YEAR = 1990, 2200  # a year outside is a slip of the finger
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Hold a period of a calendar: first day, last day, the day on which its report is due."""

    start: date
    end: date
    due: date


@dataclass(frozen=True)
class ReportCalendar:
    """Hold one calendar: for each period the month and day on which it ends and on which its report is due."""

    name: str
    ends: tuple[tuple[int, int], ...]
    due: tuple[tuple[int, int], ...]
    source: str

    def periods(self, year: int) -> tuple[Period, ...]:
        """Return the periods of a calendar year, in order. What is due before its period ends is due a year later.

        Raises InputError for a year that no report can be about.
        """
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InputError(f"{year} is not a year of reports", "--period", f"use {FIRST_YEAR} to {LAST_YEAR}")
        found = []
        start = date(year, 1, 1)
        for ends, due in zip(self.ends, self.due, strict=True):
            end = date(year, *ends)
            found.append(Period(start, end, date(year if due > ends else year + 1, *due)))
            start = end + ONE_DAY
        return tuple(found)

    def period(self, end: date) -> Period:
        """Return the period that ends on a day. Raises InputError where none does."""
        periods = self.periods(end.year)
        found = next((one for one in periods if one.end == end), None)
        if found is None:
            ends = ", ".join(one.end.isoformat() for one in periods)
            raise InputError(f"no period of the {self.name} calendar ends on {end}", "--period", f"use one of: {ends}")
        return found


@dataclass(frozen=True)
class ReportCalendars:
    """Hold the calendars of a table by name, with the hash of the file they were read from."""

    id: str
    sha256: str
    calendars: dict[str, ReportCalendar]

    def calendar(self, name: str) -> ReportCalendar:
        """Return a calendar. Raises InputError for one that the table does not have."""
        if name not in self.calendars:
            raise InputError(f"{name!r} is not a calendar of reports", "--calendar", nearest(name, self.calendars))
        return self.calendars[name]


def load_report_calendars(name: str | None, base: Path) -> ReportCalendars:
    """Return the calendars of that id or path (relative to `base`); None are the newest shipped ones.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_report_calendars(*SHELF.content(name, base))


def parse_report_calendars(content: bytes, where: str) -> ReportCalendars:
    """Return the calendars written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    _check_shape(table, where)
    titles = {source["id"]: source["title"] for source in table["source"]}
    calendars = [_calendar(entry, titles, f"{where}, {entry['name']}") for entry in table["calendar"]]
    return ReportCalendars(table["id"], hash_of(content), {one.name: one for one in calendars})


def _check_shape(table: dict[str, Any], where: str) -> None:
    check_keys(table, KEYS[""], where)
    for name in ("source", "calendar"):
        for number, entry in enumerate(table[name], start=1):
            check_keys(entry, KEYS[name], f"{where}, [[{name}]] {number}")
    for entry in table["calendar"]:
        for number, period in enumerate(entry["periods"], start=1):
            check_keys(period, KEYS["period"], f"{where}, {entry['name']}, period {number}")
    check_once([source["id"] for source in table["source"]], f"{where}, [[source]]")
    check_once([entry["name"] for entry in table["calendar"]], f"{where}, [[calendar]]")
    check_known(
        [entry["source"] for entry in table["calendar"]], [source["id"] for source in table["source"]], "source", where
    )


def _calendar(entry: dict[str, Any], titles: dict[str, str], where: str) -> ReportCalendar:
    ends = tuple(_month_day(period["ends"], where) for period in entry["periods"])
    due = tuple(_month_day(period["due"], where) for period in entry["periods"])
    if list(ends) != sorted(set(ends)) or ends[-1:] != ((12, 31),):
        raise InputError(
            "the periods do not follow one another to 12-31", where, "put them in order, the last to 12-31"
        )
    return ReportCalendar(entry["name"], ends, due, titles[entry["source"]])


def _month_day(text: str, where: str) -> tuple[int, int]:
    try:
        found = date.fromisoformat(f"{A_YEAR}-{text}")
    except ValueError:
        raise InputError(f"{text!r} is not a month and a day", where, 'write it as "06-30"') from None
    return found.month, found.day
