"""Make the digest of one file: rows of one account, system, rule and bucket become one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.digest import METADATA_KEY, MOST_SYSTEMS, Stamp, patterns_of, rules_of, stamp_bytes
from percapita.counting.engines.duckdb_direct import DirectReader, Meanings
from percapita.counting.engines.kinds import kinds_of, month_bits
from percapita.counting.engines.sql import text
from percapita.counting.task import EventFile, Task
from percapita.errors import InputError
from percapita.sources.calendar import Calendar
from percapita.sources.days import Days, add_days, in_texts
from percapita.sources.inventory import unchanged
from percapita.sources.read import ReadTotals, read_events
from percapita.sources.spec import RECEIVE, constant_system, tells_days
from percapita.usage.rules import UNDETERMINED, UseRule, first_rule

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

GROUP = """
CREATE OR REPLACE TEMP TABLE grouped AS
SELECT system, account, rule, bucket, sum(events)::BIGINT AS events,
  epoch_us(min(first_seen)) AS first, epoch_us(max(last_seen)) AS last
FROM classified GROUP BY system, account, rule, bucket
"""


@dataclass(frozen=True)
class Made:
    """Hold the stamp of a file that was read, and whether its facts were folded."""

    stamp: Stamp
    folded: bool


class DigestMaker:
    """Make digests in one connection: typed Parquet directly, everything else through `sources.read`."""

    def __init__(self, connection: DuckDBPyConnection, task: Task, room: int) -> None:
        """Remember what was looked up once for all files; `room` is how many rows may be held folded."""
        self._connection = connection
        self._task = task
        self._known: dict[tuple[str, ...], int] = {}
        self._direct: DirectReader | None = None
        if all(rule.any_object or rule.activity == (RECEIVE,) for rule in task.loaded.rules):
            # The same login may stand in two directories; a word that stood twice would count its rows twice.
            accounts = dict.fromkeys(text for known in task.book.by_directory.values() for text in known if text)
            meanings = Meanings(self._place, partial(kinds_of, task.loaded), month_bits(task.loaded))
            self._direct = DirectReader(connection, task.loaded.calendar, meanings, list(accounts), room)

    def _place(self, system: str, activity: str) -> int:
        return _place((system, activity), self._task.loaded.rules, self._known)

    def make(self, one: EventFile, path: Path, fold: bool, progress: Callable[[int], None]) -> Made:
        """Read a file once and write its digest to `path`, whole or not at all.

        With `fold` its facts are folded, where they can be, into a part of the source; then a count that keeps no
        digests writes none.
        """
        keep = self._task.digests is not None or not fold
        totals = self._direct.read(one, digest=keep) if self._direct else None
        if self._direct is None or totals is None:
            return self._make_through_reader(one, path, progress)
        days = self._direct.days(digest=keep)
        stamp = _stamp(self._task, one, totals, self._direct.systems(), days)
        if keep:
            _write(self._connection, path, stamp, in_order=False)
        if fold:
            self._direct.fold(one.file.source_index, digest=keep)
        progress(one.file.size)
        return Made(stamp, fold)

    def _make_through_reader(self, one: EventFile, path: Path, progress: Callable[[int], None]) -> Made:
        days: Days = {}
        totals = self._through_reader(one, days, progress)
        found = self._connection.execute("SELECT DISTINCT system FROM facts").fetchall()
        stamp = _stamp(self._task, one, totals, {row[0] for row in found}, days)
        _write(self._connection, path, stamp, in_order=True)
        return Made(stamp, folded=False)

    def parts(self, folder: Path) -> dict[int, Path]:
        """Write what was folded, and return the path of the part of each source by its index."""
        return self._direct.folded.write(folder) if self._direct else {}

    def _through_reader(self, one: EventFile, days: Days, progress: Callable[[int], None]) -> ReadTotals:
        """Fill `facts` with the rows that `sources.read` gives, and `days`."""
        import pyarrow as pa

        totals = ReadTotals()
        batches = read_events(one.file, self._task.loaded.calendar, totals, progress)
        if tells_days(one.file.source):  # type: ignore[arg-type]
            batches = _watched(batches, days, self._task.loaded.calendar)
        classified = _Heard(classify(batches, self._task.loaded.rules, self._known))
        self._connection.register("classified", pa.RecordBatchReader.from_batches(_classified_schema(), classified))
        try:
            self._connection.execute(GROUP)
        except Exception as error:
            raise (classified.said or error) from None
        finally:
            self._connection.unregister("classified")
        self._connection.execute("CREATE OR REPLACE TEMP VIEW facts AS FROM grouped")
        unchanged(one.file)
        return totals


def _watched(batches: Iterator[pa.RecordBatch], days: Days, calendar: Calendar) -> Iterator[pa.RecordBatch]:
    """Yield the batches and remember their days."""
    for batch in batches:
        add_days(days, batch, calendar)
        yield batch


class _Heard:
    """Hand batches on and remember what went wrong with them: DuckDB says it in its own words."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.said: Exception | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches
        except Exception as error:
            self.said = error
            raise


def _classified_schema() -> pa.Schema:
    import pyarrow as pa

    instant = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("system", pa.string()),
            ("account", pa.string()),
            ("rule", pa.int16()),
            ("bucket", pa.date32()),
            ("events", pa.int64()),
            ("first_seen", instant),
            ("last_seen", instant),
        ]
    )


def classify(
    batches: Iterator[pa.RecordBatch], rules: tuple[UseRule, ...], known: dict[tuple[str, ...], int]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches with the place of the rule that fits each row, and without activity and object.

    The rule is looked up once for each distinct system, activity and, where a rule asks for it, object.
    """
    import pyarrow as pa

    names = ["system", "activity"] if all(rule.any_object for rule in rules) else ["system", "activity", "object"]
    for batch in batches:
        table = pa.Table.from_batches([batch])
        combined = table.select(names).combine_chunks()
        places = _places(combined, names, rules, known)
        columns = [table.column(name) for name in ("system", "account")]
        columns += [places, *(table.column(name) for name in ("bucket", "events", "first_seen", "last_seen"))]
        yield from pa.Table.from_arrays(columns, schema=_classified_schema()).to_batches()


def _places(
    table: pa.Table, names: list[str], rules: tuple[UseRule, ...], known: dict[tuple[str, ...], int]
) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_rows == 0:
        return pa.array([], pa.int16())
    code = None
    dictionaries = []
    for name in names:
        encoded = table.column(name).chunk(0).dictionary_encode()
        dictionaries.append(encoded.dictionary.to_pylist())
        indices = encoded.indices.cast(pa.int64())
        code = indices if code is None else pc.add(pc.multiply(code, len(dictionaries[-1])), indices)
    distinct = pc.unique(code)
    places = [_place(_decode(number, dictionaries), rules, known) for number in distinct.to_pylist()]
    return pa.array(places, pa.int16()).take(pc.index_in(code, value_set=distinct))


def _decode(number: int, dictionaries: list[list[str]]) -> tuple[str, ...]:
    parts = []
    for dictionary in reversed(dictionaries):
        number, place = divmod(number, len(dictionary))
        parts.append(dictionary[place])
    return tuple(reversed(parts))


def _place(row: tuple[str, ...], rules: tuple[UseRule, ...], known: dict[tuple[str, ...], int]) -> int:
    """Return the place of the first rule that fits among those that touch the row's system."""
    if row not in known:
        system, activity, *objects = row
        rule = first_rule(rules, system, activity, objects[0] if objects else "")
        known[row] = UNDETERMINED if rule == UNDETERMINED else rules_of(rules, system).index(rule)
    return known[row]


def _stamp(task: Task, one: EventFile, totals: ReadTotals, systems: set[str], days: Days) -> Stamp:
    if len(systems) > MOST_SYSTEMS:
        raise InputError(
            f"the system column holds {len(systems)} different values",
            one.file.path,
            "check which column names the system",
        )
    constant = constant_system(one.file.source)  # type: ignore[arg-type]
    if constant is not None:
        systems.add(constant)
    return Stamp(
        path=one.file.path,
        sha256=one.sha256,
        size=one.file.size,
        rows=totals.rows,
        rejected=totals.rejected,
        rejects=tuple(totals.rejects),
        patterns={system: patterns_of(task.loaded.rules, system) for system in sorted(systems)},
        days=in_texts(days),
    )


def _write(connection: DuckDBPyConnection, path: Path, stamp: Stamp, in_order: bool) -> None:
    """Write the facts aside and move them into place: a digest is there as a whole or not at all."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    order = "ORDER BY system, account, rule, bucket" if in_order else ""
    options = (
        "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, ROW_GROUP_SIZE 1048576, "
        "DICTIONARY_SIZE_LIMIT 4096"
    )
    try:
        connection.execute(
            f"COPY (FROM facts {order}) TO {text(str(aside))} "
            f"({options}, KV_METADATA {{{METADATA_KEY}: {text(stamp_bytes(stamp).decode())}}})"
        )
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.chmod(0o600)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
