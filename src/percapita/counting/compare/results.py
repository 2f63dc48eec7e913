"""Read the results of a count back: its figures and, where they stand beside them, its people."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.counting.determinations import persons_schema
from percapita.counting.load import check_timezone
from percapita.counting.matching import METADATA_KEY, SCHEMA, accounts_schema, people_schema
from percapita.errors import InputError
from percapita.royalty.figures import Figures, read_figures

if TYPE_CHECKING:
    import pyarrow as pa

STATEMENT = "statement.json"
MAY_BE_EMPTY = ("first_seen", "last_seen", "employed_from", "employed_to")
COUNT_AGAIN = "count again: percapita count PLAN --out DIR"


@dataclass(frozen=True)
class Found:
    """Hold a determination, as far as it tells why."""

    counted: bool
    rule: str
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True)
class Known:
    """Hold what a result knows of a person."""

    entity: str
    employed_from: date | None
    employed_to: date | None
    in_workforce: bool


@dataclass(frozen=True)
class People:
    """Hold the people of a result, looked up in bulk; all are pseudonyms. `rules` has a hash by system."""

    key: str
    rules: Mapping[str, str]
    no_use: frozenset[str]
    persons: pa.Table
    people: pa.Table
    accounts: pa.Table

    def counted(self, system: str) -> set[str]:
        """Return the persons counted in a system."""
        of_system = self._of(system)
        return set(of_system.filter(of_system["counted"])["person"].to_pylist())

    def found(self, system: str, persons: Collection[str]) -> dict[str, Found]:
        """Return the determinations of some persons in a system."""
        rows = _those(self._of(system), "person", persons).to_pylist()
        return {row["person"]: Found(*(row[name] for name in Found.__annotations__)) for row in rows}

    def _of(self, system: str) -> pa.Table:
        import pyarrow as pa

        slices = self._slices.get(system)
        if not slices:
            return self.persons.slice(0, 0)
        return pa.concat_tables([self.persons.slice(first, length) for first, length in slices])

    @cached_property
    def _slices(self) -> dict[str, list[tuple[int, int]]]:
        """Return where the rows of each system stand: they are sorted, so nearly always in one place."""
        import pyarrow.compute as pc

        runs = pc.run_end_encode(self.persons["system"].combine_chunks())
        found: dict[str, list[tuple[int, int]]] = {}
        first = 0
        for system, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            found.setdefault(system, []).append((first, end - first))
            first = end
        return found

    def known(self, persons: Collection[str]) -> dict[str, Known]:
        """Return what is known of some persons."""
        rows = _those(self.people, "person", persons).to_pylist()
        return {row["person"]: Known(*(row[name] for name in Known.__annotations__)) for row in rows}

    def accounts_of(self, persons: Collection[str]) -> list[tuple[str, str]]:
        """Return the accounts of some persons, each with its person."""
        return _pairs(_those(self.accounts, "person", persons))

    def owners(self, accounts: Collection[str]) -> list[tuple[str, str]]:
        """Return some accounts, each with its person."""
        return _pairs(_those(self.accounts, "account", accounts))

    @cached_property
    def entities(self) -> frozenset[str]:
        """Return the entities of all people."""
        return frozenset(self.people["entity"].unique().to_pylist())


@dataclass(frozen=True)
class Results:
    """Hold the results of a count; `people` is None when only the statement is there.

    `missing` are the numbers of months without rows, by system.
    """

    figures: Figures
    definition: str
    definition_sha256: str
    timezone: str
    missing: Mapping[str, frozenset[int]] = field(default_factory=dict)
    people: People | None = None

    def counted(self, system: str) -> set[str] | None:
        """Return the persons counted in a system; None where no list of people gives the figure of the statement."""
        figures = self.figures.system(system)
        if self.people is None or figures is None:
            return None
        persons = self.people.counted(system)
        return persons if len(persons) == figures.users else None


def month_number(day: date) -> int:
    """Return a number by which months follow one another."""
    return day.year * 12 + day.month


def read_results(path: Path) -> Results:
    """Return the results in a folder, or of a statement and what stands beside it.

    Raises InputError for what is no statement, was changed, or cannot be read.
    """
    file = path / STATEMENT if path.is_dir() else path
    figures = read_figures(file)
    said = json.loads(file.read_bytes())
    people = _people(file.parent)
    try:
        definition = said["policy"]["user_definition"]
        return Results(
            figures,
            str(definition["id"]),
            str(definition["sha256"]),
            _timezone(said["period"]["timezone"], file),
            {one["id"]: _months(one.get("months_missing", ())) for one in said["systems"]},
            people,
        )
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "the definition, the time zone or the missing months are not as in a user count report",
            str(file),
            COUNT_AGAIN,
        ) from None


def _timezone(name: str, file: Path) -> str:
    check_timezone(name, str(file))
    return name


def _months(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(month_number(date.fromisoformat(f"{text}-01")) for text in texts)


def _people(folder: Path) -> People | None:
    """Return the people of a result, or None where it has no files of them."""
    names = ("persons.parquet", "people.parquet", "accounts.parquet")
    files = [folder / name for name in names]
    if not all(file.is_file() for file in files):
        return None
    schemas = (_told_by_determinations(), people_schema(), accounts_schema())
    persons, people, accounts = (_table(file, schema) for file, schema in zip(files, schemas, strict=True))
    said = _metadata(people, files[1])
    return People(said["key"], said["rules"], frozenset(said["no_use"]), persons, people, accounts)


def _told_by_determinations() -> Any:
    """Return the part of the schema of persons.parquet that a comparison asks for."""
    import pyarrow as pa

    wanted = {"system", "person", *Found.__annotations__}
    return pa.schema([field for field in persons_schema() if field.name in wanted])  # type: ignore[attr-defined]


def _table(file: Path, schema: Any) -> pa.Table:
    """Return a table with at least the columns of a schema. Raises InputError for anything else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file).read(columns=schema.names)
        table = table.select(schema.names).cast(schema.with_metadata(table.schema.metadata))
    except (pa.ArrowException, KeyError, OSError, TypeError, ValueError):
        raise InputError("this is no result of a count, or it is damaged", str(file), COUNT_AGAIN) from None
    for name in schema.names:
        if name not in MAY_BE_EMPTY and table[name].null_count:
            raise InputError(f"{name} is empty in some row: the file is damaged", str(file), COUNT_AGAIN)
    return table


def _metadata(table: pa.Table, file: Path) -> dict[str, Any]:
    try:
        said = json.loads((table.schema.metadata or {})[METADATA_KEY])
        if said["schema"] == SCHEMA and isinstance(said["key"], str):
            return {"key": said["key"], "rules": dict(said["rules"]), "no_use": list(said["no_use"])}
    except (KeyError, TypeError, ValueError):
        pass
    raise InputError(f"the file does not say how it was made ({SCHEMA})", str(file), COUNT_AGAIN) from None


def _those(table: pa.Table, column: str, wanted: Collection[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table[column], pa.array(sorted(wanted), pa.string())))


def _pairs(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["account"].to_pylist(), table["person"].to_pylist(), strict=True))
