"""Number the accounts of a count for SQL: what each text means in its scope, and what each account stands for.

Accounts that an accounts source lists have the number of their node; texts that nobody lists as they are written, and
recipients, get numbers of their own. So the many known accounts cost no step in Python for each text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from percapita.counting.engines.sql import insert
from percapita.counting.task import Task
from percapita.usage.accounts import Account, Scope
from percapita.usage.standing import Standing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LISTED = "CREATE TEMP TABLE IF NOT EXISTS listed (scope BIGINT, account VARCHAR, account_number BIGINT)"
STATUSES = ("person", "excluded", "determination", "unknown")


class AccountTable:
    """Gather the accounts that the sources of a count name, then make the tables that the roll-up joins."""

    def __init__(self, task: Task) -> None:
        """Begin with the accounts that are listed."""
        self._book = task.book
        self._scopes: dict[Scope, int] = {}
        self._texts: dict[tuple[int, str], int] = {}
        self._listed: set[int] = set()
        nodes = task.book.persons
        self._standing: list[Standing] = list(task.book.standing_of_node)
        self._person: list[int | None] = list(nodes.of_node)
        self._numbers: dict[object, int] = {}

    def scope(self, scope: Scope) -> int:
        """Return the number of a scope."""
        return self._scopes.setdefault(scope, len(self._scopes))

    def learn(self, connection: DuckDBPyConnection, facts: str, enum: str, scopes: Sequence[int]) -> None:
        """Know every account that `facts` name; `scopes` are by the number of the system in `enum`."""
        connection.execute(LISTED)
        for scope in set(scopes):
            self._list(connection, scope)
        code = f"enum_code(TRY_CAST(system AS {enum}))::BIGINT"
        scope_sql = str(scopes[0]) if len(set(scopes)) == 1 else f"({list(scopes)}::BIGINT[])[{code} + 1]"
        query = (
            f"SELECT DISTINCT scope, account FROM (SELECT {scope_sql}::BIGINT AS scope, account FROM {facts}) "
            "ANTI JOIN listed USING (scope, account)"
        )
        names = list(self._scopes)
        for scope, account in connection.execute(query).fetchall():
            if (scope, account) not in self._texts:
                self._texts[scope, account] = self._number(self._book.find(names[scope], account))

    def _list(self, connection: DuckDBPyConnection, scope: int) -> None:
        """Insert the accounts of a scope of one directory: their texts mean what is listed."""
        directories = list(self._scopes)[scope]
        if scope in self._listed or len(directories) != 1:
            return
        accounts = self._book.by_directory.get(directories[0], {})
        columns = {
            "scope": ([scope] * len(accounts), "int64"),
            "account": (list(accounts), "string"),
            "account_number": (list(accounts.values()), "int64"),
        }
        insert(connection, "listed", columns, more=True)
        self._listed.add(scope)

    def _number(self, account: Account) -> int:
        if isinstance(account.identity, int):
            return account.identity
        if account.identity not in self._numbers:
            self._numbers[account.identity] = len(self._standing)
            self._standing.append(account.standing)
            self._person.append(account.person)
        return self._numbers[account.identity]

    def insert(self, connection: DuckDBPyConnection) -> None:
        """Make `accounts` (scope, text -> number), `account_standing` by number, and `reasons`."""
        known = list(self._texts)
        columns = {
            "scope": ([scope for scope, _ in known], "int64"),
            "account": ([account for _, account in known], "string"),
            "account_number": (list(self._texts.values()), "int64"),
        }
        insert(connection, "other_accounts", columns)
        connection.execute(f"{LISTED}; CREATE TEMP VIEW accounts AS FROM listed UNION ALL FROM other_accounts")
        objects = {id(standing): standing for standing in self._standing}  # few, for very many accounts
        standings = list(dict.fromkeys(objects.values()))
        place = {key: standings.index(standing) for key, standing in objects.items()}
        columns = {
            "account_number": (list(range(len(self._standing))), "int64"),
            "person": (self._person, "int32"),
            "standing": ([place[id(standing)] for standing in self._standing], "int32"),
        }
        insert(connection, "numbered_accounts", columns)
        insert(connection, "standings", _standing_columns(standings))
        joined = "FROM numbered_accounts JOIN standings USING (standing)"
        connection.execute(f"CREATE TEMP VIEW account_standing AS {joined}")


def _standing_columns(standings: Sequence[Standing]) -> dict[str, tuple[list[object], str]]:
    return {
        "standing": (list(range(len(standings))), "int32"),
        "status": ([STATUSES.index(standing.status) for standing in standings], "int32"),
        "words": ([standing.reason for standing in standings], "string"),
        "standing_rule": ([standing.rule for standing in standings], "string"),
        "shared": ([standing.shared for standing in standings], "bool"),
        "proposed": ([bool(standing.proposed) for standing in standings], "bool"),
    }
