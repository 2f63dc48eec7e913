"""Gather the days of the period on which the logs of a system have rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from percapita.counting.digest import Stamp
from percapita.counting.task import Task
from percapita.sources.spec import EventSource, tells_days


def days_covered(task: Task, stamps: Sequence[tuple[EventSource, Stamp]]) -> dict[str, set[date] | None]:
    """Return the days by listed system, None where one of its digests does not know them.

    A system without a log whose rows have times has no entry.
    """
    calendar = task.loaded.calendar
    found: dict[str, set[date] | None] = {}
    for source, stamp in stamps:
        if not tells_days(source):
            continue
        for system in stamp.patterns.keys() & task.loaded.systems.keys():
            days, before = stamp.days_of(system), found.get(system, set())
            inside = None if days is None else {day for day in days if calendar.start <= day <= calendar.end}
            found[system] = None if inside is None or before is None else before | inside
    return found
