"""Fold files that were grouped just now into one small table a source, so that nothing need be read a second time.

One packed number names system, kind of fact and account. In the end the tables are written as parts for `duckdb_merge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.engines.kinds import OUTSIDE
from percapita.counting.engines.sql import single, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ACCOUNT_BITS, KIND_BITS, RULE_BITS, SYSTEM_BITS, BUCKET_BITS = 28, 3, 11, 12, 12
ACCOUNT = (1 << ACCOUNT_BITS) - 1
FOLDED_SYSTEM = ACCOUNT_BITS + KIND_BITS
DIGEST_SYSTEM = ACCOUNT_BITS + RULE_BITS
BUCKET = DIGEST_SYSTEM + SYSTEM_BITS
ROOM = 4_000_000  # rows that all lanes together may hold before they are grouped again

# `packed` as the facts of a digest: bucket, system, rule and account.
OF_PACKED = f"""
SELECT r.folded | (k & {ACCOUNT}) | b.outside AS k, sum(events)::BIGINT AS events, min(first) AS first,
  max(last) AS last, bit_or(r.bits | b.month) AS bits, min(r.place) AS place
FROM packed JOIN (SELECT DISTINCT prefix, folded, bits, place FROM rule_places) r
  ON r.prefix = (k & {(1 << BUCKET) - 1 - ACCOUNT})
JOIN bucket_months b ON b.bucket = k >> {BUCKET}
GROUP BY 1
"""
TOGETHER = """
SELECT k, sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last, bit_or(bits) AS bits,
  min(place) AS place FROM {table} GROUP BY k
"""
IN_WORDS = f"""
SELECT s.system, a.account,
  (CASE WHEN (k >> {ACCOUNT_BITS}) & {OUTSIDE} > 0 THEN {OUTSIDE} ELSE (k >> {ACCOUNT_BITS}) & 7 END)::SMALLINT AS kind,
  place::SMALLINT AS place, events, first, last, bits
FROM ({{together}}) t JOIN account_words a ON a.code = (k & {ACCOUNT})
JOIN system_names s ON s.code = k >> {FOLDED_SYSTEM}
"""


class Folded:
    """Hold what the files of a connection came to, by source."""

    def __init__(self, connection: DuckDBPyConnection, room: int) -> None:
        """Begin with nothing; above `room` rows what came together is grouped again."""
        self._sql = connection
        self._room = room
        self._rows: dict[int, int] = {}

    def add(self, source: int, query: str) -> None:
        """Add the rows of a query to those of a source."""
        if source not in self._rows:
            self._rows[source] = 0
            columns = ", ".join(f"{column} BIGINT" for column in ("k", "events", "first", "last", "bits", "place"))
            self._sql.execute(f"CREATE TEMP TABLE folded_{source} ({columns})")
        self._sql.execute(f"INSERT INTO folded_{source} {query}")
        self._rows[source] = single(self._sql, f"SELECT count(*) FROM folded_{source}")
        if sum(self._rows.values()) > self._room:
            self._group_again()

    def _group_again(self) -> None:
        for source in self._rows:
            table = f"folded_{source}"
            self._sql.execute(
                f"CREATE TEMP TABLE again AS {TOGETHER.format(table=table)};"
                f"DROP TABLE {table}; ALTER TABLE again RENAME TO {table}"
            )
            self._rows[source] = single(self._sql, f"SELECT count(*) FROM {table}")
        self._room = max(self._room, 2 * sum(self._rows.values()))  # else it would be in vain for every file

    def write(self, folder: Path) -> dict[int, Path]:
        """Write the part of each source and return the paths."""
        paths = {source: folder / f"part{source}.parquet" for source in self._rows}
        for source, path in paths.items():
            words = IN_WORDS.format(together=TOGETHER.format(table=f"folded_{source}"))
            self._sql.execute(f"COPY ({words}) TO {text(str(path))} (FORMAT parquet, COMPRESSION lz4_raw)")
        return paths


def name_systems(connection: DuckDBPyConnection, names: Sequence[str]) -> None:
    """Make the table of the systems by number; an ENUM is written to Parquet as the dictionary it is."""
    connection.execute(
        "DROP TABLE IF EXISTS system_names; DROP TYPE IF EXISTS shown_systems;"
        f"CREATE TYPE shown_systems AS ENUM ({', '.join(map(text, names)) or text('')});"
        f"CREATE TEMP TABLE system_names AS SELECT unnest({list(range(len(names)))}::BIGINT[]) AS code, "
        f"unnest([{', '.join(map(text, names))}]::shown_systems[]) AS system"
    )
