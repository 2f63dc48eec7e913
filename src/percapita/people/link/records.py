"""What is known of each person that exact keys made: the record that is compared with others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from percapita.people.identities import Identities, IdentityTable
from percapita.people.link.names import family_forms, given_forms, roots_of, sound
from percapita.people.resolve import Persons
from percapita.policy.vocabulary import ACCOUNT_KINDS

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

LEAST_LETTERS = 3  # a login of digits says nothing: two directories number their accounts from 1
LEAST_HANDLE = 4

# Of several values of a person the first in the order of files and rows stands first.
RECORDS = f"""
CREATE TEMP TABLE handle_said AS
WITH texts AS (
  SELECT person, place, account AS text FROM node
  UNION ALL SELECT person, place, split_part(unnest(mailboxes), '@', 1) FROM node),
plain AS (SELECT person, place, regexp_replace(lower(text), '[^\\p{{L}}\\p{{N}}]', '', 'g') AS handle FROM texts)
SELECT person, min(place) AS place, handle FROM plain
WHERE len(handle) >= {LEAST_HANDLE} AND len(regexp_replace(handle, '[^\\p{{L}}]', '', 'g')) >= {LEAST_LETTERS}
GROUP BY person, handle;
CREATE TEMP TABLE wide AS
WITH given AS (SELECT person, min(place) AS place, form FROM (
    SELECT person, place, unnest(forms) AS form FROM said JOIN given_form USING (given)) GROUP BY person, form),
family AS (SELECT person, min(place) AS place, form FROM (
    SELECT person, place * 8 + generate_subscripts(forms, 1) AS place, unnest(forms) AS form
    FROM said JOIN family_form USING (family)) GROUP BY person, form),
day AS (SELECT person, min(place) AS place, strftime(born, '%Y%m%d') AS day FROM said WHERE born IS NOT NULL
    GROUP BY person, day),
box AS (SELECT person, min(place) AS place, box FROM (SELECT person, place, unnest(mailboxes) AS box FROM node)
    GROUP BY person, box),
directory AS (SELECT person, list(DISTINCT directory ORDER BY directory) AS directories FROM node
    WHERE directory IS NOT NULL GROUP BY person),
givens AS (SELECT person, list(form ORDER BY place, len(form), form) AS givens FROM given GROUP BY person),
families AS (SELECT person, list(form ORDER BY place, form) AS families FROM family GROUP BY person),
days AS (SELECT person, list(day ORDER BY place, day) AS born FROM day GROUP BY person),
handles AS (SELECT person, list(handle ORDER BY place, handle) AS handles FROM handle_said GROUP BY person),
boxes AS (SELECT person, list(box ORDER BY place, box) AS mailboxes FROM box GROUP BY person),
roots AS (SELECT person, list(DISTINCT root ORDER BY root) AS roots,
    list(DISTINCT sound ORDER BY sound) AS given_sounds
    FROM (SELECT person, unnest(roots) AS root, unnest(sounds) AS sound FROM given JOIN root USING (form))
    GROUP BY person),
sounds AS (SELECT person, list(DISTINCT sound ORDER BY sound) AS family_sounds
    FROM family JOIN family_sound USING (form) GROUP BY person)
SELECT person AS id, givens[1] AS given, families[1] AS family, coalesce(givens, []) AS givens,
  coalesce(roots, []) AS roots, coalesce(given_sounds, []) AS given_sounds, coalesce(families, []) AS families,
  coalesce(family_sounds, []) AS family_sounds, coalesce(born, []) AS born, coalesce(handles, []) AS handles,
  coalesce(mailboxes, []) AS mailboxes, coalesce(directories, []) AS directories
FROM (SELECT DISTINCT person FROM node) LEFT JOIN givens USING (person) LEFT JOIN families USING (person)
  LEFT JOIN days USING (person) LEFT JOIN handles USING (person) LEFT JOIN boxes USING (person)
  LEFT JOIN directory USING (person) LEFT JOIN roots USING (person) LEFT JOIN sounds USING (person)
WHERE givens IS NOT NULL OR families IS NOT NULL OR handles IS NOT NULL;
CREATE TEMP TABLE odd AS
SELECT s.person, list(s.handle ORDER BY s.place, s.handle) AS odd_handles
FROM handle_said s JOIN wide w ON w.id = s.person
WHERE NOT coalesce(list_bool_or(list_transform(families, lambda f: len(f) > 1 AND contains(handle, left(f, 5)))), false)
  AND NOT coalesce(list_bool_or(list_transform(givens, lambda g: len(g) > 2 AND starts_with(handle, g)
    AND len(handle) - len(g) <= 2)), false)
GROUP BY s.person;
CREATE TEMP TABLE record AS
SELECT w.*, coalesce(odd_handles, []) AS odd_handles, employee, npi
FROM wide w LEFT JOIN odd ON odd.person = w.id JOIN identifier i ON i.person = w.id ORDER BY id
"""


def can_be_compared(tables: Sequence[IdentityTable]) -> bool:
    """Tell whether the files say anything by which people could be compared: names, or e-mail addresses."""
    return any(
        table.rows.column(name).null_count < table.rows.num_rows
        for table in tables
        for name in ("given_name", "family_name", "email")
        if name in table.rows.column_names
    )


def make_records(connection: DuckDBPyConnection, persons: Persons, tables: Sequence[IdentityTable]) -> int:
    """Make the table `record`, one row for each person of whom a name or a login can be compared; return their number.

    Columns: `id` (the person's number), `given`, `givens`, `roots`, `given_sounds`, `family`, `families`,
    `family_sounds`, `born` (dates as texts of eight digits), `handles` (logins and mailboxes, letters and digits only),
    `odd_handles` (those that the name does not explain), `mailboxes`, `employee`, `npi`, `directories`.
    Accounts that stand for no individual - shared, service, test, patient - say nothing.
    """
    _register(connection, "node", _nodes(persons))
    _register(connection, "said", _said(persons, tables))
    _register(connection, "identifier", _identifiers(persons))
    given = _distinct(connection, "SELECT DISTINCT given FROM said WHERE given IS NOT NULL ORDER BY 1")
    family = _distinct(connection, "SELECT DISTINCT family FROM said WHERE family IS NOT NULL ORDER BY 1")
    given_of = {text: given_forms(text) for text in given}
    family_of = {text: family_forms(text) for text in family}
    firsts = sorted(set(chain.from_iterable(given_of.values())))
    lasts = sorted(set(chain.from_iterable(family_of.values())))
    roots = [roots_of(form) for form in firsts]
    _register(connection, "given_form", _columns(given=given, forms=[list(given_of[text]) for text in given]))
    _register(connection, "family_form", _columns(family=family, forms=[list(family_of[text]) for text in family]))
    sounds = [[sound(root) for root in of] for of in roots]
    _register(connection, "root", _columns(form=firsts, roots=[list(of) for of in roots], sounds=sounds))
    _register(connection, "family_sound", _columns(form=lasts, sound=[sound(form) for form in lasts]))
    connection.execute(RECORDS)
    return int(connection.execute("SELECT count(*) FROM record").fetchall()[0][0])


def _register(connection: DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register(f"{name}_given", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_given")
    connection.unregister(f"{name}_given")


def _distinct(connection: DuckDBPyConnection, query: str) -> list[str]:
    return [text for (text,) in connection.execute(query).fetchall()]


def _columns(**columns: Sequence[Any]) -> pa.Table:
    """Return a table of texts, or of lists of them."""
    import pyarrow as pa

    lists = {name for name, values in columns.items() if name in ("forms", "roots", "sounds")}
    kind = {name: pa.list_(pa.string()) if name in lists else pa.string() for name in columns}
    return pa.table({name: pa.array(values, kind[name]) for name, values in columns.items()})


def _nodes(persons: Persons) -> pa.Table:
    """Return the accounts and workforce rows that stand for an individual: person, directory, login, mailboxes."""
    import pyarrow as pa

    nodes = persons.identities
    mask = pa.array(_individuals(nodes))
    return pa.table(
        {
            "person": pa.array(persons.of_node, pa.int64()),
            "place": pa.array(range(len(nodes)), pa.int64()),
            "directory": pa.array(nodes.directory, pa.string()),
            "account": pa.array(nodes.account, pa.string()),
            "mailboxes": pa.array([list(mailboxes) for mailboxes in nodes.emails], pa.list_(pa.string())),
        }
    ).filter(mask)


def _individuals(nodes: Identities) -> list[bool]:
    """Tell of each node whether it stands for one person; a kind that nobody defined counts as human."""
    other = {kind: kind.casefold() in ACCOUNT_KINDS[1:] for kind in set(nodes.kind) if kind is not None}
    return [not shared and not other.get(kind or "") for kind, shared in zip(nodes.kind, nodes.shared, strict=True)]


def _said(persons: Persons, tables: Sequence[IdentityTable]) -> pa.Table:
    """Return what the rows of all files say of a person: given and family name, birth date."""
    import pyarrow as pa

    nodes = persons.identities
    find = _node_finder(nodes)
    individual = _individuals(nodes)
    parts = []
    for table in tables:
        at = [find[key] for key in _keys(table)]
        kinds = {"given": pa.string(), "family": pa.string(), "born": pa.date32()}
        names = {"given": "given_name", "family": "family_name", "born": "birth_date"}
        rows = table.rows
        said = {
            short: rows.column(name).cast(kinds[short])
            if name in rows.column_names
            else pa.nulls(len(at), kinds[short])
            for short, name in names.items()
        }
        whose = {
            "person": pa.array([persons.of_node[node] for node in at], pa.int64()),
            "place": pa.array(at, pa.int64()),
        }
        parts.append(pa.table({**whose, **said}).filter(pa.array([individual[node] for node in at], pa.bool_())))
    return pa.concat_tables(parts)


def _node_finder(nodes: Identities) -> dict[tuple[str | None, str], int]:
    """Return the node of each account, by directory and id, and of each workforce row, by path and row."""
    places = zip(nodes.directory, nodes.account, nodes.origin, strict=True)
    return {
        (directory, account) if directory is not None else (None, f"{path}:{row}"): node
        for node, (directory, account, (path, row)) in enumerate(places)
    }


def _keys(table: IdentityTable) -> Iterable[tuple[str | None, str]]:
    """Return by what the node of each row of a file is found."""
    if table.directory is None:
        return ((None, f"{table.path}:{row}") for row in table.rows.column("row").to_pylist())
    return ((table.directory, account) for account in table.rows.column("account_id").to_pylist())


def _identifiers(persons: Persons) -> pa.Table:
    """Return the employee id and the NPI of each person."""
    import pyarrow as pa

    nodes = persons.identities
    employee = {
        persons.of_node[node]: persons.known_as.get(text, text) for node, text in enumerate(nodes.employee) if text
    }
    npi = {persons.of_node[node]: persons.known_as.get(text, text) for node, text in enumerate(nodes.npi) if text}
    everybody = range(len(persons.nodes))
    return pa.table(
        {
            "person": pa.array(everybody, pa.int64()),
            "employee": pa.array([employee.get(person) for person in everybody], pa.string()),
            "npi": pa.array([npi.get(person) for person in everybody], pa.string()),
        }
    )
