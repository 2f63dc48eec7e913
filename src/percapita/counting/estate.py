"""Check the list of applications before anything is counted: what has no evidence, no owner, no rule, no production."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from percapita.counting.load import LoadedPlan, load_plan, parse_plan
from percapita.counting.plan import System, Use
from percapita.counting.registers import EXAMPLES, columns_of, read_registers
from percapita.errors import InputError
from percapita.sources.spec import ColumnRule, Source, constant_system, is_identity
from percapita.usage.rules import is_glob, matches

BASIC = ("system", "activity", "use_type", "object")  # what a rule about rows of logs says
ANY = "*"


@dataclass(frozen=True)
class Copy:
    """Name a test or training copy and the production system it is one of, or None."""

    system: str
    environment: str
    production: str | None


@dataclass
class EstateCheck:
    """Say what a list of systems leaves open. `errors` are what, where and cure; if there are any, the rest is empty.

    `without_rule` are systems of which no rule says that a row counts; `maybe_evidence` are systems that no source
    names, while some source tells its system by a column.
    """

    systems: int
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    without_evidence: list[str] = field(default_factory=list)
    maybe_evidence: list[str] = field(default_factory=list)
    without_rule: list[str] = field(default_factory=list)
    without_owner: list[str] = field(default_factory=list)
    single_groups: list[tuple[str, str]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    unknown_outputs: list[tuple[str, str, str | None]] = field(default_factory=list)
    idle_rules: list[tuple[str, str]] = field(default_factory=list)


def check_estate(plan_file: Path) -> EstateCheck:
    """Return what the systems, owners, rules and outputs of a plan leave open; no source is opened.

    Raises InputError for a plan or a register that cannot be read at all.
    """
    registers = read_registers(parse_plan(plan_file), plan_file.resolve().parent)
    if registers.problems:
        wrong = [(one.what, one.where, one.cure) for one in registers.problems]
        return EstateCheck(len(registers.plan.system), wrong)
    loaded = load_plan(plan_file)
    listed = list(loaded.systems.values())
    named, by_column = _named(loaded.sources)
    rostered = {system.id for system in listed if any(matches(one.system, system.id) for one in loaded.roster_rules)}
    silent = [system.id for system in listed if system.id not in named | rostered | set(loaded.declared)]
    counting = {rule.system for rule in loaded.all_rules if loaded.definition.counts(rule.use_type)}
    ruled = {system.id for system in listed if any(matches(rule, system.id) for rule in counting)}
    return EstateCheck(
        systems=len(listed),
        without_evidence=[] if by_column else silent,
        maybe_evidence=silent if by_column else [],
        without_rule=[system.id for system in listed if system.id not in ruled | set(loaded.declared)],
        without_owner=[system.id for system in listed if system.owner is None],
        single_groups=_single_groups(listed),
        copies=[_copy(system, listed) for system in listed if system.environment != "production"],
        unknown_outputs=[
            (one.system, one.output, one.owner) for one in loaded.outputs if one.contains_codes == "unknown"
        ],
        idle_rules=[*_idle_rules(loaded, named, by_column), *_idle_outputs(loaded)],
    )


def _named(sources: Sequence[Source]) -> tuple[set[str], bool]:
    """Return the systems that sources name, and whether a source tells its system by a column, which may name any."""
    named: set[str] = set()
    by_column = False
    for source in sources:
        constant = getattr(source, "system", None) if is_identity(source) else _constant(source)
        named |= {constant} if constant else set()
        column = getattr(source.columns, "system", None)
        by_column = by_column or (column is not None and not constant)
        named |= set(column.map.values()) if isinstance(column, ColumnRule) else set()
    return named - {ANY}, by_column


def _constant(source: Source) -> str | None:
    return constant_system(source)  # type: ignore[arg-type]


def _single_groups(systems: Sequence[System]) -> list[tuple[str, str]]:
    """Return the groups with one member, mostly a name that is written in two ways."""
    sizes = Counter(system.part_of for system in systems)
    return [(system.part_of, system.id) for system in systems if system.part_of and sizes[system.part_of] == 1]


def _copy(system: System, listed: Sequence[System]) -> Copy:
    """Return of which production system this is a copy: the one whose id its own begins with, else one of its group."""
    production = [one for one in listed if one.environment == "production"]
    longest_first = sorted(production, key=lambda one: (-len(one.id), one.id))
    by_name = [one.id for one in longest_first if _begins(system.id, one.id)]
    by_group = [one.id for one in production if system.part_of is not None and one.part_of == system.part_of]
    return Copy(system.id, system.environment, next(iter([*by_name, *by_group]), None))


def _begins(copy: str, production: str) -> bool:
    """Tell whether `copy` is the name of a production system with a word after it: ehr-test, ehr_train."""
    rest = copy[len(production) :]
    return copy.startswith(production) and not rest[:1].isalnum() and bool(rest)


def _is_plain(rule: Use) -> bool:
    """Tell whether a rule asks for nothing but an activity and an object."""
    fields = [one for one in msgspec.structs.fields(rule) if one.encode_name not in BASIC]
    return all(getattr(rule, one.name) == one.default for one in fields)


@dataclass(frozen=True)
class _Reaching:
    """Hold a rule, its place among the plan's rules, and the listed systems that it is about."""

    index: int
    rule: Use
    systems: frozenset[str]

    def covers(self, later: _Reaching) -> bool:
        """Tell whether a later rule never gets a row, because this one takes all that it looks for."""
        return (
            later.systems <= self.systems
            and _takes(self.rule.activity or (), later.rule.activity or ())
            and _takes(self.rule.object, later.rule.object)
        )


def _idle_rules(loaded: LoadedPlan, named: set[str], by_column: bool) -> Iterator[tuple[str, str]]:
    """Yield the rules that can fit no row, and why: nothing names their systems, or an earlier rule takes all."""
    before: list[_Reaching] = []
    for index, rule in enumerate(loaded.plan.use):
        if rule.activity is None or not _is_plain(rule):
            continue
        one = _Reaching(index, rule, _reach(rule, loaded.systems))
        covering = next((earlier.index for earlier in before if earlier.covers(one)), None)
        if covering is not None:
            yield f"use[{index}]", f"use[{covering}] comes first and takes all it fits"
        elif not by_column and not one.systems & named:
            yield f"use[{index}]", f"no source names {rule.system}"
        before.append(one)


def _reach(rule: Use, systems: Collection[str]) -> frozenset[str]:
    if not is_glob(rule.system):
        return frozenset({rule.system})
    return frozenset(system for system in systems if matches(rule.system, system))


def _takes(earlier: Sequence[str], later: Sequence[str]) -> bool:
    return ANY in earlier or set(later) <= set(earlier)


def _idle_outputs(loaded: LoadedPlan) -> Iterator[tuple[str, str]]:
    """Yield the systems whose outputs are registered while no list says who receives them."""
    sources = [source for source in loaded.sources if source.type == "recipients"]
    named, by_column = _named(sources)
    for system in dict.fromkeys(one.system for one in loaded.outputs):
        if not by_column and system not in named:
            yield f"outputs of {system}", "no recipients source names it"


def template(name: str) -> str:
    """Return the text of an example register, as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns_of(name), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(EXAMPLES[name])
    return out.getvalue()


def write_templates(folder: Path) -> list[Path]:
    """Write an example of each register into a folder. Raises InputError rather than overwrite a file."""
    files = {folder / f"{name}.csv": template(name) for name in EXAMPLES}
    for path in files:
        if path.exists():
            raise InputError("there is such a file already", str(path), "choose another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the registers cannot be written ({error.strerror})", str(folder), "choose another folder with --out"
        ) from None
    return list(files)
