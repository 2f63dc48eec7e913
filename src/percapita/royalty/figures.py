"""Read the figures of a statement that a bill needs, from its JSON. A statement that was changed is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from percapita.errors import InputError
from percapita.evidence.canonical import digest_of
from percapita.statement.types import SCHEMA

MOST_BYTES = 256 << 20
MOST_UNITS = 1_000_000_000
AGAIN = "count again: percapita count PLAN --out DIR"


@dataclass(frozen=True, kw_only=True)
class System:
    """Hold the figures of one system; `users` is None where there is no evidence, never 0 for that reason.

    `billed` is the figure that the definition of a user bills, `not_billed` why none is.
    """

    id: str
    name: str
    kind: str
    basis: str
    users: int | None
    by_entity: Mapping[str, int] = field(default_factory=dict)
    by_use: Mapping[str, int] = field(default_factory=dict)
    idle_accounts: int = 0
    unknown_accounts: int = 0
    undetermined: int = 0
    range: tuple[int, int] | None = None
    part_of: str | None = None
    billed: int | None = None
    not_billed: str = ""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Hold the figures of a statement. `persons` are the distinct people over all its systems."""

    organization: str
    name: str
    start: date
    end: date
    digest: str
    systems: tuple[System, ...]
    persons: int
    groups: Mapping[str, int] = field(default_factory=dict)

    def system(self, name: str) -> System | None:
        """Return a system by its id."""
        return next((system for system in self.systems if system.id == name), None)

    def ids(self) -> list[str]:
        """Return the ids of the systems."""
        return [system.id for system in self.systems]


def as_billed(figures: Figures) -> Figures:
    """Return the figures as the statement's definition of a user bills them, without systems that it does not bill."""
    billed = (replace(system, users=system.billed) for system in figures.systems if not system.not_billed)
    return replace(figures, systems=tuple(billed))


def read_figures(path: Path) -> Figures:
    """Return the figures of a statement file.

    Raises InputError for a file that is no statement, for a number that is not a whole number from 0 up, and for a
    statement whose digest says that it was changed.
    """
    return parse_figures(_content(path), path.name)


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError("this is a folder", str(path), f"name the file: {path / 'statement.json'}")
        if path.stat().st_size > MOST_BYTES:
            raise InputError("the file is too large for a user count report", path.name, "name statement.json")
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the user count report cannot be read ({error.strerror})", str(path), "name statement.json of a count"
        ) from None


def parse_figures(content: bytes, where: str) -> Figures:
    """Return the figures of a statement's JSON text; see `read_figures`."""
    try:
        said = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InputError("this is no JSON", where, "name statement.json of a count") from None
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        raise InputError(f"this is no user count report ({SCHEMA})", where, "name statement.json of a count")
    return _Reader(where).figures(said)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


class _Reader:
    """Take the figures out of JSON, and say exactly where one is not as it must be."""

    def __init__(self, where: str) -> None:
        self._where = where

    def figures(self, said: dict[str, Any]) -> Figures:
        """Return the figures of a whole statement."""
        organization, period = self.table(said, "organization"), self.table(said, "period")
        systems = tuple(self.system(one, place) for place, one in enumerate(self.array(said, "systems")))
        self.once([system.id for system in systems])
        return Figures(
            organization=self.word(organization, "id", "organization."),
            name=self.word(organization, "name", "organization."),
            start=self.day(period, "start"),
            end=self.day(period, "end"),
            digest=self.digest(said),
            systems=systems,
            persons=self.number(said, "persons", ""),
            groups=self.numbers(said, "groups", ""),
        )

    def billed(self, said: dict[str, Any], at: str) -> int | None:
        """Return the number that is billed: the users of a statement that says nothing of it."""
        name = "billed" if "billed" in said else "users"
        return None if said.get(name, 0) is None else self.number(said, name, at)

    def system(self, said: Any, place: int) -> System:
        """Return the figures of one system."""
        at = f"systems[{place}]."
        if not isinstance(said, dict):
            self.fail(f"systems[{place}]", "is not a table")
        undetermined = self.table({"undetermined": {}, **said}, "undetermined")
        return System(
            id=self.word(said, "id", at),
            name=self.word(said, "name", at),
            kind=self.word(said, "kind", at),
            basis=self.word(said, "basis", at),
            users=None if said.get("users", 0) is None else self.number(said, "users", at),
            by_entity=self.numbers(said, "by_entity", at),
            by_use=self.numbers(said, "by_use", at),
            idle_accounts=self.number({"idle_accounts": 0, **said}, "idle_accounts", at),
            unknown_accounts=self.number({"unknown_accounts": 0, **said}, "unknown_accounts", at),
            undetermined=self.number({"persons": 0, **undetermined}, "persons", f"{at}undetermined."),
            range=self.range(said, at),
            billed=self.billed(said, at),
            not_billed=said["not_billed"] if isinstance(said.get("not_billed"), str) else "",
            part_of=None if said.get("part_of") is None else self.word(said, "part_of", at),
        )

    def range(self, said: dict[str, Any], at: str) -> tuple[int, int] | None:
        """Return the least and the most users, None where there is no evidence."""
        found = said.get("range")
        if found is None:
            return None
        if not isinstance(found, list) or len(found) != 2:
            self.fail(f"{at}range", "is not a pair of numbers")
        low, high = (self.number({"range": one}, "range", at) for one in found)
        return low, high

    def table(self, said: dict[str, Any], key: str) -> dict[str, Any]:
        """Return a table."""
        found = said.get(key)
        if not isinstance(found, dict):
            self.fail(key, "is not a table")
        return found

    def array(self, said: dict[str, Any], key: str) -> list[Any]:
        """Return a list."""
        found = said.get(key)
        if not isinstance(found, list):
            self.fail(key, "is not a list")
        return found

    def word(self, said: dict[str, Any], key: str, at: str) -> str:
        """Return a text that is not empty."""
        found = said.get(key)
        if not isinstance(found, str) or not found:
            self.fail(at + key, "is not a text")
        return found

    def number(self, said: Mapping[str, Any], key: str, at: str) -> int:
        """Return a whole number from 0 up."""
        found = said.get(key)
        if type(found) is not int or not 0 <= found <= MOST_UNITS:
            self.fail(at + key, "is not a whole number from 0 up")
        return found

    def numbers(self, said: dict[str, Any], key: str, at: str) -> dict[str, int]:
        """Return numbers by name; absent is none."""
        found = said.get(key, {})
        if not isinstance(found, dict):
            self.fail(at + key, "is not a table")
        return {name: self.number(found, name, f"{at}{key}.") for name in found}

    def day(self, said: dict[str, Any], key: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.word(said, key, "period."))
        except ValueError:
            self.fail(f"period.{key}", "is not a day")

    def digest(self, said: dict[str, Any]) -> str:
        """Return the digest. Raises InputError when it is not that of the statement."""
        found = self.word(said, "digest", "")
        try:
            right = digest_of({key: value for key, value in said.items() if key != "digest"})
        except (TypeError, ValueError):
            right = ""
        if found != right:
            raise InputError(
                "the user count report was changed after it was counted: its digest is another", self._where, AGAIN
            )
        return found

    def once(self, ids: list[str]) -> None:
        """Raise InputError for a system that is there twice."""
        for name in ids:
            if ids.count(name) > 1:
                self.fail("systems", f"has {name!r} twice")

    def fail(self, key: str, what: str) -> NoReturn:
        """Raise the InputError."""
        raise InputError(f"{key} {what}", self._where, AGAIN)
