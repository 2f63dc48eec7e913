"""A rate card says every key, and nothing twice; a broken one gives one clear line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.rate_card import SHELF, load_rate_card, money, parse_rate_card

TEXT = SHELF.text("2026")


@pytest.mark.parametrize("name", SHELF.ids())
def test_shipped(name: str) -> None:
    card = load_rate_card(name, Path())
    assert card.id == name
    assert all(rate.basis for (_, _, item), rate in card.rates.items() if item == "entity")
    assert not {(release, content) for release, content, _ in card.rates} & card.not_available.keys()


def test_line_ends_do_not_change_the_hash() -> None:
    windows = parse_rate_card(TEXT.replace("\n", "\r\n").encode(), "x")
    assert windows == parse_rate_card(TEXT.encode(), "x")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('item = "user"', 'item = "usre"', ["'usre' is not a known item", "[[rate]] 1", "did you mean 'user'?"]),
        ('content = "rvu"', 'content = "rvs"', ["'rvs' is not a known content file"]),
        ('amount = "15.50"', "amount = 15.5", ["'amount' is not a text in quotes", "[[rate]] 1"]),
        ('amount = "15.50"', 'amount = "15.505"', ["'15.505' is not an amount of money", "[[rate]] 1"]),
        ('source = "S1"', 'source = "S9"', ["'S9' is not a known source"]),
        ("releases = [2020]", 'releases = ["2020"]', ["'releases' is not a list of years", "[[rate]] 3"]),
        ("releases = [2020]", "releases = [2021]", ["there are two rates for 2021 cpt user"]),
        ('basis = "agreement"', 'basis = "bed"', ["'bed' is not a known basis"]),
        ('currency = "USD"', "", ["the key 'currency' is missing"]),
        ('id = "S2"', 'id = "S1"', ["two entries for 'S1'", "[[source]]"]),
    ],
)
def test_a_broken_card_gives_one_clear_line(old: str, new: str, words: list[str]) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_rate_card(TEXT.replace(old, new, 1).encode(), "x")
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("text", ["", "-1", "1.555", "NaN", "inf", "1e400", "1_0", "٣", " 1", "1,000.00", "$5"])
def test_no_money(text: str) -> None:
    with pytest.raises(InputError, match="not an amount of money"):
        money(text, "x")


def test_money() -> None:
    assert [money(text, "x") for text in ("0", "82.5", "82.50")] == [
        Decimal("0.00"),
        Decimal("82.50"),
        Decimal("82.50"),
    ]
