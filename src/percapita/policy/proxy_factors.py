"""Load the factors of the User Proxy Model, the metrics they need, and the rules that put them together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of
from percapita.policy.vocabulary import SYSTEM_KINDS

SCHEMA = "percapita/proxy-factors/1"
SETTINGS = ("hospital", "ambulatory")
ROUNDINGS = ("up", "nearest", "down")
FACTOR = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
SHELF = Shelf("proxy_factors", "table of factors", "--factors")
RULES = ("product", "cap", "rounding", "combination", "dating")
RULE_KEYS: dict[str, type] = {"rule": str, "text": str, "source": str}
KEYS: dict[str, dict[str, type]] = {
    "": {
        "schema": str, "id": str, "title": str, "effective": date, "source": list, "applies": dict, "product": dict,
        "cap": dict, "rounding": dict, "combination": dict, "dating": dict, "metric": list,
    },
    "source": {"id": str, "title": str, "says": str},
    "applies": {"rule": str, "kinds": list, "source": str},
    "metric": {
        "id": str, "title": str, "settings": list, "question": str, "definition": str, "where_found": str, "source": str
    },
    "factor": {"id": str, "setting": str, "metric": str, "factor": str, "source": str},
}  # fmt: skip
OPTIONAL: dict[str, dict[str, type]] = {"factor": {"cap": str, "example": bool}}


@dataclass(frozen=True)
class Metric:
    """Hold what is asked of an entity: the question, what is meant, where the number is found."""

    id: str
    title: str
    settings: tuple[str, ...]
    question: str
    definition: str
    where_found: str
    source: str


@dataclass(frozen=True)
class Factor:
    """Hold how many users one unit of a metric stands for in a setting; `cap` is a metric, or "".

    `example` tells that it comes from third parties, not from the licensor.
    """

    id: str
    setting: str
    metric: str
    factor: Decimal
    source: str
    cap: str = ""
    example: bool = False


@dataclass(frozen=True)
class Rule:
    """Hold a rule of the model: its id, what it says, who says so."""

    id: str
    text: str
    source: str


@dataclass(frozen=True)
class ProxyFactors:
    """Hold a table of factors with the hash of the file it was read from. `rules` are by name, such as `cap`."""

    id: str
    title: str
    sha256: str
    kinds: tuple[str, ...]
    metrics: dict[str, Metric]
    factors: tuple[Factor, ...]
    rules: dict[str, Rule]
    rounding: str

    def of_setting(self, setting: str) -> list[Factor]:
        """Return the factors of a setting; none where the licensor's factor was not supplied."""
        return [one for one in self.factors if one.setting == setting]


def load_proxy_factors(name: str | None, base: Path) -> ProxyFactors:
    """Return the factors of that id or path (relative to `base`); None are the newest shipped ones.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_proxy_factors(*SHELF.content(name, base))


def parse_proxy_factors(content: bytes, where: str) -> ProxyFactors:
    """Return the factors written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    _check_shape(table, where)
    _check_words(table, where)
    titles = {source["id"]: source["title"] for source in table["source"]}
    applies = table["applies"]
    kinds = ", ".join(applies["kinds"])
    rules = {name: Rule(table[name]["rule"], table[name]["text"], titles[table[name]["source"]]) for name in RULES}
    rules["applies"] = Rule(applies["rule"], f"The model is for {kinds}.", titles[applies["source"]])
    return ProxyFactors(
        id=table["id"],
        title=table["title"],
        sha256=hash_of(content),
        kinds=tuple(applies["kinds"]),
        metrics={one["id"]: _metric(one, titles) for one in table["metric"]},
        factors=tuple(_factor(one, titles, f"{where}, {one['id']}") for one in table.get("factor", [])),
        rules=rules,
        rounding=table["rounding"]["to"],
    )


def _metric(entry: dict[str, Any], titles: dict[str, str]) -> Metric:
    return Metric(**{**entry, "settings": tuple(entry["settings"]), "source": titles[entry["source"]]})


def _factor(entry: dict[str, Any], titles: dict[str, str], where: str) -> Factor:
    if not FACTOR.fullmatch(entry["factor"]):
        raise InputError(f"{entry['factor']!r} is not a factor", where, 'write a number from 0 up, such as "1.25"')
    return Factor(**{**entry, "factor": Decimal(entry["factor"]), "source": titles[entry["source"]]})


def _check_shape(table: dict[str, Any], where: str) -> None:
    check_keys(table, KEYS[""], where, {"factor": list})
    for name in ("source", "metric", "factor"):
        for number, entry in enumerate(table.get(name, []), start=1):
            check_keys(entry, KEYS[name], f"{where}, [[{name}]] {number}", OPTIONAL.get(name))
    check_keys(table["applies"], KEYS["applies"], f"{where}, [applies]")
    for name in RULES:
        extra = {"to": str} if name == "rounding" else {}
        check_keys(table[name], {**RULE_KEYS, **extra}, f"{where}, [{name}]")


def _check_words(table: dict[str, Any], where: str) -> None:
    """Check that words are known ones and that nothing is said twice."""
    metrics, factors = table["metric"], table.get("factor", [])
    sources = [source["id"] for source in table["source"]]
    cited = [*metrics, *factors, table["applies"], *(table[name] for name in RULES)]
    check_known([one["source"] for one in cited], sources, "source", where)
    check_known(table["applies"]["kinds"], SYSTEM_KINDS, "kind", f"{where}, [applies]")
    check_known([table["rounding"]["to"]], ROUNDINGS, "way of rounding", f"{where}, [rounding]")
    check_known([word for one in metrics for word in one["settings"]], SETTINGS, "setting", f"{where}, [[metric]]")
    check_known([one["setting"] for one in factors], SETTINGS, "setting", f"{where}, [[factor]]")
    known = [one["id"] for one in metrics]
    named = [one["metric"] for one in factors] + [one["cap"] for one in factors if "cap" in one]
    check_known(named, known, "metric", f"{where}, [[factor]]")
    for ids in (
        sources,
        known,
        [one["id"] for one in factors],
        [f"{one['setting']} {one['metric']}" for one in factors],
    ):
        check_once(ids, where)
