"""Whatever two results hold, the parts add up to the difference and everybody is in exactly one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from percapita.counting.compare.causes import CAUSES
from percapita.counting.compare.comparison import Comparison, as_json, compare_results
from percapita.counting.compare.results import People, Results
from percapita.counting.determinations import persons_schema
from percapita.counting.matching import accounts_schema, people_schema
from percapita.royalty.figures import Figures, System

SYSTEMS = ("ehr", "rcm", "lab")
PERSONS = st.sampled_from([f"p-{number}" for number in range(6)])
ACCOUNTS = st.sampled_from([f"a-{number}" for number in range(7)])
RULES = ("undetermined", "use[0]", "use[1]", "exclude[0]", "shared", "UD-4", "UD-9/use[1]")
DAYS = st.sampled_from([None, date(2025, 6, 30), date(2026, 6, 30), date(2027, 2, 1)])
TIMES = st.sampled_from([None, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)])
MONTHS = st.frozensets(st.sampled_from([2026 * 12 + 3, 2026 * 12 + 9, 2025 * 12 + 3]))


@st.composite
def determinations(draw: st.DrawFn, system: str) -> list[dict[str, Any]]:
    rows = []
    for person in sorted(draw(st.sets(PERSONS))):
        counted = draw(st.booleans())
        rows.append(
            {
                "system": system,
                "person": person,
                "counted": counted,
                "rule": "UD-1/use[0]" if counted else draw(st.sampled_from(RULES)),
                "first_seen": draw(TIMES),
                "last_seen": draw(TIMES),
            }
        )
    return rows


@st.composite
def people(draw: st.DrawFn, rows: list[dict[str, Any]]) -> People:
    known = draw(st.sets(PERSONS))
    entities = st.sampled_from(["unknown", "MAIN", "ANNEX"])
    listed = [
        {
            "person": person,
            "entity": draw(entities),
            "employed_from": draw(DAYS),
            "employed_to": draw(DAYS),
            "in_workforce": draw(st.booleans()),
        }
        for person in sorted(known)
    ]
    accounts = [{"account": one, "person": owner} for one, owner in draw(st.dictionaries(ACCOUNTS, PERSONS)).items()]
    return People(
        key=draw(st.sampled_from(["k-1", "k-1", "k-1", "k-2"])),
        rules={system: draw(st.sampled_from(["x", "y"])) for system in SYSTEMS},
        no_use=draw(st.frozensets(st.sampled_from(["use[0]", "use[1]"]))),
        persons=pa.Table.from_pylist(rows, schema=persons_schema()),
        people=pa.Table.from_pylist(listed, schema=people_schema()),
        accounts=pa.Table.from_pylist(accounts, schema=accounts_schema()),
    )


@st.composite
def results(draw: st.DrawFn) -> Results:
    systems, rows = [], []
    for name in sorted(draw(st.sets(st.sampled_from(SYSTEMS)))):
        of_system = draw(determinations(name))
        counted = sum(row["counted"] for row in of_system)
        users = draw(st.sampled_from([counted, counted, counted, None, 40]))
        systems.append(System(id=name, name=name, kind="emr", basis="log", users=users))
        rows += of_system
    year = draw(st.sampled_from([2025, 2026, 2026]))
    figures = Figures(
        organization="tiny", name="Tiny", start=date(year, 1, 1), end=date(year, 12, 31), digest="sha256:0",
        systems=tuple(systems), persons=0,
    )  # fmt: skip
    definition = draw(st.sampled_from(["d1", "d2"]))
    missing = {name: draw(MONTHS) for name in SYSTEMS}
    found = draw(st.one_of(people(rows), people(rows), st.none()))
    return Results(figures, "2026", definition, "America/Chicago", missing, found)


def counted(side: Results, system: str) -> set[str]:
    """Return who counts, read row by row."""
    if side.people is None:
        return set()
    rows = side.people.persons.to_pylist()
    return {row["person"] for row in rows if row["counted"] and row["system"] == system}


def users(side: Results, system: str) -> int:
    return next((one.users or 0 for one in side.figures.systems if one.id == system), 0)


def check(found: Comparison) -> None:
    for one in found.systems:
        difference = users(found.new, one.id) - users(found.old, one.id)
        assert one.change == difference
        assert sum(part.change for part in one.parts) == difference
        assert {part.cause for part in one.parts} <= set(CAUSES)
        was, now = counted(found.old, one.id), counted(found.new, one.id)
        added = Counter(person for part in one.parts for person in part.added)
        removed = Counter(person for part in one.parts for person in part.removed)
        assert set(added.values()) | set(removed.values()) <= {1}
        assert set(added) <= now - was
        assert set(removed) <= was - now
        if not any(part.cause in ("basis", "system_added", "system_removed") for part in one.parts):
            matched = not found.notes and found.old.figures.system(one.id) and found.new.figures.system(one.id)
            lists = len(was) == users(found.old, one.id) and len(now) == users(found.new, one.id)
            assert not (matched and lists) or (set(added), set(removed)) == (now - was, was - now)
            assert all(part.change == len(part.added) - len(part.removed) for part in one.parts)


@given(results(), results())
def test_the_parts_add_up(old: Results, new: Results) -> None:
    found = compare_results(old, new)
    check(found)
    assert {one.id for one in found.systems} == {*old.figures.ids(), *new.figures.ids()}
    as_json(found)


@given(results(), results())
def test_a_comparison_seen_from_the_other_side_has_the_opposite_sign(old: Results, new: Results) -> None:
    there = {one.id: one for one in compare_results(old, new).systems}
    for one in compare_results(new, old).systems:
        assert one.change == -there[one.id].change
        assert {p for part in one.parts for p in part.added} == {
            p for part in there[one.id].parts for p in part.removed
        }


@given(results())
def test_a_result_does_not_differ_from_itself(side: Results) -> None:
    found = compare_results(side, replace(side))
    assert [part for one in found.systems for part in one.parts] == []
