"""Read one small log, as the inventory of a plan gives it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from percapita.sources.calendar import Calendar
from percapita.sources.inventory import SourceFile, take_inventory
from percapita.sources.read import ReadTotals, read_events
from percapita.sources.spec import AccessColumns, AccessSource

YEAR = Calendar(date(2026, 1, 1), date(2026, 12, 31), "America/Chicago")
NAMES = {"account_id": "who", "occurred_at": "at", "activity": "act"}


def log_file(path: Path, content: bytes | None = None, names: dict[str, str] | None = None, **told: Any) -> SourceFile:
    """Return the file of an access log, written first if its content is given."""
    if content is not None:
        path.write_bytes(content)
    columns: dict[str, Any] = dict(names or NAMES)
    source = AccessSource(path=path.name, columns=AccessColumns(**columns), system="ehr", **told)
    return take_inventory([source], path.parent)[0]


def read(file: SourceFile) -> tuple[list[tuple[int, str]], ReadTotals]:
    """Return the row and account of each event, and the totals."""
    totals = ReadTotals()
    batches = list(read_events(file, YEAR, totals))
    return [(row["row"], row["account"]) for batch in batches for row in batch.to_pylist()], totals
