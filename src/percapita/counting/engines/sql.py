"""Quote values for SQL: the one place where text of files and plans meets a query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GLOB_SIGNS = re.compile(r"([*?\[])")


def text(value: str) -> str:
    """Return a string literal."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Return a quoted identifier."""
    return '"' + value.replace('"', '""') + '"'


def parquet(*paths: Path, options: str = "") -> str:
    """Return what reads these very files as SQL: signs that DuckDB would take for a pattern stand for themselves."""
    files = ", ".join(text(GLOB_SIGNS.sub(r"[\1]", str(path))) for path in paths)
    return f"read_parquet([{files}]{options})"


def insert(
    connection: DuckDBPyConnection, name: str, columns: Mapping[str, tuple[Any, str]], more: bool = False
) -> None:
    """Make a table of Python values, given as (values, type) by column; with `more`, add to it."""
    import pyarrow as pa

    types = {"int32": pa.int32(), "int64": pa.int64(), "string": pa.string(), "bool": pa.bool_(), "date32": pa.date32()}
    table = pa.table({column: pa.array(values, types[kind]) for column, (values, kind) in columns.items()})
    connection.register("given", table)
    connection.execute(f"INSERT INTO {name} FROM given" if more else f"CREATE TEMP TABLE {name} AS FROM given")
    connection.unregister("given")


def single(connection: DuckDBPyConnection, query: str) -> int:
    """Return the one number that a query gives, 0 for none; its result is read to the end, so nothing waits for it."""
    rows = connection.execute(query).fetchall()
    return int(rows[0][0] or 0) if rows else 0
