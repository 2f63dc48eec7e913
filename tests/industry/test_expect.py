"""Expected ranges: the best level that is loaded, intervals that cover, and data that cannot be right left out."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.industry.expect import Interval, expect, find_peers, model
from percapita.industry.facts import Facts, Report
from percapita.industry.fit import (
    ROWS,
    Checked,
    cross_validate,
    fit,
    rows_of_home,
    shipped_rows,
    write_rows,
)
from percapita.industry.load import load_files
from percapita.industry.plausible import fte_doubts, hours_as_fte, jump, own_median, salary
from percapita.industry.store import opened
from percapita.policy.industry_prior import IndustryPriors

KEYS = ["ccn", "low", "expected", "high", "level", "method", "inputs", "peers", "usable_for"]


def test_a_headcount_comes_first(facts: Facts, priors: IndustryPriors) -> None:
    told = expect(facts, "330214", priors).as_json()
    assert list(told) == KEYS
    assert (told["level"], told["expected"], told["usable_for"]) == ("headcount", 51172, "question")
    assert told["inputs"] == [
        {"metric": "headcount", "value": 51172, "year": 2025, "file": "cms_ny_imm3_edv_op22_2024.csv.gz"}
    ]
    assert "a floater counts in each hospital, contract staff are left out" in told["method"]
    assert "declared, not found" in told["method"]


def test_then_fte(facts: Facts, priors: IndustryPriors) -> None:
    told = expect(facts, "10001", priors)
    assert (told.ccn, told.level, told.usable_for) == ("010001", "fte", "question")
    table, fte, discharges = model()["fte"], 2516.04, 17818.0
    center = table["base"] + table["slope"] * math.log(fte) + table["volume"] * math.log(discharges)
    assert told.persons.expected == pytest.approx(math.exp(center + table["tails"][1]))
    assert [one.metric for one in told.inputs] == ["fte", "discharges"]
    assert told.persons.low < told.persons.expected < told.persons.high


def test_then_beds_and_discharges(tmp_path: Path, priors: IndustryPriors) -> None:
    head = "Provider CCN,FTE - Employees on Payroll,Fiscal Year Begin Date,Fiscal Year End Date,Number of Beds,Total Discharges (V + XVIII + XIX + Unknown)\n"
    rows = "010001,,1/1/2021,12/31/2021,326,17818\n014001,,1/1/2021,12/31/2021,80,900\n013301,,1/1/2021,12/31/2021,80,900\n"
    path = tmp_path / "CostReport_2021.csv"
    path.write_text(head + rows, encoding="utf-8")
    load_files([path], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        facts = Facts(connection)
        told = expect(facts, "010001", priors)
        assert (told.level, told.usable_for, [one.metric for one in told.inputs]) == (
            "beds",
            "question",
            ["beds", "discharges"],
        )
        assert told.persons.factor <= 2.4
        assert 2_000 < told.persons.expected < 6_000
        assert expect(facts, "014001", priors).usable_for == "context"  # a psychiatric hospital
        with pytest.raises(InputError, match="no headcount, FTE, or beds with discharges are loaded for 013301"):
            expect(facts, "013301", priors)


def test_a_size_that_taught_nothing_is_context(tmp_path: Path, priors: IndustryPriors) -> None:
    head = "Provider CCN,FTE - Employees on Payroll,Fiscal Year Begin Date,Fiscal Year End Date\n"
    path = tmp_path / "CostReport_2021.csv"
    path.write_text(head + "011301,20,1/1/2021,12/31/2021\n011302,200,1/1/2021,12/31/2021\n", encoding="utf-8")
    load_files([path], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        small, usual = (expect(Facts(connection), ccn, priors) for ccn in ("011301", "011302"))
    assert (small.usable_for, usual.usable_for) == ("context", "question")
    assert small.method.endswith("no hospital near this size taught the ratio")
    assert model()["fte_alone"]["span"][0] < 200


def test_a_finding_is_of_a_year(tmp_path: Path, priors: IndustryPriors) -> None:
    (tmp_path / "page.html").write_text("x", encoding="utf-8")
    rows = "".join(
        f"011302,{metric},{value},https://example.org,2026-02-03,page.html\n" for metric, value in (("fte", 900),)
    )
    path = tmp_path / "found.csv"
    path.write_text("ccn,metric,value,link,date,copy\n" + rows, encoding="utf-8")
    load_files([path], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        told = expect(Facts(connection), "011302", priors)
    assert (told.level, told.inputs[0].value, told.inputs[0].year) == ("fte", 900.0, 2026)


def test_hours_are_never_taken_for_fte(facts: Facts, priors: IndustryPriors) -> None:
    told = expect(facts, "244002", priors)
    assert (told.inputs[0].value, told.inputs[0].year, told.usable_for) == (449.0, 2018, "context")
    assert told.doubts[0] == "FTE 924,033 of 2021 look like paid hours; / 2080 = 444"


@pytest.mark.parametrize(
    ("ccn", "words"),
    [
        ("449999", "no loaded file knows 449999"),
        ("4.40E+03", "scientific form"),
        ("abc", "not a CCN"),
        ("", "not a CCN"),
    ],
)
def test_what_cannot_be_expected(ccn: str, words: str, facts: Facts, priors: IndustryPriors) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        expect(facts, ccn, priors)


def test_peers_are_like_it(facts: Facts) -> None:
    like = facts.reports("010001")[0]
    peers = find_peers(facts, like)
    assert len(peers) == 5
    assert "010001" not in [peer.ccn for peer in peers]
    assert all(0.4 < (peer.beds or 0) / (like.beds or 1) < 2.5 for peer in peers)
    assert all(peer.name and peer.state for peer in peers)
    assert find_peers(facts, replace(like, beds=None)) == ()


def report(year: int, fte: float | None, salaries: float | None = None, beds: float | None = 100.0) -> Report:
    return Report("330001", "STH", year, 365, "f", fte, beds, 4000.0, None, salaries)


def test_doubts() -> None:
    years = [report(year, 500.0, 40e6) for year in range(2016, 2021)]
    hours, jumped, cheap = report(2021, 1_040_000.0, 40e6), report(2021, 1600.0, 130e6), report(2021, 500.0, 4e6)
    assert hours_as_fte(hours, years) == "FTE 1,040,000 of 2021 look like paid hours; / 2080 = 500"
    assert hours_as_fte(report(2021, 1_040_000.0), years)  # without salaries the beds tell
    assert not hours_as_fte(report(2021, 500.0, 40e6), years)
    assert jump(jumped, [*years, jumped]) == "FTE 1,600 of 2021 against a five-year median of 500"
    assert not jump(report(2021, 1500.0), [*years, report(2021, 1500.0)])
    assert salary(cheap, years).startswith("$8,000 of salaries for each FTE of 2021")
    assert fte_doubts(years[0], years) == []
    assert own_median(hours, [*years[:2], hours]) is None


@given(st.floats(50, 20_000), st.floats(30_000, 180_000))
def test_hours_and_fte_are_told_apart_by_pay(fte: float, pay: float) -> None:
    assert not hours_as_fte(report(2021, fte, fte * pay), [])
    assert hours_as_fte(report(2021, fte * 2080, fte * pay), [])


positive = st.floats(0.1, 1e6)


@given(*[st.tuples(positive, positive, positive).map(sorted)] * 2)
def test_products_of_intervals(one: list[float], other: list[float]) -> None:
    left, right = Interval(*one), Interval(*other)
    product = left.times(right)
    assert product.expected == pytest.approx(left.expected * right.expected)
    assert product.low <= product.expected <= product.high
    assert product.factor >= min(left.factor, right.factor) * 0.999
    assert product.low >= left.low * right.low * 0.999


def test_the_shipped_table_is_what_the_fit_gives() -> None:
    from importlib import resources

    shipped = (resources.files("percapita.industry") / "expected.toml").read_text(encoding="utf-8")
    numbers = re.compile(r"-?\d+\.\d+")
    again = fit(shipped_rows()).as_toml()
    assert numbers.sub("#", again) == numbers.sub("#", shipped)
    for old, new in zip(numbers.findall(shipped), numbers.findall(again), strict=True):
        assert float(old) == pytest.approx(float(new), abs=0.002)


@pytest.fixture(scope="module")
def checked() -> dict[str, Checked]:
    return {one.what: one for one in cross_validate(shipped_rows(), rounds=8, seed=7)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "widest"),
    [
        ("persons from FTE and discharges", 1.65),
        ("persons from FTE alone", 1.65),
        ("persons from beds and discharges", 2.4),
        ("FTE from beds and discharges, STH", 2.4),
        ("FTE from beds and discharges, CAH", 2.4),
    ],
)
def test_intervals_cover_what_they_say(what: str, widest: float, checked: dict[str, Checked]) -> None:
    assert 0.84 <= checked[what].covered <= 0.96
    assert checked[what].half_width <= widest


def test_rows_for_a_fit_come_from_a_home(loaded_home: Path, tmp_path: Path) -> None:
    rows = rows_of_home(loaded_home)
    shipped = {row.ccn: row for row in shipped_rows()}
    assert len(rows) > 150
    assert all(shipped[row.ccn].fte == pytest.approx(row.fte) for row in rows)
    assert sum(row.headcount is not None for row in rows) == 67
    write_rows(tmp_path / ROWS, rows)
    write_rows(tmp_path / "again", rows)
    assert (tmp_path / ROWS).read_bytes() == (tmp_path / "again").read_bytes()
