"""Make digests side by side: each lane has its own database, so that files of one row group keep all cores busy."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from percapita.counting.engines.duckdb_digest import DigestMaker, Made
from percapita.counting.engines.duckdb_folded import ROOM
from percapita.counting.task import EventFile, Task

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_LANES = 8
MEMORY = 600  # MB that DuckDB may hold before it spills; Python and what DuckDB does not count come on top


@dataclass
class Lanes:
    """Hold what came of the files: by path of the digest, and the parts into which they were folded, by source."""

    made: dict[Path, Made] = field(default_factory=dict)
    parts: dict[int, list[Path]] = field(default_factory=dict)


def make_missing(task: Task, scratch: Path, missing: Sequence[tuple[EventFile, Path]], fold: Collection[Path]) -> Lanes:
    """Make the digests at these paths; those in `fold` are folded too. Raises what the first file that fails raises."""
    total = sum(one.file.size for one in task.files)
    lanes = _Lanes(task, total - sum(one.file.size for one, _ in missing), total, fold)
    for place, (one, path) in enumerate(missing):
        lanes.jobs.put((place, one, path))
    number = min(len(missing), cores(), MOST_LANES)
    with ThreadPoolExecutor(max(1, number), thread_name_prefix="lane") as pool:
        futures = [pool.submit(lanes.work, scratch / f"lane{place}", number) for place in range(number)]
        try:
            wait(futures)
        except KeyboardInterrupt:  # what is finished stays, what is not is given up
            lanes.give_up()
            raise
    for future in futures:
        future.result()  # raises KeyboardInterrupt where only a lane heard of it
    if lanes.failed:  # jobs begin in order, so the first that fails is always the same
        raise lanes.failed[min(lanes.failed)]
    for future in futures:
        future.result()
    return lanes.found


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Lanes:
    """Share the jobs and what came of them between lanes."""

    def __init__(self, task: Task, done: int, total: int, fold: Collection[Path]) -> None:
        self.task, self.jobs = task, SimpleQueue[tuple[int, EventFile, Path]]()
        self.found = Lanes()
        self._fold = fold
        self._done, self._total = done, total
        self._lock = threading.Lock()
        self._open: list[DuckDBPyConnection] = []
        self.failed: dict[int, Exception] = {}
        self._stopped = False

    def work(self, scratch: Path, lanes: int) -> None:
        """Make one digest after the other until there are no more."""
        with database(scratch, max(1, cores() // lanes), MEMORY // lanes) as connection:
            self._open.append(connection)
            maker = DigestMaker(connection, self.task, ROOM // lanes)
            while not self._stopped:
                try:
                    place, one, path = self.jobs.get_nowait()
                except Empty:
                    break
                try:
                    progress = partial(self._progress, one.file.path)
                    self.found.made[path] = maker.make(one, path, path in self._fold, progress)
                except Exception as error:
                    self.failed[place] = error
                    self._stopped = True
            if not self._stopped:
                self._take_parts(maker, scratch)

    def _take_parts(self, maker: DigestMaker, scratch: Path) -> None:
        scratch.mkdir(exist_ok=True)
        for source, path in maker.parts(scratch).items():
            with self._lock:
                self.found.parts.setdefault(source, []).append(path)

    def give_up(self) -> None:
        """Let no lane begin another file, and break off what runs."""
        self._stopped = True
        for connection in self._open:
            connection.interrupt()

    def _progress(self, path: str, units: int) -> None:
        with self._lock:
            self._done += units
            self.task.progress(f"reading {path}", self._done, self._total)


@contextmanager
def database(scratch: Path, threads: int, memory: int) -> Iterator[DuckDBPyConnection]:
    """Yield a database in memory that spills into `scratch` above `memory` MB and reaches for nothing outside."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "temp_directory": str(scratch),
            "threads": str(threads),
            "memory_limit": f"{memory}MB",
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
