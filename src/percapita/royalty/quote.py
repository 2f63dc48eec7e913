"""Work out a quote: entity fee + users x rate, and the add-on files, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from percapita.errors import InputError
from percapita.policy.rate_card import CENT, RateCard

SCHEMA = "percapita/quote/1"
MOST_UNITS = 1_000_000_000
TOLD = "as told on the command line"


@dataclass(frozen=True)
class Line:
    """Hold one line; `rate` is None where no source states it or the content is not `available` in the release."""

    content: str
    item: str
    quantity: int
    rate: Decimal | None
    source: str
    available: bool = True

    @property
    def amount(self) -> Decimal | None:
        """Return quantity x rate."""
        return None if self.rate is None else (self.quantity * self.rate).quantize(CENT)


@dataclass(frozen=True)
class Quote:
    """Hold the lines of a quote. `total` is None as long as a line has no amount; `subtotal` is what is known."""

    release: int
    model: str
    currency: str
    lines: tuple[Line, ...]

    @property
    def subtotal(self) -> Decimal:
        """Return the sum of the lines that have an amount."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal("0.00"))

    @property
    def total(self) -> Decimal | None:
        """Return the sum of all lines, None while one is not known."""
        return None if any(line.amount is None for line in self.lines) else self.subtotal

    def open_lines(self) -> list[Line]:
        """Return the lines without an amount."""
        return [line for line in self.lines if line.amount is None]


def quote(
    card: RateCard,
    *,
    release: int,
    users: int,
    entities: int = 1,
    model: str = "counting",
    add: Sequence[str] = (),
    entity_fee: Decimal | None = None,
) -> Quote:
    """Return the quote of a release for a number of individual users.

    `entity_fee` is used where the card states none, and overrides one that it states. Raises InputError for numbers
    below zero or beyond reason.

    Source: royalty = entity fee + users x rate, by annual release, whether users are counted or approximated.
    """
    for name, number in (("users", users), ("entities", entities)):
        if not 0 <= number <= MOST_UNITS:
            raise InputError(f"{number} {name} cannot be licensed", f"--{name}", "give a whole number from 0 up")
    quantities = {"user": users, "entity": entities, "file": 1}
    lines = [_line(card, release, "cpt", item, quantities[item]) for item in ("entity", "user")]
    if entity_fee is not None:
        lines[0] = Line("cpt", "entity", entities, entity_fee, TOLD)
    for content in dict.fromkeys(add):
        items = card.items(release, content) or ["user"]
        lines += [_line(card, release, content, item, quantities[item]) for item in items]
    return Quote(release, model, card.currency, tuple(lines))


def _line(card: RateCard, release: int, content: str, item: str, quantity: int) -> Line:
    rate = card.rate(release, content, item)
    if rate is not None:
        return Line(content, item, quantity, rate.amount, rate.source)
    missing = card.not_available.get((release, content))
    if missing is not None:
        return Line(content, item, quantity, None, f"not available in release {release}: {missing}", available=False)
    return Line(content, item, quantity, None, f"no source states it for release {release}")


def as_json(found: Quote) -> dict[str, Any]:
    """Return the quote as JSON values; amounts are texts with two decimals."""
    return {
        "schema": SCHEMA,
        "release": found.release,
        "model": found.model,
        "currency": found.currency,
        "lines": [
            {
                "content": line.content,
                "item": line.item,
                "quantity": line.quantity,
                "rate": _text(line.rate),
                "amount": _text(line.amount),
                "source": line.source,
            }
            for line in found.lines
        ],
        "subtotal": _text(found.subtotal),
        "total": _text(found.total),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
