"""Draw workforces and accounts so small that everything meets, and hand them to the product."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from percapita.people.identities import IdentityTable, collect
from percapita.people.resolve import Persons, resolve
from tests.people.naive import Label, Row

NPI, OTHER_NPI, THIRD_NPI = "1234567893", "1003004540", "1999999992"
EMPLOYEES = (None, None, None, "17", "00017", "C17", "c0017", "E17", "18", "C18", "000", "C000", "X-1", "x-1", " ")
NPIS = (None, None, None, NPI, OTHER_NPI, "1234567890", f" {NPI} ", "12345")
EMAILS = (
    None,
    None,
    "ann@x.org",
    "ANN+log@X.org",
    "bob@x.org",
    "desk@x.org",
    "+a@x.org",
    "none",
    "a b@x.org",
    "@x.org",
)
GIVEN, FAMILY = (None, "Ann", "ANN", "Änn", "Bob"), (None, "Lee", "Lee-", "Day")
TEXTS = (
    "account_id",
    "employee_id",
    "npi",
    "email",
    "given_name",
    "family_name",
    "kind",
    "entity",
    "country",
    "worker_type",
)


def rows() -> st.SearchStrategy[list[Row]]:
    """Return rows of two workforce files and three directories, numbered within their file."""
    person = {
        "employee_id": st.sampled_from(EMPLOYEES), "npi": st.sampled_from(NPIS), "email": st.sampled_from(EMAILS),
        "given_name": st.sampled_from(GIVEN), "family_name": st.sampled_from(FAMILY),
    }  # fmt: skip
    file = st.sampled_from(
        [
            ("hr.csv", None),
            ("hr2.csv", None),
            ("ad.csv", "ad"),
            ("ad2.csv", "ad"),
            ("ehr.csv", "ehr"),
            ("pacs.csv", "ad:e"),
        ]
    )
    row = st.builds(
        lambda at, account, keys: {"path": at[0], "directory": at[1], "account_id": account if at[1] else None, **keys},
        file, st.sampled_from(["a", "b", "c", "e:a", "A"]), st.fixed_dictionaries(person),
    )  # fmt: skip
    return st.lists(row, max_size=12).map(numbered)


def numbered(found: list[Row]) -> list[Row]:
    """Return rows with their numbers in their file, the header being row 1."""
    seen: dict[str, int] = {}
    result = []
    for row in found:
        seen[row["path"]] = seen.get(row["path"], 1) + 1
        result.append({**row, "row": seen[row["path"]]})
    return result


def tables(found: list[Row]) -> list[IdentityTable]:
    """Return the rows as the tables that reading their files would give, in the order in which files are met."""
    by_path: dict[str, list[Row]] = {}
    for row in found:
        by_path.setdefault(row["path"], []).append(row)
    return [IdentityTable(path, content[0]["directory"], _arrow(content)) for path, content in by_path.items()]


def _arrow(content: list[Row]) -> pa.Table:
    columns: dict[str, Any] = {"row": pa.array([row["row"] for row in content], pa.int64())}
    for name in TEXTS:
        columns[name] = pa.array([row.get(name) for row in content], pa.string())
    for name in ("valid_from", "valid_to"):
        days: list[date | None] = [row.get(name) for row in content]
        columns[name] = pa.array(days, pa.date32())
    return pa.table(columns)


def people(found: list[Row]) -> Persons:
    """Return the persons that the product makes of the rows."""
    return resolve(collect(tables(found)))


def labels(persons: Persons) -> list[Label]:
    """Return what tells each node from all others, as the naive implementation does."""
    nodes = persons.identities
    return [
        ("workforce", nodes.origin[node][0], str(nodes.origin[node][1]))
        if directory is None
        else ("account", directory, nodes.account[node])
        for node, directory in enumerate(nodes.directory)
    ]


def partition(persons: Persons) -> set[frozenset[Label]]:
    """Return each person as the set of its labels."""
    known = labels(persons)
    return {frozenset(known[node] for node in members) for members in persons.nodes}


def anchors(persons: Persons) -> dict[frozenset[Label], str]:
    """Return the anchor of each person."""
    known = labels(persons)
    return {
        frozenset(known[node] for node in members): anchor
        for members, anchor in zip(persons.nodes, persons.anchors, strict=True)
    }


def workforce(**keys: Any) -> Row:
    """Return a row of the workforce file."""
    return {"path": "hr.csv", "directory": None, **keys}


def account(login: str, directory: str = "ad", **keys: Any) -> Row:
    """Return a row of a directory's file."""
    return {"path": f"{directory}.csv", "directory": directory, "account_id": login, **keys}
