"""Find a text in a message of nested values: the columns of JSON, XML and LDIF files are paths.

`actor.alternateId`             what stands there; of a list, the first that is there
`emails[primary=true].value`    of those that pass a test: `=`, `!=`, `~=` (holds), several words with commas;
                                `[name]` it is there, `[!name]` it is not; `.` is the value itself
`userName | id`                 the first of several that is there
`eventType + outcome.result`    several with a blank between them; what is missing is left out
`status[code!=0] => failed`     the text `failed` if something is there
`entity.what.reference:type`    of a FHIR reference the kind of resource only, never its id
`'urn:a.b'.number`              a name that holds points stands in quotes
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from percapita.errors import InputError

Walk = Callable[[list[Any]], list[Any]]
Find = Callable[[dict[str, Any]], str | None]

WORD = re.compile(r"'([^']+)'|((?:(?! [|+] | => |:type(?= |\]|$))[^.\[\]'=!~,])+)")
VALUE = re.compile(r"[^\],]*")
COMPARE = re.compile(r"!=|~=|=")
LITERAL = re.compile(r" => ((?:(?! [|+] ).)+)")
REFERENCE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.\-]{1,64}(?:/_history/[A-Za-z0-9.\-]{1,64})?")


@dataclass(frozen=True)
class Path:
    """Hold a compiled column: the names it begins with, and what finds its text in a message."""

    roots: frozenset[str]
    find: Find


class PathError(ValueError):
    """Say why a text is no path."""


def compile_paths(names: list[str], where: str, fold: bool = False) -> dict[str, Path]:
    """Return the compiled columns by name; with `fold` the names in them are lowered. Raises InputError."""
    try:
        return {name: compile_path(name, fold) for name in names}
    except PathError as error:
        cure = "write it as name.name[key=value], see the reference of the presets"
        raise InputError(f"the column is no path: {error}", where, cure) from None


@lru_cache(maxsize=512)
def compile_path(text: str, fold: bool = False) -> Path:
    """Return a compiled column. Raises PathError."""
    parser = _Parser(text, fold)
    parts = [parser.choices()]
    while parser.take(" + "):
        parts.append(parser.choices())
    if parser.at < len(text):
        raise PathError(f"{text!r} at sign {parser.at + 1}")
    find = parts[0] if len(parts) == 1 else _joined(parts)
    return Path(frozenset(parser.roots), find)


def _joined(parts: list[Find]) -> Find:
    def find(message: dict[str, Any]) -> str | None:
        return " ".join(text for part in parts if (text := part(message))) or None

    return find


class _Parser:
    """Read one column from left to right."""

    def __init__(self, text: str, fold: bool) -> None:
        self._text = text
        self._fold = fold
        self.at = 0
        self.roots: set[str] = set()

    def take(self, sign: str) -> bool:
        """Step over a sign if it stands here."""
        found = self._text.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self.at)
        self.at = found.end() if found else self.at
        return found

    def choices(self) -> Find:
        found = [self._choice()]
        while self.take(" | "):
            found.append(self._choice())
        return found[0] if len(found) == 1 else _first_of(found)

    def _choice(self) -> Find:
        root, walks = self._path()
        self.roots.add(root)
        kind = self.take(":type")
        literal = self._match(LITERAL)
        if literal:
            return _said(root, walks, literal[1].strip())
        return _found(root, walks, _kind if kind else plain)

    def _path(self) -> tuple[str, list[Walk]]:
        root = self._name()
        walks = self._tests()
        while self.take("."):
            walks.append(_step(self._name()))
            walks += self._tests()
        return root, walks

    def _name(self) -> str:
        found = self._match(WORD)
        if found is None:
            raise PathError(f"a name is missing in {self._text!r} at sign {self.at + 1}")
        name = (found[1] or found[2]).strip() if found[2] else found[1]
        return name.lower() if self._fold else name

    def _tests(self) -> list[Walk]:
        found = []
        while self.take("["):
            found.append(self._test())
            if not self.take("]"):
                raise PathError(f"']' is missing in {self._text!r} at sign {self.at + 1}")
        return found

    def _test(self) -> Walk:
        absent = self.take("!")
        walks: list[Walk] = []
        if not self.take("."):
            root, more = self._path()
            walks = [_step(root), *more]
        compare = self._match(COMPARE)
        if compare is None:
            return _where(lambda value: bool(_walked([value], walks)) is not absent)
        words = [self._word()]
        while self.take(","):
            words.append(self._word())
        return _where(_comparison(walks, compare[0], frozenset(words)))

    def _word(self) -> str:
        found = self._match(VALUE)
        return found[0].strip() if found else ""


def _comparison(walks: list[Walk], sign: str, words: frozenset[str]) -> Callable[[Any], bool]:
    def texts(value: Any) -> list[str]:
        return [text for one in _walked([value], walks) if (text := plain(one)) is not None]

    if sign == "~=":
        return lambda value: any(word in text for text in texts(value) for word in words)
    if sign == "!=":
        return lambda value: bool(found := texts(value)) and words.isdisjoint(found)
    return lambda value: not words.isdisjoint(texts(value))


def _step(name: str) -> Walk:
    def walk(values: list[Any]) -> list[Any]:
        found: list[Any] = []
        for value in values:
            inner = value.get(name) if isinstance(value, dict) else None
            if isinstance(inner, list):
                found += inner
            elif inner is not None:
                found.append(inner)
        return found

    return walk


def _where(test: Callable[[Any], bool]) -> Walk:
    return lambda values: [value for value in values if test(value)]


def _walked(values: list[Any], walks: list[Walk]) -> list[Any]:
    for walk in walks:
        values = walk(values)
    return values


def _at(message: dict[str, Any], root: str, walks: list[Walk]) -> list[Any]:
    first = message.get(root)
    if first is None:
        return []
    return _walked(first if isinstance(first, list) else [first], walks)


def _found(root: str, walks: list[Walk], read: Callable[[Any], str | None]) -> Find:
    def find(message: dict[str, Any]) -> str | None:
        for value in _at(message, root, walks):
            text = read(value)
            if text:
                return text
        return None

    return find


def _said(root: str, walks: list[Walk], literal: str) -> Find:
    return lambda message: literal if _at(message, root, walks) else None


def _first_of(choices: list[Find]) -> Find:
    def find(message: dict[str, Any]) -> str | None:
        for choice in choices:
            text = choice(message)
            if text:
                return text
        return None

    return find


def plain(value: Any) -> str | None:
    """Return a plain value as text; a list or an object is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _kind(value: Any) -> str | None:
    """Return the kind of resource that a FHIR reference names; a word that is no kind could be anything."""
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match and match[1] in fhir_kinds() else None


@lru_cache(maxsize=1)
def fhir_kinds() -> frozenset[str]:
    """Return the names of the kinds of resources of FHIR R4 and R5."""
    text = (resources.files("percapita.sources") / "fhir_kinds.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
