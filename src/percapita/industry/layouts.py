"""The kinds of files that can be loaded, as data: by which columns each is recognized, and what its columns mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from percapita.errors import InputError

Columns = tuple[str, ...]  # the names a column has had, the newest first
YEARLY = ("fiscal year", "year")


@dataclass(frozen=True)
class Layout:
    """Hold one kind of file: `numbers` and `texts` are metrics with the columns they stand in.

    `key` names the identifier of a row's organization or listing; `measure` says of files with one figure a row which
    column names the metric, and which holds it. `coverage` is "fiscal year" or "year" where each file is of one.
    """

    id: str
    title: str
    publisher: str
    has: Columns
    key: tuple[str, Columns]
    place: Mapping[str, Columns]
    period: Mapping[str, str | Columns]
    numbers: Mapping[str, Columns]
    texts: Mapping[str, Columns]
    coverage: str = ""
    measure: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, tuple[str, ...]] | None = None

    def fits(self, header: Sequence[str]) -> bool:
        """Tell whether a file with this header is of this kind."""
        known = {plain(name) for name in header}
        return all(plain(name) in known for name in self.has) and any(plain(name) in known for name in self.key[1])

    def named(self) -> list[str]:
        """Return every column that the layout may read."""
        groups = [self.key[1], *self.place.values(), *self.numbers.values(), *self.texts.values()]
        groups += [value for value in self.period.values() if isinstance(value, tuple)]
        single = [self.measure["column"], self.measure["value"]] if self.measure else []
        single += [self.only[0]] if self.only else []
        return [*single, *(name for group in groups for name in group)]


def plain(name: str) -> str:
    """Return the name of a column as it is compared: publishers change signs, blanks and case between releases."""
    return re.sub(r"[^a-z0-9+]+", " ", name.lower()).strip()


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every kind of file, by id."""
    folder = resources.files("percapita.industry") / "layouts"
    texts = sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir())
    return tuple(_layout(tomllib.loads(text)) for name, text in texts if name.endswith(".toml"))


def _layout(table: dict[str, object]) -> Layout:
    def columns(name: str) -> dict[str, Columns]:
        part = table.get(name, {})
        return {key: tuple(value) for key, value in part.items()} if isinstance(part, dict) else {}

    only = table.get("only")
    period: Mapping[str, str | list[str]] = table.get("period", {})  # type: ignore[assignment]
    return Layout(
        id=str(table["id"]),
        title=str(table["title"]),
        publisher=str(table["publisher"]),
        has=tuple(table["has"]),  # type: ignore[arg-type]
        key=next(iter(columns("key").items())),
        place=columns("place"),
        period={key: tuple(value) if isinstance(value, list) else value for key, value in period.items()},
        numbers=columns("numbers"),
        texts=columns("texts"),
        coverage=str(table.get("coverage", "")),
        measure=table.get("measure", {}),  # type: ignore[arg-type]
        only=(only["column"], tuple(only["is"])) if isinstance(only, dict) else None,
    )


def recognize(header: Sequence[str], where: str) -> Layout:
    """Return the kind of file that has this header. Raises InputError that says what the nearest one has more."""
    fitting = [one for one in layouts() if one.fits(header)]
    if fitting:
        return max(fitting, key=lambda one: len(one.has))
    known = {plain(name) for name in header}

    def share(one: Layout) -> float:
        return sum(plain(name) in known for name in one.has) / len(one.has)

    near = max(layouts(), key=share)
    if share(near) < 0.5:
        cure = "load a file with the header of its publisher; docs/reference/industry.md lists the kinds"
        raise InputError("no kind of industry file has these columns", where, cure)
    missing = [name for name in (*near.has, near.key[1][0]) if plain(name) not in known]
    raise InputError(
        f"this looks like {near.title}, but columns are missing: {', '.join(map(repr, dict.fromkeys(missing)))}",
        f"{where}, row 1",
        "take the file as its publisher wrote it",
    )
