"""Read the numbers of users that someone answers for: of the plan itself, or of a CSV file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from percapita.errors import InputError, nearest
from percapita.policy.csv_table import Column, day, read_csv, whole
from percapita.sources.spec import DeclaredSource

COLUMNS = (
    Column("system", required=True),
    Column("number", whole, required=True),
    Column("by", required=True),
    Column("date", day, required=True),
    Column("evidence"),
)


@dataclass(frozen=True)
class Declared:
    """Hold the number of users of a system that someone answers for, since when, and on what evidence."""

    system: str
    number: int
    by: str
    on: date
    evidence: str
    where: str


def read_declared(
    sources: Sequence[tuple[int, DeclaredSource]], base: Path, systems: Collection[str], plan_name: str
) -> dict[str, Declared]:
    """Return what is declared, by system; of several the newest holds, and two of one day are an error.

    `sources` are with their numbers in the plan. Raises InputError for an unknown system or a part that is missing.
    """
    found: dict[str, Declared] = {}
    for number, source in sources:
        place = f"{plan_name}, [[source]] {number}"
        for one in _of_file(source.path, base) if source.path is not None else [_of_plan(source, place)]:
            if one.system not in systems:
                raise InputError(f"no system has the id {one.system!r}", one.where, nearest(one.system, systems))
            known = found.get(one.system)
            if known is not None and known.on == one.on and known.number != one.number:
                raise InputError(
                    f"{one.system!r} is declared twice for {one.on}: {known.number} and {one.number}",
                    one.where,
                    "keep the one that holds",
                )
            if known is None or one.on >= known.on:
                found[one.system] = one
    return found


def _of_file(path: str, base: Path) -> Iterator[Declared]:
    for row in read_csv(base / path, COLUMNS, "list of declared numbers"):
        said = row.values
        yield Declared(said["system"], said["number"], said["by"], said["date"], said["evidence"] or "", row.where)


def _of_plan(source: DeclaredSource, place: str) -> Declared:
    if source.system is None or source.number is None or source.by is None or source.date is None:
        missing = next(name for name in ("system", "number", "by", "date") if getattr(source, name) is None)
        raise InputError(
            f"the key {missing!r} is missing", place, "name system, number, by and date, or the path of a CSV file"
        )
    if source.number < 0:
        raise InputError("the declared number is below 0", place, "write a whole number from 0 up")
    return Declared(source.system, source.number, source.by, source.date, source.evidence or "", place)
