"""A quote is exact to the cent, and what no source states stays unknown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.policy.rate_card import load_rate_card
from percapita.policy.vocabulary import CONTENTS
from percapita.royalty.quote import as_json, quote

CARD = load_rate_card(None, Path())
FEE = Decimal("82.50")


@pytest.mark.parametrize(
    ("release", "total"),
    [(2020, "33946.50"), (2023, "34942.50"), (2024, "35938.50")],
)
def test_the_totals_of_a_public_contract(release: int, total: str) -> None:
    assert as_json(quote(CARD, release=release, users=1992))["total"] == total


def test_a_fee_that_is_told() -> None:
    found = quote(CARD, release=2025, users=1992, entity_fee=FEE)
    assert found.total == Decimal("36934.50")
    assert found.lines[0].source == "as told on the command line"


def test_a_solo_physician_by_the_user_proxy_model() -> None:
    """One physician, four users, 17.00 each: 68 beside the entity fee."""
    found = quote(CARD, release=2020, users=4, model="proxy")
    assert [line.amount for line in found.lines] == [FEE, Decimal("68.00")]


@pytest.mark.parametrize("release", [2021, 2022, 2025, 2026])
def test_a_fee_that_no_source_states_is_not_guessed(release: int) -> None:
    found = quote(CARD, release=release, users=2)
    assert found.total is None
    assert [line.item for line in found.open_lines()] == ["entity"]
    assert found.subtotal == found.lines[1].amount != 0


def test_a_release_nobody_knows() -> None:
    found = as_json(quote(CARD, release=2031, users=2))
    assert [line["amount"] for line in found["lines"]] == [None, None]
    assert (found["subtotal"], found["total"]) == ("0.00", None)


def test_not_available_is_not_zero() -> None:
    found = quote(CARD, release=2025, users=10, add=["hcpcs"], entity_fee=FEE)
    (line,) = found.open_lines()
    assert (line.content, line.available, found.total, found.subtotal) == ("hcpcs", False, None, Decimal("267.50"))
    assert line.source.startswith("not available in release 2025")


def test_a_file_has_a_price_beside_its_users() -> None:
    found = quote(CARD, release=2024, users=100, add=["snomed-map", "snomed-map"])
    assert [(line.content, line.item, str(line.amount)) for line in found.lines[2:]] == [
        ("snomed-map", "user", "535.00"),
        ("snomed-map", "file", "1050.00"),
    ]


@pytest.mark.parametrize("number", [-1, 1_000_000_001])
@pytest.mark.parametrize("name", ["users", "entities"])
def test_numbers_that_nobody_can_license(name: str, number: int) -> None:
    users, entities = (number, 1) if name == "users" else (1, number)
    with pytest.raises(InputError, match=f"{number} {name} cannot be licensed"):
        quote(CARD, release=2024, users=users, entities=entities)


@given(
    release=st.sampled_from([*CARD.releases(), 2031]),
    users=st.integers(0, 1_000_000_000),
    entities=st.integers(0, 100),
    add=st.lists(st.sampled_from(CONTENTS[1:])),
    fee=st.none() | st.decimals(0, 10_000, places=2),
)
def test_lines_add_up(release: int, users: int, entities: int, add: list[str], fee: Decimal | None) -> None:
    found = quote(CARD, release=release, users=users, entities=entities, add=add, entity_fee=fee)
    known = [line for line in found.lines if line.rate is not None]
    cents = sum(int(line.quantity or 0) * int(line.rate * 100) for line in known if line.rate is not None)
    assert found.subtotal * 100 == cents
    assert found.total in (None, found.subtotal)
    assert (found.total is None) == (len(known) < len(found.lines))
