"""What lets two results be matched without names: each person's employment, and the marks of each person's accounts.

Marks and pseudonyms are made with one key; its own mark stands in the metadata and tells results of two keys apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from percapita.counting.load import LoadedPlan
from percapita.counting.people import PeopleOfPlan
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.evidence.pseudonyms import account_mark, key_mark
from percapita.people.identities import Employment, Identities
from percapita.people.resolve import account_anchor
from percapita.usage.rules import matches

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = "percapita/people/1"
METADATA_KEY = b"percapita"


def people_schema() -> Any:
    """Return the Arrow schema of people.parquet."""
    import pyarrow as pa

    return pa.schema(
        [
            ("person", pa.string()),
            ("entity", pa.string()),
            ("employed_from", pa.date32()),
            ("employed_to", pa.date32()),
            ("in_workforce", pa.bool_()),
        ]
    )


def accounts_schema() -> Any:
    """Return the Arrow schema of accounts.parquet."""
    import pyarrow as pa

    return pa.schema([("account", pa.string()), ("person", pa.string())])


def people_table(loaded: LoadedPlan, people: PeopleOfPlan, pseudonyms: Sequence[str], key: bytes) -> pa.Table:
    """Return a row for each person of the plan, sorted by pseudonym, and in the metadata what the rules look for."""
    import pyarrow as pa

    employment = people.persons.identities.employment
    rows = []
    for person, nodes in enumerate(people.persons.nodes):
        held = [row for node in nodes if (row := employment[node]) is not None]
        rows.append((pseudonyms[person], people.profiles.of(person).entity, *_span(held), bool(held)))
    rows.sort(key=lambda row: row[0])
    schema = people_schema()
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    said = {"schema": SCHEMA, "key": key_mark(key), **rules_of_plan(loaded)}
    return pa.Table.from_arrays(arrays, schema=schema.with_metadata({METADATA_KEY: json.dumps(said)}))


def _span(held: Sequence[Employment]) -> tuple[date | None, date | None]:
    """Return the first and last day of employment over all rows of a person; None is open or not known."""
    begins, ends = [row.valid_from for row in held], [row.valid_to for row in held]
    known_begins = [day for day in begins if day is not None]
    known_ends = [day for day in ends if day is not None]
    return (
        min(known_begins) if known_begins and None not in begins else None,
        max(known_ends) if known_ends and None not in ends else None,
    )


def rules_of_plan(loaded: LoadedPlan) -> dict[str, Any]:
    """Return what tells whether two plans read the rows of a system alike: a hash of its rules, by system.

    `no_use` are the labels of the rules by which a row is no use.
    """
    return {
        "rules": {system: sha256_hex(canonical_json(_said(loaded, system))) for system in loaded.systems},
        "no_use": [rule.label for rule in loaded.all_rules if rule.use_type == "none"],
    }


def _said(loaded: LoadedPlan, system: str) -> list[list[Any]]:
    """Return what the rules say of a system, whatever their place in the plan."""
    rows: list[list[Any]] = [[*one.pattern, one.use_type] for one in loaded.rules if one.touches(system)]
    rosters = [asdict(replace(one, label="")) for one in loaded.roster_rules if matches(one.system, system)]
    return rows + [sorted(one.items()) for one in rosters]


def accounts_table(people: PeopleOfPlan, pseudonyms: Sequence[str], key: bytes) -> pa.Table:
    """Return the marks of each person's accounts and workforce rows, sorted."""
    import pyarrow as pa

    identities, of_node = people.persons.identities, people.persons.of_node
    rows = sorted({(account_mark(key, anchor), pseudonyms[of_node[node]]) for node, anchor in _anchors(identities)})
    accounts, persons = zip(*rows, strict=True) if rows else ((), ())
    return pa.Table.from_arrays(
        [pa.array(accounts, pa.string()), pa.array(persons, pa.string())], schema=accounts_schema()
    )


def _anchors(nodes: Identities) -> Iterator[tuple[int, str]]:
    """Yield what names each node: its login in its directory; of a workforce row the strongest identifier."""
    for node, directory in enumerate(nodes.directory):
        if directory is not None:
            yield node, account_anchor(directory, nodes.account[node])
        elif nodes.employee[node] is not None:
            yield node, f"employee_id:{nodes.employee[node]}"
        elif nodes.npi[node] is not None:
            yield node, f"npi:{nodes.npi[node]}"
        elif nodes.emails[node]:
            yield node, f"mailbox:{nodes.emails[node][0]}"
