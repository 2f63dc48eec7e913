"""Load the definition of a user: which uses count, which accounts are people, from how many events, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.policy.countries import country_code
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of
from percapita.policy.vocabulary import ACCOUNT_KINDS, ENVIRONMENTS, FIGURES, USE_TYPES

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
    "billed": {"rule": str, "figure": str, "text": str, "source": str},
    "recent": {"rule": str, "days": int, "source": str},
    "environment": {"rule": str, "environment": str, "billed": bool, "reason": str, "source": str},
}  # fmt: skip
OPTIONAL: dict[str, type] = {"billed": dict, "recent": dict, "environment": list}
SHELF = Shelf("user_definition", "user definition", "[policy] user_definition")


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
class EnvironmentRule:
    """Say whether the users of systems of an environment are billed."""

    rule: str
    environment: str
    billed: bool
    reason: str
    source: str


@dataclass(frozen=True)
class UserDefinition:
    """Hold one definition of a user with the hash of the file it was read from.

    `billed_figure` is the figure that a license is for. `recent_days` before the end of the period, its last day
    included, are what "active at the end" means.
    """

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
    billed_figure: str = "users"
    billed_rule: str = ""
    billed_text: str = ""
    recent_days: int = 90
    environments: tuple[EnvironmentRule, ...] = ()

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
        if country is None or "*" in self.countries:
            return True
        return country_code(country).casefold() in {country_code(one).casefold() for one in self.countries}

    def environment(self, name: str) -> EnvironmentRule | None:
        """Return the rule about an environment, or None where the definition is silent; then its users are billed."""
        return next((rule for rule in self.environments if rule.environment == name), None)


def load_user_definition(name: str | None, base: Path) -> UserDefinition:
    """Return the definition of that id or path (relative to `base`); None is the newest shipped one.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_user_definition(*SHELF.content(name, base))


def parse_user_definition(content: bytes, where: str) -> UserDefinition:
    """Return the definition written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    _check_shape(table, where)
    definition = _definition(table, hash_of(content))
    _check_words(definition, table, where)
    return definition


def _check_shape(table: dict[str, Any], where: str) -> None:
    """Check every key of every table: known, there, of the right type."""
    check_keys(table, TABLES[""], where, OPTIONAL)
    for name, keys in TABLES.items():
        if name not in table:
            continue
        if isinstance(table[name], list):
            for number, entry in enumerate(table[name], start=1):
                check_keys(entry, keys, f"{where}, [[{name}]] {number}")
        else:
            check_keys(table[name], keys, f"{where}, [{name}]")
    countries = table["location"]["countries"]
    if not countries or not all(isinstance(country, str) and country for country in countries):
        raise InputError(
            "'countries' is not a list of texts", f"{where}, [location]", 'write countries = ["*"] for all'
        )
    for name, key, wish in (("minimum", "events", 1), ("recent", "days", 90)):
        if name in table and table[name][key] < 1:
            raise InputError(
                f"{key!r} is not a whole number of at least 1", f"{where}, [{name}]", f"write {key} = {wish}"
            )


def _definition(table: dict[str, Any], sha256: str) -> UserDefinition:
    billed = table.get("billed", {})
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
        billed_figure=billed.get("figure", "users"),
        billed_rule=billed.get("rule", ""),
        billed_text=billed.get("text", ""),
        recent_days=table.get("recent", {}).get("days", 90),
        environments=tuple(EnvironmentRule(**one) for one in table.get("environment", ())),
    )


def _check_words(definition: UserDefinition, table: dict[str, Any], where: str) -> None:
    """Check that words are known ones and that nothing is said twice."""
    uses, kinds = [use.use_type for use in definition.uses], [kind.kind for kind in definition.kinds]
    check_known(uses, USE_TYPES, "use type", f"{where}, [[use]]")
    check_known(kinds, ACCOUNT_KINDS, "account kind", f"{where}, [[account_kind]]")
    check_known([kind.treatment for kind in definition.kinds], TREATMENTS, "treatment", f"{where}, [[account_kind]]")
    check_known([definition.billed_figure], FIGURES, "figure", f"{where}, [billed]")
    environments = [rule.environment for rule in definition.environments]
    check_known(environments, ENVIRONMENTS, "environment", f"{where}, [[environment]]")
    check_once(environments, f"{where}, [[environment]]")
    more = [table[name] for name in ("billed", "recent") if name in table]
    places = (
        *table["use"], *table["account_kind"], table["minimum"], table["location"], *more, *table.get("environment", ())
    )  # fmt: skip
    check_known([place["source"] for place in places], [source[0] for source in definition.sources], "source", where)
    check_once(uses, f"{where}, [[use]]")
    check_once(kinds, f"{where}, [[account_kind]]")
    check_once([source[0] for source in definition.sources], f"{where}, [[source]]")
    check_once([place["rule"] for place in places], where)
