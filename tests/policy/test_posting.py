"""The rules of publishing say every key, and nothing twice; a broken table gives one clear line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.posting import SHELF, load_posting_rules, parse_posting_rules

TEXT = SHELF.text("2026")


@pytest.mark.parametrize("name", SHELF.ids())
def test_shipped(name: str) -> None:
    rules = load_posting_rules(name, Path())
    assert rules.id == name
    assert {one.id: one.named for one in rules.bases.values()} == {"fy2019-ipps": True, "45-cfr-180": False}
    assert rules.code_types["CPT"].content == "cpt"


@pytest.mark.parametrize(
    ("beds", "amount"), [(1, "300.00"), (30, "300.00"), (31, "310.00"), (550, "5500.00"), (551, "5500.00")]
)
def test_what_a_day_may_cost(beds: int, amount: str) -> None:
    penalty = load_posting_rules(None, Path()).penalty(beds)
    assert penalty is not None
    assert penalty.amount(beds) == Decimal(amount)


def test_an_unknown_basis() -> None:
    with pytest.raises(InputError, match="did you mean '45-cfr-180'"):
        load_posting_rules(None, Path()).basis("45-cfr-18")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("named = true", 'named = "yes"', ["'named' is not true or false", "[[basis]] 1"]),
        ('content = "cpt"', 'content = "cpd"', ["'cpd' is not a known content file"]),
        ('source = "S4"', 'source = "S9"', ["'S9' is not a known source"]),
        ('type = "CDT"', 'type = "CPT"', ["two entries for 'CPT'"]),
        ("update_months = 12", "update_months = 0", ["'update_months' is not between 1 and 120"]),
        ('per_day = "300.00"', 'per_day = "300.00"\nper_bed_day = "1.00"', ["one of per_day and per_bed_day"]),
        ('per_day = "300.00"', 'per_day = "-300"', ["'-300' is not an amount of money"]),
        ("beds_to = 30", "beds_two = 30", ["the key 'beds_two' is not known", "did you mean 'beds_to'?"]),
    ],
)
def test_a_broken_table_gives_one_clear_line(old: str, new: str, words: list[str]) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_posting_rules(TEXT.replace(old, new, 1).encode(), "x")
    assert [word for word in words if word not in str(caught.value)] == []
