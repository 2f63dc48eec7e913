"""What the workforce says of each person over a period: entity, kind of worker, country, employer, whether they left.

Few different profiles stand for very many people: whoever counts people by these words counts profiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from percapita.people.attributes import Attribute, Days, attribute_on, entities_over, is_sound
from percapita.people.identities import Employment
from percapita.people.resolve import Persons
from percapita.policy.countries import country_code
from percapita.policy.vocabulary import WORKER_TYPES

UNKNOWN = "unknown"
NOT_OWNED = "not_owned"


@dataclass(frozen=True)
class Organization:
    """Know the organization's own names: `entities` and `employers` give the id of a name without case.

    `owned` has the days on which an entity belongs to the organization; an entity that is not in it always does.
    """

    entities: Mapping[str, str]
    employers: Mapping[str, str]
    owned: Mapping[str, Sequence[Days]]

    def entity(self, text: str | None) -> str:
        """Return the id of an entity that is named by id or by name; another text stands as it is."""
        return UNKNOWN if text is None else self.entities.get(text.casefold(), text)

    def employer(self, text: str | None) -> str:
        """Return the id of an employer of the organization; another employer stands as it is written."""
        return UNKNOWN if text is None else self.employers.get(text.casefold(), text)


@dataclass(frozen=True)
class Profile:
    """Hold what is said of a person at the end of the period.

    `left`: the last employment ended before. `at_use` is the one entity of the whole period, None for a mover.
    """

    entity: str
    worker_type: str
    country: str
    employer: str
    left: bool
    at_use: str | None


@dataclass(frozen=True)
class Profiles:
    """Hold the profile of each person by number, and the entities of movers with the days for which they hold.

    `strange` are words for kinds of workers that nobody defined, with their people, who count as of an unknown kind.
    """

    known: Sequence[Profile]
    of_person: Sequence[int]
    moves: Mapping[int, Sequence[tuple[str, Days]]]
    strange: Mapping[str, int]

    def of(self, person: int) -> Profile:
        """Return the profile of a person."""
        return self.known[self.of_person[person]]


def profiles_of(persons: Persons, organization: Organization, days: Days) -> Profiles:
    """Return the profiles of all persons over these days."""
    numbers: dict[Profile, int] = {}
    of_person: list[int] = []
    moves: dict[int, list[tuple[str, Days]]] = {}
    strange: dict[str, int] = {}
    for person, rows in enumerate(_rows(persons)):
        spans = _spans(rows, organization, days)
        labels = {label for label, _ in spans}
        if len(labels) > 1:
            moves[person] = spans
        kind, word = _worker_type(_at_end(rows, "worker_type", days))
        if word is not None:
            strange[word] = strange.get(word, 0) + 1
        profile = Profile(
            entity=organization.entity(_at_end(rows, "entity", days)),
            worker_type=kind,
            country=_country(_at_end(rows, "country", days)),
            employer=organization.employer(_at_end(rows, "employer", days)),
            left=_left(rows, days[1]),
            at_use=labels.pop() if len(labels) == 1 else None,
        )
        of_person.append(numbers.setdefault(profile, len(numbers)))
    return Profiles(list(numbers), of_person, moves, dict(sorted(strange.items())))


def _rows(persons: Persons) -> Iterator[list[Employment]]:
    employment = persons.identities.employment
    for nodes in persons.nodes:
        yield [row for node in nodes if (row := employment[node]) is not None]


def _at_end(rows: Sequence[Employment], attribute: Attribute, days: Days) -> str | None:
    if len(rows) == 1 and rows[0].valid_from is None:  # nothing to choose
        return cast("str | None", getattr(rows[0], attribute))
    return attribute_on(days[1], rows, attribute) if rows else None


def _worker_type(text: str | None) -> tuple[str, str | None]:
    """Return the kind of worker and, if nobody defined the word for it, that word."""
    if text is None:
        return UNKNOWN, None
    word = text.casefold()
    return (word, None) if word in WORKER_TYPES else (UNKNOWN, text)


def _country(text: str | None) -> str:
    return UNKNOWN if text is None else country_code(text)


def _left(rows: Sequence[Employment], end: date) -> bool:
    """Tell whether someone was employed before the end of the period and is not on its last day."""
    begun = [row for row in rows if (row.valid_from or date.min) <= end and is_sound(row)]
    return bool(begun) and all(row.valid_to is not None and row.valid_to < end for row in begun)


def _spans(rows: Sequence[Employment], organization: Organization, days: Days) -> list[tuple[str, Days]]:
    """Return the entities of a person over some days, `NOT_OWNED` where one is not the organization's."""
    if not rows:
        return [(UNKNOWN, days)]
    return [
        part
        for text, span in entities_over(rows, days)
        for part in _owned(organization.entity(text), span, organization)
    ]


def _owned(entity: str, span: Days, organization: Organization) -> Iterator[tuple[str, Days]]:
    owned = organization.owned.get(entity)
    if owned is None:
        yield entity, span
        return
    begin = span[0]
    for first, last in sorted(owned):
        if last < begin or first > span[1]:
            continue
        if first > begin:
            yield NOT_OWNED, (begin, date.fromordinal(first.toordinal() - 1))
        yield entity, (max(first, begin), min(last, span[1]))
        if last >= span[1]:
            return
        begin = date.fromordinal(last.toordinal() + 1)
    yield NOT_OWNED, (begin, span[1])


def entities_used(spans: Sequence[tuple[str, Days]], windows: Sequence[Days]) -> set[str]:
    """Return the entities that hold on some day of these windows, in which a person used a system.

    Each window is of one month: exact to the day at both ends of the use, to the month between.
    """
    return {
        label for label, (first, last) in spans if any(first <= window[1] and last >= window[0] for window in windows)
    }
