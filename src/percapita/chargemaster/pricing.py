"""Join items, rates and remittances in a database on disk that spills, so that memory stays flat at any size.

Allowed amounts are the observed value at the percentile; where that falls between two observed values, the next
highest: of n values in ascending order the one at place floor(n * p) + 1, for p of 10, 50 and 90 percent. Amounts of
zero are out. Source: CSV data dictionary v3.0, Additional Allowed Amount Notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.chargemaster.model import Entry, Payer, Survey
from percapita.chargemaster.spilling import database, insert, rows
from percapita.chargemaster.tables import amount_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEY = ("item", "code", "code_type", "payer", "plan")
MONEY = "DECIMAL(18,4)"
ITEM_COLUMNS = (
    "n", "file", "row", "id", "description", "setting", "modifiers", "drug_unit", "drug_type", "billing_class", "gross",
    "cash", "notes", "coded",
)  # fmt: skip
RATE_COLUMNS = (
    "r", "file", "row", *KEY, "setting", "dollar", "percentage", "algorithm", "methodology", "median", "low", "high",
    "count", "notes",
)  # fmt: skip
BETWEEN, WITHIN = "\x1f", "\x1e"  # of the codes of an item in one text; no code holds a control sign
NUMBERS = {"n": "BIGINT", "r": "BIGINT", "row": "BIGINT"}
AMOUNTS = {"drug_unit", "gross", "cash", "dollar", "percentage", "median", "low", "high", "allowed"}
TABLES: dict[str, tuple[str, ...]] = {
    "items": ITEM_COLUMNS,
    "codes": ("n", "code", "type"),
    "rates": RATE_COLUMNS,
    "remits": (*KEY, "allowed"),
}
STATISTICS = """
CREATE TABLE statistics AS
SELECT item, code, code_type, payer, plan, any_value(n) AS n,
    max(allowed) FILTER (WHERE place = n // 2 + 1) AS median,
    max(allowed) FILTER (WHERE place = n // 10 + 1) AS low,
    max(allowed) FILTER (WHERE place = n * 9 // 10 + 1) AS high
FROM (
    SELECT *, row_number() OVER (PARTITION BY item, code, code_type, payer, plan ORDER BY allowed) AS place,
        count(*) OVER (PARTITION BY item, code, code_type, payer, plan) AS n
    FROM remits
)
GROUP BY item, code, code_type, payer, plan
"""
MATCHED = """
CREATE TABLE matched AS
SELECT DISTINCT items.n, rates.r
FROM rates JOIN items ON items.id = rates.item AND (rates.setting = '' OR rates.setting = items.setting)
WHERE rates.item <> '' AND (rates.code = '' OR EXISTS (
    SELECT 1 FROM codes
    WHERE codes.n = items.n AND codes.code = rates.code AND (rates.code_type = '' OR codes.type = rates.code_type)
))
UNION ALL
SELECT DISTINCT items.n, rates.r
FROM rates
JOIN codes ON codes.code = rates.code AND (rates.code_type = '' OR codes.type = rates.code_type)
JOIN items ON items.n = codes.n AND (rates.setting = '' OR rates.setting = items.setting)
WHERE rates.item = ''
"""
FORMULA = "(rates.percentage IS NOT NULL OR rates.algorithm <> '')"
AMOUNTS_GIVEN = "rates.median IS NOT NULL AND rates.low IS NOT NULL AND rates.high IS NOT NULL"
GIVEN = f"(rates.count = '0' OR (rates.count <> '' AND {AMOUNTS_GIVEN}))"
PRICED = f"""
CREATE TABLE priced AS
SELECT matched.n, rates.r, payer, plan, dollar, percentage, algorithm, methodology,
    CASE WHEN {GIVEN} THEN rates.median WHEN {FORMULA} THEN statistics.median END AS median,
    CASE WHEN {GIVEN} THEN rates.low WHEN {FORMULA} THEN statistics.low END AS low,
    CASE WHEN {GIVEN} THEN rates.high WHEN {FORMULA} THEN statistics.high END AS high,
    CASE WHEN {GIVEN} THEN rates.count WHEN NOT {FORMULA} THEN '' WHEN statistics.n IS NULL THEN '0'
        WHEN statistics.n < 11 THEN '1 through 10' ELSE statistics.n::VARCHAR END AS remittances,
    CASE WHEN rates.notes = '' AND {FORMULA} AND (rates.count = '0' OR (NOT {GIVEN} AND statistics.n IS NULL))
        THEN $note ELSE rates.notes END AS notes
FROM matched JOIN rates USING (r) LEFT JOIN statistics USING (item, code, code_type, payer, plan)
ORDER BY matched.n, rates.r
"""
ENTRIES = """
CREATE TABLE entries AS
SELECT items.*, bounds.low AS minimum, bounds.high AS maximum
FROM items
LEFT JOIN (SELECT n, min(dollar) AS low, max(dollar) AS high FROM priced GROUP BY n) AS bounds ON bounds.n = items.n
WHERE gross IS NOT NULL OR cash IS NOT NULL OR bounds.n IS NOT NULL
    OR (items.coded = '' AND items.modifiers <> '' AND items.notes <> '')
ORDER BY items.n
"""


@contextmanager
def workshop(folder: Path) -> Iterator[Workshop]:
    """Yield a workshop whose database lies in a folder and is gone afterwards."""
    with database(folder) as connection:
        yield Workshop(connection)


class Workshop:
    """Take rows, join them, give entries."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        """Make the empty tables."""
        self._database = connection
        for name, columns in TABLES.items():
            kinds = ", ".join(f'"{one}" {NUMBERS.get(one, MONEY if one in AMOUNTS else "VARCHAR")}' for one in columns)
            connection.execute(f"CREATE TABLE {name} ({kinds})")

    def take(self, name: str, found: list[dict[str, Any]]) -> None:
        """Add rows to a table."""
        insert(self._database, name, _kinds(name), [[row[one] for one in TABLES[name]] for row in found])

    def join(self, note: str) -> None:
        """Join everything; `note` explains a charge without remittances."""
        for statement in (STATISTICS, MATCHED):
            self._database.execute(statement)
        self._database.execute(PRICED, {"note": note})
        self._database.execute(ENTRIES)

    def number(self, table: str, where: str = "true") -> int:
        """Return how many rows of a table fit."""
        return int(self._one(f"SELECT count(*) FROM {table} WHERE {where}")[0])

    def _one(self, query: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._database.execute(query).fetchall()[0]
        return found

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, in flat memory."""
        yield from rows(self._database, query)

    def without_charge(self) -> Iterator[tuple[str, int]]:
        """Yield file and row of the items that have no charge of any kind."""
        yield from self.rows("SELECT file, row FROM items ANTI JOIN entries USING (n) ORDER BY n")

    def unmatched(self) -> Iterator[tuple[str, int]]:
        """Yield file and row of the rates that belong to no item."""
        yield from self.rows("SELECT file, row FROM rates ANTI JOIN matched USING (r) ORDER BY r")

    def unexplained(self) -> Iterator[tuple[str, int]]:
        """Yield file and row of the rates whose count would be 0 without a word why."""
        query = "SELECT DISTINCT rates.file, rates.row FROM priced JOIN rates USING (r) WHERE remittances = '0'"
        yield from self.rows(f"{query} AND priced.notes = '' ORDER BY rates.file, rates.row")

    def survey(self) -> Survey:
        """Return the survey of the entries."""
        both = "SELECT count(*) FROM entries SEMI JOIN priced USING (n) WHERE notes <> ''"
        named = "SELECT payer, plan FROM priced SEMI JOIN entries USING (n) GROUP BY ALL ORDER BY min(r)"
        return Survey(
            payers={(str(payer), str(plan)): None for payer, plan in self.rows(named)},
            codes=int(self._one(f"SELECT coalesce(max(len(string_split(coded, '{BETWEEN}'))), 1) FROM entries")[0]),
            entries=self.number("entries"),
            payer_entries=int(self._one("SELECT count(*) FROM priced SEMI JOIN entries USING (n)")[0]),
            billing_class=bool(self.number("entries", "billing_class <> ''")),
            both_notes=bool(self._one(both)[0]),
        )

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in the order of the chargemaster."""
        columns = [*ITEM_COLUMNS[4:], "minimum", "maximum"]
        items = self.rows(f"SELECT n, {', '.join(columns)} FROM entries")
        priced = self.rows("SELECT n, * EXCLUDE (n, r) FROM priced")
        ahead = next(priced, None)
        for n, *cells in items:
            while ahead is not None and ahead[0] < n:
                ahead = next(priced, None)
            payers: list[Payer] = []
            while ahead is not None and ahead[0] == n:
                payers.append(_payer(ahead))
                ahead = next(priced, None)
            yield _entry(cells, tuple(payers))


def _payer(row: tuple[Any, ...]) -> Payer:
    _, payer, plan, dollar, percentage, algorithm, methodology, median, low, high, remittances, notes = row
    allowed = (amount_text(median), amount_text(low), amount_text(high), remittances)
    return Payer(payer, plan, amount_text(dollar), _bare(percentage), algorithm, methodology, *allowed, notes)


def _bare(number: Decimal | None) -> str:
    """Return a number without zeros at its end."""
    return "" if number is None else format(number.normalize(), "f")


def _entry(cells: list[Any], payers: tuple[Payer, ...]) -> Entry:
    description, setting, modifiers, unit, kind, billing_class, gross, cash, notes, codes, minimum, maximum = cells
    coded = tuple((code, name) for code, _, name in (one.partition(WITHIN) for one in codes.split(BETWEEN) if one))
    amounts = (amount_text(gross), amount_text(cash), amount_text(minimum), amount_text(maximum))
    listed = tuple(modifiers.split("|")) if modifiers else ()
    return Entry(description, coded, listed, setting, _bare(unit), kind, billing_class, *amounts, notes, payers)


def _kinds(name: str) -> dict[str, Any]:
    """Return the Arrow types of a table's columns."""
    import pyarrow as pa

    kinds = {"BIGINT": pa.int64()}
    money, text = pa.decimal128(18, 4), pa.string()
    return {one: kinds.get(NUMBERS.get(one, ""), money if one in AMOUNTS else text) for one in TABLES[name]}
