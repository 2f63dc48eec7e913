"""Read a source file into canonical rows: events for logs, identities for workforce and accounts.

The record number of a row counts the header as 1 in text and workbooks; where there is no header the first row is 1.
Blank lines are counted: the number is what a person finds in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from percapita.sources import atna, documents, jsonl, ldif, parquet, text, xlsx
from percapita.sources.calendar import Calendar
from percapita.sources.inventory import SourceFile
from percapita.sources.memberships import member_buckets
from percapita.sources.raw import (
    RawBatch,
    RawReader,
    ReadTotals,
    columns_named,
    file_column,
    label,
    nowhere,
    place_columns,
    wanted,
)
from percapita.sources.rejects import Reject, shape
from percapita.sources.spec import RECEIVE, Column, UsageSource, constant_system
from percapita.sources.times import TimeReader
from percapita.sources.usage_rows import usage_buckets
from percapita.sources.values import texts, whole, yes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ReadTotals", "columns_of", "event_schema", "find_rows", "peek", "read_events", "read_identities"]

READERS: dict[str, RawReader] = {
    "csv": text.read_raw,
    "tsv": text.read_raw,
    "parquet": parquet.read_raw,
    "xlsx": xlsx.read_raw,
    "jsonl": jsonl.read_raw,
    "json": documents.read_raw,
    "atna": atna.read_raw,
    "ldif": ldif.read_raw,
}
HEADERS: dict[str, Callable[[SourceFile], list[str]]] = {
    "csv": text.columns_of,
    "tsv": text.columns_of,
    "parquet": parquet.columns_of,
    "xlsx": xlsx.columns_of,
    "jsonl": jsonl.columns_of,
    "json": documents.columns_of,
    "atna": atna.columns_of,
    "ldif": ldif.columns_of,
}
MEMBERSHIP = ("valid_from", "valid_to")
DATES = ("valid_from", "valid_to", "birth_date", "last_login")
UNREADABLE = {"birth_date": "a birth date", "last_login": "a last sign-in"}  # no reason to reject what else a row says


def event_schema() -> pa.Schema:
    """Return the Arrow schema of events; `bucket` and the times are null where rows have no time."""
    import pyarrow as pa

    instant = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("row", pa.int64()),
            ("account", pa.string()),
            ("system", pa.string()),
            ("activity", pa.string()),
            ("object", pa.string()),
            ("bucket", pa.date32()),
            ("events", pa.int64()),
            ("first_seen", instant),
            ("last_seen", instant),
        ]
    )


def columns_of(file: SourceFile) -> list[str]:
    """Return the names of a file's columns."""
    return HEADERS[file.format](file)


def raw_batches(
    file: SourceFile, totals: ReadTotals, progress: Callable[[int], None] | None = None
) -> Iterator[RawBatch]:
    """Yield the named columns of a file."""
    yield from READERS[file.format](file, wanted(file.source), totals, progress or nowhere)


def peek(file: SourceFile, rows: int = 5) -> dict[str, list[str | None]]:
    """Return the first values of the named columns, by canonical name. Raises InputError for a missing column."""
    named = columns_named(file.source)
    found: dict[str, list[str | None]] = {name: [] for name in named}
    for batch in raw_batches(file, ReadTotals()):
        for name, rule in named.items():
            found[name] += texts(batch, rule).slice(0, rows).to_pylist()
        break
    return found


def check_columns(file: SourceFile) -> None:
    """Raise InputError for a named column that the file lacks."""
    place_columns(file, wanted(file.source), columns_of(file))


def read_events(
    file: SourceFile, calendar: Calendar, totals: ReadTotals, progress: Callable[[int], None] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of an access log, grouped log or list of recipients, see `event_schema`.

    Rows that cannot be read are counted and listed in `totals`; `progress` is told the bytes read.
    """
    reader = _EventReader(file, calendar, totals)
    for batch in raw_batches(file, totals, progress):
        yield reader.read(batch)


class _EventReader:
    """Turn raw batches of one file into events."""

    def __init__(self, file: SourceFile, calendar: Calendar, totals: ReadTotals) -> None:
        self._file = file
        self._calendar = calendar
        self._totals = totals
        self._named: dict[str, Column] = columns_named(file.source)
        self._system = constant_system(file.source)  # type: ignore[arg-type]
        self._undated: bool = file.source.undated  # type: ignore[union-attr]
        self._members = any(name in self._named for name in MEMBERSHIP)
        zone = file.source.timezone or calendar.timezone  # type: ignore[union-attr]
        self._times = TimeReader(zone, file.source.date_format)

    def read(self, batch: RawBatch) -> pa.RecordBatch:
        """Return the events of a batch; list the rows that are none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        bad: dict[int, tuple[str, str]] = {}
        rows = len(batch.numbers)
        account_name = next(name for name in ("account_id", "email", "employee_id") if name in self._named)
        account = texts(batch, self._named[account_name])
        self._missing(account, account_name, bad)
        system = self._systems(batch, bad)
        recipients = self._file.source.type == "recipients"
        activity = pa.repeat(pa.scalar(RECEIVE), rows) if recipients else self._words(batch, "activity")
        columns = [batch.numbers, account, system, activity, self._words(batch, "output" if recipients else "object")]
        columns += self._when(batch, bad)
        spans = self._spans(batch, bad)
        table = pa.RecordBatch.from_arrays(
            [pc.cast(one, kind.type) for one, kind in zip(columns, event_schema(), strict=True)], schema=event_schema()
        )
        for place, (column, reason) in sorted(bad.items()):
            self._totals.reject(Reject(self._file.path, batch.numbers[place].as_py(), column, reason))
        if spans is not None:
            return _by_bucket(table, [held for held in spans if held[0] not in bad])
        return table.filter(pa.array([place not in bad for place in range(rows)])) if bad else table

    def _missing(self, column: pa.Array, name: str, bad: dict[int, tuple[str, str]]) -> None:
        if column.null_count:
            shown = label(self._named[name], name)
            for place, known in enumerate(column.is_valid().to_pylist()):
                if not known:
                    bad.setdefault(place, (shown, "missing"))

    def _systems(self, batch: RawBatch, bad: dict[int, tuple[str, str]]) -> pa.Array:
        import pyarrow as pa

        if self._system is not None:
            return pa.repeat(pa.scalar(self._system), len(batch.numbers))
        system = texts(batch, self._named["system"])
        self._missing(system, "system", bad)
        return system

    def _words(self, batch: RawBatch, name: str) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if name not in self._named:
            return pa.repeat(pa.scalar(""), len(batch.numbers))
        return pc.fill_null(texts(batch, self._named[name]), "")

    def _when(self, batch: RawBatch, bad: dict[int, tuple[str, str]]) -> list[pa.Array]:
        """Return bucket, events, first and last time."""
        import pyarrow as pa

        rows = len(batch.numbers)
        if isinstance(self._file.source, UsageSource):
            return self._usage(batch, bad)
        ones = pa.repeat(pa.scalar(1, pa.int64()), rows)
        if "occurred_at" not in self._named:
            return [pa.nulls(rows, pa.date32()), ones, *[pa.nulls(rows, pa.timestamp("us", tz="UTC"))] * 2]
        time = self._time(batch, "occurred_at", bad)
        if self._undated:
            return [pa.nulls(rows, pa.date32()), ones, time, time]
        self._missing(time, "occurred_at", bad)
        return [bucket_column(time, self._calendar), ones, time, time]

    def _spans(self, batch: RawBatch, bad: dict[int, tuple[str, str]]) -> list[tuple[int, date]] | None:
        """Return the buckets of memberships by the place of the row, None where the source has no memberships."""
        if self._undated or self._file.source.type != "recipients" or not self._members:
            return None
        nothing = [None] * len(batch.numbers)
        begins, ends = (
            _dates(self._file, batch, name, self._named[name], self._totals, bad).to_pylist()
            if name in self._named
            else nothing
            for name in MEMBERSHIP
        )
        for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            if begin is not None and end is not None and end < begin:
                bad.setdefault(place, ("valid_to", "the membership ends before it begins"))
        return list(member_buckets(begins, ends, self._calendar))

    def _time(self, batch: RawBatch, name: str, bad: dict[int, tuple[str, str]]) -> pa.Array:
        """Return a column of times; what cannot be read is bad, what is missing is not."""
        import pyarrow as pa

        rule = self._named[name]
        column_name = file_column(rule) or ""
        column = batch.columns.get(column_name)
        typed = column is not None and (pa.types.is_temporal(column.type) or pa.types.is_integer(column.type))
        values = column if typed and isinstance(rule, str) else texts(batch, rule)
        found, wrong = self._times.instants(values, batch.typed.get(column_name))
        for place, reason in wrong.items():
            bad.setdefault(place, (label(rule, name), reason))
        return found

    def _usage(self, batch: RawBatch, bad: dict[int, tuple[str, str]]) -> list[pa.Array]:
        """Return bucket, events, first and last time of grouped rows."""
        import pyarrow as pa

        numbers = texts(batch, self._named["events"]).to_pylist()
        events = [whole(number) for number in numbers]
        shown = label(self._named["events"], "events")
        for place, number in enumerate(events):
            if number is None:
                bad.setdefault(place, (shown, f"not a whole number of at least 1: {shape(numbers[place] or '')}"))
        nothing = pa.nulls(len(numbers), pa.timestamp("us", tz="UTC"))
        times = [
            self._time(batch, name, bad) if name in self._named else nothing for name in ("first_seen", "last_seen")
        ]
        months = texts(batch, self._named["month"]).to_pylist() if "month" in self._named else None
        buckets, wrong = usage_buckets(months, times[0], times[1], self._calendar, self._undated)
        for place, reason in wrong.items():
            bad.setdefault(
                place, (file_column(self._named.get("month") or self._named.get("first_seen") or "") or "month", reason)
            )
        return [pa.array(buckets, pa.date32()), pa.array(events, pa.int64()), *times]


def _by_bucket(table: pa.RecordBatch, held: list[tuple[int, date]]) -> pa.RecordBatch:
    """Return a row for each bucket in which a membership held."""
    import pyarrow as pa

    taken = table.take(pa.array([place for place, _ in held], pa.int64()))
    return taken.set_column(
        taken.schema.get_field_index("bucket"), "bucket", pa.array([bucket for _, bucket in held], pa.date32())
    )


def bucket_column(time: pa.Array, calendar: Calendar) -> pa.Array:
    """Return the bucket of each time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    edges = pc.min_max(time)
    if not edges["min"].is_valid:
        return pa.nulls(len(time), pa.date32())
    instants = time.cast(pa.int64())
    first, last = (calendar.bucket_at(edges[end].cast(pa.int64()).as_py()) for end in ("min", "max"))
    boundaries = calendar.boundaries(first, last)
    if len(boundaries) > 200:  # times scattered over decades: look each distinct one up
        encoded = instants.dictionary_encode()
        known = [None if one is None else calendar.bucket_at(one) for one in encoded.dictionary.to_pylist()]
        return pa.array(known, pa.date32()).take(encoded.indices)
    place = pa.repeat(pa.scalar(0, pa.int16()), len(time))
    buckets = [bucket for _, bucket in boundaries]
    for begin, _ in boundaries[1:]:
        place = pc.add(place, pc.greater_equal(instants, begin).cast(pa.int16()))
    return pa.array(buckets, pa.date32()).take(pc.if_else(time.is_valid(), place, pa.scalar(None, pa.int16())))


def read_identities(file: SourceFile, totals: ReadTotals) -> pa.Table:
    """Return the rows of a workforce or accounts file: `row`, and a column for each that the source names.

    Texts are trimmed; dates are dates; `enabled` is a truth value. Birth dates, last sign-ins and words for yes and no
    that cannot be read are missing and noted; a validity that cannot be read rejects the row.
    """
    import pyarrow as pa

    named = columns_named(file.source)
    tables = [_identity_batch(file, named, batch, totals) for batch in raw_batches(file, totals)]
    if not tables:
        kinds = {
            name: pa.date32() if name in DATES else pa.bool_() if name == "enabled" else pa.string() for name in named
        }
        return pa.table({"row": pa.array([], pa.int64())} | {name: pa.array([], kind) for name, kind in kinds.items()})
    return pa.concat_tables(tables)


def _identity_batch(file: SourceFile, named: dict[str, Column], batch: RawBatch, totals: ReadTotals) -> pa.Table:
    import pyarrow as pa

    bad: dict[int, tuple[str, str]] = {}
    columns: dict[str, pa.Array] = {"row": batch.numbers}
    for name, rule in named.items():
        if name in DATES:
            columns[name] = _dates(file, batch, name, rule, totals, bad)
        elif name == "enabled":
            columns[name] = _truths(texts(batch, rule), totals)
        else:
            columns[name] = texts(batch, rule)
    if "account_id" in columns and columns["account_id"].null_count:
        for place, known in enumerate(columns["account_id"].is_valid().to_pylist()):
            if not known:
                bad.setdefault(place, (label(named["account_id"], "account_id"), "missing"))
    for place, (column, reason) in sorted(bad.items()):
        totals.reject(Reject(file.path, batch.numbers[place].as_py(), column, reason))
    table = pa.table(columns)
    return table.filter(pa.array([place not in bad for place in range(table.num_rows)])) if bad else table


def _dates(
    file: SourceFile, batch: RawBatch, name: str, rule: Column, totals: ReadTotals, bad: dict[int, tuple[str, str]]
) -> pa.Array:
    """Return days: of a time with a clock only its day."""
    import pyarrow as pa

    column_name = file_column(rule) or ""
    column = batch.columns.get(column_name)
    if column is not None and pa.types.is_temporal(column.type):
        return column.cast(pa.date32(), safe=False)
    reader = TimeReader("UTC", file.source.date_format)
    found, wrong = reader.instants(texts(batch, rule), batch.typed.get(column_name))
    if name in UNREADABLE:
        totals.note(f"{file.path}: {UNREADABLE[name]} that cannot be read", len(wrong))
    else:
        for place, reason in wrong.items():
            bad.setdefault(place, (label(rule, name), reason))
    return found.cast(pa.date32(), safe=False)


def _truths(column: pa.Array, totals: ReadTotals) -> pa.Array:
    import pyarrow as pa

    words = column.to_pylist()
    found = [None if word is None else yes(word) for word in words]
    totals.note(
        "a word for enabled that is neither yes nor no",
        sum(word is not None and truth is None for word, truth in zip(words, found, strict=True)),
    )
    return pa.array(found, pa.bool_())


def find_rows(file: SourceFile, calendar: Calendar, accounts: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the events of these account texts, whatever their case."""
    import pyarrow as pa
    import pyarrow.compute as pc

    folded = pa.array(sorted({account.lower() for account in accounts}), pa.string())
    for batch in read_events(file, calendar, ReadTotals()):
        yield from batch.filter(pc.is_in(pc.utf8_lower(batch.column("account")), value_set=folded)).to_pylist()
