"""What an engine is given and what it gives back: the one interface between the plan and its engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from percapita.counting.load import LoadedPlan
from percapita.people.profiles import Profiles
from percapita.sources.inventory import SourceFile
from percapita.sources.read import ReadTotals
from percapita.usage.accounts import AccountBook
from percapita.usage.roster import Roster


def no_progress(title: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class EventFile:
    """Name one file of events to count: present, or gone with its kept digest."""

    file: SourceFile
    sha256: str
    kept: Path | None = None


@dataclass(frozen=True)
class Task:
    """Hold everything an engine needs to count.

    `pseudonyms` are by person; without them no determinations are written. `digests` is the folder of digests, None
    when none are to be kept. Whoever the roster lists counts besides the files.
    `progress(title, done, total)` is called now and then with bytes.
    """

    loaded: LoadedPlan
    files: Sequence[EventFile]
    book: AccountBook
    directories: dict[str, set[str]]
    profiles: Profiles
    roster: Roster
    pseudonyms: Sequence[str] | None
    digests: Path | None
    progress: Callable[[str, int, int], None] = no_progress

    @property
    def recent_from(self) -> date:
        """Return the first of the days at the end of the period in which a person is "active at the end"."""
        calendar = self.loaded.calendar
        return max(calendar.start, calendar.end - timedelta(days=self.loaded.definition.recent_days - 1))

    @property
    def recent_months(self) -> tuple[date, ...]:
        """Return the months that lie wholly in those days: use in them needs no time to be recent."""
        return tuple(month for month in self.loaded.calendar.months if month >= self.recent_from)


@dataclass(frozen=True)
class Move:
    """Say when a mover, who had several entities in the period, used a system: first, last, and in which months."""

    person: int
    first: datetime | None
    last: datetime | None
    months: tuple[date, ...]


@dataclass
class Tally:
    """Hold the counts of one system; the fields mean what they mean in the statement. `rows` are those in the period.

    `together` are the users if all identity conflicts were answered "same", `recent` those active at the end of the
    period. `profiles` are the users by the number of their profile, `first` and `last` the times
    of all rows in the period, `days` those with rows, None where they are not known.
    """

    source_types: set[str] = field(default_factory=set)
    rows: int = 0
    users: int = 0
    together: int = 0
    by_use: dict[str, int] = field(default_factory=dict)
    recent: int = 0
    profiles: dict[int, int] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    by_month: dict[date, int] = field(default_factory=dict)
    events: int = 0
    accounts_seen: int = 0
    idle_accounts: int = 0
    unknown_accounts: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    needs_determination: dict[str, int] = field(default_factory=dict)
    shared_accounts: int = 0
    below_minimum: int = 0
    users_on_proposals: int = 0
    undetermined_events: int = 0
    undetermined_persons: int = 0
    months_covered: set[date] = field(default_factory=set)
    days: set[date] | None = None
    first: datetime | None = None
    last: datetime | None = None
    outside_period: int = 0


@dataclass
class Counted:
    """Hold what an engine found. `totals` are by file, in the order of the task's files.

    `profiles` are the people of all listed systems by the number of their profile, `unlisted` the rows and the people
    of systems that are not listed. `write_persons(path)` writes persons.parquet: one row for each system and person
    with a row in the period or on the roster.
    """

    tallies: dict[str, Tally]
    persons: int
    idle_accounts: int
    profiles: dict[int, int]
    unlisted: dict[str, tuple[int, int]]
    groups: dict[str, int]
    totals: list[ReadTotals]
    write_persons: Callable[[Path], None]


class CountingEngine(Protocol):
    """Interpret a task."""

    name: str

    @property
    def version(self) -> str:
        """Return the version of the software that counts."""

    def count(self, task: Task) -> Counted:
        """Read the files and count."""
