"""Roll digests up to the figures: what each account did in each system, then what each person did.

`account_use` has one row for each system, account and kind of row (counted, undetermined, no use, outside the period):
everything the statement says follows from it, so the digests are read twice at most and held never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.counting.digest import Stamp, rules_of
from percapita.counting.engines.sql import text
from percapita.counting.load import scope_of
from percapita.counting.task import Counted, Tally, Task
from percapita.policy.vocabulary import USE_TYPES
from percapita.sources.calendar import month_start
from percapita.sources.spec import Source
from percapita.usage.accounts import Scope
from percapita.usage.rules import UNDETERMINED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COUNTED, UNDETERMINED_KIND, NO_USE, OUTSIDE = 0, 2, 3, 4  # 1 is counted use of an account left out

STATUSES = ("person", "excluded", "determination", "unknown")


# What each account did in each system: one row for each kind of fact. `months` has a bit for each month of the period.
ACCOUNT_USE = f"""
CREATE TEMP TABLE account_use AS
SELECT r.system_number, a.account_number, b.inside * r.kind + (1 - b.inside) * {OUTSIDE} AS kind,
  sum(f.events)::BIGINT AS events, min(f.first) AS first, max(f.last) AS last,
  bit_or(r.use_bit) AS uses, bit_or(b.month_bit) AS months, min(r.rule_index) AS rule
FROM facts f
JOIN rules r ON r.source = f.source AND r.system = f.system AND r.place = f.rule
JOIN buckets b ON b.bucket IS NOT DISTINCT FROM f.bucket
JOIN accounts a ON a.scope = r.scope AND a.account = f.account
GROUP BY ALL
"""

# What each person did in each system, by rank: counted use, counted use of an account left out, no rule fits, no use.
PERSON_USE = f"""
CREATE TEMP TABLE ranked AS
SELECT u.system_number, a.person, u.kind + (u.kind = {COUNTED} AND a.status <> 0)::INTEGER AS rank,
  sum(u.events)::BIGINT AS events, min(u.first) AS first, max(u.last) AS last, bit_or(u.uses) AS uses,
  bit_or(u.months) AS months, min(u.rule) AS rule, min(a.standing_rule) AS standing_rule, count(*) AS accounts
FROM account_use u JOIN accounts_by_number a USING (account_number)
WHERE u.kind <> {OUTSIDE} AND a.person IS NOT NULL
GROUP BY ALL;
CREATE TEMP VIEW users AS
SELECT r.*, p.together, p.entity FROM ranked r JOIN persons p USING (person)
JOIN systems s USING (system_number)
WHERE r.rank = {COUNTED} AND r.events >= {{minimum}} AND s.listed;
"""


BELOW_MINIMUM = (
    f"SELECT system_number, count(*) FROM ranked WHERE rank = {COUNTED} AND system_number < {{systems}} GROUP BY ALL"
)

UNDETERMINED_PERSONS = f"""
SELECT system_number, count(DISTINCT a.person)
FROM account_use u JOIN accounts_by_number a USING (account_number)
WHERE u.kind = {UNDETERMINED_KIND} AND a.status = 0 AND system_number < {{systems}}
  AND (system_number, a.person) NOT IN (SELECT system_number, person FROM users)
GROUP BY ALL
"""

MONTHS_COVERED = f"""
SELECT system_number, bit_or(months) FROM account_use
WHERE kind <> {OUTSIDE} AND system_number < {{systems}} GROUP BY ALL
"""

PERSONS = """
SELECT system, pseudonym AS person, rank = 0 AND events >= {minimum} AS counted,
  CASE WHEN rank <= 1 THEN list_filter([{uses}], lambda one: one IS NOT NULL) ELSE []::VARCHAR[] END AS use_types,
  CASE WHEN rank = 1 THEN standing_rule
    WHEN rank = 2 THEN 'undetermined'
    WHEN rank = 3 THEN 'use[' || rule || ']'
    WHEN events >= {minimum} THEN word || '/use[' || rule || ']'
    ELSE {minimum_rule} || '/use[' || rule || ']' END AS rule,
  first AS first_seen, last AS last_seen, events, accounts
FROM ranked JOIN systems USING (system_number) JOIN persons USING (person) LEFT JOIN rule_words USING (rule)
WHERE listed
QUALIFY rank = min(rank) OVER (PARTITION BY system_number, person)
ORDER BY system, pseudonym
"""


@dataclass(frozen=True)
class DigestFile:
    """Name a digest with its source, its stamp and the path of its file as the statement shows it."""

    path: Path
    source: Source
    stamp: Stamp
    shown: str


def roll_up(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile], scratch: Path) -> Counted:
    """Return the figures of all digests."""
    connection.execute(f"CREATE TEMP VIEW facts AS {_union(digests)}")
    scopes = _make_systems_and_rules(connection, task, digests)
    _make_buckets(connection, task)
    _make_accounts(connection, task, scopes)
    _make_persons(connection, task)
    connection.execute(ACCOUNT_USE)
    connection.execute(PERSON_USE.format(minimum=task.loaded.definition.minimum_events))
    tallies = _tallies(connection, task, digests)
    kept = scratch / "persons.parquet"
    _write_persons(connection, task, kept)
    return Counted(
        tallies=tallies,
        persons=_number(connection, "SELECT count(DISTINCT person) FROM users"),
        idle_accounts=_idle(connection, task, None),
        unlisted=_unlisted(connection),
        groups=_groups(connection, task),
        totals=[digest.stamp.totals(digest.shown) for digest in digests],
        write_persons=_writer(kept.read_bytes()),
    )


def _union(digests: Sequence[DigestFile]) -> str:
    """Return the query of all facts, each with the number of its source in `scopes`."""
    by_source: dict[int, list[str]] = {}
    for digest in digests:
        by_source.setdefault(_number_of(digests, digest), []).append(text(str(digest.path)))
    parts = [
        f"SELECT {number} AS source, system, account, rule, bucket, events, first, last "
        f"FROM read_parquet([{', '.join(paths)}])"
        for number, paths in by_source.items()
    ]
    nothing = (
        "SELECT 0 AS source, '' AS system, '' AS account, 0::SMALLINT AS rule, NULL::DATE AS bucket, "
        "0::BIGINT AS events, NULL::TIMESTAMPTZ AS first, NULL::TIMESTAMPTZ AS last WHERE false"
    )
    return " UNION ALL ".join(parts or [nothing])


def _number_of(digests: Sequence[DigestFile], digest: DigestFile) -> int:
    """Return the number of a digest's source: the place of the first digest of the same source."""
    return next(number for number, other in enumerate(digests) if other.source is digest.source)


def _make_systems_and_rules(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile]) -> list[Scope]:
    """Make `systems` and `rules`: what the rules of a digest mean in the plan. Return the scopes by number."""
    listed = list(task.loaded.systems)
    found = {system for digest in digests for system in digest.stamp.patterns}
    numbers = {system: number for number, system in enumerate([*listed, *sorted(found - set(listed))])}
    _insert(
        connection,
        "systems",
        {
            "system_number": (list(numbers.values()), "int32"),
            "system": (list(numbers), "string"),
            "listed": ([number < len(listed) for number in numbers.values()], "bool"),
        },
    )
    scopes: dict[Scope, int] = {}
    rows: set[tuple[int, str, int, int, int, int, int, int]] = set()
    for digest in digests:
        source = _number_of(digests, digest)
        for system in digest.stamp.patterns:
            scope = scope_of(digest.source, system, task.directories)  # type: ignore[arg-type]
            number = scopes.setdefault(scope, len(scopes))
            rows |= {(source, system, number, numbers[system], *rule) for rule in _rules(task, system)}
    names = ("source", "system", "scope", "system_number", "place", "rule_index", "kind", "use_bit")
    columns = list(zip(*sorted(rows), strict=True)) or [()] * len(names)
    _insert(
        connection,
        "rules",
        {
            name: (list(column), "string" if name == "system" else "int32")
            for name, column in zip(names, columns, strict=True)
        },
    )
    return list(scopes)


def _rules(task: Task, system: str) -> list[tuple[int, int, int, int]]:
    """Return for each rule of a system: its place there, its index in the plan, the kind of fact, the use's bit."""
    rows = [(UNDETERMINED, UNDETERMINED, UNDETERMINED_KIND, 0)]
    for place, index in enumerate(rules_of(task.loaded.rules, system)):
        use = task.loaded.rules[index].use_type
        counted = task.loaded.definition.counts(use)
        rows.append((place, index, COUNTED if counted else NO_USE, 1 << USE_TYPES.index(use) if counted else 0))
    return rows


def _make_buckets(connection: DuckDBPyConnection, task: Task) -> None:
    """Make `buckets`: whether each bucket lies in the period, and the bit of its month."""
    calendar = task.loaded.calendar
    found: list[date | None] = [row[0] for row in connection.execute("SELECT DISTINCT bucket FROM facts").fetchall()]
    inside = [bucket is None or calendar.holds(bucket) for bucket in found]
    bits = [
        1 << calendar.months.index(month_start(bucket)) if bucket is not None and calendar.holds(bucket) else 0
        for bucket in found
    ]
    _insert(
        connection,
        "buckets",
        {"bucket": (found, "date32"), "inside": ([int(one) for one in inside], "int32"), "month_bit": (bits, "int64")},
    )


def _make_accounts(connection: DuckDBPyConnection, task: Task, scopes: Sequence[Scope]) -> None:
    """Make `accounts` (what each text of a log means in its scope) and `accounts_by_number`."""
    by_source = "SELECT DISTINCT source, system, scope FROM rules"
    query = f"SELECT DISTINCT r.scope, f.account FROM facts f JOIN ({by_source}) r USING (source, system)"
    texts = connection.execute(query).fetchall()
    numbers: dict[object, int] = {}
    reasons: dict[str, int] = {}
    found = [task.book.find(scopes[scope], account) for scope, account in texts]
    number = [numbers.setdefault(account.identity, len(numbers)) for account in found]
    reason = [reasons.setdefault(account.standing.reason, len(reasons)) for account in found]
    _insert(
        connection,
        "accounts",
        {
            "scope": ([scope for scope, _ in texts], "int32"),
            "account": ([account for _, account in texts], "string"),
            "account_number": (number, "int32"),
            "node": ([account.identity if isinstance(account.identity, int) else None for account in found], "int32"),
            "person": ([account.person for account in found], "int32"),
            "status": ([STATUSES.index(account.standing.status) for account in found], "int32"),
            "reason": (reason, "int32"),
            "standing_rule": ([account.standing.rule for account in found], "string"),
            "shared": ([account.standing.shared for account in found], "bool"),
        },
    )
    _insert(connection, "reasons", {"reason": (list(reasons.values()), "int32"), "words": (list(reasons), "string")})
    connection.execute(
        "CREATE TEMP VIEW accounts_by_number AS SELECT DISTINCT * EXCLUDE (scope, account) FROM accounts"
    )


def _make_persons(connection: DuckDBPyConnection, task: Task) -> None:
    _insert(
        connection,
        "persons",
        {
            "person": (list(range(len(task.pseudonyms))), "int32"),
            "pseudonym": (list(task.pseudonyms), "string"),
            "together": (task.book.persons.together, "int32"),
            "entity": (list(task.entities), "string"),
        },
    )


def _insert(connection: DuckDBPyConnection, name: str, columns: dict[str, tuple[list[Any], str]]) -> None:
    """Make a table of Python values."""
    import pyarrow as pa

    types = {"int32": pa.int32(), "int64": pa.int64(), "string": pa.string(), "bool": pa.bool_(), "date32": pa.date32()}
    table = pa.table({column: pa.array(values, types[kind]) for column, (values, kind) in columns.items()})
    connection.register("given", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS FROM given")
    connection.unregister("given")


def _number(connection: DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _tallies(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile]) -> dict[str, Tally]:
    """Return the counts of the listed systems."""
    tallies = {system: Tally() for system in task.loaded.systems}
    by_number = list(tallies.values())
    for digest in digests:
        for system in digest.stamp.patterns.keys() & tallies.keys():
            tallies[system].source_types.add(digest.source.type)
    listed = f"system_number < {len(by_number)}"
    _tally_rows(connection, by_number, listed)
    _tally_accounts(connection, by_number, listed)
    _tally_users(connection, task, by_number)
    for number, (system, tally) in enumerate(tallies.items()):
        directories = [name for name, systems in task.directories.items() if system in systems]
        tally.idle_accounts = _idle(connection, task, directories, number)
    return tallies


def _tally_rows(connection: DuckDBPyConnection, tallies: list[Tally], listed: str) -> None:
    rows = connection.execute(
        f"SELECT system_number, kind, sum(events)::BIGINT FROM account_use WHERE {listed} GROUP BY ALL"
    ).fetchall()
    for number, kind, events in rows:
        if kind == OUTSIDE:
            tallies[number].outside_period = events
        elif kind == COUNTED:
            tallies[number].events = events
        elif kind == UNDETERMINED_KIND:
            tallies[number].undetermined_events = events


def _tally_accounts(connection: DuckDBPyConnection, tallies: list[Tally], listed: str) -> None:
    """Count the accounts of counted rows by what they stand for."""
    rows = connection.execute(
        "SELECT system_number, status, words, count(*), count(*) FILTER (shared) "
        "FROM account_use JOIN accounts_by_number USING (account_number) JOIN reasons USING (reason) "
        f"WHERE kind = {COUNTED} AND {listed} GROUP BY ALL"
    ).fetchall()
    for number, status, reason, accounts, shared in rows:
        tally = tallies[number]
        tally.accounts_seen += accounts
        tally.shared_accounts += shared
        if STATUSES[status] == "unknown":
            tally.unknown_accounts += accounts
        elif STATUSES[status] == "excluded":
            tally.excluded[reason] = tally.excluded.get(reason, 0) + accounts
        elif STATUSES[status] == "determination":
            tally.needs_determination[reason] = tally.needs_determination.get(reason, 0) + accounts


def _tally_users(connection: DuckDBPyConnection, task: Task, tallies: list[Tally]) -> None:
    """Count the users in all, by use, by entity and by month, and the people no rule decides."""
    bits = [f"count(*) FILTER (uses & {1 << place} > 0)" for place in range(len(USE_TYPES))]
    bits += [
        f"count(*) FILTER (months & {1 << place}::BIGINT > 0)" for place in range(len(task.loaded.calendar.months))
    ]
    rows = connection.execute(
        f"SELECT system_number, count(*), count(DISTINCT together), {', '.join(bits)} FROM users GROUP BY system_number"
    ).fetchall()
    for number, users, together, *counts in rows:
        tally = tallies[number]
        tally.users, tally.together = users, together
        tally.by_use = dict(zip(USE_TYPES, counts, strict=False))
        by_month = zip(task.loaded.calendar.months, counts[len(USE_TYPES) :], strict=True)
        tally.by_month = {month: people for month, people in by_month if people}
    for number, entity, people in connection.execute(
        "SELECT system_number, entity, count(*) FROM users GROUP BY ALL"
    ).fetchall():
        tallies[number].by_entity[entity] = people
    for number, people in connection.execute(BELOW_MINIMUM.format(systems=len(tallies))).fetchall():
        tallies[number].below_minimum = people - tallies[number].users
    for number, people in connection.execute(UNDETERMINED_PERSONS.format(systems=len(tallies))).fetchall():
        tallies[number].undetermined_persons = people
    for number, months in connection.execute(MONTHS_COVERED.format(systems=len(tallies))).fetchall():
        tallies[number].months_covered = {
            month for place, month in enumerate(task.loaded.calendar.months) if months >> place & 1
        }


def _idle(
    connection: DuckDBPyConnection, task: Task, directories: Sequence[str] | None, system: int | None = None
) -> int:
    """Count the accounts of directories (None: all) that stand for a person and have no row in the period."""
    where = "" if system is None else f"AND system_number = {system}"
    seen = {
        row[0]
        for row in connection.execute(
            f"SELECT DISTINCT a.node FROM account_use JOIN accounts_by_number a USING (account_number) "
            f"WHERE kind <> {OUTSIDE} AND a.node IS NOT NULL {where}"
        ).fetchall()
    }
    book = task.book
    nodes = [
        node
        for name in (task.directories if directories is None else directories)
        for node in book.by_directory.get(name, {}).values()
    ]
    return sum(node not in seen and book.standing_of_node[node].status == "person" for node in nodes)


def _unlisted(connection: DuckDBPyConnection) -> dict[str, int]:
    """Return the rows of the period about systems that the plan does not list."""
    query = (
        "SELECT system, sum(events)::BIGINT FROM account_use JOIN systems USING (system_number) "
        f"WHERE NOT listed AND kind <> {OUTSIDE} GROUP BY system ORDER BY system"
    )
    return dict(connection.execute(query).fetchall())


def _groups(connection: DuckDBPyConnection, task: Task) -> dict[str, int]:
    """Return the distinct users of each group of systems."""
    groups: dict[str, list[int]] = {}
    for number, system in enumerate(task.loaded.systems.values()):
        if system.part_of:
            groups.setdefault(system.part_of, []).append(number)
    query = "SELECT count(DISTINCT person) FROM users WHERE system_number IN ({})"
    return {
        group: _number(connection, query.format(", ".join(map(str, numbers))))
        for group, numbers in sorted(groups.items())
    }


def _write_persons(connection: DuckDBPyConnection, task: Task, path: Path) -> None:
    """Write persons.parquet, sorted by system and pseudonym."""
    definition = task.loaded.definition
    rules = [definition.use_rule(rule.use_type) for rule in task.loaded.rules]
    _insert(connection, "rule_words", {"rule": (list(range(len(rules))), "int32"), "word": (rules, "string")})
    uses = ", ".join(f"CASE WHEN uses & {1 << place} > 0 THEN {text(use)} END" for place, use in enumerate(USE_TYPES))
    query = PERSONS.format(uses=uses, minimum=definition.minimum_events, minimum_rule=text(definition.minimum_rule))
    connection.execute(f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write
