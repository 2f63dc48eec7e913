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


def test_a_rate_of_one_licensing_model_goes_first() -> None:
    own = parse_rate_card(TEXT.replace('amount = "17.50"', 'amount = "9.00"\nmodels = ["proxy"]').encode(), "x")
    assert own.rate(2023, "cpt", "user") is None
    found = own.rate(2023, "cpt", "user", "proxy")
    assert found is not None
    assert found.amount == Decimal(9)
    assert 2023 in own.releases()
    assert own.items(2023, "cpt", "proxy") == ["user", "entity"]


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
        ('currency = "USD"', 'currency = "$"', ["'currency' is not three capitals"]),
        ('item = "user"', 'item = "user"\nmodels = []', ["'models' names no licensing model", "[[rate]] 1"]),
        ('item = "user"', 'item = "user"\nmodels = ["seats"]', ["'seats' is not a known licensing model"]),
        ('item = "user"', 'item = "user"\nmodels = [1]', ["1 is not a known licensing model"]),
        (
            'item = "user"',
            'item = "user"\nmodels = ["proxy", "proxy"]',
            ["there are two rates for 2013 cpt user proxy"],
        ),
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
