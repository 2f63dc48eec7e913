"""A bill of a whole statement: a line for each system, one entity fee, parts that add up, changes priced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.royalty.allocation import UNKNOWN, Weight, allocate, apportion, read_weights, share
from percapita.royalty.bill import Bill, as_json, bill
from percapita.royalty.what_if import what_if
from tests.royalty.samples import TERMS, figures, row, system

FEE = Decimal("82.50")
TWO = figures(system("ehr", 100, {"A": 60, "B": 40}), system("rcm", 30, {"B": 30}, kind="revenue_cycle"), persons=110)


def test_the_public_contract_as_one_system() -> None:
    found = bill(figures(system("all", 1992)), (), TERMS)
    assert found.quote.total == Decimal("35938.50")


def test_each_system_has_its_line_and_the_fee_is_due_once() -> None:
    found = bill(TWO, [row("rcm", "vendor", 10)], replace(TERMS, entities=2, add=("rvu", "snomed-map")))
    said = [(line.system, line.content, line.item, line.quantity, str(line.amount)) for line in found.quote.lines]
    assert said == [
        ("", "cpt", "entity", 2, "165.00"),
        ("ehr", "cpt", "user", 100, "1800.00"),
        ("rcm", "cpt", "user", 20, "360.00"),
        ("ehr", "rvu", "user", 100, "1800.00"),
        ("rcm", "rvu", "user", 20, "360.00"),
        ("ehr", "snomed-map", "user", 100, "535.00"),
        ("rcm", "snomed-map", "user", 20, "107.00"),
        ("", "snomed-map", "file", 1, "1050.00"),
    ]
    assert (found.billed_units, as_json(found)["persons"]) == (120, 110)


def test_no_evidence_is_not_zero() -> None:
    found = bill(figures(system("ehr", 10), system("old", None)), (), TERMS)
    assert (found.quote.total, found.quote.subtotal, found.user_line("old").amount) == (None, Decimal("262.50"), None)
    assert [one.id for one in found.unknown] == ["old"]


def test_findings_have_their_money() -> None:
    found = bill(TWO, [row("ehr", "vendor", "all"), row("ehr", "own_license", 60)], TERMS)
    (said,) = as_json(found)["findings"]
    assert (said["code"], said["units"], said["amount"], said["rule"]) == ("paid_twice", 60, "1080.00", "WP-4")


def test_money_at_stake_is_not_known_without_a_rate() -> None:
    found = bill(TWO, [row("ehr", "vendor", 120)], replace(TERMS, release=2031))
    assert as_json(found)["findings"][0]["amount"] is None


def test_a_system_that_the_statement_does_not_have() -> None:
    with pytest.raises(InputError, match=r"no application 'erh'.*did you mean 'ehr'"):
        bill(TWO, [row("erh", "vendor", "all")], TERMS)


# ---- shared to the cent


@given(
    amount=st.decimals(0, 10**9, places=2),
    weights=st.dictionaries(st.text(max_size=3), st.integers(0, 10**6) | st.decimals(0, 1000, places=3), min_size=1),
)
def test_shares_add_up_to_the_cent(amount: Decimal, weights: dict[str, int | Decimal]) -> None:
    if not any(weights.values()):
        with pytest.raises(ValueError, match="no weight"):
            allocate(amount, weights)
        return
    shares = allocate(amount, weights)
    assert sum(shares.values()) == amount
    total = sum(map(Decimal, weights.values()))
    assert all(
        abs(shares[key] * total - amount * Decimal(weight)) < total * Decimal("0.01") for key, weight in weights.items()
    )
    assert shares == allocate(amount, dict(reversed(weights.items())))


def test_equal_remainders_go_by_name() -> None:
    assert apportion(2, {"c": 1, "a": 1, "b": 1}) == {"a": 1, "b": 1, "c": 0}


USERS = st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 500), max_size=4)


@given(
    entities=st.lists(USERS, min_size=1, max_size=4),
    centers=st.lists(
        st.tuples(
            st.sampled_from(["", "s0", "s1"]),
            st.sampled_from(["", "A"]),
            st.sampled_from("xyz"),
            st.decimals(0, 9, places=1),
        ),
        max_size=5,
    ),
)
def test_a_shared_bill_adds_up(entities: list[dict[str, int]], centers: list[tuple[str, str, str, Decimal]]) -> None:
    systems = [system(f"s{number}", sum(users.values()), users) for number, users in enumerate(entities)]
    found = bill(figures(*systems), [row("s0", "vendor", "all", entity="A")], TERMS)
    parts = share(found, [Weight(*one) for one in centers])
    assert sum(one.amount for one in parts) == found.quote.subtotal


def test_cost_centers_by_the_best_fit() -> None:
    weights = [
        Weight("", "", "rest", Decimal(1)),
        Weight("ehr", "A", "icu", Decimal(3)),
        Weight("ehr", "A", "er", Decimal(1)),
    ]
    parts = {(one.entity, one.cost_center): one.amount for one in share(bill(TWO, (), TERMS), weights)}
    assert parts["A", "icu"] == 3 * parts["A", "er"] == Decimal("810.00")
    assert parts["B", "rest"] == Decimal("720.00") + Decimal("540.00") + Decimal("44.42")


def test_nobody_s_cost_is_shown_as_unknown() -> None:
    parts = share(bill(figures(system("ehr", 0, {})), (), TERMS))
    assert [(one.entity, one.amount) for one in parts] == [(UNKNOWN, FEE)]


def test_weights_of_a_system_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "centers.csv"
    path.write_text("system,cost_center,weight\nrmc,icu,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="no application 'rmc'"):
        read_weights(path, bill(TWO, (), TERMS))


# ---- what if


def cost(found: Bill) -> Decimal:
    return found.quote.subtotal


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("users +5%", (5 + 2) * 18),  # 30 users and 5 % more are 31.5, so 32
        ("users -10%", -(10 + 3) * 18),
        ("users +0%", 0),
        ("drop rcm", -30 * 18),
        ("proxy ehr 240", 140 * 18),
        ("group ehr rcm", (-30 * 18, (110 - 130) * 18)),
    ],
)
def test_what_a_change_costs(change: str, difference: int | tuple[int, int]) -> None:
    before = bill(TWO, (), TERMS)
    found = what_if(change, before, ())
    low, high = difference if isinstance(difference, tuple) else (difference, difference)
    assert [found.low - found.before, found.high - found.before] == [Decimal(low), Decimal(high)]
    assert found.before == cost(before)


def test_a_group_of_the_plan_is_known_exactly() -> None:
    suite = figures(system("a", 10, part_of="suite"), system("b", 6, part_of="suite"), persons=14, groups={"suite": 12})
    found = what_if("group b a", bill(suite, (), replace(TERMS, add=("rvu",))), ())
    assert [found.low - found.before, found.high - found.before] == [Decimal(-4 * 36)] * 2


def test_persons_tell_how_many_people_a_group_has() -> None:
    found = what_if(
        "group ehr rcm", bill(TWO, (), TERMS), (), lambda systems: 104 if systems == ["ehr", "rcm"] else None
    )
    assert [found.low, found.high] == [FEE + 104 * 18] * 2
    through = bill(TWO, [row("rcm", "vendor", 10)], TERMS)
    assert what_if("group ehr rcm", through, (), lambda systems: 104).low == FEE + 100 * 18


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("users 5%", "is no change"),
        ("", "is no change"),
        ("drop erh", "did you mean 'ehr'"),
        ("proxy ehr 1.5", "is no change"),
        ("proxy ehr -4", "is no change"),
        ("proxy rcm 40", "does not apply to 'rcm'"),
        ("group ehr", "is no change"),
        ("users +NaN%", "is no change"),
    ],
)
def test_changes_that_are_none(change: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        what_if(change, bill(TWO, (), TERMS), ())


@given(percent=st.integers(0, 300), users=st.lists(st.integers(0, 5000), min_size=1, max_size=4))
def test_more_users_never_cost_less(percent: int, users: list[int]) -> None:
    before = bill(figures(*(system(f"s{place}", number) for place, number in enumerate(users))), (), TERMS)
    found = what_if(f"users +{percent}%", before, ())
    assert 0 <= found.low - found.before <= 18 * sum(-(-number * percent // 100) for number in users)
