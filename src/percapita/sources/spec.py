"""What the plan says of a source: its type, where it is, which columns are named, how its times are written."""

from __future__ import annotations

import datetime
from typing import ClassVar, Literal

import msgspec

TextEncoding = Literal["utf-8", "utf-16", "cp1252"]
RECEIVE = "receive"  # the activity of everybody who receives an output
FileFormat = Literal["csv", "tsv", "parquet", "xlsx", "jsonl", "json", "atna", "ldif"]


class ColumnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Say where a canonical column comes from when a bare column name is not enough.

    Either `value` (the same text for every row) or `column`, whose texts `map` translates; a text that `map` does
    not hold stays as it is. `without_bit` reads a number as flags: "yes" if none of these bits is set, else "no".
    """

    value: str | None = None
    column: str | None = None
    map: dict[str, str] = {}
    without_bit: int | None = None


Column = str | ColumnRule


class WorkforceColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Name the columns of a file of people known to the organization."""

    employee_id: Column | None = None
    given_name: Column | None = None
    family_name: Column | None = None
    birth_date: Column | None = None
    npi: Column | None = None
    email: Column | None = None
    entity: Column | None = None
    worker_type: Column | None = None
    employer: Column | None = None
    country: Column | None = None
    job: Column | None = None
    department: Column | None = None
    valid_from: Column | None = None
    valid_to: Column | None = None


class AccountsColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Name the columns of a file of accounts."""

    account_id: Column
    employee_id: Column | None = None
    given_name: Column | None = None
    family_name: Column | None = None
    birth_date: Column | None = None
    npi: Column | None = None
    email: Column | None = None
    kind: Column | None = None
    enabled: Column | None = None
    last_login: Column | None = None
    role: Column | None = None
    proposed_kind: Column | None = None


class AccessColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Name the columns of an access log: who did what, when."""

    account_id: Column
    occurred_at: Column | None = None
    system: Column | None = None
    activity: Column | None = None
    object: Column | None = None


class UsageColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Name the columns of a log already grouped by someone's SQL."""

    account_id: Column
    events: Column
    system: Column | None = None
    activity: Column | None = None
    object: Column | None = None
    month: Column | None = None
    first_seen: Column | None = None
    last_seen: Column | None = None


class RecipientsColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Name the columns of a list of those who receive outputs: one of e-mail, employee id or account."""

    output: Column
    email: Column | None = None
    employee_id: Column | None = None
    account_id: Column | None = None
    system: Column | None = None
    occurred_at: Column | None = None
    valid_from: Column | None = None
    valid_to: Column | None = None


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold what every source has: where it is and, when sniffing is not wanted, how it is written.

    `path` is relative to the plan and may be a glob. `header = false` names the columns "1", "2", ... `preset` is what
    the columns were filled in from (`presets.py`), `records` where the list of a JSON document stands.
    """

    path: str
    preset: str | None = None
    format: FileFormat | None = None
    delimiter: str | None = None
    encoding: TextEncoding | None = None
    header: bool | None = None
    sheet: str | None = None
    date_format: str | None = None
    records: str | None = None


class WorkforceSource(
    _Source,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    tag_field="type",
    tag="workforce",
):
    """People known to the organization; several dated rows a person are allowed."""

    columns: WorkforceColumns
    type: ClassVar[str] = "workforce"


class AccountsSource(
    _Source, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="type", tag="accounts"
):
    """Accounts in a system, or in a directory used by many systems (`system = "*"`)."""

    columns: AccountsColumns
    system: str
    directory: str | None = None
    type: ClassVar[str] = "accounts"


class AccessSource(
    _Source, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="type", tag="access"
):
    """An access log. `system` here or in `columns`; `directory` says whose accounts these are.

    `sign_ins`: its rows only tell who signed in, not what anyone did.
    """

    columns: AccessColumns
    system: str | None = None
    directory: str | None = None
    timezone: str | None = None
    undated: bool = False
    sign_ins: bool = False
    type: ClassVar[str] = "access"


class DeclaredSource(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    tag_field="type",
    tag="declared",
):
    """Numbers of users that someone answers for, where nothing can be counted.

    Either one number here, or a CSV file with the columns system, number, by, date and evidence.
    """

    path: str | None = None
    system: str | None = None
    number: int | None = None
    by: str | None = None
    date: datetime.date | None = None
    evidence: str | None = None
    type: ClassVar[str] = "declared"


class UsageSource(
    _Source, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="type", tag="usage"
):
    """An access log already grouped."""

    columns: UsageColumns
    system: str | None = None
    directory: str | None = None
    timezone: str | None = None
    undated: bool = False
    type: ClassVar[str] = "usage"


class RecipientsSource(
    _Source,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    tag_field="type",
    tag="recipients",
):
    """Those who receive outputs made with codes; the activity is `receive`, the object is the output."""

    columns: RecipientsColumns
    system: str | None = None
    directory: str | None = None
    timezone: str | None = None
    undated: bool = False
    type: ClassVar[str] = "recipients"


IdentitySource = WorkforceSource | AccountsSource
EventSource = AccessSource | UsageSource | RecipientsSource
Source = WorkforceSource | AccountsSource | AccessSource | UsageSource | RecipientsSource
WrittenSource = Source | DeclaredSource  # as a plan has them; a count is given declared numbers apart


def constant_system(source: EventSource) -> str | None:
    """Return the system that every row of a source is of, or None if a column says it."""
    column = source.columns.system
    if isinstance(column, ColumnRule):
        return column.value
    return source.system if column is None else None


def evidence_of(source: EventSource) -> str:
    """Return what kind of evidence the rows of a source are: its type, or that they are sign-ins alone."""
    return "sign_in" if isinstance(source, AccessSource) and source.sign_ins else source.type


def tells_days(source: EventSource) -> bool:
    """Tell whether each row of a source has a time of its own, so that days without rows can be seen."""
    return isinstance(source, AccessSource) and not source.undated


def is_identity(source: Source) -> bool:
    """Tell whether a source lists people or accounts rather than events."""
    return source.type in ("workforce", "accounts")
