"""Compare two results: for each system the difference, split into parts by cause that add up to it exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from percapita.counting.compare.causes import CAUSES, causes, pair_of
from percapita.counting.compare.results import Results, read_results
from percapita.errors import InputError
from percapita.royalty.figures import System

SCHEMA = "percapita/comparison/1"
Side = Literal["old", "new"]


@dataclass(frozen=True)
class Part:
    """Hold one cause: the people it adds and removes, as pseudonyms, and how it changes the figure.

    Without a list of people only the change is known.
    """

    cause: str
    change: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Hold the users of a system in both results; None is not known, or no such system. Parts add up to `change`.

    A figure that is not known adds nothing to `change`. `listed` names the results that have the system.
    """

    id: str
    name: str
    old: int | None
    new: int | None
    parts: tuple[Part, ...]
    listed: tuple[Side, ...] = ("old", "new")

    def said(self, side: Side) -> int | str:
        """Return a figure, or the words for why there is none."""
        figure = self.old if side == "old" else self.new
        if figure is not None:
            return figure
        return "not known" if side in self.listed else "not listed"

    @property
    def change(self) -> int:
        """Return the new figure less the old one."""
        return (self.new or 0) - (self.old or 0)

    def of(self, wanted: Iterable[str]) -> tuple[Part, ...]:
        """Return the parts of some causes."""
        return tuple(part for part in self.parts if part.cause in set(wanted))


@dataclass(frozen=True)
class Comparison:
    """Hold what two results of one organization differ in; `notes` say what could not be compared."""

    old: Results
    new: Results
    systems: tuple[Difference, ...]
    notes: tuple[str, ...]


def compare(old: Path, new: Path) -> Comparison:
    """Return the comparison of two results, each a folder or its statement.

    Raises InputError for two organizations and for what cannot be read.
    """
    return compare_results(read_results(old), read_results(new))


def compare_results(old: Results, new: Results) -> Comparison:
    """Return the comparison of two results that were read."""
    ours, theirs = new.figures.organization, old.figures.organization
    if ours != theirs:
        raise InputError(
            f"these are counts of two organizations: {theirs!r} and {ours!r}", "compare", "name two of one organization"
        )
    notes = tuple(_notes(old, new))
    before = {system.id: system for system in old.figures.systems}
    now = {system.id: system for system in new.figures.systems}
    parts = {} if notes else _matched(old, new, [name for name in now if name in before])
    systems = [
        _in_both(before[name], system, parts.get(name))
        if name in before
        else _in_one(system, new, matched=not notes, forward=True)
        for name, system in now.items()
    ]
    systems += [
        _in_one(system, old, matched=not notes, forward=False) for name, system in before.items() if name not in now
    ]
    return Comparison(old, new, tuple(systems), notes)


def _matched(old: Results, new: Results, systems: Sequence[str]) -> dict[str, tuple[Part, ...]]:
    """Return the parts of each system of which both results have a list of people."""
    lists = {name: (old.counted(name), new.counted(name)) for name in systems}
    only = {name: (was - now, now - was) for name, (was, now) in lists.items() if was is not None and now is not None}
    backward = pair_of(old, new, {person for gone, _ in only.values() for person in gone}, forward=False)
    forward = pair_of(new, old, {person for _, come in only.values() for person in come}, forward=True)
    if backward is None or forward is None:
        return {}
    return {
        name: _gathered(causes(forward, name, come), causes(backward, name, gone))
        for name, (gone, come) in only.items()
    }


def _notes(old: Results, new: Results) -> Iterable[str]:
    """Yield why the people of two results cannot be matched, if so."""
    for name, results in (("old", old), ("new", new)):
        if results.people is None:
            yield (
                f"the {name} result lacks persons.parquet, people.parquet or accounts.parquet beside its statement: "
                "its people cannot be matched; count again with --out"
            )
    if old.people and new.people and old.people.key != new.people.key:
        yield (
            "the pseudonyms of the two results were made with different keys: their people cannot be matched; "
            "count both again with one [organization] key_file"
        )


def _in_one(system: System, results: Results, matched: bool, forward: bool) -> Difference:
    """Return the difference of a system that one result lists; `forward`: the new one."""
    users, people = system.users, tuple(sorted((results.counted(system.id) if matched else None) or ()))
    if forward:
        parts = (Part("system_added", users, people, ()),) if users else ()
        return Difference(system.id, system.name, None, users, parts, ("new",))
    parts = (Part("system_removed", -users, (), people),) if users else ()
    return Difference(system.id, system.name, users, None, parts, ("old",))


def _in_both(before: System, now: System, parts: tuple[Part, ...] | None) -> Difference:
    """Return the difference of a system that both results list; without parts its people could not be compared."""
    if parts is None:
        change = (now.users or 0) - (before.users or 0)
        parts = (Part("basis", change),) if before.users != now.users else ()
    return Difference(now.id, now.name, before.users, now.users, parts)


def _gathered(added: dict[str, str], removed: dict[str, str]) -> tuple[Part, ...]:
    """Return the parts, in the order of the causes, the people of each sorted."""
    people: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for place, found in enumerate((added, removed)):
        for person, cause in found.items():
            people[cause][place].append(person)
    return tuple(
        Part(cause, len(come) - len(gone), tuple(sorted(come)), tuple(sorted(gone)))
        for cause in CAUSES
        if cause in people
        for come, gone in (people[cause],)
    )


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain JSON values."""
    figures = comparison.new.figures
    return {
        "schema": SCHEMA,
        "organization": {"id": figures.organization, "name": figures.name},
        "old": _side(comparison.old),
        "new": _side(comparison.new),
        "notes": list(comparison.notes),
        "systems": [
            {
                "id": one.id,
                "name": one.name,
                "old": one.old,
                "new": one.new,
                "listed": list(one.listed),
                "difference": one.change,
                "parts": [
                    {
                        "cause": part.cause,
                        "change": part.change,
                        "added": list(part.added),
                        "removed": list(part.removed),
                    }
                    for part in one.parts
                ],
            }
            for one in comparison.systems
        ],
    }


def _side(results: Results) -> dict[str, Any]:
    figures = results.figures
    return {
        "start": str(figures.start),
        "end": str(figures.end),
        "user_definition": results.definition,
        "persons": figures.persons,
        "digest": figures.digest,
    }
