"""A file of any size is read in the same memory: one list, one document, one line after another, XML, LDIF."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.formats import FORMATS, write
from tests.sources.reading import write_plan

SMALL, LARGE = 12_000_000, 60_000_000
MOST_MORE = 30  # MB
READ = """
import resource, sys
from pathlib import Path
from tests.sources.reading import opened
from percapita.sources.raw import ReadTotals
from percapita.sources.read import check_columns, raw_batches
loaded, file = opened(Path(sys.argv[1]))
check_columns(file)
totals = ReadTotals()
rows = sum(len(batch.numbers) for batch in raw_batches(file, totals))
print(rows, totals.rejected, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def read_apart(plan: Path) -> tuple[int, int, int]:
    """Return the rows, the rejects and the peak memory in MB of reading a file in a process of its own."""
    folder = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", READ, str(plan)], cwd=folder, capture_output=True, text=True, check=True, env=os.environ
    )
    rows, rejected, memory = map(int, done.stdout.split())
    return rows, rejected, memory


@pytest.mark.slow
@pytest.mark.parametrize("title", FORMATS)
def test_memory_is_flat(title: str, tmp_path: Path) -> None:
    name, _, preset, made, end = FORMATS[title]
    measured = []
    for size in (SMALL, LARGE):
        path = tmp_path / f"{size}-{name}"
        write(path, made(), size, end)
        measured.append(read_apart(write_plan(tmp_path, path, preset)))
        path.unlink()
    (few, _, small), (many, rejected, large) = measured
    assert many > 4 * few
    assert rejected == 0
    assert large < small + MOST_MORE
