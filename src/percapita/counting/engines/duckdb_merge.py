"""Merge what is known of a source over the period: one row for each system, account and kind of fact.

The merge depends on the digests, the period and what the rules conclude - on no person, account list or exclusion - so
it is kept in the data home, one for each source. A count after a change of these reads it instead of the digests, and
one with a new file adds that file to it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.digest import Stamp, source_key, stamp_bytes
from percapita.counting.engines.kinds import OUTSIDE, kinds_of, month_bits
from percapita.counting.engines.sql import insert, parquet, text
from percapita.counting.task import Task
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.sources.spec import EventSource

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

METADATA_KEY = "percapita_merge"
SCHEMA = "percapita/merge/1"
LOT = 4_000_000  # rows of digests that are grouped at once: DuckDB holds nearly all of them, however many it is given

# The key packs system, kind and account into one number, which halves the time of the grouping.
OF_DIGESTS = """
SELECT ((c.system << 3 | CASE WHEN m.bits IS NULL AND bucket IS NOT NULL THEN {outside} ELSE c.kind END) << 32)
    | a.code AS k,
  sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last,
  bit_or(c.bits | coalesce(m.bits, 0)) AS bits, min(rule) AS place
FROM (SELECT *, enum_code(TRY_CAST(system AS {enum}))::BIGINT * {width} + rule + 1 AS cell FROM {facts}) f
JOIN {enum}_cells c USING (cell) JOIN {enum}_accounts a USING (account) LEFT JOIN {enum}_months m USING (bucket)
GROUP BY k
"""
OF_MERGES = """
SELECT ((enum_code(TRY_CAST(system AS {enum}))::BIGINT << 3 | kind) << 32) | a.code AS k,
  events, first, last, bits, place
FROM {facts} f JOIN {enum}_accounts a USING (account)
"""
TOGETHER = """
SELECT k, sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last, bit_or(bits) AS bits,
  min(place) AS place FROM {parts} GROUP BY k
"""
IN_WORDS = """
SELECT s.system, a.account, ((k >> 32) & 7)::SMALLINT AS kind, place, events, first, last, bits
FROM ({together}) t JOIN {enum}_accounts a ON a.code = (k & 4294967295) JOIN {enum}_names s ON s.code = k >> 35
"""


@dataclass(frozen=True)
class DigestFile:
    """Name a digest with its source, its stamp and the path of its file as the statement shows it.

    What is `folded` is in a part already and need not be read.
    """

    path: Path
    source: EventSource
    stamp: Stamp
    shown: str
    folded: bool


def merge(
    connection: DuckDBPyConnection,
    task: Task,
    digests: Sequence[DigestFile],
    parts: Sequence[Path],
    enum: str,
    scratch: Path,
) -> str:
    """Return the merged facts of one source as SQL to select from: kept, or made now of what is kept and `parts`.

    `enum` names the type that this makes of the source's systems.
    """
    systems = sorted({system for digest in digests for system in digest.stamp.patterns})
    connection.execute(f"CREATE TYPE {enum} AS ENUM ({', '.join(map(text, systems))})")
    unread = [digest for digest in digests if not digest.folded]
    if task.digests is None:
        return _make(connection, task, unread, parts, systems, enum)
    path, settings = merge_path(task.digests, task, digests[0].source), _settings(task)
    kept = scratch / f"{enum}.parquet"
    held = _take(path, kept, settings)
    wanted = Counter(map(_key, unread))
    if held and not parts and held == wanted:
        return _files([kept])
    if not held <= wanted:
        held = Counter()
    wanted -= held
    unread = [digest for digest in unread if _is_among(wanted, digest)]
    merged = _make(connection, task, unread, [*parts, kept] if held else parts, systems, enum)
    _write(connection, merged, path, {"settings": settings, "digests": sorted(map(_key, digests))})
    return merged


def merge_path(digests: Path, task: Task, source: EventSource) -> Path:
    """Return where the merge of a source is kept: beside the digests, never among them."""
    return merges_of(digests) / f"{source_key(source, task.loaded.calendar)}.parquet"


def merges_of(digests: Path) -> Path:
    """Return the folder of merges that belongs to a plan's folder of digests."""
    return digests.parent.parent / "merged" / digests.name


def _key(digest: DigestFile) -> str:
    return f"{digest.stamp.sha256} {sha256_hex(stamp_bytes(digest.stamp))}"


def _is_among(wanted: Counter[str], digest: DigestFile) -> bool:
    """Tell whether a digest is among the wanted, and take it out: files of one content count each."""
    key = _key(digest)
    wanted[key] -= 1
    return wanted[key] >= 0


def _settings(task: Task) -> str:
    """Return a hash of all that decides a merge but the digests."""
    loaded = task.loaded
    rules = [[rule.system, rule.use_type, loaded.definition.counts(rule.use_type)] for rule in loaded.rules]
    period = loaded.plan.period
    return sha256_hex(canonical_json([SCHEMA, str(period.start), str(period.end), period.timezone, rules]))


def _take(path: Path, mine: Path, settings: str) -> Counter[str]:
    """Take a kept merge for oneself, as another count may replace it; return the keys of the digests in it.

    There are none if no merge of these settings is kept.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        try:
            mine.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, mine)
        said = json.loads((pq.read_metadata(mine).metadata or {})[METADATA_KEY.encode()])
        return Counter(said["digests"]) if said["settings"] == settings else Counter()
    except (OSError, pa.ArrowInvalid, KeyError, ValueError, TypeError):
        return Counter()


def _make(
    connection: DuckDBPyConnection,
    task: Task,
    digests: Sequence[DigestFile],
    parts: Sequence[Path],
    systems: Sequence[str],
    enum: str,
) -> str:
    """Return the name of a table of the merged facts of digests and parts."""
    lots = [_files(lot) for lot in _lots(digests)]
    merges = _files(parts)
    _number(connection, [*lots, *([merges] if parts else [])], systems, enum)
    _tell_meanings(connection, task, systems, enum)
    width = 1 + max(len(kinds_of(task.loaded, system)) for system in systems)
    connection.execute(f"CREATE TEMP TABLE {enum}_parts AS {OF_MERGES.format(facts=merges, enum=enum)}" if parts else (
        f"CREATE TEMP TABLE {enum}_parts (k BIGINT, events BIGINT, first BIGINT, last BIGINT, bits BIGINT, "
        "place SMALLINT)"
    ))  # fmt: skip
    for facts in lots:
        query = OF_DIGESTS.format(facts=facts, enum=enum, width=width, outside=OUTSIDE)
        connection.execute(f"INSERT INTO {enum}_parts {query}")
    words = IN_WORDS.format(together=TOGETHER.format(parts=f"{enum}_parts"), enum=enum)
    connection.execute(f"CREATE TEMP TABLE {enum}_merged AS {words}; DROP TABLE {enum}_parts")
    return f"{enum}_merged"


def _files(digests: Sequence[DigestFile] | Sequence[Path]) -> str:
    return parquet(*(one if isinstance(one, Path) else one.path for one in digests))


def _lots(digests: Sequence[DigestFile]) -> list[list[DigestFile]]:
    """Return the digests in lots of about as many rows as memory has room for."""
    import pyarrow.parquet as pq

    lots: list[list[DigestFile]] = []
    room = 0
    for digest in digests:
        rows = pq.read_metadata(digest.path).num_rows
        if not lots or rows > room:
            lots.append([])
            room = LOT
        lots[-1].append(digest)
        room -= rows
    return lots


def _number(connection: DuckDBPyConnection, tables: Sequence[str], systems: Sequence[str], enum: str) -> None:
    """Number the accounts of some files, and the systems."""
    named = " UNION ".join(f"SELECT DISTINCT account FROM {table}" for table in tables)
    connection.execute(
        f"CREATE TEMP TABLE {enum}_accounts AS SELECT account, row_number() OVER () AS code "
        f"FROM ({named or 'SELECT NULL::VARCHAR AS account WHERE false'});"
        f"CREATE TEMP TABLE {enum}_names AS SELECT unnest({list(range(len(systems)))}::BIGINT[]) AS code, "
        f"unnest([{', '.join(map(text, systems))}]::{enum}[]) AS system"
    )


def _tell_meanings(connection: DuckDBPyConnection, task: Task, systems: Sequence[str], enum: str) -> None:
    """Make the tables of what a rule means in a system and of the month of a bucket."""
    kinds = [kinds_of(task.loaded, system) for system in systems]
    width = 1 + max(map(len, kinds))
    cells = [
        (number * width + place, number, kind, bits)
        for number, of_system in enumerate(kinds)
        for place, (kind, bits) in enumerate(of_system)
    ]
    columns = zip(("cell", "system", "kind", "bits"), zip(*cells, strict=True), strict=True)
    insert(connection, f"{enum}_cells", {column: (list(values), "int64") for column, values in columns})
    months = month_bits(task.loaded)
    insert(connection, f"{enum}_months", {"bucket": (list(months), "date32"), "bits": (list(months.values()), "int64")})


def _write(connection: DuckDBPyConnection, merged: str, path: Path, stamp: dict[str, object]) -> None:
    """Write the merge aside and move it into place."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 4096"
    said = text(canonical_json(stamp).decode())
    try:
        connection.execute(
            f"COPY (FROM {merged}) TO {text(str(aside))} ({options}, KV_METADATA {{{METADATA_KEY}: {said}}})"
        )
        aside.chmod(0o600)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
