"""Roll digests up to the figures: what each account did in each system, then what each person did.

`account_use` has one row for each system, account and kind of row (counted, undetermined, no use, outside the period):
everything the statement says follows from it, so the digests are read twice at most and held never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.days import days_covered
from percapita.counting.digest import rules_of
from percapita.counting.engines.account_table import STATUSES, AccountTable
from percapita.counting.engines.duckdb_merge import DigestFile, merge
from percapita.counting.engines.kinds import COUNTED, MONTHS, OUTSIDE, UNDETERMINED_KIND, USE_SHIFT, kind_of
from percapita.counting.engines.sql import insert, single, text
from percapita.counting.load import scope_of
from percapita.counting.task import Counted, Move, Tally, Task
from percapita.policy.vocabulary import USE_TYPES
from percapita.sources.calendar import EPOCH, MICROSECOND
from percapita.sources.spec import EventSource, evidence_of
from percapita.usage.rules import UNDETERMINED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What each account did in each system: one row for each kind of fact. `bits` are of months and use types, see `kinds`.
PART = """
SELECT ((c.system_number * 8 + kind) << 32) | a.account_number AS k, sum(events)::BIGINT AS events,
  min(first) AS first, max(last) AS last, bit_or(bits) AS bits, min(place) AS place
FROM (SELECT *, enum_code(TRY_CAST(system AS {enum}))::BIGINT AS cell FROM {facts}) f
JOIN {cells} c USING (cell) JOIN {accounts}
GROUP BY k
"""

ACCOUNT_USE = f"""
CREATE TEMP TABLE account_use AS
SELECT k >> 35 AS system_number, (k >> 32) & 7 AS kind, k & 4294967295 AS account_number, events, first, last,
  bits >> {USE_SHIFT} AS uses, bits & {MONTHS} AS months, place, false AS listed FROM ({{parts}})
"""

# Who is on the roster comes to the rows: a use without events.
WITH_ROSTER = """
CREATE OR REPLACE TEMP TABLE account_use AS
SELECT system_number, kind, account_number, sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last,
  bit_or(uses) AS uses, bit_or(months) AS months, min(place) AS place, bool_or(listed) AS listed
FROM (FROM account_use UNION ALL BY NAME SELECT *, 0::BIGINT AS events, NULL::BIGINT AS first, NULL::BIGINT AS last,
  0::BIGINT AS months, true AS listed FROM roster)
GROUP BY ALL
"""

MERGED = """
SELECT k, sum(events)::BIGINT AS events, min(first) AS first, max(last) AS last, bit_or(bits) AS bits,
  min(place) AS place FROM ({parts}) GROUP BY k
"""

EMPTY_PART = """
SELECT 0::BIGINT AS k, 0::BIGINT AS events, NULL::BIGINT AS first, NULL::BIGINT AS last, 0::BIGINT AS bits,
  0::SMALLINT AS place WHERE false
"""

# What each person did in each system, by rank: counted use, counted use of an account left out, no rule fits, no use.
PERSON_USE = f"""
CREATE TEMP TABLE ranked AS
SELECT u.system_number, a.person, u.kind + (u.kind = {COUNTED} AND a.status <> 0)::INTEGER AS rank,
  sum(u.events)::BIGINT AS events, min(u.first) AS first, max(u.last) AS last, bit_or(u.uses) AS uses,
  bit_or(u.months) AS months, min(u.place) AS place, min(a.standing_rule) AS standing_rule,
  count(*) AS accounts, bool_or(u.listed) AS listed_by_roster
FROM account_use u JOIN account_standing a USING (account_number)
WHERE u.kind <> {OUTSIDE} AND a.person IS NOT NULL
GROUP BY ALL;
CREATE TEMP VIEW users AS
SELECT r.*, p.together, p.profile, p.moved FROM ranked r JOIN persons p USING (person)
JOIN systems s USING (system_number)
WHERE r.rank = {COUNTED} AND (r.events >= {{minimum}} OR r.listed_by_roster) AND s.listed;
"""


BELOW_MINIMUM = (
    f"SELECT system_number, count(*) FROM ranked WHERE rank = {COUNTED} AND system_number < {{systems}} GROUP BY ALL"
)

SURE_USERS = f"""
SELECT system_number, count(*) FROM (
  SELECT system_number, a.person FROM account_use u JOIN account_standing a USING (account_number)
  WHERE u.kind = {COUNTED} AND a.status = 0 AND NOT a.proposed AND a.person IS NOT NULL AND system_number < {{systems}}
  GROUP BY ALL HAVING sum(u.events) >= {{minimum}} OR bool_or(u.listed)
) GROUP BY ALL
"""

UNDETERMINED_PERSONS = f"""
SELECT system_number, count(DISTINCT a.person)
FROM account_use u JOIN account_standing a USING (account_number)
WHERE u.kind = {UNDETERMINED_KIND} AND a.status = 0 AND system_number < {{systems}}
  AND (system_number, a.person) NOT IN (SELECT system_number, person FROM users)
GROUP BY ALL
"""

MONTHS_COVERED = f"""
SELECT system_number, bit_or(months), min(first), max(last) FROM account_use
WHERE kind <> {OUTSIDE} AND system_number < {{systems}} GROUP BY ALL
"""

PERSONS = """
SELECT system, pseudonym AS person, rank = 0 AND (events >= {minimum} OR listed_by_roster) AS counted,
  CASE WHEN rank <= 1 THEN list_filter([{uses}], lambda one: one IS NOT NULL) ELSE []::VARCHAR[] END AS use_types,
  CASE WHEN rank = 1 THEN standing_rule
    WHEN rank = 2 THEN 'undetermined'
    WHEN rank = 3 THEN use_index
    WHEN events >= {minimum} OR listed_by_roster THEN word || '/' || use_index
    ELSE {minimum_rule} || '/' || use_index END AS rule,
  make_timestamp(first)::TIMESTAMPTZ AS first_seen, make_timestamp(last)::TIMESTAMPTZ AS last_seen, events, accounts
FROM ranked JOIN systems USING (system_number) JOIN persons USING (person)
LEFT JOIN rule_words USING (system_number, place)
WHERE listed
QUALIFY rank = min(rank) OVER (PARTITION BY system_number, person)
ORDER BY system, pseudonym
"""


def roll_up(
    connection: DuckDBPyConnection,
    task: Task,
    digests: Sequence[DigestFile],
    folded: Mapping[int, Sequence[Path]],
    scratch: Path,
) -> Counted:
    """Return the figures of all digests; `folded` are parts of those that were made just now, by source."""
    systems = _make_systems(connection, task, digests)
    parts = _parts(connection, task, digests, folded, systems, scratch)
    _make_persons(connection, task)
    merged = f"SELECT * FROM ({parts[0]})" if len(parts) == 1 else MERGED.format(parts=" UNION ALL ".join(parts))
    connection.execute(ACCOUNT_USE.format(parts=merged))
    _add_roster(connection, task, systems)
    connection.execute(PERSON_USE.format(minimum=task.loaded.definition.minimum_events))
    tallies = _tallies(connection, task, digests)
    persons = b""
    if task.pseudonyms is not None:
        _write_persons(connection, task, scratch / "persons.parquet")
        persons = (scratch / "persons.parquet").read_bytes()
    return Counted(
        tallies=tallies,
        persons=single(connection, "SELECT count(DISTINCT person) FROM users"),
        profiles=dict(
            connection.execute("SELECT profile, count(DISTINCT person) FROM users GROUP BY profile").fetchall()
        ),
        idle_accounts=_idle(connection, task, list(task.directories)),
        unlisted=_unlisted(connection),
        groups=_groups(connection, task),
        totals=[digest.stamp.totals(digest.shown) for digest in digests],
        write_persons=_writer(persons),
    )


def _make_systems(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile]) -> dict[str, int]:
    """Make `systems`, the listed ones first, and return their numbers."""
    listed = list(task.loaded.systems)
    found = {system for digest in digests for system in digest.stamp.patterns}
    numbers = {system: number for number, system in enumerate([*listed, *sorted(found - set(listed))])}
    columns = {
        "system_number": (list(numbers.values()), "int64"),
        "system": (list(numbers), "string"),
        "listed": ([number < len(listed) for number in numbers.values()], "bool"),
    }
    insert(connection, "systems", columns)
    return numbers


def _parts(
    connection: DuckDBPyConnection,
    task: Task,
    digests: Sequence[DigestFile],
    folded: Mapping[int, Sequence[Path]],
    numbers: dict[str, int],
    scratch: Path,
) -> list[str]:
    """Return a query for each source that gives its part of `account_use`; make the accounts they join."""
    accounts = AccountTable(task)
    queries = []
    for index, source in enumerate(task.loaded.sources):
        of_source = [digest for digest in digests if digest.source is source]
        systems = sorted({system for digest in of_source for system in digest.stamp.patterns})
        if systems:
            enum = f"systems_of_{index}"
            facts = merge(connection, task, of_source, folded.get(index, ()), enum, scratch)
            queries.append(_part(connection, task, accounts, of_source[0].source, systems, numbers, facts, enum))
    accounts.insert(connection)
    return queries or [EMPTY_PART]


def _part(
    connection: DuckDBPyConnection,
    task: Task,
    accounts: AccountTable,
    source: EventSource,
    systems: Sequence[str],
    numbers: dict[str, int],
    facts: str,
    enum: str,
) -> str:
    """Return the query of one source."""
    scopes = [accounts.scope(scope_of(source, system, task.directories)) for system in systems]
    accounts.learn(connection, facts, enum, scopes)
    columns = {"cell": list(range(len(systems))), "system_number": [numbers[one] for one in systems], "scope": scopes}
    insert(connection, f"numbers_of_{enum}", {column: (values, "int64") for column, values in columns.items()})
    one_scope = f"(SELECT account, account_number FROM accounts WHERE scope = {scopes[0]}) a USING (account)"
    return PART.format(
        facts=facts,
        enum=enum,
        cells=f"numbers_of_{enum}",
        accounts=one_scope if len(set(scopes)) == 1 else "accounts a USING (account, scope)",
    )


def _add_roster(connection: DuckDBPyConnection, task: Task, numbers: dict[str, int]) -> None:
    """Let the accounts and workforce rows that the roster lists use their systems."""
    if not task.roster.listed:
        return
    rows = []
    first = {system: len(rules_of(task.loaded.rules, system)) for system in numbers}
    for one in task.roster.listed:
        kind, bits, place = UNDETERMINED_KIND, 0, UNDETERMINED
        if one.rule != UNDETERMINED:
            kind, bits = kind_of(task.loaded, task.roster.rules[one.rule].use_type)
            place = first[one.system] + one.rule
        rows.append((numbers[one.system], kind, one.node, bits >> USE_SHIFT, place))
    names = ("system_number", "kind", "account_number", "uses", "place")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    insert(connection, "roster", {column: (list(values), "int64") for column, values in columns.items()})
    connection.execute(WITH_ROSTER)


def _make_persons(connection: DuckDBPyConnection, task: Task) -> None:
    people = len(task.profiles.of_person)
    insert(
        connection,
        "persons",
        {
            "person": (list(range(people)), "int32"),
            "pseudonym": (list(task.pseudonyms or [""] * people), "string"),
            "together": (task.book.persons.together, "int32"),
            "profile": (list(task.profiles.of_person), "int32"),
            "moved": ([person in task.profiles.moves for person in range(people)], "bool"),
        },
    )


def _tallies(connection: DuckDBPyConnection, task: Task, digests: Sequence[DigestFile]) -> dict[str, Tally]:
    """Return the counts of the listed systems."""
    tallies = {system: Tally() for system in task.loaded.systems}
    by_number = list(tallies.values())
    for digest in digests:
        for system in digest.stamp.patterns.keys() & tallies.keys():
            tallies[system].source_types.add(evidence_of(digest.source))
    for system, days in days_covered(task, [(digest.source, digest.stamp) for digest in digests]).items():
        tallies[system].days = days
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
        tallies[number].rows += 0 if kind == OUTSIDE else events
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
        "FROM account_use JOIN account_standing USING (account_number) "
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
    """Count the users in all, by use, by profile and by month, and the people no rule decides."""
    bits = [f"count(*) FILTER (uses & {1 << place} > 0)" for place in range(len(USE_TYPES))]
    bits += [
        f"count(*) FILTER (months & {1 << place}::BIGINT > 0)" for place in range(len(task.loaded.calendar.months))
    ]
    rows = connection.execute(
        f"SELECT system_number, count(*), count(DISTINCT together), count(*) FILTER ({_recent(task)}), "
        f"{', '.join(bits)} FROM users GROUP BY system_number"
    ).fetchall()
    for number, users, together, recent, *counts in rows:
        tally = tallies[number]
        tally.users, tally.together, tally.recent = users, together, recent
        tally.by_use = dict(zip(USE_TYPES, counts, strict=False))
        by_month = zip(task.loaded.calendar.months, counts[len(USE_TYPES) :], strict=True)
        tally.by_month = {month: people for month, people in by_month if people}
    _tally_profiles(connection, task, tallies)
    for number, people in connection.execute(BELOW_MINIMUM.format(systems=len(tallies))).fetchall():
        tallies[number].below_minimum = people - tallies[number].users
    if any(standing.proposed for standing in task.book.standing_of_node):
        least = task.loaded.definition.minimum_events
        query = SURE_USERS.format(systems=len(tallies), minimum=least)
        sure = dict(connection.execute(query).fetchall())
        for number, tally in enumerate(tallies):
            tally.users_on_proposals = tally.users - sure.get(number, 0)
    for number, people in connection.execute(UNDETERMINED_PERSONS.format(systems=len(tallies))).fetchall():
        tallies[number].undetermined_persons = people
    for number, months, *times in connection.execute(MONTHS_COVERED.format(systems=len(tallies))).fetchall():
        tallies[number].first, tallies[number].last = map(_instant, times)
        tallies[number].months_covered = {
            month for place, month in enumerate(task.loaded.calendar.months) if months >> place & 1
        }


def _recent(task: Task) -> str:
    """Return as SQL whether a user was active at the end of the period."""
    wanted = set(task.recent_months)
    mask = sum(1 << place for place, month in enumerate(task.loaded.calendar.months) if month in wanted)
    return f"last >= {task.loaded.calendar.begins_at(task.recent_from)} OR months & {mask}::BIGINT > 0"


def _tally_profiles(connection: DuckDBPyConnection, task: Task, tallies: list[Tally]) -> None:
    """Count the users by profile, and say when movers used a system."""
    for number, profile, people in connection.execute(
        "SELECT system_number, profile, count(*) FROM users GROUP BY ALL"
    ).fetchall():
        tallies[number].profiles[profile] = people
    if not task.profiles.moves:
        return
    query = "SELECT system_number, person, first, last, months FROM users WHERE moved ORDER BY system_number, person"
    for number, person, first, last, months in connection.execute(query).fetchall():
        used = tuple(month for place, month in enumerate(task.loaded.calendar.months) if months >> place & 1)
        tallies[number].moves.append(Move(person, _instant(first), _instant(last), used))


def _instant(time: int | None) -> datetime | None:
    return None if time is None else EPOCH + time * MICROSECOND


def _idle(connection: DuckDBPyConnection, task: Task, directories: Sequence[str], system: int | None = None) -> int:
    """Count the accounts of directories that stand for a person and have no row in the period."""
    book = task.book
    nodes = [node for directory in directories for node in book.by_directory.get(directory, {}).values()]
    if not nodes:
        return 0
    where = "" if system is None else f"AND system_number = {system}"
    rows = f"kind <> {OUTSIDE} AND (events > 0 OR NOT listed)"
    query = f"SELECT DISTINCT account_number FROM account_use WHERE {rows} {where}"
    seen = {row[0] for row in connection.execute(query).fetchall()}
    return sum(book.standing_of_node[node].status == "person" for node in nodes if node not in seen)


def _unlisted(connection: DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return the rows of the period about systems that the plan does not list, and the people in them."""
    query = (
        "SELECT system, sum(events)::BIGINT, count(DISTINCT a.person) FILTER (a.status = 0) "
        "FROM account_use JOIN systems s USING (system_number) JOIN account_standing a USING (account_number) "
        f"WHERE NOT s.listed AND kind <> {OUTSIDE} GROUP BY system ORDER BY system"
    )
    return {system: (rows, people) for system, rows, people in connection.execute(query).fetchall()}


def _groups(connection: DuckDBPyConnection, task: Task) -> dict[str, int]:
    """Return the distinct users of each group of systems."""
    groups: dict[str, list[int]] = {}
    for number, system in enumerate(task.loaded.systems.values()):
        if system.part_of:
            groups.setdefault(system.part_of, []).append(number)
    query = "SELECT count(DISTINCT person) FROM users WHERE system_number IN ({})"
    return {
        group: single(connection, query.format(", ".join(map(str, numbers))))
        for group, numbers in sorted(groups.items())
    }


def _write_persons(connection: DuckDBPyConnection, task: Task, path: Path) -> None:
    """Write persons.parquet, sorted by system and pseudonym."""
    definition = task.loaded.definition
    rules = task.loaded.all_rules
    roster = range(len(task.loaded.rules), len(rules))
    words = [
        (number, place, definition.use_rule(rules[index].use_type), rules[index].label)
        for number, system in enumerate(task.loaded.systems)
        for place, index in enumerate((*rules_of(task.loaded.rules, system), *roster))
    ]
    kinds = {"system_number": "int64", "place": "int64", "word": "string", "use_index": "string"}
    columns = list(zip(*words, strict=True)) or [()] * len(kinds)
    insert(
        connection, "rule_words", {key: (list(column), kinds[key]) for key, column in zip(kinds, columns, strict=True)}
    )
    uses = ", ".join(f"CASE WHEN uses & {1 << place} > 0 THEN {text(use)} END" for place, use in enumerate(USE_TYPES))
    query = PERSONS.format(uses=uses, minimum=definition.minimum_events, minimum_rule=text(definition.minimum_rule))
    connection.execute(f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write
