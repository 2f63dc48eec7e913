"""Read one file as a plan says, without counting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percapita.counting.load import LoadedPlan, load_plan
from percapita.sources.inventory import SourceFile, take_inventory
from percapita.sources.presets import presets
from percapita.sources.read import ReadTotals, check_columns, read_events, read_identities
from percapita.sources.spec import is_identity
from tests.support.plans import HEAD, RULES, SYSTEMS

FORMATS = Path(__file__).parents[1] / "data" / "formats"


@dataclass(frozen=True)
class Read:
    """Hold the rows of a file and what was counted of it."""

    rows: list[dict[str, Any]]
    totals: ReadTotals

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    @property
    def rejects(self) -> list[tuple[int, str]]:
        return [(reject.row, reject.reason) for reject in self.totals.rejects]


def write_plan(folder: Path, path: Path, preset: str, more: str = "") -> Path:
    """Write a plan with one source in one line of words, as the how-to pages show it."""
    type_ = presets()[preset].type
    system = 'system = "ehr"' if type_ != "workforce" else ""
    source = f'[[source]]\ntype = "{type_}"\npath = "{path}"\npreset = "{preset}"\n{system}\n{more}\n'
    plan = folder / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + source + RULES, encoding="utf-8")
    return plan


def opened(plan: Path) -> tuple[LoadedPlan, SourceFile]:
    loaded = load_plan(plan)
    return loaded, take_inventory(loaded.sources, loaded.base)[0]


def read(folder: Path, path: Path, preset: str, more: str = "") -> Read:
    """Return the rows of a file; the columns are checked first, as a count does."""
    loaded, file = opened(write_plan(folder, path, preset, more))
    totals = ReadTotals()
    check_columns(file)
    if is_identity(file.source):
        return Read(read_identities(file, totals).to_pylist(), totals)
    rows = [row for batch in read_events(file, loaded.calendar, totals) for row in batch.to_pylist()]
    return Read(rows, totals)


def read_text(folder: Path, content: str | bytes, name: str, preset: str, more: str = "") -> Read:
    """Return the rows of a file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(folder, path, preset, more)
