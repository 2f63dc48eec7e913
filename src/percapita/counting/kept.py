"""Find the digests of files that are gone: identity providers keep about 90 days of log, a license year is longer."""

from __future__ import annotations

from pathlib import Path

from percapita.counting.digest import read_stamp, source_key
from percapita.counting.load import LoadedPlan
from percapita.counting.task import EventFile
from percapita.sources.inventory import SourceFile
from percapita.sources.spec import is_identity


def kept_files(root: Path | None, loaded: LoadedPlan, index: int) -> list[EventFile]:
    """Return an event file for each digest kept of the source with that index, by path; one for each path."""
    source = loaded.plan.source[index]
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
