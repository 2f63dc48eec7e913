"""The statement: how many individual people used each system, on what basis, and what is not known.

Every number is a count. Nothing in it depends on a clock, a path of the machine, the order of threads or a key.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from percapita.evidence.canonical import digest_of
from percapita.policy.vocabulary import Basis, Environment, SystemKind

SCHEMA = "percapita/statement/1"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """Name the organization that counts."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Period:
    """Hold the period: both days inclusive, in the time zone."""

    start: str
    end: str
    timezone: str


@dataclass(frozen=True, kw_only=True)
class PolicyReference:
    """Name a policy table and the hash of its text."""

    id: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Name the policy tables that the count applied; without probable links there is no `link_model`."""

    user_definition: PolicyReference
    link_model: PolicyReference | None = None


@dataclass(frozen=True, kw_only=True)
class Undetermined:
    """Count the rows that fit no rule, and the people not counted now who would be if these rows were use."""

    events: int
    persons: int


@dataclass(frozen=True, kw_only=True)
class SystemFigures:
    """Hold the figures of one system.

    `users` is None when there is no evidence (`basis` is "none"); it is never 0 for that reason. `events` are the rows
    of the period whose use type counts, before exclusions, `accounts_seen` the accounts in them; `excluded`,
    `needs_determination` and `unknown_accounts` are parts of `accounts_seen`. `idle_accounts` are human accounts of
    the sources that name the system without a row in the period. `users_on_proposals` are the users who would not count
    if every kind that is only proposed for an account were confirmed.
    """

    id: str
    name: str
    kind: SystemKind
    basis: Basis
    users: int | None
    range: list[int] | None
    by_use: dict[str, int]
    by_entity: dict[str, int]
    by_month: dict[str, int]
    events: int
    accounts_seen: int
    idle_accounts: int
    unknown_accounts: int
    excluded: dict[str, int]
    needs_determination: dict[str, int]
    shared_accounts: int
    below_minimum: int
    undetermined: Undetermined
    months_covered: list[str]
    months_missing: list[str]
    outside_period: int
    users_on_proposals: int = 0
    part_of: str | None = None
    environment: Environment = "production"


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """Name one file that was read. `kept` is true when the file is gone and its kept digest stands for it."""

    path: str
    sha256: str
    rows: int
    rejected: int
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Name the engine that counted."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Count what the identities hold that is open or odd, over all systems.

    `links` are pairs joined because they are probably one person, `questions` pairs that wait for a human, `decisions`
    the answers of humans that were applied.
    """

    accounts: int
    workforce_rows: int
    conflicts: int
    shared_mailboxes: int
    shared_accounts: int
    invalid_npis: int
    unrecognized_kinds: dict[str, int]
    proposed_kinds: dict[str, int] = field(default_factory=dict)
    links: int = 0
    questions: int = 0
    decisions: int = 0


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Hold one count. `persons` are the distinct people over all listed systems; `digest` hashes everything else."""

    schema: str
    organization: Organization
    period: Period
    policy: Policies
    systems: list[SystemFigures]
    persons: int
    idle_accounts: int
    unlisted_systems: dict[str, int]
    identities: Identities
    groups: dict[str, int]
    inputs: list[InputFile]
    warnings: list[str]
    engine: Engine
    digest: str = ""


def as_json(statement: Statement) -> dict[str, Any]:
    """Return the statement as plain JSON values, with its digest."""
    plain = asdict(statement)
    del plain["digest"]
    return {**plain, "digest": digest_of(plain)}
