"""The plan as types: what to count, from which files, under which rules. `load.py` reads it from TOML."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from percapita.policy.vocabulary import AccountKind, Environment, MappedUse, SystemKind
from percapita.sources.spec import Column, WrittenSource


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Be a table of the plan: frozen, and an unknown key is an error."""


class Organization(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name the organization that counts. `key_file` holds the key of its pseudonyms."""

    id: str
    name: str
    key_file: str | None = None


class Period(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold the period: both days inclusive, in the time zone."""

    start: date
    end: date
    timezone: str


class Policy(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Choose policy tables by id or path; absent is the newest shipped one."""

    user_definition: str | None = None


class People(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say how accounts become persons: by keys and probable links, or by keys alone; `decisions` is a file."""

    link: Literal["probable", "exact"] = "probable"
    decisions: str = "decisions.csv"


class Count(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say how to count: whether digests are kept, and which share of unreadable rows stops the count."""

    digest: bool = True
    max_rejects: float = 0.01


class Entity(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name a legal entity or site of the organization, from when to when it belongs to it.

    Several dated rows of one id tell when identifiers changed.
    """

    id: str
    name: str
    ccn: str | None = None
    npi: str | None = None
    ein: str | None = None
    aha_id: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    setting: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class System(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name a software product in which the code set is used."""

    id: str
    name: str
    kind: SystemKind
    part_of: str | None = None
    environment: Environment = "production"
    owner: str | None = None


class Use(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Map activities of a system to a use type; the first rule that fits decides.

    Without `activity` it maps accounts or workforce rows, by what they say: `role` to `entity`, all that are given must
    fit. `signed_in` asks for a last sign-in not before the period.
    """

    system: str
    activity: tuple[str, ...] | None = None
    use_type: MappedUse
    object: tuple[str, ...] = ("*",)
    role: tuple[str, ...] | None = None
    job: tuple[str, ...] | None = None
    department: tuple[str, ...] | None = None
    worker_type: tuple[str, ...] | None = None
    entity: tuple[str, ...] | None = None
    signed_in: bool = False


class Kind(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Tell what accounts are whose list does not. Where several parts are given, all must fit."""

    kind: AccountKind
    account_id: tuple[str, ...] | None = None
    list: str | None = None
    proposed: bool = False


class Exclude(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Leave accounts out, with a reason. Where several parts are given, all must fit."""

    reason: str
    kind: tuple[str, ...] | None = None
    account_id: tuple[str, ...] | None = None
    list: str | None = None


class Register(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name a CSV file that another program wrote, and which of its columns is what."""

    path: str
    columns: dict[str, Column]


class Plan(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold a whole plan. `systems`, `rules`, `owners` and `outputs` name CSV files, see `registers`."""

    organization: Organization
    period: Period
    policy: Policy = Policy()
    people: People = People()
    count: Count = Count()
    systems: str | Register | None = None
    rules: str | Register | None = None
    owners: str | Register | None = None
    outputs: str | Register | None = None
    entity: tuple[Entity, ...] = ()
    system: tuple[System, ...] = ()
    source: tuple[WrittenSource, ...] = ()
    use: tuple[Use, ...] = ()
    kind: tuple[Kind, ...] = ()
    exclude: tuple[Exclude, ...] = ()
