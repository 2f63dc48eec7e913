"""The statement: how many individual people used each system, on what basis, and what is not known.

Every number is a count. Nothing in it depends on a clock, a path of the machine, the order of threads or a key.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from percapita.evidence.canonical import digest_of
from percapita.policy.vocabulary import Basis, Environment, Figure, SystemKind

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
class Declared:
    """Hold the number of users that someone answers for."""

    number: int
    by: str
    date: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Billed:
    """Name the figure of the user definition that is billed, and its rule."""

    figure: Figure
    rule: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Name an entity of the organization with its identifiers, and the days for which that holds."""

    id: str
    name: str
    ccn: str | None
    npi: str | None
    ein: str | None
    aha_id: str | None
    valid_from: str | None
    valid_to: str | None


@dataclass(frozen=True, kw_only=True)
class People:
    """Count the distinct people over all listed systems by what the workforce says of them."""

    by_entity: dict[str, int]
    by_worker_type: dict[str, int]
    by_country: dict[str, int]
    by_employer: dict[str, int]
    leavers: int
    outside_us: int
    other_employer: int


@dataclass(frozen=True, kw_only=True)
class SystemFigures:
    """Hold the figures of one system.

    `users` is None when there is no evidence (`basis` is "none"); it is never 0 for that reason. `events` are the rows
    of the period whose use type counts, before exclusions, `accounts_seen` the accounts in them; `excluded`,
    `needs_determination` and `unknown_accounts` are parts of `accounts_seen`. `idle_accounts` are human accounts of
    the sources that name the system without a row in the period. `users_on_proposals` are the users who would not count
    if every kind that is only proposed for an account were confirmed.

    Beside `users`, who are all people of the period: `without_leavers` are those of them still employed on its last
    day, `as_of` those active in its last days (the user definition says how many), `peak_month` those of the month with
    most, `with_access` the people with an enabled account in a source that names the system. None is not known.
    `days_covered` are the days of the period with rows, None without a log whose rows have times. `data_from`
    and `data_through` are the days of the first and the last row of the period.
    `billed` is the figure that the user definition bills; `not_billed` says why none is. `by_entity_at_use` counts a
    person under each entity it had when it used the system, under "not_owned" where that was not the organization's.
    `other_employer` are people employed by somebody else, `outside_us` those who work elsewhere; both as far as known.
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
    owner: str | None = None
    days_covered: int | None = None
    data_from: str | None = None
    data_through: str | None = None
    without_leavers: int | None = None
    leavers: int = 0
    as_of: int | None = None
    peak_month: int | None = None
    with_access: int | None = None
    billed: int | None = None
    not_billed: str = ""
    by_entity_at_use: dict[str, int] = field(default_factory=dict)
    by_worker_type: dict[str, int] = field(default_factory=dict)
    by_country: dict[str, int] = field(default_factory=dict)
    by_employer: dict[str, int] = field(default_factory=dict)
    outside_us: int = 0
    other_employer: int = 0
    declared: Declared | None = None


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
    unrecognized_worker_types: dict[str, int] = field(default_factory=dict)
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
    unlisted_persons: dict[str, int] = field(default_factory=dict)
    entities: list[Entity] = field(default_factory=list)
    people: People | None = None
    billed: Billed | None = None
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
