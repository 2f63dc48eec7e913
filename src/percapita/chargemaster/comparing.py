"""Compare two files of standard charges of any layout: items and prices that are new, gone or changed.

Items of both files are one when codes, setting, modifiers, drug unit and billing class agree; the description tells
items apart only where a file has several with all these alike.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.chargemaster.check import check_file
from percapita.chargemaster.model import Entry, Hospital, Survey
from percapita.chargemaster.placing import placed
from percapita.chargemaster.reading import read_entries, read_hospital
from percapita.chargemaster.spilling import database, insert, rows
from percapita.chargemaster.templates import AUTO
from percapita.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Progress = Callable[[str, int, int], None]
CHUNK = 20_000
LARGEST = 10
GROSS, CASH = "gross charge", "cash price"
KINDS = (("dollar", 2), ("percent", 3), ("algorithm", 4))
ITEM = ("side", "base", "description", "codes", "types", "setting")
PRICE = ("side", "base", "description", "payer", "plan", "kind", "value")
KEYS = """
CREATE TABLE doubtful AS
SELECT DISTINCT base FROM (SELECT side, base FROM items GROUP BY ALL HAVING count(DISTINCT description) > 1);
CREATE TABLE known AS
SELECT side, base || CASE WHEN base IN (FROM doubtful) THEN chr(31) || description ELSE '' END AS key,
    min(description) AS description, any_value(codes) AS codes, any_value(types) AS types,
    any_value(setting) AS setting
FROM items GROUP BY side, key;
CREATE TABLE both_items AS
SELECT coalesce(new.key, old.key) AS key, coalesce(new.description, old.description) AS description,
    coalesce(new.codes, old.codes) AS codes, coalesce(new.types, old.types) AS types,
    coalesce(new.setting, old.setting) AS setting,
    CASE WHEN old.key IS NULL THEN 'new' WHEN new.key IS NULL THEN 'gone'
        WHEN old.description <> new.description THEN 'described anew' ELSE 'same' END AS status
FROM (FROM known WHERE side = 'old') AS old FULL JOIN (FROM known WHERE side = 'new') AS new ON old.key = new.key;
CREATE TABLE told AS
SELECT side, base || CASE WHEN base IN (FROM doubtful) THEN chr(31) || description ELSE '' END AS key,
    payer, plan, kind,
    CASE count(*) WHEN 1 THEN min(value)
    ELSE concat(arg_min(value, amount), ' to ', arg_max(value, amount), ' (', count(*), ')')
    END AS value, CASE count(*) WHEN 1 THEN min(amount) END AS amount
FROM (
    SELECT DISTINCT *, CASE WHEN kind <> 'algorithm' THEN try_cast(value AS DECIMAL(24, 6)) END AS amount FROM prices
)
GROUP BY side, key, payer, plan, kind;
CREATE TABLE both_prices AS
SELECT key, payer, plan, kind, old.value AS before, new.value AS after,
    CASE WHEN old.value IS NULL THEN 'new' WHEN new.value IS NULL THEN 'gone'
        WHEN old.value = new.value OR old.amount = new.amount THEN 'same' ELSE 'changed' END AS status,
    CASE WHEN old.amount > 0 THEN (new.amount - old.amount) * 100.0 / old.amount END AS percent
FROM (FROM told WHERE side = 'old') AS old
FULL JOIN (FROM told WHERE side = 'new') AS new USING (key, payer, plan, kind);
"""
COUNTS = """count(*) FILTER (WHERE {0}.status = 'new'), count(*) FILTER (WHERE {0}.status = 'gone'),
    count(*) FILTER (WHERE {0}.status = 'changed'), count(*) FILTER (WHERE {0}.status = 'same'),
    count(*) FILTER (WHERE {0}.status = 'changed' AND percent > 0),
    count(*) FILTER (WHERE {0}.status = 'changed' AND percent < 0),
    round(median(percent) FILTER (WHERE {0}.status = 'changed'), 1)"""
CHANGES = """
SELECT both_prices.status, description, codes, setting, payer, plan, kind, coalesce(before, ''), coalesce(after, ''),
    round(percent, 2)
FROM both_prices JOIN both_items USING (key)
WHERE both_prices.status <> 'same'
"""
HEADER = ("status", "description", "codes", "setting", "payer", "plan", "kind", "before", "after", "percent")


@dataclass(frozen=True)
class Counts:
    """Hold how many prices are new, gone, changed, the same; how many of the changed went up and down; the median
    change in percent.
    """

    new: int
    gone: int
    changed: int
    same: int
    up: int
    down: int
    median_percent: float | None


NONE = Counts(0, 0, 0, 0, 0, 0, None)


@dataclass(frozen=True)
class Change:
    """Hold one price that is new, gone or changed."""

    status: str
    description: str
    codes: str
    setting: str
    payer: str
    plan: str
    kind: str
    before: str
    after: str
    percent: float | None


@dataclass(frozen=True)
class Comparison:
    """Hold what differs. `items` counts items by status; `hospital` are (what, before, after)."""

    items: dict[str, int]
    prices: Counts
    by_payer: tuple[tuple[str, str, Counts], ...]
    by_type: tuple[tuple[str, int, int, Counts], ...]
    largest: tuple[Change, ...]
    hospital: tuple[tuple[str, str, str], ...]


def compare(old: Path, new: Path, out: Path | None, progress: Progress) -> Comparison:
    """Compare two files; every change is written to `out`. Raises InputError for a file that is not valid."""
    for path in (old, new):
        progress(f"checking {path.name}", 0, 1)
        found = check_file(path, AUTO, limit=1)
        if found.error_count:
            raise InputError(
                f"the file is not valid: {found.errors[0].message}", str(path), "see percapita charges check"
            )
    with tempfile.TemporaryDirectory(prefix="percapita-") as scratch, database(Path(scratch)) as connection:
        for table, columns in (("items", ITEM), ("prices", PRICE)):
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{one} VARCHAR' for one in columns)})")
        for side, path in (("old", old), ("new", new)):
            _load(connection, side, path, progress)
        progress("comparing", 0, 1)
        connection.execute(KEYS)
        if out is not None:
            _write(connection, out)
        return _compared(connection, read_hospital(old), read_hospital(new))


def _load(connection: DuckDBPyConnection, side: str, path: Path, progress: Progress) -> None:
    import pyarrow as pa

    entries = read_entries(path, Survey())
    done = 0
    while chunk := list(islice(entries, CHUNK)):
        items: list[tuple[str, ...]] = []
        prices: list[tuple[str, ...]] = []
        for entry in chunk:
            base = _base(entry)
            codes = ", ".join(f"{kind} {code}" for code, kind in entry.codes)
            types = "|".join(sorted({kind for _, kind in entry.codes})) or "modifier"
            items.append((side, base, entry.description, codes, types, entry.setting))
            prices += ((side, base, entry.description, *price) for price in _prices(entry))
        insert(connection, "items", dict.fromkeys(ITEM, pa.string()), items)
        insert(connection, "prices", dict.fromkeys(PRICE, pa.string()), prices)
        done += len(chunk)
        progress(f"reading {path.name}", done, done)


def _base(entry: Entry) -> str:
    codes = sorted(f"{kind}:{code}" for code, kind in entry.codes) or [entry.description]
    modifiers = "|".join(sorted(entry.modifiers))
    return "\x1f".join((*codes, entry.setting, modifiers, entry.drug_unit, entry.drug_type, entry.billing_class))


def _prices(entry: Entry) -> Iterator[tuple[str, str, str, str]]:
    for name, value in ((GROSS, entry.gross), (CASH, entry.cash)):
        if value:
            yield name, "", "dollar", value
    for payer in entry.payers:
        for kind, place in KINDS:
            if payer[place]:
                yield payer.name, payer.plan, kind, payer[place]


def _write(connection: DuckDBPyConnection, out: Path) -> None:
    with placed(out) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        items = "SELECT status, description, codes, setting FROM both_items WHERE status <> 'same' ORDER BY status, key"
        writer.writerows((f"item {status}", *rest, *[""] * 6) for status, *rest in rows(connection, items))
        writer.writerows((f"price {one[0]}", *one[1:]) for one in rows(connection, f"{CHANGES} ORDER BY ALL"))


def _compared(connection: DuckDBPyConnection, old: Hospital, new: Hospital) -> Comparison:
    def all_of(query: str) -> list[tuple[Any, ...]]:
        return list(rows(connection, query))

    items = dict.fromkeys(("new", "gone", "described anew", "same"), 0)
    items |= dict(all_of("SELECT status, count(*) FROM both_items GROUP BY ALL"))
    counts = COUNTS.format("both_prices")
    payers = all_of(f"SELECT payer, plan, {counts} FROM both_prices GROUP BY payer, plan ORDER BY payer, plan")
    typed = "SELECT key, status AS item, unnest(string_split(types, '|')) AS type FROM both_items"
    types = all_of(
        f"SELECT type, count(*) FILTER (WHERE item = 'new'), count(*) FILTER (WHERE item = 'gone') FROM ({typed})"
        " GROUP BY type ORDER BY type"
    )
    by_type = all_of(f"SELECT type, {counts} FROM ({typed}) JOIN both_prices USING (key) GROUP BY type")
    counted = {kind: Counts(*rest) for kind, *rest in by_type}
    largest = f"{CHANGES} AND percent IS NOT NULL ORDER BY abs(percent) DESC, 2, 5, 6, 7 LIMIT {LARGEST}"
    return Comparison(
        items=items,
        prices=Counts(*all_of(f"SELECT {counts} FROM both_prices")[0]),
        by_payer=tuple((payer, plan, Counts(*rest)) for payer, plan, *rest in payers),
        by_type=tuple((kind, added, gone, counted.get(kind, NONE)) for kind, added, gone in types),
        largest=tuple(Change(*one) for one in all_of(largest)),
        hospital=tuple(_hospital_changes(old, new)),
    )


def _hospital_changes(old: Hospital, new: Hospital) -> Iterator[tuple[str, str, str]]:
    named = {
        "hospital_name": "name", "last_updated_on": "updated_on", "version": "version", "location_name": "locations",
        "hospital_address": "addresses", "license_number": "license_number", "state": "state", "type_2_npi": "npis",
        "attestation": "attested", "attester_name": "attester",
    }  # fmt: skip
    for header, name in named.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield header, _shown(before), _shown(after)


def _shown(value: Any) -> str:
    return " | ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
