"""Read a plan from TOML and check everything that can be known without opening a source."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from percapita.counting.declared import Declared, read_declared
from percapita.counting.plan import Exclude, Kind, Plan, System, Use
from percapita.counting.registers import ROSTER_KEYS, Output, check_use, output_rules, read_registers, use_rules
from percapita.counting.shape import check_shape
from percapita.errors import InputError, nearest
from percapita.people.attributes import Days
from percapita.policy.user_definition import UserDefinition, load_user_definition
from percapita.sources.calendar import Calendar
from percapita.sources.presets import with_presets
from percapita.sources.spec import ColumnRule, DeclaredSource, EventSource, Source, constant_system
from percapita.usage.accounts import EMPLOYEES, MAILBOXES, Scope
from percapita.usage.kinds import KindRule
from percapita.usage.roster import RosterRule
from percapita.usage.rules import UseRule
from percapita.usage.standing import Exclusion

LONGEST_PERIOD_YEARS = 5
TIME_COLUMNS = {
    "usage": ("month", "first_seen", "last_seen"),
    "recipients": ("occurred_at", "valid_from", "valid_to"),
}


@dataclass(frozen=True)
class LoadedPlan:
    """Hold a checked plan with what it refers to: policy, rules, exclusions, calendar. `file` is absolute."""

    plan: Plan
    file: Path
    definition: UserDefinition
    rules: tuple[UseRule, ...]
    exclusions: tuple[Exclusion, ...]
    calendar: Calendar
    kinds: tuple[KindRule, ...] = ()
    roster_rules: tuple[RosterRule, ...] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)

    @cached_property
    def all_rules(self) -> tuple[UseRule | RosterRule, ...]:
        """Return the rules about rows of logs and then those about accounts: a fact names its rule by place."""
        return self.rules + self.roster_rules

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Return the sources whose files are read row by row: all but declared numbers."""
        return tuple(source for source in self.plan.source if not isinstance(source, DeclaredSource))

    outputs: tuple[Output, ...] = ()

    @property
    def base(self) -> Path:
        """Return the folder that the plan's paths are relative to."""
        return self.file.parent

    @property
    def systems(self) -> dict[str, System]:
        """Return the listed systems by id, in the plan's order."""
        return {system.id: system for system in self.plan.system}


def load_plan(path: Path) -> LoadedPlan:
    """Return the plan of a TOML file. Raises InputError that names the table, the key and the nearest known one."""
    registers = read_registers(parse_plan(path), path.resolve().parent)
    registers.complain()
    plan = registers.plan
    _check_period(plan, path.name)
    _check_ids(plan, path.name)
    _check_references(plan, path.name)
    written = list(enumerate(plan.source, start=1))
    declared = [(number, source) for number, source in written if isinstance(source, DeclaredSource)]
    systems = [system.id for system in plan.system]
    labeled = [(f"use[{index}]", rule) for index, rule in enumerate(plan.use)]
    return LoadedPlan(
        plan=plan,
        file=path.resolve(),
        definition=load_user_definition(plan.policy.user_definition, path.resolve().parent),
        rules=(*output_rules(registers.outputs), *use_rules(plan.use)),
        roster_rules=tuple(_roster_rule(rule, label) for label, rule in labeled if rule.activity is None),
        declared=read_declared(declared, path.resolve().parent, systems, path.name),
        exclusions=tuple(
            _exclusion(rule, path, f"{path.name}, [[exclude]] {number}")
            for number, rule in enumerate(plan.exclude, start=1)
        ),
        calendar=Calendar(plan.period.start, plan.period.end, plan.period.timezone),
        kinds=tuple(
            _kind_rule(rule, path, f"{path.name}, [[kind]] {number}") for number, rule in enumerate(plan.kind, start=1)
        ),
        outputs=registers.outputs,
    )


def parse_plan(path: Path) -> Plan:
    """Return what the TOML file says, without the registers it names. Raises InputError for another shape."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError("there is no such plan", str(path), "run `percapita init DIR` for a new one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the plan cannot be read ({type(error).__name__})", str(path), "give a TOML file in UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the plan is not TOML: {error}", path.name, "correct that line") from None
    table = with_presets(table, path.name)
    check_shape(table, Plan, path.name)
    try:
        return msgspec.convert(table, Plan)
    except msgspec.ValidationError as error:
        raise InputError(
            f"the plan is wrong: {error}", path.name, "compare it with the reference of the plan"
        ) from None


def _check_period(plan: Plan, where: str) -> None:
    period = plan.period
    place = f"{where}, [period]"
    if period.end < period.start:
        raise InputError(
            f"the period ends ({period.end}) before it starts ({period.start})",
            place,
            "exchange start and end",
        )
    if period.end.year - period.start.year >= LONGEST_PERIOD_YEARS or not 1900 < period.start.year < 2200:
        raise InputError("the period is longer than five years, or not of our time", place, "count one year at a time")
    check_timezone(period.timezone, place)
    if not 0 <= plan.count.max_rejects <= 1:
        raise InputError("max_rejects is not a share between 0 and 1", f"{where}, [count]", "write max_rejects = 0.01")


def check_timezone(name: str, where: str) -> None:
    """Raise InputError unless `name` is a time zone of the IANA database."""
    from zoneinfo import available_timezones

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"{name!r} is not a time zone", where, nearest(name, available_timezones())) from None


def _check_ids(plan: Plan, where: str) -> None:
    if not plan.system:
        raise InputError("no system is listed", where, "add a [[system]] with id, name and kind")
    if not plan.source:
        raise InputError("no source is listed", where, "add a [[source]] with type, path and columns")
    _no_duplicates([system.id for system in plan.system], "system", where)
    _check_entities(plan, where)
    for system in plan.system:
        if not system.id or "*" in system.id or "?" in system.id or system.id != system.id.strip():
            raise InputError(
                f"{system.id!r} cannot be a system's id",
                f"{where}, [[system]]",
                "use a name without * and ? and without blanks around it",
            )


def _check_entities(plan: Plan, where: str) -> None:
    """Check that the rows of one entity are of different days."""
    spans: dict[str, list[Days]] = {}
    for entity in plan.entity:
        place = f"{where}, [[entity]] {entity.id}"
        days = (entity.valid_from or date.min, entity.valid_to or date.max)
        if days[1] < days[0]:
            raise InputError("valid_to lies before valid_from", place, "exchange them")
        if any(days[0] <= other[1] and days[1] >= other[0] for other in spans.get(entity.id, ())):
            raise InputError(
                f"two entity entries have the id {entity.id!r} on the same day",
                f"{where}, [[entity]]",
                "give each its own id, or days of its own: valid_from, valid_to",
            )
        spans.setdefault(entity.id, []).append(days)


def _no_duplicates(ids: Iterable[str], what: str, where: str) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise InputError(f"two {what} entries have the id {name!r}", f"{where}, [[{what}]]", "give each its own id")
        seen.add(name)


def _check_references(plan: Plan, where: str) -> None:
    systems = {system.id for system in plan.system}
    directories = directories_of(plan)
    for number, source in enumerate(plan.source, start=1):
        if isinstance(source, DeclaredSource):
            continue
        place = f"{where}, [[source]] {number}"
        _check_columns(source, place)
        _check_source(source, systems, directories, place)
    for number, use in enumerate(plan.use, start=1):
        if not any(UseRule(use.system, (), use.use_type).touches(system) for system in systems):
            raise InputError(
                f"the rule fits no listed system: {use.system!r}",
                f"{where}, [[use]] {number}",
                nearest(use.system, systems),
            )
        check_use(use, f"{where}, [[use]] {number}")


def _check_columns(source: Any, place: str) -> None:
    """Check that each column in the longer form says where its texts come from: one of `column` and `value`."""
    for name in source.columns.__struct_fields__:
        rule = getattr(source.columns, name)
        if isinstance(rule, ColumnRule) and (rule.column is None) == (rule.value is None):
            raise InputError(
                f"{name} needs one of column and value", f"{place}, columns", f'write {name} = {{ column = "..." }}'
            )


def _check_source(source: Any, systems: set[str], directories: dict[str, set[str]], place: str) -> None:
    if source.type == "workforce":
        return
    if source.type == "accounts":
        if source.system != "*":
            _check_system(source.system, systems, place)
        return
    if source.columns.system is None and source.system is None:
        raise InputError(
            "the source does not say which system it is of", place, 'add system = "..." or a system column'
        )
    constant = constant_system(source)
    if constant is not None:
        _check_system(constant, systems, place)
    if source.directory is not None and source.directory not in directories:
        raise InputError(
            f"no accounts source has the directory {source.directory!r}",
            place,
            nearest(source.directory, directories),
        )
    if source.timezone is not None:
        check_timezone(source.timezone, place)
    _check_event_columns(source, place)


def _check_system(system: str, systems: set[str], place: str) -> None:
    if system not in systems:
        raise InputError(f"no system has the id {system!r}", place, nearest(system, systems))


def _check_event_columns(source: Any, place: str) -> None:
    columns = source.columns
    if source.type == "recipients":
        named = [name for name in ("email", "employee_id", "account_id") if getattr(columns, name) is not None]
        if len(named) != 1:
            raise InputError(
                "recipients are named by one of email, employee_id or account_id",
                f"{place}, columns",
                "keep exactly one of them",
            )
        if columns.occurred_at is not None and (columns.valid_from is not None or columns.valid_to is not None):
            raise InputError(
                "a recipient has a time, or a membership from when to when, not both",
                f"{place}, columns",
                "keep occurred_at, or valid_from and valid_to",
            )
    times = TIME_COLUMNS.get(source.type, ("occurred_at",))
    if not source.undated and not any(getattr(columns, name) is not None for name in times):
        raise InputError(
            "the source has no time",
            f"{place}, columns",
            f"name a column for {times[0]}, or write undated = true",
        )
    if source.type == "usage" and (columns.first_seen is None) != (columns.last_seen is None):
        raise InputError("first_seen and last_seen go together", f"{place}, columns", "name both or none")


def _roster_rule(rule: Use, label: str) -> RosterRule:
    said = {name: getattr(rule, name) for name in ROSTER_KEYS}
    return RosterRule(rule.system, rule.use_type, **said, signed_in=rule.signed_in, label=label)


def _kind_rule(rule: Kind, path: Path, where: str) -> KindRule:
    if rule.account_id is None and rule.list is None and not rule.proposed:
        raise InputError("the kind is told of no account", where, "add account_id, list or proposed = true")
    listed = None if rule.list is None else _listed(path.resolve().parent / rule.list, rule.list, where)
    return KindRule(rule.kind, rule.account_id, listed, rule.proposed)


def _exclusion(rule: Exclude, path: Path, where: str) -> Exclusion:
    if rule.kind is None and rule.account_id is None and rule.list is None:
        raise InputError("the exclusion says nothing about whom it leaves out", where, "add kind, account_id or list")
    return Exclusion(
        reason=rule.reason,
        kinds=None if rule.kind is None else frozenset(kind.casefold() for kind in rule.kind),
        account_globs=None if rule.account_id is None else rule.account_id,
        listed=None if rule.list is None else _listed(path.resolve().parent / rule.list, rule.list, where),
    )


def _listed(file: Path, shown: str, where: str) -> frozenset[str]:
    """Return the account ids of a list: the column account_id, else the first column."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"the list {shown!r} cannot be read ({type(error).__name__})", where, "give a CSV file in UTF-8"
        ) from None
    column = rows[0].index("account_id") if rows and "account_id" in rows[0] else None
    data = rows[1:] if column is not None else rows
    return frozenset(row[column or 0].strip() for row in data if len(row) > (column or 0))


def directory_of(source: Any) -> str:
    """Return the directory of an accounts source: the told one, else its system."""
    return str(source.directory or source.system)


def directories_of(plan: Plan) -> dict[str, set[str]]:
    """Return the directories of the plan's accounts sources with the systems ("*" is all) whose accounts they hold."""
    directories: dict[str, set[str]] = {}
    for source in plan.source:
        if source.type == "accounts":
            directories.setdefault(directory_of(source), set()).add(str(source.system))  # type: ignore[union-attr]
    return directories


def scope_of(source: EventSource, system: str, directories: dict[str, set[str]]) -> Scope:
    """Return where the accounts of a source's rows about a system are looked up.

    The told directory, else the directories of accounts sources that name the system, else those for all systems.
    """
    if source.type == "recipients":
        if source.columns.email is not None:  # type: ignore[union-attr]
            return MAILBOXES
        if source.columns.employee_id is not None:  # type: ignore[union-attr]
            return EMPLOYEES
    if source.directory is not None:
        return (source.directory,)
    own = sorted(name for name, systems in directories.items() if system in systems)
    return tuple(own or sorted(name for name, systems in directories.items() if "*" in systems))
