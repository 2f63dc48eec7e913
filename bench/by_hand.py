"""Answer users per application with evidence in hand-written DuckDB: one packed key, nothing a plan would decide.

It is what a good analyst would write for these very files: no months, no unknown accounts, no rejects, no digest.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.generate import RULES

USES = ("direct_access", "product_reliance", "output_reliance")


def answer(folder: Path) -> list[tuple[str, int]]:
    """Return the users of each application."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
    logs = f"read_parquet('{folder}/log_*.parquet')"
    connection.execute(
        "CREATE TEMP TABLE known AS SELECT account_id, row_number() OVER () AS code, "
        f"dense_rank() OVER (ORDER BY person_id) AS person, status FROM '{folder}/accounts.parquet'"
    )
    connection.execute(f"CREATE TYPE systems AS ENUM (SELECT DISTINCT system FROM {logs} ORDER BY 1)")
    bits = {"none": 0} | {use: 1 << place for place, use in enumerate(USES)}
    case = " ".join(f"WHEN activity GLOB '{glob}' THEN {bits[use]}" for glob, use in RULES)
    connection.execute(
        "CREATE TEMP TABLE account_use AS SELECT enum_code(TRY_CAST(system AS systems))::BIGINT << 32 | code AS k, "
        f"bit_or(CASE {case} ELSE 0 END) AS uses, count(*) AS events, min(occurred_at) AS first, "
        f"max(occurred_at) AS last FROM {logs} JOIN known USING (account_id) WHERE status = 'human' GROUP BY k"
    )
    connection.execute(
        "CREATE TEMP TABLE person_use AS SELECT (k >> 32) << 32 | person AS k, bit_or(uses) AS uses, "
        "sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last, count(*) AS accounts "
        "FROM account_use JOIN known ON (account_use.k & 4294967295) = known.code GROUP BY 1"
    )
    return connection.execute(
        "SELECT enum_range(NULL::systems)[(k >> 32) + 1] AS system, count(*) FILTER (uses <> 0) AS users "
        "FROM person_use GROUP BY 1 ORDER BY 1"
    ).fetchall()


if __name__ == "__main__":
    for system, users in answer(Path(sys.argv[1])):
        print(system, users)
