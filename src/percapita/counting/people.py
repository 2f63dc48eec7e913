"""Read the identity sources of a plan and make persons, their attributes and the book of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from percapita.counting.load import LoadedPlan, directory_of
from percapita.people.attributes import attribute_of_persons
from percapita.people.identities import IdentityTable, collect
from percapita.people.resolve import Persons, resolve
from percapita.sources.inventory import SourceFile, unchanged
from percapita.sources.read import ReadTotals, read_identities
from percapita.usage.accounts import AccountBook
from percapita.usage.kinds import settle_kinds
from percapita.usage.standing import Judge, standings

UNKNOWN_ENTITY = "unknown"


@dataclass(frozen=True)
class PeopleOfPlan:
    """Hold the persons of a plan: the book of accounts, the entity of each person, what was read."""

    persons: Persons
    book: AccountBook
    entities: list[str]
    tables: list[IdentityTable]
    totals: list[ReadTotals]


def read_people(loaded: LoadedPlan, files: Sequence[SourceFile]) -> PeopleOfPlan:
    """Return the persons made from the workforce and accounts files among `files`."""
    tables, totals = [], []
    for file in files:
        total = ReadTotals()
        rows = read_identities(file, total)
        unchanged(file)
        directory = None if file.source.type == "workforce" else directory_of(file.source)
        tables.append(IdentityTable(file.path, directory, rows))
        totals.append(total)
    nodes = collect(tables)
    proposals = settle_kinds(nodes, loaded.kinds, hints_of(tables))
    persons = resolve(nodes)
    day = loaded.plan.period.end
    countries = attribute_of_persons(persons, "country", day)
    judge = Judge(loaded.definition, loaded.exclusions)
    book = AccountBook(persons, standings(judge, persons, countries, proposals), judge)
    entities = _entities(loaded, attribute_of_persons(persons, "entity", day))
    return PeopleOfPlan(persons, book, entities, tables, totals)


def hints_of(tables: Sequence[IdentityTable]) -> dict[tuple[str, int], str]:
    """Return the kinds of accounts that lists propose, by file and row."""
    hints: dict[tuple[str, int], str] = {}
    for table in tables:
        if "proposed_kind" in table.rows.column_names:
            columns = (table.rows.column(name).to_pylist() for name in ("row", "proposed_kind"))
            hints |= {(table.path, row): kind for row, kind in zip(*columns, strict=True) if kind is not None}
    return hints


def _entities(loaded: LoadedPlan, texts: Sequence[str | None]) -> list[str]:
    """Return the id of each entity that the workforce names by id or by name; another text stands as it is."""
    by_text = {entity.name.casefold(): entity.id for entity in loaded.plan.entity}
    by_text |= {entity.id.casefold(): entity.id for entity in loaded.plan.entity}
    return [UNKNOWN_ENTITY if text is None else by_text.get(text.casefold(), text) for text in texts]
