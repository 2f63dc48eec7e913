"""Make a book of accounts from rows, exclusions and a user definition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from percapita.people.profiles import UNKNOWN, Organization, profiles_of
from percapita.policy.user_definition import UserDefinition, load_user_definition
from percapita.usage.accounts import AccountBook
from percapita.usage.standing import Exclusion, Judge, standings
from tests.people.draw import numbered, people
from tests.people.naive import Row

DAY = date(2026, 12, 31)
SHIPPED = load_user_definition(None, Path())


def book(rows: list[Row], *exclusions: Exclusion, definition: UserDefinition = SHIPPED) -> AccountBook:
    """Return the book that a count of these rows would use."""
    persons = people(numbered(rows))
    judge = Judge(definition, exclusions)
    profiles = profiles_of(persons, Organization({}, {}, {}), (DAY, DAY))
    said = [profiles.of(person).country for person in range(len(persons.nodes))]
    countries = [None if country == UNKNOWN else country for country in said]
    return AccountBook(persons, standings(judge, persons, countries), judge)


def anchor(found: AccountBook, person: int | None) -> str | None:
    """Return the anchor of a person."""
    return None if person is None else found.persons.anchors[person]
