"""Load the definition of a user: which uses count, which accounts are people, from how many events, where."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest
from percapita.policy.vocabulary import ACCOUNT_KINDS, USE_TYPES

SCHEMA = "percapita/user-definition/1"
TREATMENTS = ("person", "never", "determination")
TABLES: dict[str, dict[str, type]] = {
    "": {
        "schema": str, "id": str, "title": str, "effective": date, "text": str,
        "source": list, "use": list, "account_kind": list, "minimum": dict, "location": dict,
    },
    "source": {"id": str, "title": str, "says": str},
    "use": {"rule": str, "use_type": str, "counted": bool, "text": str, "source": str},
    "account_kind": {"rule": str, "kind": str, "treatment": str, "reason": str, "source": str},
    "minimum": {"rule": str, "events": int, "source": str},
    "location": {"rule": str, "countries": list, "reason": str, "source": str},
}  # fmt: skip
WISHES: dict[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    date: "a date such as 2026-01-31",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True)
class UseRule:
    """Say whether a use type counts, and under which rule."""

    rule: str
    use_type: str
    counted: bool
    text: str
    source: str


@dataclass(frozen=True)
class KindRule:
    """Say how accounts of a kind are treated: person, never, or determination."""

    rule: str
    kind: str
    treatment: str
    reason: str
    source: str


@dataclass(frozen=True)
class UserDefinition:
    """Hold one definition of a user with the hash of the file it was read from."""

    id: str
    title: str
    effective: date
    text: str
    sha256: str
    uses: tuple[UseRule, ...]
    kinds: tuple[KindRule, ...]
    sources: tuple[tuple[str, str, str], ...]
    minimum_rule: str
    minimum_events: int
    location_rule: str
    countries: tuple[str, ...]
    location_reason: str

    def counts(self, use_type: str) -> bool:
        """Tell whether people with this use type are users."""
        return any(use.counted for use in self.uses if use.use_type == use_type)

    def use_rule(self, use_type: str) -> str:
        """Return the id of the rule about a use type, or "" where the definition is silent."""
        return next((use.rule for use in self.uses if use.use_type == use_type), "")

    def kind(self, name: str) -> KindRule | None:
        """Return the rule about a kind of account, or None where the definition is silent."""
        return next((kind for kind in self.kinds if kind.kind == name), None)

    def admits_country(self, country: str | None) -> bool:
        """Tell whether a person working in `country` counts; an unknown country always does."""
        return country is None or "*" in self.countries or country.casefold() in {c.casefold() for c in self.countries}


def shipped_ids() -> list[str]:
    """Return the ids of the definitions that ship with the package, oldest first."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def shipped_text(name: str) -> str:
    """Return the TOML text of a shipped definition."""
    return (_folder() / f"{name}.toml").read_text(encoding="utf-8")


def _folder() -> Traversable:
    return resources.files("percapita.policy") / "tables" / "user_definition"


def load_user_definition(name: str | None, base: Path) -> UserDefinition:
    """Return the definition of that id or path (relative to `base`); None is the newest shipped one.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    shipped = shipped_ids()
    chosen = name if name is not None else shipped[-1]
    if chosen in shipped:
        content = shipped_text(chosen).encode()
        return parse_user_definition(content, f"user definition {chosen}")
    path = base / chosen
    if not path.is_file():
        raise InputError(
            f"user definition {chosen!r} is neither shipped nor a file",
            "[policy] user_definition",
            nearest(chosen, shipped),
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the user definition cannot be read ({error.strerror})", chosen, "check its permissions"
        ) from None
    return parse_user_definition(content, chosen)


def parse_user_definition(content: bytes, where: str) -> UserDefinition:
    """Return the definition written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"the user definition is not TOML ({error})", where, "compare it with `percapita policy show`"
        ) from None
    if table.get("schema") != SCHEMA:
        raise InputError(f"schema {table.get('schema')!r} is not {SCHEMA!r}", where, f'write schema = "{SCHEMA}"')
    _check_shape(table, where)
    definition = _definition(table, hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest())
    _check_words(definition, table, where)
    return definition


def _check_shape(table: dict[str, Any], where: str) -> None:
    """Check every key of every table: known, there, of the right type."""
    _check_keys(table, TABLES[""], where)
    for name, keys in TABLES.items():
        if name and isinstance(table[name], list):
            for number, entry in enumerate(table[name], start=1):
                _check_keys(entry, keys, f"{where}, [[{name}]] {number}")
        elif name:
            _check_keys(table[name], keys, f"{where}, [{name}]")
    countries = table["location"]["countries"]
    if not countries or not all(isinstance(country, str) and country for country in countries):
        raise InputError(
            "'countries' is not a list of texts", f"{where}, [location]", 'write countries = ["*"] for all'
        )
    if table["minimum"]["events"] < 1:
        raise InputError("'events' is not a whole number of at least 1", f"{where}, [minimum]", "write events = 1")


def _check_keys(entry: Any, keys: dict[str, type], where: str) -> None:
    if not isinstance(entry, dict):
        raise InputError("this is not a table", where, "compare it with `percapita policy show`")
    for name in entry:
        if name not in keys:
            raise InputError(f"the key {name!r} is not known", where, nearest(name, keys))
    for name, wanted in keys.items():
        if name not in entry:
            raise InputError(f"the key {name!r} is missing", where, f"add {name} = ...")
        if type(entry[name]) is not wanted or entry[name] == "":
            raise InputError(f"{name!r} is not {WISHES[wanted]}", where, f"write {name} as {WISHES[wanted]}")


def _definition(table: dict[str, Any], sha256: str) -> UserDefinition:
    return UserDefinition(
        id=table["id"],
        title=table["title"],
        effective=table["effective"],
        text=" ".join(table["text"].split()),
        sha256=sha256,
        uses=tuple(UseRule(**use) for use in table["use"]),
        kinds=tuple(KindRule(**kind) for kind in table["account_kind"]),
        sources=tuple((source["id"], source["title"], source["says"]) for source in table["source"]),
        minimum_rule=table["minimum"]["rule"],
        minimum_events=table["minimum"]["events"],
        location_rule=table["location"]["rule"],
        countries=tuple(table["location"]["countries"]),
        location_reason=table["location"]["reason"],
    )


def _check_words(definition: UserDefinition, table: dict[str, Any], where: str) -> None:
    """Check that words are known ones and that nothing is said twice."""
    uses, kinds = [use.use_type for use in definition.uses], [kind.kind for kind in definition.kinds]
    _known(uses, USE_TYPES, "use type", f"{where}, [[use]]")
    _known(kinds, ACCOUNT_KINDS, "account kind", f"{where}, [[account_kind]]")
    _known([kind.treatment for kind in definition.kinds], TREATMENTS, "treatment", f"{where}, [[account_kind]]")
    places = (*table["use"], *table["account_kind"], table["minimum"], table["location"])
    _known([place["source"] for place in places], [source[0] for source in definition.sources], "source", where)
    _once(uses, f"{where}, [[use]]")
    _once(kinds, f"{where}, [[account_kind]]")
    _once([source[0] for source in definition.sources], f"{where}, [[source]]")
    _once([place["rule"] for place in places], where)


def _known(words: list[str], known: Sequence[str], what: str, where: str) -> None:
    for word in words:
        if word not in known:
            raise InputError(f"{word!r} is not a known {what}", where, nearest(word, known))


def _once(words: list[str], where: str) -> None:
    for word in words:
        if words.count(word) > 1:
            raise InputError(f"there are two entries for {word!r}", where, "keep one of them")
