"""Group a typed Parquet log in SQL, without moving a row into Python: the fast way to a digest.

Texts become small numbers: systems and activities by an ENUM (evaluated once for each entry of a Parquet dictionary),
accounts by a join with a vocabulary that grows with the files. One packed number is the key of the grouping, for a
digest bucket, system, rule and account, for a count that keeps none at once system, kind of fact and account. Of each
file what was found is also folded into a small table, so that a digest just written need not be read. What this way
cannot do - rules that look at objects, times that are texts, translated columns - goes through `sources.read`, and both
must give the same digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from percapita.counting.engines.duckdb_folded import (
    ACCOUNT,
    ACCOUNT_BITS,
    BUCKET,
    BUCKET_BITS,
    DIGEST_SYSTEM,
    FOLDED_SYSTEM,
    OF_PACKED,
    RULE_BITS,
    SYSTEM_BITS,
    Folded,
    name_systems,
)
from percapita.counting.engines.kinds import OUTSIDE
from percapita.counting.engines.sql import insert, name, parquet, single, text
from percapita.counting.engines.zones import LocalTimes, local_times
from percapita.counting.task import EventFile
from percapita.errors import InputError
from percapita.sources.calendar import EARLIEST, LATEST, Calendar, microseconds
from percapita.sources.days import Days, begin_of, days_of
from percapita.sources.inventory import unchanged
from percapita.sources.parquet import columns_of
from percapita.sources.raw import MOST_LISTED, ReadTotals, place_columns, wanted
from percapita.sources.rejects import Reject
from percapita.sources.spec import RECEIVE, AccessSource, constant_system
from percapita.sources.values import BLANK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOONEST, FARTHEST = microseconds(EARLIEST), microseconds(LATEST)  # local times beyond are no days that a zone knows
MOST_CELLS = 1_000_000  # systems times activities in the table of rules

ZONED, NAIVE = "TIMESTAMP WITH TIME ZONE", ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


# What a log's columns are called here, whatever they are called in the file: its words are no names of ours.
COLUMNS = ("log_account", "log_activity", "log_system", "log_time")


@dataclass(frozen=True)
class _Log:
    """Hold what the query needs to know of one file."""

    file: str
    rows: int
    account: str
    activity: str | None
    system: str | None
    constant: str | None
    time: str
    micro: str
    local: LocalTimes | None
    buckets: list[tuple[int, date]]

    @property
    def instant(self) -> str:
        """Return the instant of a row as SQL, as it is compared; NULL for a local time that does not exist."""
        return self.local.sql(self.micro.format(self.time)) if self.local else self.time

    def by_bucket(self, values: Sequence[int]) -> str:
        """Return as SQL which of `values` belongs to the bucket of `us`."""
        edge = "{}" if self.local else "make_timestamp({})::TIMESTAMPTZ"
        return steps(
            "us", [(edge.format(begin), value) for (begin, _), value in zip(self.buckets, values, strict=True)]
        )

    def microseconds(self, instant: str) -> str:
        """Return the microseconds since 1970 UTC of an instant."""
        return instant if self.local else self.micro.format(instant)


@dataclass(frozen=True)
class Meanings:
    """Tell what texts mean: `place` the rule for a system and an activity, `kinds` what a rule of a system concludes.

    `months` has the bits of buckets, see `kinds`.
    """

    place: Callable[[str, str], int]
    kinds: Callable[[str], list[tuple[int, int]]]
    months: Mapping[date, int]


class DirectReader:
    """Make the facts of typed Parquet files, one after the other, in one connection, and fold them together."""

    def __init__(
        self, connection: DuckDBPyConnection, calendar: Calendar, meanings: Meanings, accounts: Sequence[str], room: int
    ) -> None:
        """Begin with the vocabulary of known `accounts`; `room` is for rows that are folded."""
        self._sql = connection
        self._calendar = calendar
        self._meanings = meanings
        self._words: dict[str, dict[str, None]] = {"system": {}, "activity": {}}  # in the order of their numbers
        self._systems: dict[str, int] = {}
        self._columns: tuple[str | None, str | None] | None = None
        self._fits = True
        self._accounts = len(accounts)
        codes = list(range(1, len(accounts) + 1))
        columns = {"raw": (accounts, "string"), "account": (accounts, "string"), "code": (codes, "int64")}
        insert(connection, "account_words", columns)
        # A join builds its table of the words, never of the rows: the rows are many, though nobody can tell how many.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        self.folded = Folded(connection, room)
        self._shown = 0  # how many accounts the ENUM of them has
        self._shift = 0
        self._months_of: dict[str, tuple[list[int], str]] = {}
        self._log: _Log | None = None  # the one that was read last, and whether all its rows could be
        self._complete = True

    def read(self, one: EventFile, digest: bool) -> ReadTotals | None:
        """Group a file and return its totals, or None if it must be read the other way.

        With `digest` its facts are in `facts`, else it is only folded.
        """
        log = self._look(one)
        if log is None or not self._learn(log):
            return None
        totals = ReadTotals(rows=log.rows)
        counted = self._group(log, digest)
        self._log = log
        self._complete = counted == log.rows
        if digest:
            self._show_facts(log)
        if counted < log.rows:
            self._reject(one, log, totals, log.rows - counted)
        unchanged(one.file)
        return totals

    def _look(self, one: EventFile) -> _Log | None:
        """Return what is known of a file, or None if its columns are not as this way needs them."""
        source = one.file.source
        if one.file.format != "parquet" or not isinstance(source, AccessSource) or source.undated:
            return None
        columns = source.columns
        named = (columns.account_id, columns.activity, columns.occurred_at)
        if not all(one is None or isinstance(one, str) for one in named) or not isinstance(columns.occurred_at, str):
            return None
        header = columns_of(one.file)
        place_columns(one.file, wanted(source), header)
        system = None if constant_system(source) is not None else str(columns.system)
        told = dict(zip(COLUMNS, (columns.account_id, columns.activity, system, columns.occurred_at), strict=True))
        given = {mine: str(theirs) for mine, theirs in told.items() if theirs is not None}
        if not _can_be_told_apart(given.values(), header):
            return None
        listed = ", ".join(f"{name(theirs)} AS {mine}" for mine, theirs in given.items())
        read = f"(SELECT {listed} FROM {parquet(one.file.absolute)})"
        kinds = {row[0]: row[1] for row in self._sql.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
        kind = kinds.pop("log_time")
        if any(one != "VARCHAR" for one in kinds.values()) or kind not in (ZONED, *NAIVE):
            return None
        return self._span(one, read, given, kind)

    def _span(self, one: EventFile, read: str, given: dict[str, str], kind: str) -> _Log | None:
        """Add the buckets that the file's times lie in; Parquet keeps the first and the last time of a column."""
        micro = "epoch_ns({}) // 1000" if kind == "TIMESTAMP_NS" else "epoch_us({})"
        edges = f"SELECT min(log_time) AS low, max(log_time) AS high, count(*) AS n FROM {read}"
        query = f"SELECT {micro.format('low')}, {micro.format('high')}, n FROM ({edges})"
        low, high, rows = self._sql.execute(query).fetchall()[0]
        source = one.file.source
        zone = getattr(source, "timezone", None) or self._calendar.timezone
        if kind != ZONED and low is not None and not (low >= SOONEST and high <= FARTHEST):
            return None
        local = local_times(zone, low or 0, high or 0) if kind != ZONED else None
        buckets: list[tuple[int, date]] = []
        if low is not None:
            first, last, day = low, high, 0
            if local:
                first, last, day = local.utc(low), local.utc(high), 86_400_000_000
            buckets = self._calendar.boundaries(
                self._calendar.bucket_at(first - day), self._calendar.bucket_at(last + day)
            )
        if len(buckets) >= 1 << BUCKET_BITS or (local and len(local.segments) > 500):
            return None
        account, activity, system, time = (mine if mine in given else None for mine in COLUMNS)
        return _Log(
            read, rows, str(account), activity, system, constant_system(source), str(time), micro, local, buckets  # type: ignore[arg-type]
        )  # fmt: skip

    def _learn(self, log: _Log) -> bool:
        """Know every system and activity of a file, as written; tell whether the table of rules has room for them."""
        fresh = [self._learn_words(kind, log) for kind in ("system", "activity")]
        systems = [log.constant or ""] if log.system is None else [word.strip(BLANK) for word in self._words["system"]]
        activities = [word.strip(BLANK) for word in (*self._words["activity"], "")] if log.activity else [""]
        if log.activity and RECEIVE in activities:  # rules about what is received may look at objects
            return False
        if len(systems) >= 1 << SYSTEM_BITS or len(systems) * len(activities) > MOST_CELLS:
            return False
        columns = (log.system or log.constant, log.activity)
        if any(fresh) or columns != self._columns:
            self._columns = columns
            return self._tabulate(systems, activities, blank=log.system is None)
        return self._fits

    def _learn_words(self, kind: str, log: _Log) -> bool:
        """Make the ENUM of a column's words again when a file has new ones; tell whether it has."""
        column = log.system if kind == "system" else log.activity
        if column is None:
            return False
        words = self._words[kind]
        found = [row[0] for row in self._sql.execute(f"SELECT DISTINCT {column} FROM {log.file}").fetchall()]
        fresh = [word for word in found if word is not None and word not in words]
        words.update(dict.fromkeys(fresh))
        if fresh or not words:
            self._sql.execute(f"DROP TYPE IF EXISTS {kind}_words")
            self._sql.execute(f"CREATE TYPE {kind}_words AS ENUM ({', '.join(map(text, words)) or text('')})")
        return bool(fresh)

    def _tabulate(self, systems: list[str], activities: list[str], blank: bool) -> bool:
        """Make the table of rules. A system that is blank has no cell: its rows are rejects."""
        rows: list[tuple[int, int, int, int, int]] = []
        for number, system in enumerate(systems):
            if system or blank:
                code = self._systems.setdefault(system, len(self._systems))
                kinds = self._meanings.kinds(system)
                for cell, activity in enumerate(activities, start=number * len(activities)):
                    place = self._meanings.place(system, activity) + 1
                    kind, bits = kinds[place]
                    prefix = code << DIGEST_SYSTEM | place << ACCOUNT_BITS
                    rows.append((cell, prefix, code << FOLDED_SYSTEM | kind << ACCOUNT_BITS, bits, place - 1))
        self._fits = len(self._systems) < 1 << SYSTEM_BITS and all(row[4] + 1 < 1 << RULE_BITS for row in rows)
        self._sql.execute("DROP TABLE IF EXISTS rule_places")
        names = ("cell", "prefix", "folded", "bits", "place")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
        insert(self._sql, "rule_places", {column: (list(values), "int64") for column, values in columns.items()})
        name_systems(self._sql, list(self._systems))
        return self._fits

    def _code(self, kind: str, column: str) -> str:
        """Return the number of a text: TRY_CAST is evaluated once for each dictionary entry, CAST once for each row."""
        return f"enum_code(TRY_CAST({column} AS {kind}_words))::BIGINT"

    def _system_code(self, log: _Log) -> str:
        return self._code("system", log.system) if log.system else "0::BIGINT"

    def _cell(self, log: _Log) -> str:
        """Return the cell of a row in the table of rules as SQL; a row without activity is in the last column."""
        if not log.activity:
            return self._system_code(log)
        width = len(self._words["activity"]) + 1
        activity = f"coalesce({self._code('activity', log.activity)}, {width - 1})"
        return f"{self._system_code(log)} * {width} + {activity}"

    def _group(self, log: _Log, digest: bool) -> int:
        """Make `packed`, learning the accounts that no file had before; return the rows that were counted."""
        query = self._query if digest else self._straight_query
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE packed AS {query(log, 0)}")
        self._shift = DIGEST_SYSTEM if digest else FOLDED_SYSTEM
        counted = self._rows()
        if counted < log.rows:
            known = self._accounts
            if self._learn_accounts(log):
                self._sql.execute(f"INSERT INTO packed {query(log, known)}")
                counted = self._rows()
        return counted

    def _rows(self) -> int:
        return single(self._sql, "SELECT sum(events)::BIGINT FROM packed")

    def _query(self, log: _Log, after: int) -> str:
        """Return the grouping of the rows of accounts whose number is above `after`, for a digest."""
        bucket = log.by_bucket([place << BUCKET for place in range(len(log.buckets))])
        return self._grouping(log, after, f"p.prefix | a.code | {bucket}", "")

    def _straight_query(self, log: _Log, after: int) -> str:
        """Return the same for a count that keeps no digest."""
        months = [self._meanings.months.get(bucket, 0) for _, bucket in log.buckets]
        outside = log.by_bucket([0 if month else OUTSIDE << ACCOUNT_BITS for month in months])
        more = f", bit_or(p.bits | {log.by_bucket(months)}) AS bits, min(p.place) AS place"
        return self._grouping(log, after, f"p.folded | a.code | {outside}", more)

    def _grouping(self, log: _Log, after: int, key: str, more: str) -> str:
        needed = ", ".join(column for column in (log.account, log.activity, log.system) if column)
        first, last = log.microseconds("min(us)"), log.microseconds("max(us)")
        return (
            f"SELECT {key} AS k, count(*) AS events, {first} AS first, {last} AS last{more} "
            f"FROM (SELECT {needed}, {log.instant} AS us FROM {log.file}) l "
            f"JOIN account_words a ON l.{log.account} = a.raw JOIN rule_places p ON p.cell = {self._cell(log)} "
            f"WHERE us IS NOT NULL{f' AND a.code > {after}' if after else ''} GROUP BY k"
        )

    def fold(self, source: int, digest: bool) -> None:
        """Fold the file that was read last into what is known of its source."""
        if not digest:
            self.folded.add(source, "SELECT k, events, first, last, bits, place FROM packed")
            return
        insert(self._sql, "bucket_months", self._months_of)
        self.folded.add(source, OF_PACKED)
        self._sql.execute("DROP TABLE bucket_months")

    def _learn_accounts(self, log: _Log) -> int:
        """Add the accounts of a file that are not known yet and return how many there were."""
        self._sql.execute(
            f"INSERT INTO account_words SELECT raw, trim(raw, {BLANKS}), {self._accounts} + row_number() OVER () "
            f"FROM (SELECT DISTINCT {log.account} AS raw FROM {log.file} ANTI JOIN account_words "
            f"ON {log.account} = raw) WHERE trim(raw, {BLANKS}) <> ''"
        )
        added = single(self._sql, "SELECT count(*) FROM account_words") - self._accounts
        self._accounts += added
        if self._accounts >= 1 << ACCOUNT_BITS:
            raise InputError(
                "the log names more than 268 million accounts", "[[source]] columns", "check which one is account_id"
            )
        return added

    def _show_facts(self, log: _Log) -> None:
        """Make the view `facts`: the packed numbers as words again. Texts that differ only by blanks come together."""
        buckets = ", ".join(f"DATE '{bucket}'" for _, bucket in log.buckets) or "NULL"
        months = [self._meanings.months.get(bucket) for _, bucket in log.buckets]
        places = list(range(len(months)))
        outside = [OUTSIDE << ACCOUNT_BITS if month is None else 0 for month in months]
        self._months_of = {
            "bucket": (places, "int64"), "month": ([month or 0 for month in months], "int64"),
            "outside": (outside, "int64"),
        }  # fmt: skip
        self._sql.execute(
            "CREATE OR REPLACE TEMP VIEW facts AS SELECT s.system, a.account, "
            f"(((k >> {ACCOUNT_BITS}) & {(1 << RULE_BITS) - 1}) - 1)::SMALLINT AS rule, "
            f"([{buckets}]::DATE[])[(k >> {BUCKET}) + 1] AS bucket, events, first, last "
            f"FROM packed JOIN {self._account_names()} a ON a.code = (k & {ACCOUNT}) "
            f"JOIN system_names s ON s.code = (k >> {DIGEST_SYSTEM}) & {(1 << SYSTEM_BITS) - 1}"
        )

    def _account_names(self) -> str:
        """Return the table of the accounts by number.

        An ENUM is written to Parquet as the dictionary it is, in much less time, but whole: too much for a small file.
        """
        if single(self._sql, "SELECT count(*) FROM packed") < 8 * self._accounts:
            return "account_words"
        if self._shown < self._accounts:
            self._sql.execute(
                "DROP VIEW IF EXISTS facts; DROP TABLE IF EXISTS account_names; DROP TYPE IF EXISTS shown_accounts;"
                "CREATE TYPE shown_accounts AS ENUM (SELECT DISTINCT account FROM account_words);"
                "CREATE TEMP TABLE account_names AS SELECT code, account::shown_accounts AS account FROM account_words"
            )
            self._shown = self._accounts
        return "account_names"

    def systems(self) -> set[str]:
        """Return the systems of the file that was read last."""
        codes = f"SELECT DISTINCT (k >> {self._shift}) & {(1 << SYSTEM_BITS) - 1} AS code FROM packed"
        names = list(self._systems)
        return {names[row[0]] for row in self._sql.execute(codes).fetchall()}

    def days(self, digest: bool) -> Days:
        """Return the days on which the file read last has rows; for a count without digests those of the period."""
        log = self._log
        if log is None or not log.buckets:
            return {}
        present = [bucket for _, bucket in log.buckets if self._calendar.holds(bucket)]
        if digest:
            codes = self._sql.execute(f"SELECT DISTINCT k >> {BUCKET} FROM packed").fetchall()
            present = [log.buckets[row[0]][1] for row in codes]
        known = days_of(present, self._calendar)
        if not known:
            return {}
        words = [log.constant or ""] if log.system is None else [word.strip(BLANK) for word in self._words["system"]]
        found: Days = {}
        for system, day in self._sql.execute(self._days_query(log, known)).fetchall():
            if day >= 0:
                found.setdefault(words[system], set()).add(date.fromordinal(day))
        return found

    def _days_query(self, log: _Log, known: Sequence[date]) -> str:
        """Return the query of the systems and days of a log's rows; -1 for other days than the `known` ones."""
        following = {day + timedelta(days=1) for day in known} - set(known)
        edges = [(begin_of(self._calendar, day), day.toordinal()) for day in known]
        edges += [(begin_of(self._calendar, day), -1) for day in following]
        edge = "{}" if log.local else "make_timestamp({})::TIMESTAMPTZ"
        day = steps("us", [(edge.format(begin), value) for begin, value in [(SOONEST, -1), *sorted(edges)]])
        texts = [] if self._complete else [column for column in (log.account, log.system) if column]
        whole = "".join(f" AND trim(coalesce({column}, ''), {BLANKS}) <> ''" for column in texts)
        needed = dict.fromkeys([*([log.system] if log.system else []), *texts])  # a rejected row is no row of a day
        return (
            f"SELECT DISTINCT {self._system_code(log)} AS system, {day} AS day "
            f"FROM (SELECT {', '.join([f'{log.instant} AS us', *needed])} FROM {log.file}) WHERE us IS NOT NULL{whole}"
        )

    def _reject(self, one: EventFile, log: _Log, totals: ReadTotals, rejected: int) -> None:
        """List the rows that were left out, with their numbers: a second look, taken only when there are some."""
        columns: Any = one.file.source.columns
        zone = getattr(one.file.source, "timezone", None) or self._calendar.timezone
        reasons = [(f"trim(coalesce({log.account}, ''), {BLANKS}) = ''", str(columns.account_id), "missing")]
        if log.system:
            reasons.append((f"trim(coalesce({log.system}, ''), {BLANKS}) = ''", str(columns.system), "missing"))
        reasons.append((f"{log.time} IS NULL", str(columns.occurred_at), "missing"))
        gap = f"no such local time in {zone}: the clock was put forward"
        reasons.append((f"{log.instant} IS NULL", str(columns.occurred_at), gap))
        which = "CASE " + " ".join(f"WHEN {test} THEN {place}" for place, (test, _, _) in enumerate(reasons)) + " END"
        numbered = log.file.replace("(SELECT ", "(SELECT file_row_number, ", 1)
        numbered = numbered.removesuffix("))") + ", file_row_number = true))"
        query = f"SELECT file_row_number + 1, {which} AS reason FROM {numbered} WHERE reason IS NOT NULL"
        for row, reason in self._sql.execute(f"{query} ORDER BY 1 LIMIT {MOST_LISTED}").fetchall():
            totals.reject(Reject(one.file.path, row, *reasons[reason][1:]))
        totals.rejected = rejected


def _can_be_told_apart(named: Iterable[str], header: Sequence[str]) -> bool:
    """Tell whether SQL, which does not see case, finds each named column of a file, and can number its rows."""
    folded = [column.lower() for column in header]
    return "file_row_number" not in folded and all(folded.count(column.lower()) == 1 for column in named)


BLANKS = "E' \\t\\r\\n'"


def steps(instant: str, values: Sequence[tuple[str, int]]) -> str:
    """Return the value of the last edge not after an instant as SQL: a binary search, no calendar call a row."""
    kept = [pair for place, pair in enumerate(values) if place == 0 or pair[1] != values[place - 1][1]]
    if len(kept) <= 1:
        return f"{kept[0][1] if kept else 0}::BIGINT"
    half = len(kept) // 2
    before, after = steps(instant, kept[:half]), steps(instant, kept[half:])
    return f"CASE WHEN {instant} < {kept[half][0]} THEN {before} ELSE {after} END"
