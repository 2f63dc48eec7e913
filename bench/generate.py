"""Generate a year of access logs, an accounts list and a plan, from a seed, with DuckDB.

120,000 accounts of 60,000 people in 300 applications. An account uses one to six applications, the first of them far
more than the others; in each it mostly does two or three kinds of things. Rows come in sessions and in the order of
time, as logs do, in twelve files with the patient and the object beside.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

ACCOUNTS, PERSONS, SYSTEMS, OBJECTS, FILES = 120_000, 60_000, 300, 2_000, 12
TOGETHER = 1024  # people at work at the same moment in a large hospital; with few of them the log decodes for nothing
VERBS = ("read", "write", "search", "export", "print", "sign", "admin", "login")
NOUNS = ("note", "lab", "image", "order", "plan")
RULES = (
    ("read.*", "product_reliance"),
    ("write.*", "direct_access"),
    ("sign.*", "direct_access"),
    ("*.order", "direct_access"),
    ("export.*", "output_reliance"),
    ("print.*", "output_reliance"),
    ("search.*", "product_reliance"),
    ("login.*", "none"),
)  # admin.* fits no rule, but for admin.order
PLAN = """
[organization]
id = "bench"
name = "Bench Health"

[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"

[count]
digest = {digest}

[[source]]
type = "accounts"
path = "accounts.parquet"
system = "*"
columns = {{ account_id = "account_id", employee_id = "person_id", kind = "status" }}

[[source]]
type = "access"
path = "{logs}"
columns = {{ occurred_at = "occurred_at", account_id = "account_id", system = "system", activity = "activity" }}

[[exclude]]
kind = ["service", "test"]
reason = "not an individual"
"""


def generate(folder: Path, rows: int, seed: int = 1) -> None:
    """Write accounts.parquet, log_*.parquet and the plans; what is there already is kept."""
    if (folder / "done").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"memory_limit": "4GB"})
    connection.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    _write_accounts(connection, folder)
    start, year = datetime(2026, 1, 1, 6, tzinfo=UTC), timedelta(days=365)  # midnight in Chicago
    for number in range(FILES):
        first, last = (start + year * edge / FILES for edge in (number, number + 1))
        query = _log(rows // FILES, number, seed, int(first.timestamp()), int(last.timestamp()))
        connection.execute(
            f"COPY ({query}) TO '{folder}/log_{number:03}.parquet' (FORMAT parquet, COMPRESSION zstd, "
            "ROW_GROUP_SIZE 1000000, DICTIONARY_SIZE_LIMIT 200000)"
        )
    write_plans(folder)
    (folder / "done").touch()


def _write_accounts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the accounts and make the tables that turn numbers into texts; 120 accounts are in no list."""
    connection.execute(
        f"""
        CREATE TABLE d_account AS SELECT i::INTEGER AS a, 'U' || lpad(i::VARCHAR, 7, '0') AS account_id,
          (1 + hash(i + 5) % 6)::INTEGER AS breadth FROM range({ACCOUNTS} + 120) t(i);
        CREATE TABLE d_system AS SELECT i::INTEGER AS s, 'system-' || lpad(i::VARCHAR, 3, '0') AS system
          FROM range({SYSTEMS}) t(i);
        CREATE TABLE d_activity AS SELECT i::INTEGER AS c, ({list(VERBS)})[i % 8 + 1] || '.' || ({list(NOUNS)})[i // 8 + 1]
          AS activity FROM range({len(VERBS) * len(NOUNS)}) t(i);
        CREATE TABLE d_object AS SELECT i::INTEGER AS o, 'doc/' || (i % 37) || '/form-' || i AS object
          FROM range({OBJECTS}) t(i);
        COPY (SELECT account_id, 'P' || lpad((a % {PERSONS})::VARCHAR, 6, '0') AS person_id,
          CASE WHEN a % 97 = 0 THEN 'service' WHEN a % 211 = 0 THEN 'test' ELSE 'human' END AS status
          FROM d_account WHERE a < {ACCOUNTS} ORDER BY a) TO '{folder}/accounts.parquet' (FORMAT parquet)
        """
    )


def _log(rows: int, number: int, seed: int, start: int, end: int) -> str:
    """Return the query of one file: sessions of eight rows, many of them at a time, interleaved."""
    row = f"hash(i + {number * 1_000_000_007 + seed})"
    session = f"hash(i // {8 * TOGETHER} * {TOGETHER} + i % {TOGETHER} + {number * 1_000_000_007 + seed + 17})"
    return f"""
    WITH r AS (SELECT i, {session} AS h, {row} AS g FROM range({rows}) t(i)),
    u AS (SELECT i, h, g, (h & 65535) / 65536.0::DOUBLE AS u1, ((h >> 16) & 65535) / 65536.0::DOUBLE AS u2,
      ((g >> 32) & 65535) / 65536.0::DOUBLE AS u3, ((g >> 48) & 65535) / 65536.0::DOUBLE AS u4 FROM r),
    a AS (SELECT *, (CASE WHEN h % 1000 = 0 THEN {ACCOUNTS} + (h >> 12) % 120
      ELSE ((u1 * sqrt(u1) * {ACCOUNTS})::BIGINT * 7919 + (h >> 20) % 2) % {ACCOUNTS} END)::INTEGER AS a FROM u),
    s AS (SELECT a.*, account_id, hash(a.a * 64 + (pow(u2, 3) * breadth)::INTEGER) AS sh FROM a JOIN d_account USING (a)),
    t AS (SELECT *, least({SYSTEMS - 1}, pow((sh & 65535) / 65536.0, 2) * {SYSTEMS})::INTEGER AS s,
      ((sh >> 16) + (pow(u3, 5) * 5)::INTEGER * 3)::UBIGINT % {len(VERBS) * len(NOUNS)} AS c FROM s),
    o AS (SELECT *, ((s * 31 + (u4 * u4 * 200)::INTEGER) % {OBJECTS})::INTEGER AS o FROM t)
    SELECT make_timestamp(({start} + (i * {end - start}) // {rows}) * 1000000)::TIMESTAMPTZ AS occurred_at, account_id,
      system, activity, object, 'pat' || ((g >> 8) % 50000 + 100000) AS patient_id
    FROM o JOIN d_system USING (s) JOIN d_activity ON o.c = d_activity.c JOIN d_object ON o.o = d_object.o
    """


def write_plans(folder: Path) -> None:
    """Write the plan twice: with and without digests; and plans for the text logs beside."""
    rules = "".join(
        f'\n[[use]]\nsystem = "*"\nactivity = ["{activity}"]\nuse_type = "{use}"\n' for activity, use in RULES
    )
    systems = "".join(
        f'\n[[system]]\nid = "system-{number:03}"\nname = "Application {number}"\nkind = "other"\n'
        for number in range(SYSTEMS)
    )
    for name, digest, logs in (
        ("percapita", "true", "log_*.parquet"),
        ("nodigest", "false", "log_*.parquet"),
        ("csv", "true", "text/log.csv"),
        ("jsonl", "true", "text/log.jsonl"),
    ):
        (folder / f"{name}.toml").write_text(PLAN.format(digest=digest, logs=logs) + rules + systems)
