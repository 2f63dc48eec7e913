"""Users of each kind of system: persons times a declared share, corrected by the organization's own log where given."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.industry.expect import Interval
from percapita.policy.industry_prior import IndustryPriors
from percapita.statement.types import SCHEMA

NORMAL_90 = 1.645  # half the width of 90 % of a normal distribution, in standard deviations
LOG_SPREAD = 0.05  # how far a complete log may be off, in logarithms: accounts that nobody knows, rules not written
MONTH_SPREAD = 0.3  # what is added for a log without any of its months


@dataclass(frozen=True)
class Users:
    """Hold the expected users of one kind of system: `share` is declared; `log` the users of the own log, if given."""

    kind: str
    users: Interval
    share: Interval
    source: str
    log: int | None
    usable_for: str

    def as_json(self) -> dict[str, Any]:
        """Return the range as JSON values."""
        return {
            "kind": self.kind,
            "low": round(self.users.low),
            "expected": round(self.users.expected),
            "high": round(self.users.high),
            "share": {"low": self.share.low, "expected": self.share.expected, "high": self.share.high},
            "status": "declared, not found" if self.log is None else "declared, corrected by the own log",
            "source": self.source,
            "log": self.log,
            "usable_for": self.usable_for,
        }


@dataclass(frozen=True)
class Reported:
    """Hold a reported figure of one system: `coverage` is the share of its months that the log has, 0 without a log.

    `proxy` is the figure of the User Proxy Model, if somebody gave it.
    """

    id: str
    name: str
    kind: str
    users: int | None
    basis: str
    coverage: float
    proxy: int | None = None


def expected_users(
    persons: Interval, priors: IndustryPriors, reported: Mapping[str, Reported] | None = None
) -> list[Users]:
    """Return the users of each kind with a declared share; a kind without one is left out, for nothing is assumed."""
    found = []
    for kind, prior in priors.shares.items():
        share = Interval(prior.low, prior.expected, prior.high)
        users = capped(persons.times(share), persons)
        log = (reported or {}).get(kind)
        if log is not None and log.users and log.basis in ("log", "usage"):
            corrected = corrected_by(users, log.users, log.coverage)
            found.append(Users(kind, corrected, share, prior.source, log.users, corrected.usable_for))
        else:
            found.append(Users(kind, users, share, prior.source, None, users.usable_for))
    return found


def capped(users: Interval, persons: Interval) -> Interval:
    """Return an interval of users that are persons: never more than there may be."""
    return Interval(min(users.low, persons.high), min(users.expected, persons.high), min(users.high, persons.high))


def corrected_by(prior: Interval, users: int, coverage: float) -> Interval:
    """Return the interval after a log was seen: both normal in logarithms, each weighed by its precision.

    Months without rows make the log say less.
    """
    deviation = math.log(prior.high / prior.low) / 2 / NORMAL_90
    spread = LOG_SPREAD + MONTH_SPREAD * (1 - coverage)
    weight, seen = 1 / max(deviation, 1e-6) ** 2, 1 / spread**2
    middle = (weight * math.log(prior.expected) + seen * math.log(users)) / (weight + seen)
    half = NORMAL_90 / math.sqrt(weight + seen)
    return Interval(math.exp(middle - half), math.exp(middle), math.exp(middle + half))


def read_statement(path: Path) -> tuple[str, list[Reported]]:
    """Return the organization's name and the systems of a statement. Raises InputError for what is no statement."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the statement cannot be read ({error.strerror})", str(path), "check the path") from None
    except (ValueError, RecursionError):
        raise InputError("the statement is not JSON", str(path), "give statement.json of percapita count") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise InputError("this is no statement", f"{path}, schema", "give statement.json of percapita count")
    try:
        systems = [_system(entry) for entry in told["systems"]]
        name = str(told["organization"]["name"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(
            "the statement lacks something", f"{path}, systems", "make it again with percapita count"
        ) from None
    return name, systems


def _system(entry: dict[str, Any]) -> Reported:
    users = entry["users"]
    if users is not None and (type(users) is not int or users < 0):
        raise ValueError("users")
    covered, missing = len(entry.get("months_covered") or []), len(entry.get("months_missing") or [])
    coverage = covered / (covered + missing) if covered else 0.0
    return Reported(str(entry["id"]), str(entry["name"]), str(entry["kind"]), users, str(entry["basis"]), coverage)


def largest_by_kind(systems: list[Reported]) -> dict[str, Reported]:
    """Return the system with the most users of each kind: people of several systems of one kind are not added."""
    found: dict[str, Reported] = {}
    for system in systems:
        if system.users is not None and system.users >= (found[system.kind].users or 0 if system.kind in found else 0):
            found[system.kind] = system
    return found
