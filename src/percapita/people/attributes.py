"""What the workforce says of a person on a day: entity, country, kind of worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from percapita.people.identities import Employment
from percapita.people.resolve import Persons

Attribute = Literal["entity", "country", "worker_type"]


def attribute_of_persons(persons: Persons, attribute: Attribute, day: date) -> list[str | None]:
    """Return for each person what holds on `day`, else what was known last before it, else None."""
    employment = persons.identities.employment
    if not any(employment):
        return [None] * len(persons.nodes)
    return [
        attribute_on(day, [row for node in nodes if (row := employment[node]) is not None], attribute)
        for nodes in persons.nodes
    ]


def attribute_on(day: date, rows: Sequence[Employment], attribute: Attribute) -> str | None:
    """Return the attribute of the row in force on `day`: the one begun last; of equals the first in the files.

    With none in force it is the row that ended last; rows that begin after `day` say nothing.
    """
    best: tuple[tuple[date, date], str] | None = None
    for row in rows:
        value = getattr(row, attribute)
        begins = row.valid_from or date.min
        if value is None or begins > day:
            continue
        rank = (min(row.valid_to or day, day), begins)
        if best is None or rank > best[0]:
            best = (rank, value)
    return best[1] if best else None
