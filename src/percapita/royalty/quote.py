"""Work out a quote: entity fee + users x rate, and the add-on files, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from percapita.errors import InputError
from percapita.policy.rate_card import CENT, RateCard

SCHEMA = "percapita/quote/1"
MOST_UNITS = 1_000_000_000
TOLD = "as told on the command line"
PERCENT = Decimal(100)

Quantity = int | Decimal


@dataclass(frozen=True)
class Line:
    """Hold one line; `rate` is None where no source states it or the content is not `available` in the release.

    `quantity` is None where nobody knows it. `system` is "" for what is due once for the agreement. The rate of `sales`
    is a percentage of its quantity.
    """

    content: str
    item: str
    quantity: Quantity | None
    rate: Decimal | None
    source: str
    available: bool = True
    system: str = ""

    @property
    def amount(self) -> Decimal | None:
        """Return quantity x rate, to the cent."""
        return None if self.quantity is None else self.price(self.quantity)

    def price(self, quantity: Quantity) -> Decimal | None:
        """Return what that many units cost at the rate of this line, halves of a cent rounded up."""
        if self.rate is None:
            return None
        share = self.rate / PERCENT if self.item == "sales" else self.rate
        return (quantity * share).quantize(CENT, ROUND_HALF_UP)


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
    users: int | None = None,
    entities: int = 1,
    model: str = "counting",
    add: Sequence[str] = (),
    entity_fee: Decimal | None = None,
    units: Mapping[str, Quantity] | None = None,
) -> Quote:
    """Return the quote of a release for a number of individual users and, if any, of other `units` of licensure.

    `entity_fee` is used where the card states none, and overrides one that it states. Raises InputError for numbers
    below zero or beyond reason.

    Source: royalty = entity fee + users x rate, by annual release, whether users are counted or approximated.
    """
    check_units({"users": users or 0, "entities": entities, **(units or {})})
    quantities: dict[str, Quantity] = {"entity": entities, "file": 1, **(units or {})}
    if users is not None:
        quantities["user"] = users
    items = ["entity", *(["user"] if users is not None else []), *(units or {})]
    lines = [priced(card, release, "cpt", item, quantities[item], model) for item in items]
    if entity_fee is not None:
        lines[0] = Line("cpt", "entity", entities, entity_fee, TOLD)
    for content in dict.fromkeys(add):
        found = [item for item in card.items(release, content, model) if item in quantities] or items[1:]
        lines += [priced(card, release, content, item, quantities[item], model) for item in found]
    return Quote(release, model, card.currency, tuple(lines))


def check_units(numbers: Mapping[str, Quantity]) -> None:
    """Raise InputError for a number of units below zero or beyond reason."""
    for name, number in numbers.items():
        if not 0 <= number <= MOST_UNITS:
            where = f"--{name}" if name in ("users", "entities") else f"--units {name}"
            raise InputError(f"{number} {name} cannot be licensed", where, "give a whole number from 0 up")


def priced(
    card: RateCard, release: int, content: str, item: str, quantity: Quantity | None, model: str, system: str = ""
) -> Line:
    """Return a line at the rate of the card, or one that says why there is none."""
    rate = card.rate(release, content, item, model)
    if rate is not None:
        return Line(content, item, quantity, rate.amount, rate.source, system=system)
    missing = card.not_available.get((release, content))
    if missing is not None:
        says = f"not available in release {release}: {missing}"
        return Line(content, item, quantity, None, says, available=False, system=system)
    return Line(content, item, quantity, None, f"no source states it for release {release}", system=system)


def as_json(found: Quote) -> dict[str, Any]:
    """Return the quote as JSON values; amounts are texts with two decimals."""
    return {
        "schema": SCHEMA,
        "release": found.release,
        "model": found.model,
        "currency": found.currency,
        "lines": [line_as_json(line) for line in found.lines],
        "subtotal": money_text(found.subtotal),
        "total": money_text(found.total),
    }


def line_as_json(line: Line) -> dict[str, Any]:
    """Return a line as JSON values. A quantity of money is a text, too."""
    return {
        "content": line.content,
        "item": line.item,
        "quantity": money_text(line.quantity) if isinstance(line.quantity, Decimal) else line.quantity,
        "rate": money_text(line.rate),
        "amount": money_text(line.amount),
        "source": line.source,
    }


def money_text(amount: Decimal | None) -> str | None:
    """Return an amount as a text with two decimals, None where it is not known."""
    return None if amount is None else f"{amount:.2f}"
