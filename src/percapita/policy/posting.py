"""Load the rules of publishing: under which federal rule, which code types belong to somebody, what waiting risks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from percapita.errors import InputError, nearest
from percapita.policy.rate_card import money
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of
from percapita.policy.vocabulary import CONTENTS

SCHEMA = "percapita/posting-rules/1"
SHELF = Shelf("posting", "table of posting rules", "--rules")
KEYS: dict[str, dict[str, type]] = {
    "": {
        "schema": str, "id": str, "title": str, "effective": date, "update_months": int, "update_source": str,
        "source": list, "basis": list, "code_type": list, "penalty": list,
    },
    "source": {"id": str, "title": str, "says": str},
    "basis": {"id": str, "title": str, "named": bool, "from": date, "source": str},
    "code_type": {"type": str, "owner": str, "source": str},
    "penalty": {"source": str},
}  # fmt: skip
OPTIONAL: dict[str, dict[str, type]] = {
    "code_type": {"content": str},
    "penalty": {"beds_to": int, "per_day": str, "per_bed_day": str},
}


@dataclass(frozen=True)
class Basis:
    """Hold a federal rule under which a file is published; `named` tells whether the licensor's permission names it."""

    id: str
    title: str
    named: bool
    begins: date


@dataclass(frozen=True)
class CodeType:
    """Hold whose a code type is; `content` is what a license must cover, "" where only the owner is named."""

    type: str
    owner: str
    content: str


@dataclass(frozen=True)
class Penalty:
    """Hold what a day without a file may cost a hospital of up to `beds_to` beds (None: any larger one)."""

    beds_to: int | None
    per_day: Decimal
    per_bed_day: Decimal
    source: str

    def amount(self, beds: int) -> Decimal:
        """Return the most that one day may cost."""
        return self.per_day + self.per_bed_day * beds

    def words(self) -> str:
        """Return the entry as a person reads it."""
        sum = f"{self.per_bed_day:,.2f} dollars a bed" if self.per_bed_day else f"{self.per_day:,.2f} dollars"
        return f"{sum} for up to {self.beds_to} beds" if self.beds_to is not None else f"{sum} for more beds"


@dataclass(frozen=True)
class PostingRules:
    """Hold the rules of publishing with the hash of the file they were read from."""

    id: str
    sha256: str
    update_months: int
    bases: dict[str, Basis]
    code_types: dict[str, CodeType]
    penalties: tuple[Penalty, ...]

    def basis(self, name: str) -> Basis:
        """Return a federal rule. Raises InputError for one that the table does not have."""
        if name not in self.bases:
            raise InputError(f"{name!r} is not a known basis", "--basis", nearest(name, self.bases))
        return self.bases[name]

    def penalty(self, beds: int) -> Penalty | None:
        """Return what applies to a hospital with that many beds."""
        return next((one for one in self.penalties if one.beds_to is None or beds <= one.beds_to), None)


def load_posting_rules(name: str | None, base: Path) -> PostingRules:
    """Return the rules of that id or path (relative to `base`); None are the newest shipped ones.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_posting_rules(*SHELF.content(name, base))


def parse_posting_rules(content: bytes, where: str) -> PostingRules:
    """Return the rules written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    _check_shape(table, where)
    titles = {source["id"]: source["title"] for source in table["source"]}
    return PostingRules(
        id=table["id"],
        sha256=hash_of(content),
        update_months=table["update_months"],
        bases={one["id"]: Basis(one["id"], one["title"], one["named"], one["from"]) for one in table["basis"]},
        code_types={
            one["type"]: CodeType(one["type"], one["owner"], one.get("content", "")) for one in table["code_type"]
        },
        penalties=tuple(_penalty(one, titles, where) for one in table["penalty"]),
    )


def _check_shape(table: dict[str, Any], where: str) -> None:
    check_keys(table, KEYS[""], where)
    for name in ("source", "basis", "code_type", "penalty"):
        for number, entry in enumerate(table[name], start=1):
            check_keys(entry, KEYS[name], f"{where}, [[{name}]] {number}", OPTIONAL.get(name))
    sources = [source["id"] for source in table["source"]]
    check_once(sources, f"{where}, [[source]]")
    check_once([one["id"] for one in table["basis"]], f"{where}, [[basis]]")
    check_once([one["type"] for one in table["code_type"]], f"{where}, [[code_type]]")
    named = [one["source"] for name in ("basis", "code_type", "penalty") for one in table[name]]
    check_known([table["update_source"], *named], sources, "source", where)
    contents = [one["content"] for one in table["code_type"] if "content" in one]
    check_known(contents, CONTENTS, "content file", f"{where}, [[code_type]]")
    if not 1 <= table["update_months"] <= 120:
        raise InputError("'update_months' is not between 1 and 120", where, "write update_months = 12")


def _penalty(entry: dict[str, Any], titles: dict[str, str], where: str) -> Penalty:
    amounts = {key: money(entry[key], f"{where}, [[penalty]]") for key in ("per_day", "per_bed_day") if key in entry}
    if len(amounts) != 1:
        raise InputError("a penalty has one of per_day and per_bed_day", f"{where}, [[penalty]]", "keep one of them")
    zero = Decimal(0)
    return Penalty(
        entry.get("beds_to"), amounts.get("per_day", zero), amounts.get("per_bed_day", zero), titles[entry["source"]]
    )
