"""Split the users of a system by what the workforce says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from percapita.counting.task import Move, Tally, Task
from percapita.people.attributes import Days
from percapita.people.profiles import UNKNOWN, Profile, entities_used
from percapita.policy.countries import UNITED_STATES
from percapita.sources.calendar import month_start, next_month


@dataclass(frozen=True)
class Breakdown:
    """Count the people of some profiles; each table adds up to all of them."""

    by_entity: dict[str, int]
    by_worker_type: dict[str, int]
    by_country: dict[str, int]
    by_employer: dict[str, int]
    leavers: int
    outside_us: int
    other_employer: int


def break_down(task: Task, people_of: Mapping[int, int]) -> Breakdown:
    """Return the breakdown of people by the number of their profile."""
    known = [(task.profiles.known[number], people) for number, people in people_of.items()]
    countries, employers = _by(known, "country"), _by(known, "employer")
    own = {task.loaded.plan.organization.id, UNKNOWN, *(entity.id for entity in task.loaded.plan.entity)}
    return Breakdown(
        by_entity=_by(known, "entity"),
        by_worker_type=_by(known, "worker_type"),
        by_country=countries,
        by_employer=employers,
        leavers=sum(people for profile, people in known if profile.left),
        outside_us=sum(people for country, people in countries.items() if country not in (UNITED_STATES, UNKNOWN)),
        other_employer=sum(people for employer, people in employers.items() if employer not in own),
    )


def _by(known: list[tuple[Profile, int]], attribute: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for profile, people in known:
        found[getattr(profile, attribute)] += people
    return dict(sorted(found.items()))


def by_entity_at_use(task: Task, tally: Tally) -> dict[str, int]:
    """Return the users by the entity they had when they used the system; a mover may count under several.

    Exact to the day at the first and the last use of a mover, to the month between. Without a time it is the entity at
    the end of the period.
    """
    found: Counter[str] = Counter()
    for number, people in tally.profiles.items():
        label = task.profiles.known[number].at_use
        if label is not None:
            found[label] += people
    for move in tally.moves:
        spans = task.profiles.moves[move.person]
        labels = entities_used(spans, _windows(task, move)) if move.months else set()
        found.update(labels or {task.profiles.of(move.person).entity})
    return dict(sorted(found.items()))


def _windows(task: Task, move: Move) -> list[Days]:
    """Return the days of each month of use on which it may have been."""
    zone, calendar = task.loaded.calendar.zone, task.loaded.calendar
    first = move.first.astimezone(zone).date() if move.first else date.min
    last = move.last.astimezone(zone).date() if move.last else date.max
    windows = []
    for month in move.months:
        begin, end = max(month, calendar.start), min(next_month(month) - timedelta(days=1), calendar.end)
        begin = max(begin, first) if month_start(first) == month else begin
        end = min(end, last) if month_start(last) == month else end
        windows.append((begin, end))
    return windows
