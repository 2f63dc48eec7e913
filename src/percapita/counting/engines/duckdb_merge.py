"""Merge the digests of a source over the period: one row for each system, account, rule and place in time.

The merge depends on the digests and the period alone - on no person, account list, exclusion or definition - so it is
kept in the data home, one for each source, and a count after a change of these reads it instead of the digests.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.digest import Stamp, source_key, stamp_bytes
from percapita.counting.engines.sql import text
from percapita.counting.task import Task
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.sources.spec import EventSource

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

METADATA_KEY = "percapita_merge"
RULE_BITS, ACCOUNT_BITS = 16, 32

# `months` has a bit for each month of the period, 0 for undated rows, NULL for rows outside the period.
MERGE = """
SELECT s.system, v.account, ((k >> {account_bits}) & {rules})::INTEGER - 1 AS rule,
  CASE WHEN (k >> {outside_bit}) & 1 = 0 THEN months END AS months, events, first, last
FROM (
  SELECT (code_of_system << {system_bit}) | ((m IS NULL)::BIGINT << {outside_bit})
      | ((rule + 1)::BIGINT << {account_bits}) | v.code AS k,
    sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last, bit_or(coalesce(m, 0)) AS months
  FROM (
    SELECT account, rule, events, first, last, enum_code(TRY_CAST(system AS {enum}))::BIGINT AS code_of_system,
      CASE WHEN bucket IS NULL THEN 0 ELSE ({months}::BIGINT[])[bucket - DATE '{start}' + 1] END AS m
    FROM {facts}
  ) JOIN {enum}_accounts v USING (account)
  GROUP BY k
) JOIN {enum}_accounts v ON v.code = k & {accounts} JOIN {enum}_names s ON s.code = k >> {system_bit}
"""


@dataclass(frozen=True)
class DigestFile:
    """Name a digest with its source, its stamp and the path of its file as the statement shows it."""

    path: Path
    source: EventSource
    stamp: Stamp
    shown: str


def merge(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile], enum: str) -> str:
    """Return the merged facts of the digests of one source as SQL to select from: kept, or made now.

    `enum` names the type that this makes of the source's systems.
    """
    systems = sorted({system for digest in digests for system in digest.stamp.patterns})
    connection.execute(f"CREATE TYPE {enum} AS ENUM ({', '.join(map(text, systems))})")
    if task.digests is None:
        connection.execute(f"CREATE TEMP TABLE {enum}_merged AS {_query(connection, task, digests, systems, enum)}")
        return f"{enum}_merged"
    path = merge_path(task.digests, task, digests[0].source)
    wanted = _stamp(task, digests)
    if _kept_stamp(path) != wanted:
        _write(connection, _query(connection, task, digests, systems, enum), path, wanted)
    return f"read_parquet({text(str(path))})"


def merge_path(digests: Path, task: Task, source: EventSource) -> Path:
    """Return where the merge of a source is kept: beside the digests, never among them."""
    return digests.parent.parent / "merged" / digests.name / f"{source_key(source, task.loaded.calendar)}.parquet"


def _stamp(task: Task, digests: Sequence[DigestFile]) -> str:
    period = task.loaded.plan.period
    of_digests = sorted([digest.stamp.sha256, sha256_hex(stamp_bytes(digest.stamp))] for digest in digests)
    return sha256_hex(canonical_json([str(period.start), str(period.end), period.timezone, of_digests]))


def _kept_stamp(path: Path) -> str | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return str((pq.read_metadata(path).metadata or {})[METADATA_KEY.encode()], "utf-8")
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return None


def _query(
    connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile], systems: Sequence[str], enum: str
) -> str:
    facts = f"read_parquet([{', '.join(text(str(digest.path)) for digest in digests)}])"
    connection.execute(
        f"CREATE TEMP TABLE {enum}_accounts AS SELECT account, row_number() OVER () AS code "
        f"FROM (SELECT DISTINCT account FROM {facts});"
        f"CREATE TEMP TABLE {enum}_names AS SELECT unnest({list(range(len(systems)))}::BIGINT[]) AS code, "
        f"unnest([{', '.join(map(text, systems))}]::{enum}[]) AS system"
    )
    months, start = _months(task)
    return MERGE.format(
        facts=facts,
        enum=enum,
        months=months,
        start=start,
        account_bits=ACCOUNT_BITS,
        accounts=(1 << ACCOUNT_BITS) - 1,
        rules=(1 << RULE_BITS) - 1,
        outside_bit=ACCOUNT_BITS + RULE_BITS,
        system_bit=ACCOUNT_BITS + RULE_BITS + 1,
    )


def _months(task: Task) -> tuple[str, date]:
    """Return, by days since the first bucket of the period, the bit of the month of a bucket; NULL is outside."""
    calendar = task.loaded.calendar
    start = calendar.start
    buckets = {calendar.bucket_of(max(month, start)): 1 << place for place, month in enumerate(calendar.months)}
    days = range((calendar.end - start).days + 1)
    bits = [buckets.get(start + timedelta(days=day)) for day in days]
    return "[" + ", ".join("NULL" if bit is None else str(bit) for bit in bits) + "]", start


def _write(connection: DuckDBPyConnection, query: str, path: Path, stamp: str) -> None:
    """Write the merge aside and move it into place."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4096"
    try:
        connection.execute(
            f"COPY ({query}) TO {text(str(aside))} ({options}, KV_METADATA {{{METADATA_KEY}: {text(stamp)}}})"
        )
        aside.chmod(0o600)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
