"""The default engine: one pass over each new or changed file makes its digest, one pass over the digests counts.

In: a task. Out: the same figures as the reference engine, by DuckDB, in flat memory.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.counting.digest import Stamp, digest_path, read_stamp, refuse_stale
from percapita.counting.engines.duckdb_digest import DigestMaker
from percapita.counting.engines.duckdb_rollup import DigestFile, roll_up
from percapita.counting.task import Counted, EventFile, Task

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DuckDBEngine:
    """Count with DuckDB, embedded and offline."""

    name = "duckdb"

    @property
    def version(self) -> str:
        """Return the version of DuckDB."""
        import duckdb

        return duckdb.__version__

    def count(self, task: Task) -> Counted:
        """Make the digests that are missing or stale, then roll all of them up."""
        with _workspace(task) as (connection, scratch):
            return roll_up(connection, task, _digests(task, connection, scratch), scratch)


def make_digests(task: Task) -> None:
    """Make the digests that are missing or stale, and count nothing."""
    with _workspace(task) as (connection, scratch):
        _digests(task, connection, scratch)


def _digests(task: Task, connection: DuckDBPyConnection, scratch: Path) -> list[DigestFile]:
    maker = DigestMaker(connection, task)
    return [_digest(task, maker, one, scratch, done) for one, done in _with_bytes_done(task)]


def _with_bytes_done(task: Task) -> Iterator[tuple[EventFile, int]]:
    done = 0
    for one in task.files:
        yield one, done
        done += one.file.size


def _digest(task: Task, maker: DigestMaker, one: EventFile, scratch: Path, done: int) -> DigestFile:
    """Return the digest of a file: kept, still current, or made now."""
    source = one.file.source
    if one.kept is not None:
        stamp = read_stamp(one.kept)
        if stamp is not None:
            refuse_stale(stamp, task.loaded.rules)
            return DigestFile(one.kept, source, stamp, stamp.path)
    path = digest_path(task.digests or scratch, source, task.loaded.calendar, one.sha256)  # type: ignore[arg-type]
    current = _current(task, path)
    if current is None:
        total = sum(other.file.size for other in task.files)
        read = done

        def progress(units: int) -> None:
            nonlocal read
            read += units
            task.progress(f"reading {one.file.path}", read, total)

        current = maker.make(one, path, progress)
    return DigestFile(path, source, current, one.file.path)


def _current(task: Task, path: Path) -> Stamp | None:
    stamp = read_stamp(path) if path.exists() else None
    return stamp if stamp is not None and stamp.is_current(task.loaded.rules) else None


@contextmanager
def _workspace(task: Task) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """Yield a connection that spills into a private folder, and that folder; both are gone afterwards."""
    import duckdb

    root = task.digests.parent if task.digests else None
    scratch = Path(tempfile.mkdtemp(prefix="percapita-", dir=root))
    connection = duckdb.connect(
        ":memory:",
        config={
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection, scratch
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
