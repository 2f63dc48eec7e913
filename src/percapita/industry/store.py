"""What is loaded: a Parquet folder for each load, and one DuckDB file built from them, built aside and swapped in.

The DuckDB file is the only thing that readers open and the only place where a load becomes visible.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError

if TYPE_CHECKING:
    import duckdb

NAME = "industry.duckdb"
UNDATED = "undated"
SCHEMAS = {
    "facts": "row BIGINT, scheme VARCHAR, id VARCHAR, metric VARCHAR, number DOUBLE, text VARCHAR, "
    "begins DATE, ends DATE",
    "places": "row BIGINT, scheme VARCHAR, id VARCHAR, name VARCHAR, address VARCHAR, city VARCHAR, state VARCHAR, "
    "zip VARCHAR, phone VARCHAR, npi VARCHAR",
    "rejects": 'file VARCHAR, row BIGINT, "column" VARCHAR, reason VARCHAR',
}


@dataclass(frozen=True, kw_only=True)
class Load:
    """Hold the provenance of one load: `coverage` is the year it is about, if its kind has one; `number` the order.

    `superseded_by` is the number of the load that replaces it, 0 for none.
    """

    number: int
    kind: str
    title: str
    release: str
    coverage: str
    files: tuple[tuple[str, str], ...]
    rows: int
    rejected: int
    mended: str
    superseded_by: int = 0

    @property
    def folder(self) -> str:
        """Return the name of the load's folder."""
        return f"{self.kind}-{self.files[0][1][:16]}"

    @property
    def file(self) -> str:
        """Return what figures name as their source."""
        return self.files[0][0]


def data_home() -> Path:
    """Return the folder of industry data: under PERCAPITA_HOME, else under ./var."""
    return Path(os.environ.get("PERCAPITA_HOME") or "var") / "industry"


@contextmanager
def opened(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that only reads. Raises InputError when nothing is loaded or the file is damaged."""
    import duckdb

    path = home / NAME
    if not path.exists():
        raise InputError("no industry data is loaded", str(home), "run: percapita industry load FILE...")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        raise InputError(
            "the industry data cannot be opened", str(path), "remove that file and load any file again: it is rebuilt"
        ) from None
    try:
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Let one process at a time write. Raises InputError while another one does, or when the folder cannot be made."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / ".lock").open("w", encoding="utf-8")
    except OSError as error:
        raise _unwritable(home, error) from None
    with lock:
        try:
            import fcntl
        except ImportError:  # Windows: the last of two loads wins, and either is whole
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError("another load is going on", str(home), "load again when it has ended") from None
        yield


def _unwritable(home: Path, error: OSError) -> InputError:
    cure = "set PERCAPITA_HOME to a folder that can be written"
    return InputError(f"the data home cannot be written ({error.strerror})", str(home), cure)


def loads(home: Path) -> list[Load]:
    """Return every load by its number, told by the folders alone."""
    found = []
    for path in sorted((home / "files").glob("*/load.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            files = tuple((str(name), str(sha256)) for name, sha256 in told.pop("files"))
            found.append(Load(files=files, **told))
        except (OSError, ValueError, TypeError, KeyError):
            raise InputError(
                "the record of a load is damaged", str(path), "remove its folder and load the file again"
            ) from None
    return superseding(sorted(found, key=lambda load: load.number))


def superseding(found: Sequence[Load]) -> list[Load]:
    """Return the loads with what replaces each: of one kind and coverage the newest release, then the later load."""
    newest: dict[tuple[str, str], Load] = {}
    for load in found:
        held = newest.get((load.kind, load.coverage))
        if held is None or _rank(load) > _rank(held):
            newest[load.kind, load.coverage] = load
    told = []
    for load in found:
        by = newest[load.kind, load.coverage].number
        told.append(Load(**{**_fields(load), "superseded_by": 0 if by == load.number else by}))
    return told


def _rank(load: Load) -> tuple[bool, str, int]:
    return load.release != UNDATED, load.release, load.number


def _fields(load: Load) -> dict[str, Any]:
    return {name: getattr(load, name) for name in load.__dataclass_fields__}


def write_load(home: Path, load: Load, tables: dict[str, dict[str, list[Any]]]) -> None:
    """Write the Parquet files of a load, whole or not at all; the load is visible after `rebuild`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    aside = home / f".making-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True, mode=0o700)
        for name, columns in tables.items():
            pq.write_table(pa.table(columns, schema=_arrow_schema(name)), aside / f"{name}.parquet", compression="zstd")
        told = {name: value for name, value in asdict(load).items() if name != "superseded_by"}
        (aside / "load.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
        (home / "files").mkdir(exist_ok=True)
        shutil.rmtree(home / "files" / load.folder, ignore_errors=True)
        aside.replace(home / "files" / load.folder)
    except OSError as error:
        raise _unwritable(home, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _arrow_schema(name: str) -> Any:
    import pyarrow as pa

    kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DOUBLE": pa.float64(), "DATE": pa.date32()}
    pairs = [part.split() for part in SCHEMAS[name].replace('"', "").split(", ")]
    return pa.schema([(column, kinds[kind]) for column, kind in pairs])


def rebuild(home: Path) -> list[Load]:
    """Build the DuckDB file from all loads aside, swap it in, and return the loads."""
    import duckdb

    known = loads(home)
    aside = home / f".{NAME}.{os.getpid()}"
    try:
        aside.unlink(missing_ok=True)
        connection = duckdb.connect(str(aside))
        connection.execute(
            "CREATE TABLE loads (number INT, kind VARCHAR, title VARCHAR, release VARCHAR, coverage VARCHAR, "
            "file VARCHAR, sha256 VARCHAR, rows BIGINT, rejected BIGINT, superseded_by INT)"
        )
        for name, columns in SCHEMAS.items():
            connection.execute(f"CREATE TABLE {name} (load INT, {columns})")
        for load in known:
            _copy(connection, home, load)
        connection.execute(
            "CREATE VIEW current_facts AS SELECT f.*, l.kind, l.file, l.release, l.coverage FROM facts f "
            "JOIN loads l ON l.number = f.load WHERE l.superseded_by = 0"
        )
        connection.close()
        aside.replace(home / NAME)
    finally:
        aside.unlink(missing_ok=True)
    return known


def _copy(connection: duckdb.DuckDBPyConnection, home: Path, load: Load) -> None:
    row = [load.number, load.kind, load.title, load.release, load.coverage, *load.files[0], load.rows, load.rejected]
    connection.execute("INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, load.superseded_by])
    for name in SCHEMAS:
        path = home / "files" / load.folder / f"{name}.parquet"
        connection.execute(f"INSERT INTO {name} SELECT ?, * FROM read_parquet(?)", [load.number, str(path)])
