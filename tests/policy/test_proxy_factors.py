"""A table of factors says every key; no factor for hospitals ships."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.proxy_factors import SHELF, load_proxy_factors, parse_proxy_factors

TEXT = SHELF.text("2026")


@pytest.mark.parametrize("name", SHELF.ids())
def test_shipped(name: str) -> None:
    found = load_proxy_factors(name, Path())
    assert found.of_setting("hospital") == []
    assert [(one.setting, one.metric, one.factor, one.cap, one.example) for one in found.factors] == [
        ("ambulatory", "physicians", Decimal(4), "people", True)
    ]
    assert found.kinds == ("emr", "patient_billing", "practice_management")
    assert [rule.id for rule in found.rules.values()] == ["UP-2", "UP-3", "UP-4", "UP-5", "UP-6", "UP-1"]


def test_a_table_without_factors() -> None:
    found = parse_proxy_factors(TEXT[: TEXT.index("# `cap` is the metric")].encode(), "x")
    assert found.factors == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('factor = "4"', "factor = 4", "'factor' is not a text in quotes"),
        ('factor = "4"', 'factor = "-4"', "'-4' is not a factor"),
        ('factor = "4"', 'factor = "1e3"', "'1e3' is not a factor"),
        ('factor = "4"', 'factor = "NaN"', "'NaN' is not a factor"),
        ('cap = "people"', 'cap = "peple"', "'peple' is not a known metric"),
        ('setting = "ambulatory"', 'setting = "clinic"', "'clinic' is not a known setting"),
        ('kinds = ["emr"', 'kinds = ["erm"', "'erm' is not a known kind"),
        ('to = "up"', 'to = "upwards"', "'upwards' is not a known way of rounding"),
        ('rule = "UP-3"\n', "", "the key 'rule' is missing"),
        ('id = "licensed_beds"', 'id = "staffed_beds"', "two entries for 'staffed_beds'"),
        ("example = true", "examples = true", "the key 'examples' is not known"),
    ],
)
def test_broken_tables(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=says):
        parse_proxy_factors(TEXT.replace(old, new, 1).encode(), "x")
