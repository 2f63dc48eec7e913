"""Read the registers a plan names: systems, owners, rules and outputs, as CSV from another program, such as a CMDB.

A register is named by its path alone, and its columns are then named as here; or with `columns`, which says where each
of ours comes from, and other columns are not looked at. All that is wrong with the rows is gathered, so that a long
export is put in order at once; a count stops at it.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from percapita.counting.plan import Plan, Register, System, Use
from percapita.counting.shape import check_shape
from percapita.errors import InputError, nearest
from percapita.policy.csv_table import CellError, lines_of, text, unguarded
from percapita.sources.spec import RECEIVE, Column, ColumnRule
from percapita.sources.values import NO, YES
from percapita.usage.rules import RuledUse, UseRule, literal, matches
from percapita.wording import many

ROSTER_KEYS = ("role", "job", "department", "worker_type", "entity")
BETWEEN = "|"  # between several values in one cell
ODD_BLANK = re.compile(r"[^\S ]+")
Contents = Literal["yes", "no", "unknown"]
USE_OF_CONTENTS: dict[Contents, RuledUse] = {"yes": "output_reliance", "no": "none", "unknown": "undetermined"}


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Say who is in charge of a listed system."""

    system: str
    owner: str


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Say whether an output of a system contains codes, and whom to ask."""

    system: str
    output: str
    contains_codes: Contents = "unknown"
    owner: str | None = None


ROWS: dict[str, type[msgspec.Struct]] = {"systems": System, "rules": Use, "owners": Owner, "outputs": Output}
EXAMPLES: dict[str, tuple[dict[str, str], ...]] = {
    "systems": (
        {"id": "ehr", "name": "Health record", "kind": "emr", "environment": "production", "owner": "A. Owner"},
        {"id": "ehr-train", "name": "Health record, training", "kind": "emr", "part_of": "ehr suite"}
        | {"environment": "training", "owner": "A. Owner"},
    ),
    "rules": (
        {"system": "ehr*", "activity": "order.*|charge.*", "use_type": "direct_access"},
        {"system": "*", "activity": "login", "use_type": "none"},
    ),
    "owners": ({"system": "ehr", "owner": "A. Owner"}, {"system": "ehr-train", "owner": "A. Trainer"}),
    "outputs": (
        {"system": "ehr", "output": "Charges by day", "contains_codes": "yes", "owner": "A. Owner"},
        {"system": "ehr", "output": "Beds in use", "contains_codes": "unknown", "owner": "A. Owner"},
    ),
}  # what `percapita systems template` writes

Row = TypeVar("Row", bound=msgspec.Struct)


@dataclass(frozen=True)
class Registers:
    """Hold a plan with the systems, owners and rules of its registers, the outputs, and all that is wrong."""

    plan: Plan
    outputs: tuple[Output, ...] = ()
    problems: tuple[InputError, ...] = ()

    def complain(self) -> None:
        """Raise the first of the problems."""
        for first in self.problems:
            more = len(self.problems) - 1
            hint = (
                f"; {many(more, 'more row is', 'more rows are')} wrong, see `percapita systems check`" if more else ""
            )
            raise InputError(first.what, first.where, first.cure + hint)


def read_registers(plan: Plan, folder: Path) -> Registers:
    """Return a plan with what its registers say; their paths are relative to `folder`.

    Raises InputError for a file that cannot be read, or whose header lacks a column.
    """
    problems: list[InputError] = []
    systems = _systems(plan, folder, problems)
    plan = msgspec.structs.replace(plan, system=tuple(systems.values()) if plan.systems else plan.system)
    if problems:  # what names a system that could not be read would be wrong for no reason of its own
        return Registers(plan, problems=tuple(problems))
    listed = set(systems)
    for one in _once(_rows(plan.owners, Owner, "owners", folder, problems), lambda row: row.system, problems, listed):
        systems[one.system] = msgspec.structs.replace(systems[one.system], owner=one.owner)
    rules = _use(plan, folder, listed, problems)
    outputs = _once(
        _rows(plan.outputs, Output, "outputs", folder, problems),
        lambda row: f"{row.system}: {row.output}",
        problems,
        listed,
    )
    system = tuple(systems[one.id] for one in plan.system)
    plan = msgspec.structs.replace(plan, system=system, use=(*plan.use, *rules))
    return Registers(plan, tuple(outputs), tuple(problems))


def _systems(plan: Plan, folder: Path, problems: list[InputError]) -> dict[str, System]:
    """Return the systems of the plan and of its register by id."""
    systems = {system.id: system for system in plan.system}
    for system, where in _rows(plan.systems, System, "systems", folder, problems):
        if system.id in systems:
            problems.append(InputError(f"two systems have the id {system.id!r}", where, "give each its own id"))
        elif "*" in system.id or "?" in system.id:
            problems.append(InputError(f"{system.id!r} cannot be a system's id", where, "use a name without * and ?"))
        else:
            systems[system.id] = system
    return systems


def _use(plan: Plan, folder: Path, listed: set[str], problems: list[InputError]) -> list[Use]:
    rules = []
    for rule, where in _rows(plan.rules, Use, "rules", folder, problems):
        try:
            check_use(rule, where)
        except InputError as error:
            problems.append(error)
            continue
        if any(matches(rule.system, system) for system in listed):
            rules.append(rule)
        else:
            what = f"the rule fits no listed system: {rule.system!r}"
            problems.append(InputError(what, where, nearest(rule.system, listed)))
    return rules


def _once(
    rows: Iterator[tuple[Any, str]], key: Callable[[Any], str], problems: list[InputError], listed: set[str]
) -> list[Any]:
    """Return the rows about listed systems, none of them told twice."""
    found: dict[str, Any] = {}
    for row, where in rows:
        if row.system not in listed:
            what = f"no system has the id {row.system!r}"
            problems.append(InputError(what, f"{where}, system", nearest(row.system, listed)))
        elif key(row) in found:
            problems.append(InputError(f"{key(row)!r} is listed twice", where, "keep one of them"))
        else:
            found[key(row)] = row
    return list(found.values())


def check_use(use: Use, place: str) -> None:
    """Check that a rule is about rows of logs or about accounts, and not both. Raises InputError."""
    roster = [name for name in (*ROSTER_KEYS, "signed_in") if getattr(use, name)]
    if use.activity is None and not roster:
        keys = ", ".join(ROSTER_KEYS)
        raise InputError("the key 'activity' is missing", place, f"add activity = [...], or for accounts one of {keys}")
    if use.activity is not None and roster:
        raise InputError(
            f"a rule is about activities or about accounts, not both: {roster[0]}", place, "write two rules"
        )
    empty = [name for name in ("activity", "object", *ROSTER_KEYS) if getattr(use, name) == ()]
    if empty:
        raise InputError(f"the rule names no {empty[0].replace('_', ' ')}", place, f'write {empty[0]} = ["*"] for all')


def use_rules(use: Sequence[Use]) -> tuple[UseRule, ...]:
    """Return the plan's rules about rows of logs, labeled by their place in it."""
    return tuple(
        UseRule(rule.system, rule.activity, rule.use_type, rule.object, f"use[{index}]")
        for index, rule in enumerate(use)
        if rule.activity is not None
    )


def output_rules(outputs: Sequence[Output]) -> tuple[UseRule, ...]:
    """Return what the register of outputs says of their recipients: one rule for each system and answer.

    They come before the plan's rules. Names are taken as they are, without globs.
    """
    groups: dict[tuple[str, Contents], list[str]] = {}
    for one in outputs:
        groups.setdefault((one.system, one.contains_codes), []).append(literal(one.output))
    return tuple(
        UseRule(system, (RECEIVE,), USE_OF_CONTENTS[contents], tuple(names), f"output[{contents}]")
        for (system, contents), names in groups.items()
    )


def columns_of(name: str) -> tuple[str, ...]:
    """Return the columns of a register, in order."""
    return ROWS[name].__struct_fields__


def _rows(
    named: str | Register | None, row: type[Row], name: str, folder: Path, problems: list[InputError]
) -> Iterator[tuple[Row, str]]:
    """Yield the rows of a register that are right, each with where it stands; add what is wrong to `problems`."""
    if named is None:
        return
    path = named if isinstance(named, str) else named.path
    lines = lines_of(folder / path, f"register of {name}", exported=True)
    header = [cell.strip() for cell in next(lines, (1, []))[1]]
    columns = _columns(named, row, header, name)
    fields = {field.encode_name: field for field in msgspec.structs.fields(row)}
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path}, row {number}"
        try:
            given = _row(_by_name(header, cells, where), columns, fields, where)
        except InputError as error:
            problems.append(error)
            continue
        yield msgspec.convert(given, row), where


def _columns(
    named: str | Register, row: type[msgspec.Struct], header: Sequence[str], name: str
) -> dict[str, ColumnRule]:
    """Return where each of our columns comes from. Raises InputError for one that is not known, missing or twice."""
    known = row.__struct_fields__
    if isinstance(named, str):
        columns: Mapping[str, Column] = _own_columns(header, known, named)
        path, place = named, f"{named}, row 1"
    else:
        columns, path, place = named.columns, named.path, f"{name}, columns"
    told = {}
    for column, rule in columns.items():
        if column not in known:
            raise InputError(f"the column {column!r} is not known", place, nearest(column, known))
        told[column] = _rule(rule, column, place)
        source = told[column].column
        if source is not None and [word.casefold() for word in header].count(source.casefold()) != 1:
            what = f"the column {source!r} is {'there twice' if source in header else 'not there'}"
            raise InputError(what, f"{path}, row 1", nearest(source, [word for word in header if word]))
    for field in msgspec.structs.fields(row):
        if field.required and field.encode_name not in told:
            what = f"the column {field.encode_name!r} is missing"
            raise InputError(what, place, f"name {', '.join(known)}")
    return told


def _own_columns(header: Sequence[str], known: Sequence[str], path: str) -> dict[str, Column]:
    """Return the columns of a register that is named by its path alone: each stands for itself."""
    ours = {name.casefold(): name for name in known}
    for word in header:
        if word and word.casefold() not in ours:
            cure = nearest(word, known) + " Or name your columns with columns = { ... }"
            raise InputError(f"the column {word!r} is not known", f"{path}, row 1", cure)
    return {ours[word.casefold()]: word for word in header if word}


def _rule(rule: Column, column: str, place: str) -> ColumnRule:
    if isinstance(rule, str):
        return ColumnRule(column=rule)
    if (rule.column is None) == (rule.value is None):
        raise InputError(f"{column} needs one of column and value", place, f'write {column} = {{ column = "..." }}')
    if rule.without_bit is not None:
        raise InputError(f"{column} cannot be read with without_bit", place, "translate its words with map")
    return rule


def _by_name(header: Sequence[str], cells: Sequence[str], where: str) -> dict[str, str]:
    """Return the cells of a row by the name of their column in small letters."""
    if any(cell.strip() for cell in cells[len(header) :]):
        what = f"the row has {many(len(cells), 'cell')}, the header {len(header)}"
        raise InputError(what, where, "put a cell that holds the delimiter in quotes")
    return {name.casefold(): unguarded(cell.strip()) for name, cell in zip(header, cells, strict=False)}


def _row(
    cells: Mapping[str, str],
    columns: Mapping[str, ColumnRule],
    fields: Mapping[str, msgspec.structs.FieldInfo],
    where: str,
) -> dict[str, Any]:
    """Return the values of a row by our names; an empty cell is a missing value."""
    given = {}
    for name, rule in columns.items():
        place = f"{where}, {rule.column or name}"
        cell = _cell(cells, rule, place)
        value = _value(cell, fields[name].type)
        if cell and value != []:
            check_shape(value, fields[name].type, place, name)
            given[name] = value
        elif fields[name].required:
            raise InputError(f"{name} must not be empty", place, "fill it in")
    return given


def _cell(cells: Mapping[str, str], rule: ColumnRule, place: str) -> str:
    """Return the text that a column rule gives for a row; line ends and odd blanks in it are blanks."""
    if rule.value is not None:
        return rule.value.strip()
    cell = ODD_BLANK.sub(" ", cells.get(str(rule.column).casefold(), ""))
    try:
        return rule.map.get(cell, text(cell)).strip()
    except CellError as error:
        raise InputError(error.what, place, error.cure) from None


def _value(cell: str, wanted: Any) -> Any:
    """Return what a cell means where a value of type `wanted` is expected; what does not fit stays a text."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _value(cell, next(part for part in get_args(wanted) if part is not type(None)))
    if origin is tuple:
        return [part.strip() for part in cell.split(BETWEEN) if part.strip()]
    folded = cell.casefold()
    if origin is Literal:
        return folded if folded in get_args(wanted) else cell
    if wanted is bool:
        return True if folded in YES else False if folded in NO else cell
    return cell
