"""The default engine: one pass over each new or changed file makes its digest, one pass over the digests counts.

In: a task. Out: the same figures as the reference engine, by DuckDB, in flat memory.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from percapita.counting.digest import Stamp, digest_path, read_stamp, refuse_stale
from percapita.counting.engines.duckdb_digest import Made
from percapita.counting.engines.duckdb_lanes import MEMORY, Lanes, cores, database, make_missing
from percapita.counting.engines.duckdb_merge import DigestFile, merge_path
from percapita.counting.engines.duckdb_rollup import roll_up
from percapita.counting.task import Counted, EventFile, Task
from percapita.errors import InputError


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
        import duckdb

        with _scratch(task) as scratch:
            try:
                return _count(task, scratch)
            except duckdb.Error:
                if not _remove_damaged(task):
                    raise
                return _count(task, scratch)


def _count(task: Task, scratch: Path) -> Counted:
    digests, parts = _digests(task, scratch)
    with database(scratch / "spill", cores(), MEMORY) as connection:
        return roll_up(connection, task, digests, parts, scratch)


def _remove_damaged(task: Task) -> bool:
    """Remove what is kept and cannot be read to its end; tell whether there was any."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if task.digests is None:
        return False
    kept = {_path(task, one, Path()): one for one in task.files}
    merged = {merge_path(task.digests, task, one.file.source) for one in task.files}  # type: ignore[arg-type]
    damaged = []
    for path in (*kept, *merged):
        try:
            pq.read_table(path)
        except (OSError, pa.ArrowException):
            one = kept.get(path)
            if one is not None and one.kept is not None:
                raise InputError(
                    "the file is gone and its kept digest is damaged",
                    one.file.path,
                    "restore the file, or leave it out with `percapita digest prune --gone`",
                ) from None
            damaged.append(path)
    for path in damaged:
        path.unlink(missing_ok=True)
    return bool(damaged)


def make_digests(task: Task) -> None:
    """Make the digests that are missing or stale, and count nothing."""
    with _scratch(task) as scratch:
        _digests(task, scratch, fold=False)


def _digests(task: Task, scratch: Path, fold: bool = True) -> tuple[list[DigestFile], dict[int, list[Path]]]:
    """Return the digest of each file - kept, still current, or made now - and what was folded on the way."""
    paths = [_path(task, one, scratch) for one in task.files]
    current = {path: stamp for one, path in zip(task.files, paths, strict=True) if (stamp := _current(task, one, path))}
    missing = {path: one for one, path in zip(task.files, paths, strict=True) if path not in current}
    lanes = Lanes()
    if missing:
        once = {path for path, times in Counter(paths).items() if times == 1} if fold else set()
        lanes = make_missing(task, scratch, [(one, path) for path, one in missing.items()], once)
    made = {path: Made(stamp, folded=False) for path, stamp in current.items()} | lanes.made
    digests = [
        DigestFile(
            path=path,
            source=one.file.source,  # type: ignore[arg-type]
            stamp=made[path].stamp,
            shown=made[path].stamp.path if one.kept else one.file.path,
            folded=made[path].folded,
        )
        for one, path in zip(task.files, paths, strict=True)
    ]
    return digests, lanes.parts


def _path(task: Task, one: EventFile, scratch: Path) -> Path:
    kept = digest_path(task.digests or scratch, one.file.source, task.loaded.calendar, one.sha256)  # type: ignore[arg-type]
    return one.kept or kept


def _current(task: Task, one: EventFile, path: Path) -> Stamp | None:
    """Return the stamp of a digest that still holds. Raises InputError if that of a file that is gone does not."""
    stamp = read_stamp(path) if path.exists() else None
    if stamp is not None and one.kept is not None:
        refuse_stale(stamp, task.loaded.rules)
    return stamp if stamp is not None and stamp.is_current(task.loaded.rules) else None


@contextmanager
def _scratch(task: Task) -> Iterator[Path]:
    """Yield a private folder for what is spilled; it is gone afterwards."""
    root = task.digests.parent.parent if task.digests else None
    scratch = Path(tempfile.mkdtemp(prefix="percapita-", dir=root))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
