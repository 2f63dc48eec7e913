"""Set the users of the User Proxy Model beside the people who were counted, and say what explains the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from percapita.royalty.figures import System
from percapita.wording import many

USE_WORDS = {
    "direct_access": "see codes",
    "product_reliance": "need codes inside the product",
    "output_reliance": "use its reports",
}


@dataclass(frozen=True)
class Reason:
    """Hold a figure that explains the difference, or a part of it, in a sentence."""

    figure: str
    number: int
    says: str


@dataclass(frozen=True)
class Comparison:
    """Hold counted users beside those of the model; either is None where it is not known."""

    system: str
    counted: int | None
    modeled: int | None
    reasons: tuple[Reason, ...]

    @property
    def difference(self) -> int | None:
        """Return by how many the model gives more."""
        return None if self.counted is None or self.modeled is None else self.modeled - self.counted


def compare(counted: System, modeled: int | None) -> Comparison:
    """Return the comparison of a system with the figures of a statement."""
    return Comparison(counted.id, counted.users, modeled, (*_more(counted), *_fewer(counted), *_uses(counted)))


def _more(counted: System) -> list[Reason]:
    """Return what the model includes and a count does not."""
    found = []
    if counted.idle_accounts:
        idle = many(counted.idle_accounts, "human account")
        says = f"{idle} without use in the period: the model includes people whether they used it or not"
        found.append(Reason("idle_accounts", counted.idle_accounts, says))
    if counted.undetermined:
        people = many(counted.undetermined, "person", "people")
        says = f"{people} whose activities fit no rule: not counted as long as that is open"
        found.append(Reason("undetermined", counted.undetermined, says))
    if counted.unknown_accounts:
        says = f"{many(counted.unknown_accounts, 'account')} that nobody lists: not counted, though they may be people"
        found.append(Reason("unknown_accounts", counted.unknown_accounts, says))
    return found


def _fewer(counted: System) -> list[Reason]:
    """Return what a count includes and the model may not."""
    low, high = counted.range or (0, 0)
    if low == high:
        return []
    return [Reason("range", high - low, f"open questions of identity leave {low:,} to {high:,} counted users")]


def _uses(counted: System) -> list[Reason]:
    return [
        Reason(use, counted.by_use[use], f"{counted.by_use[use]:,} of the counted users {words}")
        for use, words in USE_WORDS.items()
        if counted.by_use.get(use)
    ]


def as_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values."""
    return {
        "system": found.system,
        "counted": found.counted,
        "user_proxy_model": found.modeled,
        "difference": found.difference,
        "explained_by": [{"figure": one.figure, "number": one.number, "says": one.says} for one in found.reasons],
    }
