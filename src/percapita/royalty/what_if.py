"""Work out what a change would cost: more users, a system dropped, the User Proxy Model, systems grouped.

A change is written `users +5%`, `drop ID`, `proxy ID USERS` or `group ID ID ...`. Each is worked out by itself,
against the bill as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest
from percapita.policy.proxy_factors import load_proxy_factors
from percapita.royalty.allocation import apportion
from percapita.royalty.bill import Bill, bill
from percapita.royalty.figures import Figures, System
from percapita.royalty.payers import PayerRow
from percapita.royalty.quote import money_text

SETTING = "--what-if"
FORMS = "write users +5%, drop ID, proxy ID USERS, or group ID ID"
PERCENT = re.compile(r"([+-])([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Outcome:
    """Hold what a change would cost: the least and the most the known lines would come to, and the difference.

    Both ends are the same where the statement says exactly how many users there would be. `note` says what to know.
    """

    change: str
    low: Decimal
    high: Decimal
    before: Decimal
    note: str = ""


Together = Callable[[Sequence[str]], int | None]


def nobody_knows(systems: Sequence[str]) -> int | None:
    """Say that only the statement tells how many people several systems have together."""
    return None


def what_if(change: str, found: Bill, rows: Sequence[PayerRow], together: Together = nobody_knows) -> Outcome:
    """Return what a change would cost; `together` counts the different people of several systems, where it can.

    Raises InputError for a change that cannot be read or names no system.
    """
    word, *rest = change.split() or [""]
    if word == "users" and len(rest) == 1 and PERCENT.fullmatch(rest[0]):
        return _priced(
            change, found, _scaled(found.figures, rest[0]), rows, "each application rounded up to whole users"
        )
    if word == "drop" and len(rest) == 1:
        system = _system(found.figures, rest[0])
        kept = tuple(one for one in found.figures.systems if one is not system)
        others = [row for row in rows if row.system != system.id]
        return _priced(change, found, replace(found.figures, systems=kept), others)
    if word == "proxy" and len(rest) == 2 and WHOLE.fullmatch(rest[1]):
        return _by_proxy(change, found, rest, rows)
    if word == "group" and len(rest) >= 2:
        return _grouped(change, found, [_system(found.figures, name) for name in dict.fromkeys(rest)], together)
    raise InputError(f"{change!r} is no change", SETTING, FORMS)


def _system(figures: Figures, name: str) -> System:
    found = figures.system(name)
    if found is None:
        raise InputError(f"the user count report has no application {name!r}", SETTING, nearest(name, figures.ids()))
    return found


def _priced(change: str, found: Bill, figures: Figures, rows: Sequence[PayerRow], note: str = "") -> Outcome:
    subtotal = bill(figures, rows, found.terms).quote.subtotal
    return Outcome(change, subtotal, subtotal, found.quote.subtotal, note)


def _scaled(figures: Figures, percent: str) -> Figures:
    """Return figures with the users of each system so many percent more or fewer, rounded up."""
    match = PERCENT.fullmatch(percent)
    sign, number = (match[1], match[2]) if match else ("+", "0")
    factor = 1 + (Fraction(number) if sign == "+" else -Fraction(number)) / 100
    return replace(
        figures,
        systems=tuple(
            one if one.users is None else with_users(one, max(0, math.ceil(one.users * factor)))
            for one in figures.systems
        ),
    )


def with_users(system: System, users: int) -> System:
    """Return a system with another number of users, shared among its entities as before."""
    entities: Mapping[str, int] = system.by_entity
    by_entity = apportion(users, entities) if any(entities.values()) else {}
    return replace(system, users=users, by_entity=by_entity)


def _by_proxy(change: str, found: Bill, rest: Sequence[str], rows: Sequence[PayerRow]) -> Outcome:
    """Return the cost with the users that the User Proxy Model gives for a system."""
    system = _system(found.figures, rest[0])
    model = load_proxy_factors(None, Path())
    if system.kind not in model.kinds:
        cure = model.rules["applies"].text.rstrip(".")
        raise InputError(f"the User Proxy Model does not apply to {system.id!r} ({system.kind})", SETTING, cure)
    changed = tuple(
        replace(with_users(one, int(rest[1])), basis="proxy") if one is system else one for one in found.figures.systems
    )
    note = "counted users and users of the User Proxy Model cost the same"
    return _priced(change, found, replace(found.figures, systems=changed), rows, note)


def _grouped(change: str, found: Bill, systems: Sequence[System], together: Together) -> Outcome:
    """Return the cost if each person of several systems were licensed once.

    The statement counts the people of the groups of its plan, and `together` those of any. Without it the number is
    only bounded: at least those of the largest system, at most the sum, and never more than all persons.
    """
    own = [found.split(one.id).own for one in systems]
    units = [one for one in own if one is not None]
    if len(units) < len(own):
        raise InputError("an application of the group has no evidence", SETTING, "leave it out of the group")
    low, high = max(units), min(sum(units), max(found.figures.persons, max(units)))
    if units == [one.users for one in systems]:
        exact = _users_of_group(found.figures, systems) or together([one.id for one in systems])
        low, high = (low, high) if exact is None else (exact, exact)
    before = found.quote.subtotal
    lines = [line for line in found.quote.lines if line.system in {one.id for one in systems}]
    kept = before - sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    once = {line.content: line for line in lines}.values()
    ends = [kept + sum((line.price(number) or Decimal(0) for line in once), Decimal(0)) for number in (low, high)]
    exactly = "" if low == high else "; with persons.parquet of the count beside the report it is exact"
    return Outcome(change, ends[0], ends[1], before, f"only if the licensor agrees that they are one{exactly}")


def _users_of_group(figures: Figures, systems: Sequence[System]) -> int | None:
    """Return the people of a group of the plan that is exactly these systems."""
    for name, users in figures.groups.items():
        if {one.id for one in figures.systems if one.part_of == name} == {one.id for one in systems}:
            return users
    return None


def as_json(found: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON values."""
    return {
        "change": found.change,
        "subtotal": [money_text(found.low), money_text(found.high)],
        "difference": [money_text(found.low - found.before), money_text(found.high - found.before)],
        "note": found.note,
    }
