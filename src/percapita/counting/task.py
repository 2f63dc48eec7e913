"""What an engine is given and what it gives back: the one interface between the plan and its engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from percapita.counting.load import LoadedPlan
from percapita.sources.inventory import SourceFile
from percapita.sources.read import ReadTotals
from percapita.usage.accounts import AccountBook


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

    `entities` and `pseudonyms` are by person; without pseudonyms no determinations are written. `digests` is the
    folder of digests, None when none are to be kept.
    `progress(title, done, total)` is called now and then with bytes.
    """

    loaded: LoadedPlan
    files: Sequence[EventFile]
    book: AccountBook
    directories: dict[str, set[str]]
    entities: Sequence[str]
    pseudonyms: Sequence[str] | None
    digests: Path | None
    progress: Callable[[str, int, int], None] = no_progress


@dataclass
class Tally:
    """Hold the counts of one system; the fields mean what they mean in the statement. `rows` are those in the period.

    `together` are the users if all identity conflicts were answered "same".
    """

    source_types: set[str] = field(default_factory=set)
    rows: int = 0
    users: int = 0
    together: int = 0
    by_use: dict[str, int] = field(default_factory=dict)
    by_entity: dict[str, int] = field(default_factory=dict)
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
    outside_period: int = 0


@dataclass
class Counted:
    """Hold what an engine found. `totals` are by file, in the order of the task's files.

    `write_persons(path)` writes persons.parquet: one row for each system and person with a row in the period.
    """

    tallies: dict[str, Tally]
    persons: int
    idle_accounts: int
    unlisted: dict[str, int]
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
