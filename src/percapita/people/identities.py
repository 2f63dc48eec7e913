"""Collect identities: one node for each account of a directory, one for each workforce row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
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
    origin: list[tuple[str, int]] = field(default_factory=list)
    employee_keys: dict[keys.EmployeeId, str] = field(default_factory=dict)
    invalid_npis: int = 0

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.account)


def collect(tables: Sequence[IdentityTable]) -> Identities:
    """Return the nodes of all files, in the order of files and rows."""
    columns = [_KeyColumns.of(table.rows) for table in tables]
    by_id = keys.employee_keys(known for column in columns for known in column.employee_ids if known)
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


def _texts(rows: pa.Table, column: str) -> list[Any]:
    return rows.column(column).to_pylist() if column in rows.column_names else [None] * rows.num_rows


def _mapped(texts: Iterable[str | None], function: Callable[[str | None], Any]) -> list[Any]:
    """Return `function` of each text, computed once for each distinct one."""
    known: dict[str | None, Any] = {None: None}
    mapped = []
    for text in texts:
        if text not in known:
            known[text] = function(text)
        mapped.append(known[text])
    return mapped


def _add_workforce(
    nodes: Identities, table: IdentityTable, column: _KeyColumns, by_id: dict[keys.EmployeeId, str]
) -> None:
    dated = [_texts(table.rows, name) for name in ("valid_from", "valid_to", "entity", "country", "worker_type")]
    for index, (row, *employment) in enumerate(zip(_texts(table.rows, "row"), *dated, strict=True)):
        _append(nodes, None, "", (table.path, row))
        _add_keys(nodes, len(nodes) - 1, column, index, by_id)
        nodes.employment[-1] = Employment(*employment)


def _add_accounts(
    nodes: Identities,
    table: IdentityTable,
    column: _KeyColumns,
    by_id: dict[keys.EmployeeId, str],
    at: dict[tuple[str, str], int],
) -> None:
    directory = table.directory or ""
    kinds = _texts(table.rows, "kind")
    for index, (row, account) in enumerate(
        zip(_texts(table.rows, "row"), _texts(table.rows, "account_id"), strict=True)
    ):
        node = at.setdefault((directory, account), len(nodes))
        if node == len(nodes):
            _append(nodes, directory, account, (table.path, row))
        nodes.kind[node] = nodes.kind[node] or kinds[index]
        _add_keys(nodes, node, column, index, by_id)


def _append(nodes: Identities, directory: str | None, account: str, origin: tuple[str, int]) -> None:
    nodes.directory.append(directory)
    nodes.account.append(account)
    nodes.employee.append(None)
    nodes.npi.append(None)
    nodes.emails.append(())
    nodes.names.append(())
    nodes.kind.append(None)
    nodes.shared.append(False)
    nodes.employment.append(None)
    nodes.origin.append(origin)


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
