"""Collect identities: one node for each account of a directory, one for each workforce row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING, Any

from percapita.people import keys

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class IdentityTable:
    """Hold what one file says of identities. `directory` is None for a workforce file.

    `rows` has the columns that `sources.read.read_identities` returns.
    """

    path: str
    directory: str | None
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Employment:
    """Hold what one workforce row says of a person, and from when to when (both inclusive, None is open)."""

    valid_from: date | None
    valid_to: date | None
    entity: str | None
    country: str | None
    worker_type: str | None
    employer: str | None = None
    job: str | None = None
    department: str | None = None


EMPLOYMENT = tuple(one.name for one in fields(Employment))


@dataclass
class Identities:
    """Hold the nodes as columns. Keys are comparable forms; a node with two ids of one kind is a shared account."""

    directory: list[str | None] = field(default_factory=list)
    account: list[str] = field(default_factory=list)
    employee: list[str | None] = field(default_factory=list)
    npi: list[str | None] = field(default_factory=list)
    emails: list[tuple[str, ...]] = field(default_factory=list)
    names: list[tuple[str, ...]] = field(default_factory=list)
    kind: list[str | None] = field(default_factory=list)
    shared: list[bool] = field(default_factory=list)
    employment: list[Employment | None] = field(default_factory=list)
    roles: list[tuple[str, ...]] = field(default_factory=list)
    enabled: list[bool] = field(default_factory=list)
    last_login: list[date | None] = field(default_factory=list)
    origin: list[tuple[str, int]] = field(default_factory=list)
    employee_keys: dict[keys.EmployeeId, str] = field(default_factory=dict)
    invalid_npis: int = 0

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.account)


def collect(tables: Sequence[IdentityTable]) -> Identities:
    """Return the nodes of all files, in the order of files and rows."""
    columns = [_KeyColumns.of(table.rows) for table in tables]
    by_id = keys.employee_keys({known for column in columns for known in column.employee_ids if known})
    nodes = Identities(employee_keys=by_id)
    at: dict[tuple[str, str], int] = {}
    for table, column in zip(tables, columns, strict=True):
        if table.directory is None:
            _add_workforce(nodes, table, column, by_id)
        else:
            _add_accounts(nodes, table, column, by_id, at)
        nodes.invalid_npis += column.invalid_npis
    return nodes


@dataclass(frozen=True)
class _KeyColumns:
    employee_ids: list[keys.EmployeeId | None]
    npis: list[str | None]
    emails: list[str | None]
    names: list[str | None]
    invalid_npis: int

    @staticmethod
    def of(rows: pa.Table) -> _KeyColumns:
        given, family = _texts(rows, "given_name"), _texts(rows, "family_name")
        npi_texts = _texts(rows, "npi")
        npis = _mapped(npi_texts, keys.npi)
        return _KeyColumns(
            employee_ids=_mapped(_texts(rows, "employee_id"), keys.employee_id),
            npis=npis,
            emails=_mapped(_texts(rows, "email"), keys.email),
            names=[keys.name(*parts) if all(parts) else None for parts in zip(given, family, strict=True)],
            invalid_npis=sum(text is not None and known is None for text, known in zip(npi_texts, npis, strict=True)),
        )


_NO_KEYS = _KeyColumns([None], [None], [None], [None], 0)


@dataclass(frozen=True)
class _AccountColumns:
    """Hold what a list says of its accounts apart from keys; an account that is not said to be disabled is enabled."""

    kinds: list[str | None]
    roles: list[tuple[str, ...]]
    enabled: list[bool]
    last_logins: list[date | None]

    @staticmethod
    def of(rows: pa.Table) -> _AccountColumns:
        return _AccountColumns(
            kinds=_texts(rows, "kind"),
            roles=_mapped(_texts(rows, "role"), lambda role: (role,), absent=()),
            enabled=[one is not False for one in _texts(rows, "enabled")],
            last_logins=_texts(rows, "last_login"),
        )

    def at(self, index: int) -> _AccountColumns:
        here = slice(index, index + 1)
        return _AccountColumns(self.kinds[here], self.roles[here], self.enabled[here], self.last_logins[here])

    def repeated(self, times: int) -> _AccountColumns:
        return _AccountColumns(self.kinds * times, self.roles * times, self.enabled * times, self.last_logins * times)


_NO_ACCOUNTS = _AccountColumns([None], [()], [False], [None])


def _texts(rows: pa.Table, column: str) -> list[Any]:
    return rows.column(column).to_pylist() if column in rows.column_names else [None] * rows.num_rows


def _mapped(texts: Iterable[str | None], function: Callable[[str], Any], absent: Any = None) -> list[Any]:
    """Return `function` of each text, computed once for each distinct one, and `absent` where there is none."""
    written = list(texts)
    known = {text: absent if text is None else function(text) for text in dict.fromkeys(written)}
    return [known[text] for text in written]


def _add_workforce(
    nodes: Identities, table: IdentityTable, column: _KeyColumns, by_id: dict[keys.EmployeeId, str]
) -> None:
    rows = _texts(table.rows, "row")
    said = zip(*(_texts(table.rows, name) for name in EMPLOYMENT), strict=True)
    employment = [Employment(*one) for one in said]
    _extend(nodes, table, [""] * len(rows), _NO_ACCOUNTS.repeated(len(rows)), employment, rows, column, by_id)


def _add_accounts(
    nodes: Identities,
    table: IdentityTable,
    column: _KeyColumns,
    by_id: dict[keys.EmployeeId, str],
    at: dict[tuple[str, str], int],
) -> None:
    """Add the accounts of a file; several rows of one account are one node with the keys of all of them."""
    directory = table.directory or ""
    rows, accounts = (_texts(table.rows, name) for name in ("row", "account_id"))
    said = _AccountColumns.of(table.rows)
    first = len(nodes)
    places = [at.setdefault((directory, account), first + place) for place, account in enumerate(accounts)]
    if places == list(range(first, first + len(accounts))):
        _extend(nodes, table, accounts, said, [None] * len(accounts), rows, column, by_id)
        return
    for account, place in zip(accounts, places, strict=True):  # some account has several rows: node by node
        if place >= first:
            at.pop((directory, account), None)
    for index, (row, account) in enumerate(zip(rows, accounts, strict=True)):
        node = at.setdefault((directory, account), len(nodes))
        if node == len(nodes):
            _extend(nodes, table, [account], said.at(index), [None], [row], _NO_KEYS, by_id)
        else:
            _add_said(nodes, node, said, index)
        _add_keys(nodes, node, column, index, by_id)


def _extend(
    nodes: Identities,
    table: IdentityTable,
    accounts: list[str],
    said: _AccountColumns,
    employment: Sequence[Employment | None],
    rows: list[int],
    column: _KeyColumns,
    by_id: dict[keys.EmployeeId, str],
) -> None:
    """Add a node for each row of a file."""
    count = len(accounts)
    nodes.directory += [table.directory] * count
    nodes.account += accounts
    nodes.employee += [None if known is None else by_id[known] for known in column.employee_ids[:count]]
    nodes.npi += column.npis[:count]
    nodes.emails += [() if mailbox is None else (mailbox,) for mailbox in column.emails[:count]]
    nodes.names += [() if name is None else (name,) for name in column.names[:count]]
    nodes.kind += said.kinds
    nodes.roles += said.roles
    nodes.enabled += said.enabled
    nodes.last_login += said.last_logins
    nodes.shared += [False] * count
    nodes.employment += employment
    nodes.origin += zip(repeat(table.path), rows)


def _add_said(nodes: Identities, node: int, said: _AccountColumns, index: int) -> None:
    """Add what one more row says of an account: it is enabled if any row says so."""
    nodes.kind[node] = nodes.kind[node] or said.kinds[index]
    nodes.roles[node] += tuple(role for role in said.roles[index] if role not in nodes.roles[node])
    nodes.enabled[node] |= said.enabled[index]
    logins = [day for day in (nodes.last_login[node], said.last_logins[index]) if day is not None]
    nodes.last_login[node] = max(logins, default=None)


def _add_keys(nodes: Identities, node: int, column: _KeyColumns, index: int, by_id: dict[keys.EmployeeId, str]) -> None:
    """Give a node the keys of one row; two different ids of one kind make the account a shared one."""
    employee, number = column.employee_ids[index], column.npis[index]
    if employee is not None:
        key = by_id[employee]
        nodes.shared[node] |= nodes.employee[node] not in (None, key)
        nodes.employee[node] = nodes.employee[node] or key
    if number is not None:
        nodes.shared[node] |= nodes.npi[node] not in (None, number)
        nodes.npi[node] = nodes.npi[node] or number
    mailbox, name = column.emails[index], column.names[index]
    if mailbox is not None and mailbox not in nodes.emails[node]:
        nodes.emails[node] += (mailbox,)
    if name is not None and name not in nodes.names[node]:
        nodes.names[node] += (name,)
