"""Load the declared assumptions of industry data: what nobody publishes, each with an interval and who declared it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.policy.toml_table import Shelf, check_keys, check_known, check_once, hash_of
from percapita.policy.vocabulary import SYSTEM_KINDS

SCHEMA = "percapita/industry-prior/1"
ASSUMPTIONS = ("shared", "clinician", "headcount")
SHELF = Shelf("industry_prior", "table of declared assumptions", "--priors")
HEAD: dict[str, type] = {
    "schema": str, "id": str, "title": str, "effective": date, "status": str, "source": list, "share": list,
    "assumption": list,
}  # fmt: skip
SOURCE: dict[str, type] = {"id": str, "title": str, "says": str}
BAND: dict[str, type] = {"low": float, "expected": float, "high": float, "source": str}


@dataclass(frozen=True)
class Prior:
    """Hold a declared value with its interval of 90 %, and who declared it."""

    low: float
    expected: float
    high: float
    source: str


@dataclass(frozen=True)
class IndustryPriors:
    """Hold the shares of users by kind of system, and the other assumptions by id."""

    id: str
    sha256: str
    shares: dict[str, Prior]
    assumptions: dict[str, Prior]


def load_industry_priors(name: str | None, base: Path) -> IndustryPriors:
    """Return the table of that id or path (relative to `base`); None is the newest shipped one.

    Raises InputError for an unknown id, a missing file, or a file that breaks the schema.
    """
    return parse_industry_priors(*SHELF.content(name, base))


def parse_industry_priors(content: bytes, where: str) -> IndustryPriors:
    """Return the table written in TOML `content`. Raises InputError that names `where`, the table and the key."""
    table = SHELF.parse(content, where, SCHEMA)
    check_keys(table, HEAD, where)
    if table["status"] != "declared":
        raise InputError("these are assumptions", f"{where}, status", 'write status = "declared"')
    for number, source in enumerate(table["source"], start=1):
        check_keys(source, SOURCE, f"{where}, [[source]] {number}")
    titles = {source["id"]: source["title"] for source in table["source"]}
    return IndustryPriors(
        id=table["id"],
        sha256=hash_of(content),
        shares=_bands(table, "share", "kind", SYSTEM_KINDS, titles, where),
        assumptions=_bands(table, "assumption", "id", ASSUMPTIONS, titles, where),
    )


def _bands(
    table: dict[str, Any], name: str, key: str, known: tuple[str, ...], titles: dict[str, str], where: str
) -> dict[str, Prior]:
    bands = {}
    for number, entry in enumerate(table[name], start=1):
        place = f"{where}, [[{name}]] {number}"
        check_keys(entry, {key: str, **BAND}, place)
        check_known([entry[key]], known, key, place)
        check_known([entry["source"]], list(titles), "source", place)
        low, expected, high = entry["low"], entry["expected"], entry["high"]
        least = 0 if entry[key] == "shared" else 1e-6
        if not least <= low <= expected <= high or (name == "share" or entry[key] == "shared") * high > 1:
            cure = "write low <= expected <= high, and shares between 0 and 1"
            raise InputError("this is no interval", place, cure)
        bands[entry[key]] = Prior(low, expected, high, titles[entry["source"]])
    check_once([entry[key] for entry in table[name]], f"{where}, [[{name}]]")
    return bands
