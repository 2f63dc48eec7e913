"""Work out the users of a system by the User Proxy Model, and how much each metric moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from percapita.policy.proxy_factors import Factor, ProxyFactors
from percapita.proxy.metrics import Key, Value, newest

NOT_SUPPLIED = "factor not supplied by the licensor"
SHIFT = Decimal("0.1")
ROUNDINGS = {"up": ROUND_CEILING, "nearest": ROUND_HALF_UP, "down": ROUND_FLOOR}


@dataclass(frozen=True)
class Term:
    """Hold a metric times its factor; `cap` is the number of people that limits it, None where none does."""

    factor: Factor
    value: Value
    cap: Decimal | None

    @property
    def users(self) -> Decimal:
        """Return the users, unrounded. Source: rules UP-2 and UP-3."""
        product = self.value.value * self.factor.factor
        return product if self.cap is None else min(product, self.cap)

    @property
    def capped(self) -> bool:
        """Tell whether there are fewer people than the product."""
        return self.cap is not None and self.cap < self.value.value * self.factor.factor


@dataclass(frozen=True)
class Part:
    """Hold what an entity adds in a setting; `missing` says what is not known, and then there are no users."""

    entity: str
    setting: str
    terms: tuple[Term, ...]
    users: int | None
    missing: str = ""


@dataclass(frozen=True)
class Shift:
    """Hold the users of a system if a metric were a tenth less and a tenth more everywhere."""

    metric: str
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Estimate:
    """Hold the users that the model gives for a system, None while something is missing."""

    system: str
    parts: tuple[Part, ...]
    shifts: tuple[Shift, ...] = ()

    @property
    def users(self) -> int | None:
        """Return the sum over the entities. Source: rule UP-5."""
        known = [part.users for part in self.parts if part.users is not None]
        return sum(known) if self.parts and len(known) == len(self.parts) else None

    @property
    def missing(self) -> list[str]:
        """Return what is not known."""
        if not self.parts:
            return ["no entity has a base metric for it"]
        return [f"{one.entity}, {one.setting}: {one.missing}" for one in self.parts if one.missing]

    @property
    def examples(self) -> list[Factor]:
        """Return the factors used that do not come from the licensor."""
        used = {term.factor.id: term.factor for part in self.parts for term in part.terms}
        return [factor for factor in used.values() if factor.example]


def estimate(system: str, values: Sequence[Value], factors: ProxyFactors, on: date) -> Estimate:
    """Return the users of a system by the base metrics that hold on a day, with the shift of each metric."""
    held = newest(values, system, on)
    found = _estimate(system, held, factors)
    used = {
        name for part in found.parts for term in part.terms for name in (term.factor.metric, term.factor.cap) if name
    }
    moved = [name for name in factors.metrics if name in used and any(key[2] == name for key in held)]
    return replace(found, shifts=tuple(_shift(system, held, factors, name) for name in moved))


def _estimate(system: str, held: Mapping[Key, Value], factors: ProxyFactors) -> Estimate:
    places = sorted({(entity, setting) for entity, setting, _ in held})
    return Estimate(system, tuple(_part(held, factors, entity, setting) for entity, setting in places))


def _part(held: Mapping[Key, Value], factors: ProxyFactors, entity: str, setting: str) -> Part:
    wanted = factors.of_setting(setting)
    terms = tuple(
        Term(factor, held[entity, setting, factor.metric], _cap(held, entity, factor))
        for factor in wanted
        if (entity, setting, factor.metric) in held
    )
    lacking = [one.metric for one in wanted if (entity, setting, one.metric) not in held]
    if not wanted:
        return Part(entity, setting, (), None, NOT_SUPPLIED)
    if lacking:
        return Part(entity, setting, terms, None, f"there is no value of {', '.join(lacking)}")
    return Part(entity, setting, terms, _whole(sum((one.users for one in terms), Decimal(0)), factors.rounding))


def _cap(held: Mapping[Key, Value], entity: str, factor: Factor) -> Decimal | None:
    value = held.get((entity, factor.setting, factor.cap)) if factor.cap else None
    return value.value if value else None


def _whole(users: Decimal, rounding: str) -> int:
    """Return whole users. Source: rule UP-4."""
    return int(users.to_integral_value(ROUNDINGS[rounding]))


def _shift(system: str, held: Mapping[Key, Value], factors: ProxyFactors, metric: str) -> Shift:
    low, high = (
        _estimate(
            system,
            {key: replace(one, value=one.value * by) if key[2] == metric else one for key, one in held.items()},
            factors,
        ).users
        for by in (1 - SHIFT, 1 + SHIFT)
    )
    return Shift(metric, low, high)


def as_json(found: Estimate) -> dict[str, Any]:
    """Return an estimate as JSON values; metrics and factors are texts, because they are exact."""
    return {
        "system": found.system,
        "users": found.users,
        "missing": found.missing,
        "parts": [
            {
                "entity": part.entity,
                "setting": part.setting,
                "users": part.users,
                "missing": part.missing or None,
                "terms": [_term_json(term) for term in part.terms],
            }
            for part in found.parts
        ],
        "sensitivity": [
            {"metric": one.metric, "minus_10_percent": one.low, "plus_10_percent": one.high} for one in found.shifts
        ],
    }


def _term_json(term: Term) -> dict[str, Any]:
    return {
        "metric": term.factor.metric,
        "value": f"{term.value.value:f}",
        "as_of": term.value.as_of.isoformat(),
        "source": term.value.source,
        "evidence": term.value.evidence or None,
        "factor": f"{term.factor.factor:f}",
        "factor_id": term.factor.id,
        "factor_source": term.factor.source,
        "example": term.factor.example,
        "cap": None if term.cap is None else f"{term.cap:f}",
        "capped": term.capped,
    }
