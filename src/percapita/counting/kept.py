"""Find the digests of files that are gone: identity providers keep about 90 days of log, a license year is longer."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection
from pathlib import Path

from percapita.counting.digest import read_stamp, source_key
from percapita.counting.load import LoadedPlan
from percapita.counting.task import EventFile
from percapita.sources.inventory import SourceFile
from percapita.sources.spec import is_identity


def lost_files(root: Path, loaded: LoadedPlan, present: Collection[str]) -> list[str]:
    """Return the paths of files that are gone whose digest was made for other settings of its source or period.

    A file that is still there is not gone, and one that no source of the plan would read was another plan's.
    """
    sources = [source for source in loaded.sources if not is_identity(source)]
    keys = {source_key(source, loaded.calendar) for source in sources}  # type: ignore[arg-type]
    stamps = [(path.parent.name, read_stamp(path)) for path in root.glob("*/*.parquet")]
    held = {stamp.path for key, stamp in stamps if stamp is not None and key in keys}
    found = {stamp.path for _, stamp in stamps if stamp is not None} - held - set(present)
    patterns = [source.path for source in sources]
    return sorted(
        path for path in found if not (loaded.base / path).exists() and any(_reads(one, path) for one in patterns)
    )


def _reads(pattern: str, path: str) -> bool:
    """Tell whether a source with that path would read a file."""
    return path == pattern or fnmatch.fnmatchcase(path, pattern.replace("**/", "*"))


def kept_files(root: Path | None, loaded: LoadedPlan, index: int) -> list[EventFile]:
    """Return an event file for each digest kept of the source with that index, by path; one for each path."""
    source = loaded.sources[index]
    if root is None or is_identity(source):
        return []
    folder = root / source_key(source, loaded.calendar)  # type: ignore[arg-type]
    newest: dict[str, tuple[int, EventFile]] = {}
    for path in sorted(folder.glob("*.parquet")):
        stamp = read_stamp(path)
        if stamp is None:
            continue
        made = path.stat().st_mtime_ns
        file = SourceFile(source, index, stamp.path, path, stamp.size, made, 0, "parquet")
        if made > newest.get(stamp.path, (-1, None))[0]:
            newest[stamp.path] = (made, EventFile(file, stamp.sha256, kept=path))
    return [newest[path][1] for path in sorted(newest)]
