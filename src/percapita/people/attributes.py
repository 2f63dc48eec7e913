"""What the workforce says of a person on a day or over some days: entity, country, kind of worker, employer, job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from percapita.people.identities import Employment

Attribute = Literal["entity", "country", "worker_type", "employer", "job", "department"]
Days = tuple[date, date]  # both inclusive


def attribute_on(day: date, rows: Sequence[Employment], attribute: Attribute) -> str | None:
    """Return the attribute of the row in force on `day`: the one begun last; of equals the first in the files.

    With none in force it is the row that ended last; rows that begin after `day` say nothing, nor do those that end
    before they begin.
    """
    best: tuple[tuple[date, date], str] | None = None
    for row in rows:
        value = getattr(row, attribute)
        begins = row.valid_from or date.min
        if value is None or begins > day or not is_sound(row):
            continue
        rank = (min(row.valid_to or day, day), begins)
        if best is None or rank > best[0]:
            best = (rank, value)
    return best[1] if best else None


def is_sound(row: Employment) -> bool:
    """Tell whether a workforce row does not end before it begins: such a row holds on no day."""
    return row.valid_from is None or row.valid_to is None or row.valid_from <= row.valid_to


def in_force(row: Employment, days: Days) -> bool:
    """Tell whether a workforce row holds on any of these days."""
    return is_sound(row) and (row.valid_from or date.min) <= days[1] and (row.valid_to or date.max) >= days[0]


def entities_over(rows: Sequence[Employment], days: Days) -> list[tuple[str | None, Days]]:
    """Return the entities of a person over these days, each with the part of them for which it holds.

    Rows in force at the same time hold side by side. For days on which no row is in force it is the entity known last
    before, else None.
    """
    held = [(row.entity, _clip(row, days)) for row in rows if row.entity is not None and in_force(row, days)]
    return held + [(attribute_on(gap[0], rows, "entity"), gap) for gap in _gaps([span for _, span in held], days)]


def _clip(row: Employment, days: Days) -> Days:
    return max(row.valid_from or date.min, days[0]), min(row.valid_to or date.max, days[1])


def _gaps(spans: Iterable[Days], days: Days) -> list[Days]:
    """Return the days that no span covers."""
    gaps = []
    begin = days[0]
    for first, last in sorted(spans):
        if first > begin:
            gaps.append((begin, first - timedelta(days=1)))
        begin = max(begin, last + timedelta(days=1))
    return [*gaps, (begin, days[1])] if begin <= days[1] else gaps
