"""Read a policy table: TOML with a schema, every key known, there and of the right type, and a hash of its text."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest

Keys = Mapping[str, type]
WISHES: dict[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    date: "a date such as 2026-01-31",
    list: "a list",
    dict: "a table",
}


class Shelf:
    """Hold the shipped tables of one kind: `title` is what people call such a table, `setting` where they name one."""

    def __init__(self, folder: str, title: str, setting: str) -> None:
        """Name the folder below `policy/tables`."""
        self._folder_name, self._title, self._setting = folder, title, setting

    def ids(self) -> list[str]:
        """Return the ids of the tables that ship with the package, oldest first."""
        found = (entry.name for entry in self._folder().iterdir())
        return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))

    def text(self, name: str) -> str:
        """Return the TOML text of a shipped table."""
        return (self._folder() / f"{name}.toml").read_text(encoding="utf-8")

    def content(self, name: str | None, base: Path) -> tuple[bytes, str]:
        """Return the bytes of the table with that id or path (relative to `base`), and what to call it in an error.

        None is the newest shipped one. Raises InputError for an unknown id or a file that cannot be read.
        """
        shipped = self.ids()
        chosen = name if name is not None else shipped[-1]
        if chosen in shipped:
            return self.text(chosen).encode(), f"{self._title} {chosen}"
        path = base / chosen
        if not path.is_file():
            cure = nearest(chosen, shipped)
            raise InputError(f"{self._title} {chosen!r} is neither shipped nor a file", self._setting, cure)
        try:
            return path.read_bytes(), chosen
        except OSError as error:
            raise InputError(
                f"the {self._title} cannot be read ({error.strerror})", chosen, "check its permissions"
            ) from None

    def parse(self, content: bytes, where: str, schema: str) -> dict[str, Any]:
        """Return the TOML of a table of that schema. Raises InputError that names `where`."""
        try:
            table = tomllib.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"the {self._title} is not TOML ({error})", where, "compare it with `percapita policy show`"
            ) from None
        if table.get("schema") != schema:
            raise InputError(f"schema {table.get('schema')!r} is not {schema!r}", where, f'write schema = "{schema}"')
        return table

    def _folder(self) -> Traversable:
        return resources.files("percapita.policy") / "tables" / self._folder_name


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a table's text; the line ends of an operating system do not change it."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def check_keys(entry: Any, keys: Keys, where: str, optional: Keys | None = None) -> None:
    """Raise InputError where `entry` lacks a key, has one that nobody knows, or a value of the wrong type."""
    if not isinstance(entry, dict):
        raise InputError("this is not a table", where, "compare it with `percapita policy show`")
    known = {**keys, **(optional or {})}
    for name in entry:
        if name not in known:
            raise InputError(f"the key {name!r} is not known", where, nearest(name, known))
    for name in keys:
        if name not in entry:
            raise InputError(f"the key {name!r} is missing", where, f"add {name} = ...")
    for name, wanted in known.items():
        if name in entry and (type(entry[name]) is not wanted or entry[name] == ""):
            raise InputError(f"{name!r} is not {WISHES[wanted]}", where, f"write {name} as {WISHES[wanted]}")


def check_known(words: Sequence[str], known: Sequence[str], what: str, where: str) -> None:
    """Raise InputError for a word that is not among the known ones."""
    for word in words:
        if word not in known:
            raise InputError(f"{word!r} is not a known {what}", where, nearest(str(word), known))


def check_once(words: Sequence[str], where: str) -> None:
    """Raise InputError for a word that is there twice."""
    for word in words:
        if words.count(word) > 1:
            raise InputError(f"there are two entries for {word!r}", where, "keep one of them")
