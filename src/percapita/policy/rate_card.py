"""Load a rate card: what a user, an entity and an add-on file cost in each annual release."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of
from percapita.policy.vocabulary import CONTENTS

SCHEMA = "percapita/rate-card/1"
# Units of licensure; of all but users no rate was found, so none ships. `sales` is money, and its rate percent.
UNITS = (
    "user", "member", "interaction", "virtual_interaction", "monitored_person", "print_copy", "sales"
)  # fmt: skip
ITEMS = ("user", "entity", "file", *UNITS[1:])
MODELS = ("counting", "proxy")
BASES = ("organization", "legal entity", "agreement")
CENT = Decimal("0.01")
CURRENCY = re.compile(r"[A-Z]{3}")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
SHELF = Shelf("rate_card", "rate card", "--rates")
KEYS: dict[str, dict[str, type]] = {
    "": {"schema": str, "id": str, "title": str, "effective": date, "currency": str, "source": list, "rate": list},
    "source": {"id": str, "title": str, "says": str},
    "rate": {"releases": list, "content": str, "item": str, "amount": str, "source": str},
    "not_available": {"releases": list, "contents": list, "source": str},
}


@dataclass(frozen=True)
class Rate:
    """Hold the amount of one item; `source` is the title of the document that states it.

    `basis` says for whom an entity fee is due. The amount of `sales` is a percentage.
    """

    amount: Decimal
    source: str
    basis: str = ""


@dataclass(frozen=True)
class RateCard:
    """Hold the rates by (release, content, item), and what a release does not offer, by (release, content).

    `rates_of_model` are those that hold for one licensing model only, by (release, content, item, model).
    """

    id: str
    title: str
    currency: str
    sha256: str
    rates: dict[tuple[int, str, str], Rate]
    not_available: dict[tuple[int, str], str]
    rates_of_model: dict[tuple[int, str, str, str], Rate] = field(default_factory=dict)

    def rate(self, release: int, content: str, item: str, model: str = "counting") -> Rate | None:
        """Return a rate, or None where the card is silent. What is said of the licensing model itself goes first."""
        of_model = self.rates_of_model.get((release, content, item, model))
        return of_model or self.rates.get((release, content, item))

    def items(self, release: int, content: str, model: str = "counting") -> list[str]:
        """Return the items that a content of a release has rates for, in a fixed order."""
        return [item for item in ITEMS if self.rate(release, content, item, model)]

    def releases(self) -> list[int]:
        """Return the releases that the card knows, oldest first."""
        return sorted({key[0] for key in self.rates} | {key[0] for key in self.rates_of_model})


def load_rate_card(name: str | None, base: Path) -> RateCard:
    """Return the rate card of that id or path (relative to `base`); None is the newest shipped one.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_rate_card(*SHELF.content(name, base))


def parse_rate_card(content: bytes, where: str) -> RateCard:
    """Return the rate card written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    _check_shape(table, where)
    titles = {source["id"]: source["title"] for source in table["source"]}
    rates, of_model = _rates(table, titles, where)
    return RateCard(
        id=table["id"],
        title=table["title"],
        currency=table["currency"],
        sha256=hash_of(content),
        rates=rates,
        rates_of_model=of_model,
        not_available={
            (release, name): titles[entry["source"]]
            for entry in table.get("not_available", [])
            for release in entry["releases"]
            for name in entry["contents"]
        },
    )


def _check_shape(table: dict[str, Any], where: str) -> None:
    check_keys(table, KEYS[""], where, {"not_available": list})
    if not CURRENCY.fullmatch(table["currency"]):
        raise InputError("'currency' is not three capitals", where, 'write currency = "USD"')
    sources = [str(source.get("id")) for source in table["source"] if isinstance(source, dict)]
    check_once(sources, f"{where}, [[source]]")
    for name in ("source", "rate", "not_available"):
        for number, entry in enumerate(table.get(name, []), start=1):
            place = f"{where}, [[{name}]] {number}"
            check_keys(entry, KEYS[name], place, {"basis": str, "models": list} if name == "rate" else None)
            _check_entry(entry, sources, place)


def _check_entry(entry: dict[str, Any], sources: list[str], place: str) -> None:
    """Check the words and the years of a rate or of what is not available."""
    if "releases" not in entry:
        return
    if not all(type(release) is int for release in entry["releases"]):
        raise InputError("'releases' is not a list of years", place, "write releases = [2026]")
    check_known([entry["source"]], sources, "source", place)
    check_known(entry.get("contents", [entry.get("content", "cpt")]), CONTENTS, "content file", place)
    check_known([entry.get("item", "user")], ITEMS, "item", place)
    check_known([entry.get("basis", "agreement")], BASES, "basis", place)
    if entry.get("models") == []:
        raise InputError("'models' names no licensing model", place, "leave it out for both")
    check_known(entry.get("models", []), MODELS, "licensing model", place)


def _rates(
    table: dict[str, Any], titles: dict[str, str], where: str
) -> tuple[dict[tuple[int, str, str], Rate], dict[tuple[int, str, str, str], Rate]]:
    """Return the rates of all licensing models, and those of one."""
    rates: dict[tuple[int, str, str], Rate] = {}
    of_model: dict[tuple[int, str, str, str], Rate] = {}
    for number, entry in enumerate(table["rate"], start=1):
        place = f"{where}, [[rate]] {number}"
        rate = Rate(money(entry["amount"], place), titles[entry["source"]], entry.get("basis", ""))
        for release in entry["releases"]:
            key = (release, entry["content"], entry["item"])
            for model in entry.get("models", []):
                _put(of_model, (*key, model), rate, place)
            if "models" not in entry:
                _put(rates, key, rate, place)
    return rates, of_model


def _put(rates: dict[Any, Rate], key: tuple[int | str, ...], rate: Rate, place: str) -> None:
    if key in rates:
        raise InputError(f"there are two rates for {' '.join(map(str, key))}", place, "keep one of them")
    rates[key] = rate


def money(text: str, where: str) -> Decimal:
    """Return an amount of money from its text. Raises InputError unless it is exact to the cent and not negative."""
    if not AMOUNT.fullmatch(text):
        raise InputError(f"{text!r} is not an amount of money", where, "write it with two decimals, such as 82.50")
    return Decimal(text).quantize(CENT)
