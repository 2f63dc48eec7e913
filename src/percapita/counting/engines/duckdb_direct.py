"""Group a typed Parquet log in SQL, without moving a row into Python: the fast way to a digest.

Texts become small numbers: systems and activities by an ENUM (evaluated once for each entry of a Parquet dictionary),
accounts by a join with a vocabulary that grows with the files. One packed number is the key of the grouping. What this
way cannot do - rules that look at objects, times that are texts, translated columns - goes through `sources.read`, and
both must give the same digest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from percapita.counting.engines.sql import insert, name, text
from percapita.counting.engines.zones import LocalTimes, local_times
from percapita.counting.task import EventFile
from percapita.errors import InputError
from percapita.sources.calendar import Calendar
from percapita.sources.inventory import unchanged
from percapita.sources.parquet import columns_of
from percapita.sources.raw import MOST_LISTED, ReadTotals, place_columns, wanted
from percapita.sources.rejects import Reject
from percapita.sources.spec import AccessSource, constant_system
from percapita.sources.values import BLANK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ACCOUNT_BITS, RULE_BITS, BUCKET_BITS, SYSTEM_BITS = 28, 11, 12, 12
MOST_CELLS = 1_000_000  # systems times activities in the table of rules

ZONED, NAIVE = "TIMESTAMP WITH TIME ZONE", ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

Place = Callable[[str, str], int]


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
    local: LocalTimes | None
    buckets: list[tuple[int, date]]

    @property
    def instant(self) -> str:
        """Return the microseconds since 1970 UTC of a row as SQL; NULL for a local time that does not exist."""
        return self.local.sql(self.time) if self.local else self.time


class DirectReader:
    """Make the table of facts of typed Parquet files, one after the other, in one connection."""

    def __init__(
        self, connection: DuckDBPyConnection, calendar: Calendar, place: Place, accounts: Sequence[str] = ()
    ) -> None:
        """Begin with the vocabulary of known `accounts`; `place` tells the rule for a system and an activity."""
        self._sql = connection
        self._calendar = calendar
        self._place = place
        self._words: dict[str, dict[str, None]] = {"system": {}, "activity": {}}  # in the order of their numbers
        self._columns: tuple[str | None, str | None] | None = None
        self._fits = True
        self._accounts = len(accounts)
        codes = list(range(1, len(accounts) + 1))
        columns = {"raw": (accounts, "string"), "account": (accounts, "string"), "code": (codes, "int64")}
        insert(connection, "account_words", columns)

    def read(self, one: EventFile) -> ReadTotals | None:
        """Fill `facts` from a file and return its totals, or None if it must be read the other way."""
        log = self._look(one)
        if log is None or not self._learn(log):
            return None
        totals = ReadTotals(rows=log.rows)
        counted = self._group(log)
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
        place_columns(one.file, wanted(source), columns_of(one.file))
        read = f"read_parquet({text(str(one.file.absolute))})"
        kinds = {row[0]: row[1] for row in self._sql.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
        system = None if constant_system(source) is not None else str(columns.system)
        texts = [column for column in (columns.account_id, columns.activity, system) if column is not None]
        kind = kinds[columns.occurred_at]
        if any(kinds[str(column)] != "VARCHAR" for column in texts) or kind not in (ZONED, *NAIVE):
            return None
        return self._span(one, read, (str(columns.account_id), columns.activity, system, columns.occurred_at), kind)  # type: ignore[arg-type]

    def _span(
        self, one: EventFile, read: str, columns: tuple[str, str | None, str | None, str], kind: str
    ) -> _Log | None:
        """Add the buckets that the file's times lie in; Parquet keeps the first and the last time of a column."""
        account, activity, system, time = columns
        micro = "epoch_ns({}) // 1000" if kind == "TIMESTAMP_NS" else "epoch_us({})"
        edges = f"SELECT min({name(time)}) AS low, max({name(time)}) AS high, count(*) AS n FROM {read}"
        query = f"SELECT {micro.format('low')}, {micro.format('high')}, n FROM ({edges})"
        low, high, rows = self._sql.execute(query).fetchone() or (None, None, 0)
        source = one.file.source
        zone = getattr(source, "timezone", None) or self._calendar.timezone
        local = local_times(zone, low, high) if kind != ZONED and low is not None else None
        buckets: list[tuple[int, date]] = []
        if low is not None:
            first, last = (local.utc(low), local.utc(high)) if local else (low, high)
            day = 86_400_000_000
            buckets = self._calendar.boundaries(
                self._calendar.bucket_at(first - day), self._calendar.bucket_at(last + day)
            )
        if len(buckets) >= 1 << BUCKET_BITS or (local and len(local.segments) > 500):
            return None
        return _Log(
            read, rows, name(account), name(activity) if activity else None, name(system) if system else None,
            constant_system(source), micro.format(name(time)), local, buckets,  # type: ignore[arg-type]
        )  # fmt: skip

    def _learn(self, log: _Log) -> bool:
        """Know every system and activity of a file, as written; tell whether the table of rules has room for them."""
        fresh = [self._learn_words(kind, log) for kind in ("system", "activity")]
        systems = [log.constant or ""] if log.system is None else [word.strip(BLANK) for word in self._words["system"]]
        activities = [word.strip(BLANK) for word in (*self._words["activity"], "")] if log.activity else [""]
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
        """Make the tables of systems and of rules. A system that is blank has no cell: its rows are rejects."""
        cells: list[int] = []
        places: list[int] = []
        for number, system in enumerate(systems):
            if system or blank:
                cells += range(number * len(activities), (number + 1) * len(activities))
                places += [self._place(system, activity) + 1 for activity in activities]
        self._fits = max(places, default=0) < 1 << RULE_BITS
        self._sql.execute("DROP TABLE IF EXISTS rule_places")
        insert(self._sql, "rule_places", {"cell": (cells, "int64"), "place": (places, "int64")})
        # An ENUM is written to Parquet as the dictionary it is: a quarter less time for the whole digest.
        self._sql.execute(
            "DROP TABLE IF EXISTS system_names; DROP TYPE IF EXISTS shown_systems;"
            f"CREATE TYPE shown_systems AS ENUM ({', '.join(map(text, dict.fromkeys(systems))) or text('')});"
            f"CREATE TEMP TABLE system_names AS SELECT unnest({list(range(len(systems)))}::BIGINT[]) AS code, "
            f"unnest([{', '.join(map(text, systems))}]::shown_systems[]) AS system"
        )
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

    def _group(self, log: _Log) -> int:
        """Make `packed`, learning the accounts that no file had before; return the rows that were counted."""
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE packed AS {self._query(log, 0)}")
        counted = self._rows()
        if counted < log.rows:
            known = self._accounts
            if self._learn_accounts(log):
                self._sql.execute(f"INSERT INTO packed {self._query(log, known)}")
                counted = self._rows()
        return counted

    def _rows(self) -> int:
        row = self._sql.execute("SELECT coalesce(sum(events), 0)::BIGINT FROM packed").fetchone()
        return int(row[0]) if row else 0

    def _query(self, log: _Log, after: int) -> str:
        """Return the grouping of the rows of accounts whose number is above `after`."""
        width = RULE_BITS + ACCOUNT_BITS
        key = (
            f"({self._system_code(log)} << {BUCKET_BITS + width}) | ({bucket_case('us', log.buckets)} << {width}) "
            f"| (p.place << {ACCOUNT_BITS}) | a.code"
        )
        needed = ", ".join(column for column in (log.account, log.activity, log.system) if column)
        return (
            f"SELECT {key} AS k, count(*) AS events, min(us) AS first, max(us) AS last "
            f"FROM (SELECT {needed}, {log.instant} AS us FROM {log.file}) l "
            f"JOIN account_words a ON l.{log.account} = a.raw JOIN rule_places p ON p.cell = {self._cell(log)} "
            f"WHERE us IS NOT NULL{f' AND a.code > {after}' if after else ''} GROUP BY k"
        )

    def _learn_accounts(self, log: _Log) -> int:
        """Add the accounts of a file that are not known yet and return how many there were."""
        self._sql.execute(
            f"INSERT INTO account_words SELECT raw, trim(raw, {BLANKS}), {self._accounts} + row_number() OVER () "
            f"FROM (SELECT DISTINCT {log.account} AS raw FROM {log.file} ANTI JOIN account_words "
            f"ON {log.account} = raw) WHERE trim(raw, {BLANKS}) <> ''"
        )
        row = self._sql.execute("SELECT count(*) FROM account_words").fetchone()
        added = int(row[0]) - self._accounts if row else 0
        self._accounts += added
        if self._accounts >= 1 << ACCOUNT_BITS:
            raise InputError(
                "the log names more than 268 million accounts", log.file, "check which column is account_id"
            )
        return added

    def _show_facts(self, log: _Log) -> None:
        """Make the view `facts`: the packed numbers as words again. Texts that differ only by blanks come together."""
        buckets = ", ".join(f"DATE '{bucket}'" for _, bucket in log.buckets) or "NULL"
        width = RULE_BITS + ACCOUNT_BITS
        self._sql.execute(
            "CREATE OR REPLACE TEMP VIEW facts AS SELECT s.system, a.account, "
            f"(((k >> {ACCOUNT_BITS}) & {(1 << RULE_BITS) - 1}) - 1)::SMALLINT AS rule, "
            f"([{buckets}]::DATE[])[((k >> {width}) & {(1 << BUCKET_BITS) - 1}) + 1] AS bucket, events, first, last "
            f"FROM packed JOIN account_words a ON a.code = (k & {(1 << ACCOUNT_BITS) - 1}) "
            f"JOIN system_names s ON s.code = k >> {BUCKET_BITS + width}"
        )

    def systems(self) -> set[str]:
        """Return the systems of the file that was read last."""
        codes = f"SELECT DISTINCT k >> {BUCKET_BITS + RULE_BITS + ACCOUNT_BITS} AS code FROM packed"
        return {
            row[0]
            for row in self._sql.execute(f"SELECT system FROM ({codes}) JOIN system_names USING (code)").fetchall()
        }

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
        numbered = log.file.removesuffix(")") + ", file_row_number = true)"
        query = f"SELECT file_row_number + 1, {which} AS reason FROM {numbered} WHERE reason IS NOT NULL"
        for row, reason in self._sql.execute(f"{query} ORDER BY 1 LIMIT {MOST_LISTED}").fetchall():
            totals.reject(Reject(one.file.path, row, *reasons[reason][1:]))
        totals.rejected = rejected


BLANKS = "E' \\t\\r\\n'"


def bucket_case(instant: str, buckets: Sequence[tuple[int, date]], first: int = 0) -> str:
    """Return the place of an instant's bucket as SQL: a binary search, no calendar call a row."""
    if len(buckets) <= 1:
        return f"{first}::BIGINT"
    half = len(buckets) // 2
    before, after = bucket_case(instant, buckets[:half], first), bucket_case(instant, buckets[half:], first + half)
    return f"CASE WHEN {instant} < {buckets[half][0]} THEN {before} ELSE {after} END"
