"""Who pays for whom: what others cover is not billed, and what does not add up is found with its units."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.royalty.payers import PAYERS, PayerRow, read_payers, units_on
from percapita.royalty.split import split
from tests.royalty.samples import row, system

EHR = system("ehr", 100, {"A": 60, "B": 40})


def found(*rows: PayerRow) -> tuple[int | None, dict[str, int]]:
    answer = split(EHR, rows, 2024)
    return answer.own, {one.code: one.units for one in answer.findings}


@pytest.mark.parametrize(
    ("rows", "own", "findings"),
    [
        ([], 100, {}),
        ([row("ehr", "vendor", "all")], 0, {}),
        ([row("ehr", "vendor", 30)], 70, {}),
        ([row("ehr", "vendor", "all", entity="A")], 40, {}),
        ([row("ehr", "vendor", "all", entity="A"), row("ehr", "distributor", "rest")], 0, {}),
        ([row("ehr", "own_license", "all")], 100, {}),
        # twice
        ([row("ehr", "vendor", "all"), row("ehr", "own_license", 60)], 0, {"paid_twice": 60}),
        ([row("ehr", "vendor", "all"), row("ehr", "outsourcer", "all")], 0, {"conflict": 100}),
        ([row("ehr", "vendor", 120)], 0, {"unused_units": 20}),
        ([row("ehr", "vendor", 50, entity="B"), row("ehr", "own_license", 50)], 50, {"unused_units": 10}),
        ([row("ehr", "vendor", 30, entity="B"), row("ehr", "outsourcer", 20, entity="B")], 50, {"paid_twice": 10}),
        # one after the other is not twice
        ([row("ehr", "vendor", "all", ends="2024-06-30"), row("ehr", "outsourcer", "all", "2024-07-01")], 0, {}),
        # ends
        ([row("ehr", "vendor", "all", ends="2024-06-30")], 100, {"lapse": 100}),
        ([row("ehr", "vendor", "all", upstream_end="2024-06-30")], 100, {"lapse": 100}),
        ([row("ehr", "vendor", 30, ends="2023-03-31")], 100, {"lapse": 30}),
        ([row("ehr", "vendor", "all", ends="2024-12-31")], 0, {}),
        ([row("ehr", "vendor", "all", ends="2022-12-31"), row("ehr", "own_license", "all", "2023-01-01")], 100, {}),
        ([row("ehr", "vendor", "all", ends="2024-03-31"), row("ehr", "vendor", "all", "2024-06-01")], 100, {"lapse": 100}),
        ([row("ehr", "vendor", 30, ends="2020-03-31"), row("ehr", "outsourcer", 30, "2020-04-01", "2021-01-01")], 100, {"lapse": 30}),
        # begins
        ([row("ehr", "vendor", "all", "2024-03-01")], 100, {"gap": 100}),
        ([row("ehr", "vendor", "all", "2024-03-01"), row("ehr", "own_license", "all", "2020-01-01", "2024-02-29")], 100, {}),
        ([row("ehr", "vendor", "all", "2025-01-01")], 100, {}),
    ],
)  # fmt: skip
def test_who_pays(rows: list[PayerRow], own: int, findings: dict[str, int]) -> None:
    assert found(*rows) == (own, findings)


def test_users_that_are_not_known() -> None:
    answer = split(system("old", None), [row("old", "vendor", 5)], 2024)
    assert (answer.own, [units for _, units in answer.through], answer.findings) == (None, [5], ())


def test_what_others_pay_at_an_entity_is_not_that_entity_s_cost() -> None:
    assert split(EHR, [row("ehr", "vendor", "all", entity="A")], 2024).own_by_entity == {"B": 40}


ROWS = st.lists(
    st.builds(
        lambda payer, units, begins, days, entity: row(
            "ehr", payer, units, begins.isoformat(), (begins + timedelta(days=days)).isoformat(), entity=entity
        ),
        st.sampled_from(PAYERS),
        st.sampled_from(["all", "rest"]) | st.integers(0, 150),
        st.dates(date(2022, 6, 1), date(2025, 6, 1)),
        st.integers(0, 900),
        st.sampled_from(["", "A", "B", "C"]),
    ),
    max_size=6,
)


@given(rows=ROWS, year=st.integers(2022, 2026))
def test_every_day_agrees_with_the_year(rows: list[PayerRow], year: int) -> None:
    """Look at each day by itself, which the split does not: no day has more users due, or more units twice, than it says."""
    answer = split(EHR, rows, year)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    due, beyond = 0, 0
    for day in days:
        if day.year == year:
            held = units_on(EHR, rows, day)
            due = max(due, 100 - sum(units for one, units in held if not one.own))
            beyond = max(beyond, sum(units for _, units in held) - 100)
    assert answer.own == due
    assert sum(one.units for one in answer.findings if one.rule == "WP-4") >= beyond
    assert all(one.units > 0 for one in answer.findings)
    assert answer.own + sum(units for _, units in answer.through) >= 100


@given(rows=ROWS)
def test_the_order_of_rows_does_not_matter(rows: list[PayerRow]) -> None:
    numbered = [one for one in rows if one.units != "rest"]
    answers = [split(EHR, order, 2024) for order in (numbered, numbered[::-1])]
    assert answers[0].own == answers[1].own
    assert sorted((one.code, one.units) for one in answers[0].findings if one.rule == "WP-4") == sorted(
        (one.code, one.units) for one in answers[1].findings if one.rule == "WP-4"
    )


HEADER = "system,entity,employer,payer,name,units,from,to,document,upstream_end\n"


def test_a_table(tmp_path: Path) -> None:
    path = tmp_path / "who.csv"
    path.write_text(HEADER + "ehr,,,Vendor,V Inc,ALL,2024-01-01,,M-1,2025-06-30\n\n", encoding="utf-8-sig")
    (only,) = read_payers(path)
    assert (only.payer, only.units, only.last_day, only.says()) == (
        "vendor",
        "all",
        date(2025, 6, 30),
        "vendor V Inc (M-1)",
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ehr,,,vendr,V,all,2024-01-01,,,", "'vendr' is not a known word · who.csv, row 2, payer · did you mean 'vendor'?"),
        ("ehr,,,vendor,V,-3,2024-01-01,,,", "'-3' is not a whole number from 0 up · who.csv, row 2, units · write a whole number, all or rest"),
        ("ehr,,,vendor,V,1.5,2024-01-01,,,", "'1.5' is not a whole number"),
        ("ehr,,,vendor,V,all,1/2/2024,,,", "'1/2/2024' is not a day · who.csv, row 2, from"),
        ("ehr,,,vendor,V,all,2024-02-30,,,", "'2024-02-30' is not a day"),
        ("ehr,,,vendor,V,all,,,,", "this must not be empty · who.csv, row 2, from"),
        ("ehr,,,vendor,V,all,2024-02-01,2024-01-01,,", "ends (2024-01-01) before it begins"),
        ("ehr,,,own_license,,all,2024-02-01,,,2025-01-01", "the own license is not passed on by anybody"),
        ("ehr,,Acme,vendor,V,all,2024-02-01,,,", "does not tell users by employer · who.csv, row 2, units"),
        ("ehr,,,vendor,V,all,2024-02-01,,,,x,y", "the row has 12 cells, the header 10"),
        ('ehr,,,vendor,"V,all', "cannot be split into cells"),
    ],
)  # fmt: skip
def test_bad_rows(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "who.csv"
    path.write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_payers(path)
    assert says in str(caught.value)
