"""What is known of each person that exact keys made: the record that is compared with others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from percapita.people import keys
from percapita.people.identities import Identities, IdentityTable
from percapita.people.link.names import family_forms, given_forms, roots_of, sound
from percapita.people.resolve import Persons
from percapita.policy.vocabulary import ACCOUNT_KINDS

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_LETTERS = 3  # a login of digits says nothing: two directories number their accounts from 1
LEAST_HANDLE = 4


@dataclass
class _Known:
    """Gather what the accounts and workforce rows of one person say. Dicts keep the order of files and rows."""

    names: dict[tuple[str | None, str | None], None] = field(default_factory=dict)
    born: dict[date, None] = field(default_factory=dict)
    handles: dict[str, None] = field(default_factory=dict)
    mailboxes: dict[str, None] = field(default_factory=dict)


def can_be_compared(tables: Sequence[IdentityTable]) -> bool:
    """Tell whether the files say anything by which people could be compared: names, or e-mail addresses."""
    return any(
        table.rows.column(name).null_count < table.rows.num_rows
        for table in tables
        for name in ("given_name", "family_name", "email")
        if name in table.rows.column_names
    )


def records(persons: Persons, tables: Sequence[IdentityTable]) -> pa.Table:
    """Return one record for each person of whom a name, birth date or login can be compared.

    Columns: `id` (the person's number), `given`, `givens`, `roots`, `given_sounds`, `family`, `families`,
    `family_sounds`, `born` (dates as texts of eight digits), `handles` (logins and mailboxes, letters and digits only),
    `odd_handles` (those that the name does not explain), `mailboxes`, `employee`, `npi`, `directories`.
    Accounts that stand for no individual - shared, service, test, patient - say nothing.
    """
    known = _gather(persons, tables)
    return _table(persons, {person: one for person, one in known.items() if one.names or one.handles})


def _gather(persons: Persons, tables: Sequence[IdentityTable]) -> dict[int, _Known]:
    nodes = persons.identities
    individual = [_is_individual(kind) and not shared for kind, shared in zip(nodes.kind, nodes.shared, strict=True)]
    find = _node_finder(nodes)
    known: dict[int, _Known] = {}
    for table in tables:
        for node, given, family, born, email in _said(table, find):
            if not individual[node]:
                continue
            one = known.setdefault(persons.of_node[node], _Known())
            if given or family:
                one.names[given, family] = None
            if born is not None:
                one.born[born] = None
            mailbox = _mailbox(email)
            if mailbox:
                one.mailboxes[mailbox] = None
            for text in (nodes.account[node], (mailbox or "").partition("@")[0]):
                handle = handle_of(text)
                if handle:
                    one.handles[handle] = None
    return known


def _is_individual(kind: str | None) -> bool:
    """Tell whether a kind of account stands for one person; a word that nobody defined counts as human."""
    word = (kind or "human").casefold()
    return word == "human" or word not in ACCOUNT_KINDS


def _node_finder(nodes: Identities) -> dict[tuple[str | None, str | int], int]:
    """Return the node of each account, by directory and id, and of each workforce row, by path and row."""
    places = zip(nodes.directory, nodes.account, nodes.origin, strict=True)
    return {
        (directory, account) if directory is not None else (None, f"{path}:{row}"): node
        for node, (directory, account, (path, row)) in enumerate(places)
    }


def _said(
    table: IdentityTable, find: dict[tuple[str | None, str | int], int]
) -> Iterable[tuple[int, str | None, str | None, date | None, str | None]]:
    """Yield for each row of a file its node and what it says: given and family name, birth date, e-mail."""
    rows = table.rows
    columns: list[list[Any]] = [
        rows.column(name).to_pylist() if name in rows.column_names else [None] * rows.num_rows
        for name in ("given_name", "family_name", "birth_date", "email")
    ]
    if table.directory is None:
        keys: Iterable[tuple[str | None, str | int]] = ((None, f"{table.path}:{row}") for row in _column(rows, "row"))
    else:
        keys = ((table.directory, account) for account in _column(rows, "account_id"))
    return ((find[key], *said) for key, *said in zip(keys, *columns, strict=True))


def _column(rows: pa.Table, name: str) -> list[Any]:
    return rows.column(name).to_pylist()  # type: ignore[no-any-return]


@cache
def handle_of(text: str) -> str | None:
    """Return the comparable form of a login or of the local part of an address, None if it says nothing."""
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    letters = sum(sign.isalpha() for sign in plain)
    return plain if letters >= LEAST_LETTERS and len(plain) >= LEAST_HANDLE else None


def is_named_after(handle: str, given: str, family: str) -> bool:
    """Tell whether a name explains a handle: it holds the family name, as jsmith2, or is little but the given name."""
    by_family = len(family) > 1 and family[:5] in handle
    return by_family or (len(given) > 2 and handle.startswith(given) and len(handle) - len(given) <= 2)


_given, _family, _roots, _sound = cache(given_forms), cache(family_forms), cache(roots_of), cache(sound)
_mailbox = cache(keys.email)


def _table(persons: Persons, known: dict[int, _Known]) -> pa.Table:
    import pyarrow as pa

    nodes = persons.identities
    rows = [_row(one) for one in known.values()]
    ids = list(known)
    columns = {name: [row[name] for row in rows] for name in LISTS}
    firsts = {
        "given": [row["givens"][0] if row["givens"] else None for row in rows],
        "family": [row["families"][0] if row["families"] else None for row in rows],
    }
    lists = {name: pa.array(values, pa.list_(pa.string())) for name, values in columns.items()}
    own: dict[str, list[Any]] = {
        "employee": [_first(nodes.employee, persons.nodes[person]) for person in ids],
        "npi": [_first(nodes.npi, persons.nodes[person]) for person in ids],
    }
    directories = [sorted({one for node in persons.nodes[id] if (one := nodes.directory[node])}) for id in ids]
    return pa.table(
        {"id": pa.array(ids, pa.int64())}
        | {name: pa.array(values, pa.string()) for name, values in (firsts | own).items()}
        | lists
        | {"directories": pa.array(directories, pa.list_(pa.string()))}
    )


LISTS = ("givens", "roots", "families", "given_sounds", "family_sounds", "born", "handles", "odd_handles", "mailboxes")


def _row(one: _Known) -> dict[str, list[str]]:
    givens = list(dict.fromkeys(form for given, _ in one.names for form in _given(given)))
    families = list(dict.fromkeys(form for _, family in one.names for form in _family(family)))
    roots = list(dict.fromkeys(root for given in givens for root in _roots(given)))
    after = [(given, family) for given in givens or [""] for family in families or [""]]
    return {
        "givens": givens,
        "families": families,
        "roots": roots,
        "given_sounds": list(dict.fromkeys(_sound(root) for root in roots)),
        "family_sounds": list(dict.fromkeys(_sound(family) for family in families)),
        "born": [f"{day:%Y%m%d}" for day in one.born],
        "handles": list(one.handles),
        "mailboxes": list(one.mailboxes),
        "odd_handles": [handle for handle in one.handles if not any(is_named_after(handle, *names) for names in after)],
    }


def _first(values: Sequence[str | None], nodes: Iterable[int]) -> str | None:
    return next((known for node in nodes if (known := values[node]) is not None), None)
