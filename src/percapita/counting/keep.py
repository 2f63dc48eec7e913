"""Look after digests: build them without counting, list them, remove those that nothing needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from percapita.counting.digest import digest_path, read_stamp, source_key
from percapita.counting.engines.duckdb import make_digests
from percapita.counting.engines.duckdb_merge import merges_of
from percapita.counting.home import data_home, digests_of
from percapita.counting.load import LoadedPlan, load_plan
from percapita.counting.run import Progress, events_task
from percapita.counting.task import no_progress
from percapita.errors import InputError
from percapita.sources.inventory import HashCache, sha256_of, take_inventory
from percapita.sources.spec import is_identity


@dataclass(frozen=True)
class Kept:
    """Describe one digest: `state` is current, stale (rules changed), gone (its file is), old (its file changed)
    or unused (no source of the plan is like it).
    """

    digest: str
    file: str
    state: str
    rows: int
    rejected: int
    bytes: int


def build(plan_file: Path, progress: Progress = no_progress) -> int:
    """Make the digests that are missing or stale and return how many files they stand for."""
    loaded = load_plan(plan_file)
    if not loaded.plan.count.digest:
        raise InputError("the plan keeps no digests", f"{loaded.file.name}, [count]", "write digest = true")
    task = events_task(loaded, progress)
    make_digests(task)
    return len(task.files)


def show(plan_file: Path) -> list[Kept]:
    """Return every digest in the data home of a plan, by file."""
    loaded = load_plan(plan_file)
    root = digests_of(loaded, data_home(loaded.file))
    present = _present(loaded, root)
    keys = {
        source_key(source, loaded.calendar)  # type: ignore[arg-type]
        for source in loaded.sources
        if not is_identity(source)
    }
    found = [_describe(loaded, root, path, present, keys) for path in sorted(root.glob("*/*.parquet"))]
    return sorted(found, key=lambda kept: (kept.file, kept.digest))


def prune(plan_file: Path, gone: bool) -> list[Kept]:
    """Remove the digests that are old, stale or unused and, if told, those of files that are gone; return them."""
    loaded = load_plan(plan_file)
    root = digests_of(loaded, data_home(loaded.file))
    needless = {"old", "stale", "unused", "damaged"} | ({"gone"} if gone else set())
    removed = [kept for kept in show(plan_file) if kept.state in needless]
    for kept in removed:
        (root / kept.digest).unlink(missing_ok=True)
    if removed:  # a merge may hold what was in them
        shutil.rmtree(merges_of(root), ignore_errors=True)
    return removed


def _present(loaded: LoadedPlan, root: Path) -> dict[Path, str]:
    """Return the digests that the files present now have or would have, and the shown paths of these files."""
    files = take_inventory(loaded.sources, loaded.base, allow_empty=lambda index: True)
    cache = HashCache(data_home(loaded.file))
    return {
        digest_path(root, file.source, loaded.calendar, sha256_of(file, cache)): file.path  # type: ignore[arg-type]
        for file in files
        if not is_identity(file.source)
    }


def _describe(loaded: LoadedPlan, root: Path, path: Path, present: dict[Path, str], keys: set[str]) -> Kept:
    stamp = read_stamp(path)
    shown = path.relative_to(root).as_posix()
    if stamp is None:
        return Kept(shown, "", "damaged", 0, 0, path.stat().st_size)
    if path.parent.name not in keys:
        state = "unused"
    elif path not in present:
        state = "old" if stamp.path in present.values() else "gone"
    else:
        state = "current" if stamp.is_current(loaded.rules) else "stale"
    return Kept(shown, stamp.path, state, stamp.rows, stamp.rejected, path.stat().st_size)
