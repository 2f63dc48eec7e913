"""A database on disk that spills, for what is larger than memory; it is gone when its work is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = 256
BATCH = 8192
NAME = "work.duckdb"


@contextmanager
def database(folder: Path) -> Iterator[DuckDBPyConnection]:
    """Yield a database in a folder; it takes at most `MEMORY` MB and reaches for nothing outside."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(folder / "spill"), "memory_limit": f"{MEMORY}MB", "threads": "2",
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    }  # fmt: skip
    connection = duckdb.connect(str(folder / NAME), config=config)
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        for one in folder.glob(f"{NAME}*"):
            one.unlink()


def rows(connection: DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, in flat memory."""
    cursor = connection.cursor()
    for batch in cursor.sql(query).to_arrow_reader(BATCH):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def insert(connection: DuckDBPyConnection, table: str, columns: dict[str, Any], found: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table; `columns` are the Arrow types by name."""
    import pyarrow as pa

    if not found:
        return
    arrays = [pa.array(values, kind) for values, kind in zip(zip(*found, strict=True), columns.values(), strict=True)]
    connection.register("batch", pa.table(arrays, names=list(columns)))
    connection.execute(f"INSERT INTO {table} SELECT * FROM batch")
    connection.unregister("batch")
