"""Share a bill among entities and cost centers so that the parts add up to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from percapita.errors import InputError
from percapita.policy.csv_table import Column, decimal, read_csv
from percapita.policy.rate_card import CENT
from percapita.royalty.bill import Bill
from percapita.royalty.quote import Line, money_text

UNKNOWN = "unknown"
COLUMNS = (
    Column("system"),
    Column("entity"),
    Column("cost_center", required=True),
    Column("weight", decimal, required=True),
)
Key = TypeVar("Key", bound=Hashable)


def allocate(amount: Decimal, weights: Mapping[Key, int | Decimal]) -> dict[Key, Decimal]:
    """Return an amount of money shared by weights, in whole cents that add up to it.

    Each share is rounded down; the cents that are left go to the largest remainders, and among equal ones to the first
    by name. Raises ValueError where there is no weight above zero.

    Source: the largest-remainder method (Hamilton).
    """
    cents = int(amount / CENT)
    shares = apportion(cents, weights)
    return {key: share * CENT for key, share in shares.items()}


def apportion(number: int, weights: Mapping[Key, int | Decimal]) -> dict[Key, int]:
    """Return a whole number shared by weights, in whole numbers that add up to it; see `allocate`."""
    total = sum(map(Fraction, weights.values()))
    if total <= 0:
        raise ValueError("there is no weight above zero")
    exact = {key: number * Fraction(weight) / total for key, weight in weights.items()}
    shares = {key: int(share) for key, share in exact.items()}
    left = number - sum(shares.values())
    by_remainder = sorted(exact, key=lambda key: (shares[key] - exact[key], str(key)))
    for key in by_remainder[:left]:
        shares[key] += 1
    return shares


@dataclass(frozen=True)
class Weight:
    """Hold one row of the table of cost centers; an empty system or entity is any."""

    system: str
    entity: str
    cost_center: str
    weight: Decimal


@dataclass(frozen=True)
class Part:
    """Hold what one cost center of an entity bears."""

    entity: str
    cost_center: str
    amount: Decimal


def read_weights(path: Path, bill: Bill) -> tuple[Weight, ...]:
    """Return the table of cost centers. Raises InputError for a bad cell or a system that the bill does not have."""
    found = []
    for row in read_csv(path, COLUMNS, "table of cost centers"):
        said = row.values
        if said["system"] and bill.figures.system(said["system"]) is None:
            raise InputError(
                f"the user count report has no application {said['system']!r}", f"{row.where}, system", "correct it"
            )
        found.append(Weight(said["system"] or "", said["entity"] or "", said["cost_center"], said["weight"]))
    return tuple(found)


def share(bill: Bill, weights: Sequence[Weight] = ()) -> tuple[Part, ...]:
    """Return the lines that have an amount shared by entity and, by `weights`, by cost center, in order of name.

    A line of a system follows the system's users under the own license by entity; what is due once follows the users of
    all systems. The parts add up to the bill's subtotal.
    """
    parts: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: Decimal("0.00"))
    for line in bill.quote.lines:
        if line.amount is None:
            continue
        for entity, amount in allocate(line.amount, _by_entity(bill, line)).items():
            for center, part in allocate(amount, _by_center(weights, line.system, entity)).items():
                parts[entity, center] += part
    return tuple(Part(*key, amount) for key, amount in sorted(parts.items()) if amount)


def _by_entity(bill: Bill, line: Line) -> dict[str, int]:
    """Return the users by entity that a line follows."""
    splits = [one for one in bill.splits if line.system in ("", one.system.id)]
    users: defaultdict[str, int] = defaultdict(int)
    for one in splits:
        for entity, number in (one.own_by_entity or one.system.by_entity).items():
            users[entity] += number
    return {entity: number for entity, number in users.items() if number} or {UNKNOWN: 1}


def _by_center(weights: Sequence[Weight], system: str, entity: str) -> dict[str, Decimal]:
    """Return the weights of the rows that fit a system and an entity best."""
    for wanted in ((system, entity), (system, ""), ("", entity), ("", "")):
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one in weights:
            if (one.system, one.entity) == wanted:
                found[one.cost_center] += one.weight
        if any(found.values()):
            return dict(found)
    return {"": Decimal(1)}


def as_json(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the parts as JSON values."""
    return [{"entity": one.entity, "cost_center": one.cost_center, "amount": money_text(one.amount)} for one in parts]
