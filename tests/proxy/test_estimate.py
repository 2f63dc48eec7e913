"""Metrics times factors: exact, capped, rounded by rule; what the licensor did not supply is never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.proxy.compare import compare
from percapita.proxy.estimate import NOT_SUPPLIED, Estimate, as_json, estimate
from percapita.proxy.metrics import Value, check_names, check_values, newest, read_metrics, write_metrics
from percapita.royalty.figures import System
from tests.proxy.samples import SHIPPED, value, with_hospital

ON = date(2026, 3, 31)


def users(*values: Value, factors: str = "") -> int | None:
    return estimate("ehr", values, with_hospital() if factors else SHIPPED, ON).users


def test_a_solo_physician() -> None:
    """UP-2: one physician, four users, and 68.00 at the rate of 2020."""
    assert users(value("A", "ambulatory", "physicians", 1)) == 4


def test_fewer_if_the_practice_has_fewer() -> None:
    """UP-3: the cap."""
    assert users(value("A", "ambulatory", "physicians", 2), value("A", "ambulatory", "people", 5)) == 5
    assert users(value("A", "ambulatory", "physicians", 2), value("A", "ambulatory", "people", 50)) == 8
    assert (
        users(
            value("A", "ambulatory", "physicians", 2),
            value("B", "ambulatory", "people", 5),
            value("B", "ambulatory", "physicians", 1),
        )
        == 12
    )


@pytest.mark.parametrize(("rounding", "expected"), [("up", 14), ("nearest", 14), ("down", 13)])
def test_rounding(rounding: str, expected: int) -> None:
    """UP-4: 5.9 beds x 1.3 + 3 providers x 2 are 13.67 users."""
    table = with_hospital(to=rounding)
    values = [value("H", "hospital", "staffed_beds", "5.9"), value("H", "hospital", "billing_providers", 3)]
    assert estimate("ehr", values, table, ON).users == expected


def test_entities_are_added_up_after_rounding() -> None:
    """UP-5."""
    values = [
        value(entity, "hospital", metric, number)
        for entity in "AB"
        for metric, number in (("staffed_beds", "0.1"), ("billing_providers", "0"))
    ]
    assert estimate("ehr", values, with_hospital(), ON).users == 2


def test_the_newest_value_of_the_period_decides() -> None:
    """UP-6."""
    values = [
        value("A", "ambulatory", "physicians", 3, "2024-01-01"),
        value("A", "ambulatory", "physicians", 5, "2026-03-31"),
        value("A", "ambulatory", "physicians", 9, "2026-04-01"),
    ]
    assert users(*values) == users(*reversed(values)) == 20


def test_a_value_may_be_about_some_systems_only() -> None:
    values = [
        value("A", "ambulatory", "physicians", 3),
        value("A", "ambulatory", "physicians", 2, "2025-12-31", "rcm"),
        value("B", "ambulatory", "physicians", 1, "2025-12-31", "ehr"),
    ]
    assert [estimate(name, values, SHIPPED, ON).users for name in ("ehr", "rcm", "pm")] == [16, 8, 12]


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ([value("H", "hospital", "staffed_beds", 100)], f"H, hospital: {NOT_SUPPLIED}"),
        ([value("A", "ambulatory", "people", 4)], "A, ambulatory: there is no value of physicians"),
        ([value("A", "ambulatory", "physicians", 4, "2027-01-01")], "no entity has a base metric for it"),
        ([], "no entity has a base metric for it"),
    ],
)
def test_what_is_missing_gives_no_users(values: list[Value], missing: str) -> None:
    found = estimate("ehr", values, SHIPPED, ON)
    assert (found.users, found.missing) == (None, [missing])
    assert as_json(found)["users"] is None


def test_one_missing_factor_leaves_no_total_and_no_ambulatory_four() -> None:
    values = [value("H", "hospital", "staffed_beds", 100), value("A", "ambulatory", "physicians", 2)]
    found = estimate("ehr", values, SHIPPED, ON)
    assert found.users is None
    assert [(part.entity, part.users) for part in found.parts] == [("A", 8), ("H", None)]


def test_sensitivity() -> None:
    values = [value("H", "hospital", "staffed_beds", 100), value("H", "hospital", "billing_providers", 40)]
    found = estimate("ehr", values, with_hospital(), ON)
    assert (found.users, [(one.metric, one.low, one.high) for one in found.shifts]) == (
        210,
        [("staffed_beds", 197, 223), ("billing_providers", 202, 218)],
    )


METRICS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.decimals(0, 5000, places=2), st.decimals(0, 900, places=1), st.none() | st.integers(0, 900)),
    min_size=1, max_size=3, unique_by=lambda row: row[0],
)  # fmt: skip


@given(rows=METRICS)
def test_the_sum_is_exact(rows: list[tuple[str, Decimal, Decimal, int | None]]) -> None:
    """Work it out again with fractions."""
    values, expected = [], 0
    for entity, beds, physicians, people in rows:
        values += [
            value(entity, "hospital", "staffed_beds", str(beds)),
            value(entity, "hospital", "billing_providers", 1),
        ]
        values.append(value(entity, "ambulatory", "physicians", str(physicians)))
        if people is not None:
            values.append(value(entity, "ambulatory", "people", people))
        term = 4 * Fraction(physicians)
        expected += ceil(Fraction(beds) * Fraction("1.3") + 2) + ceil(
            term if people is None else min(term, Fraction(people))
        )
    found = estimate("ehr", values, with_hospital(), ON)
    assert found.users == expected
    assert all(one.low is not None and one.high is not None and one.low <= expected <= one.high for one in found.shifts)


def test_hundred_digits_do_not_come_from_nowhere() -> None:
    assert users(value("A", "ambulatory", "physicians", "999999999.9999")) == 4_000_000_000


# ---- the table


HEADER = "entity,setting,metric,value,as_of,systems,source,evidence\n"


def test_metrics_come_back(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    values = (value("=A", "ambulatory", "physicians", "2.5", "2025-12-31", "ehr", "rcm"),)
    write_metrics(path, values)
    (found,) = read_metrics(path, SHIPPED)
    assert (found.entity, found.value, found.systems, found.as_of) == (
        "=A",
        Decimal("2.5"),
        ("ehr", "rcm"),
        date(2025, 12, 31),
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A,clinic,physicians,1,2025-01-01,,x,", "'clinic' is not a known word · m.csv, row 2, setting"),
        ("A,ambulatory,physcians,1,2025-01-01,,x,", "did you mean 'physicians'?"),
        ("A,ambulatory,physicians,-1,2025-01-01,,x,", "'-1' is not a number from 0 up · m.csv, row 2, value"),
        ("A,ambulatory,physicians,NaN,2025-01-01,,x,", "'NaN' is not a number"),
        ("A,ambulatory,physicians,1e9,2025-01-01,,x,", "'1e9' is not a number"),
        ("A,ambulatory,physicians,,2025-01-01,,x,", "this must not be empty · m.csv, row 2, value"),
        ("A,ambulatory,physicians,1,2025,,x,", "'2025' is not a day"),
        ("A,ambulatory,physicians,1,2025-01-01,,,", "this must not be empty · m.csv, row 2, source"),
        ("A,ambulatory,staffed_beds,1,2025-01-01,,x,", "staffed_beds is no metric of the setting ambulatory"),
        ("A,ambulatory,people,1,2025-01-01,,x,\nA,ambulatory,people,2,2025-01-01,,x,", "has two values as of 2025-01-01 · m.csv, row 3"),
    ],
)  # fmt: skip
def test_bad_metrics(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_metrics(path, SHIPPED)
    assert says in str(caught.value)


def test_names_of_the_plan() -> None:
    values = [value("A", "ambulatory", "physicians", 1, "2025-12-31", "ehr")]
    check_names(values, [], ["ehr"])
    check_values(values, SHIPPED)
    assert list(newest(values, "rcm", ON)) == []
    with pytest.raises(InputError, match="the plan has no entity 'A'"):
        check_names(values, ["B"], ["ehr"])
    with pytest.raises(InputError, match="the plan has no application 'ehr'"):
        check_names(values, ["A"], ["emr"])


# ---- beside the count


def test_what_explains_the_difference() -> None:
    counted = System(
        id="ehr", name="E", kind="emr", basis="log", users=90, by_use={"direct_access": 80, "output_reliance": 12},
        idle_accounts=25, unknown_accounts=2, undetermined=3, range=(88, 90),
    )  # fmt: skip
    found = compare(counted, 120)
    assert found.difference == 30
    assert [(one.figure, one.number) for one in found.reasons] == [
        ("idle_accounts", 25),
        ("undetermined", 3),
        ("unknown_accounts", 2),
        ("range", 2),
        ("direct_access", 80),
        ("output_reliance", 12),
    ]


def test_no_evidence_is_no_difference() -> None:
    counted = System(id="ehr", name="E", kind="emr", basis="none", users=None)
    assert (compare(counted, 120).difference, compare(counted, None).difference) == (None, None)
    assert Estimate("ehr", ()).users is None
