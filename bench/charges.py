"""Standard charges: whole processes of `charges check` and of CMS's validator on the same files, one after the other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from bench.charges_data import make_json, make_tall, make_wide
from bench.run import PERCAPITA, Measured, run

ORACLE = Path(__file__).parents[1] / "tests" / "chargemaster" / "oracle"
FILES: dict[str, tuple[str, float, Callable[[Path], None]]] = {
    "CSV tall": ("tall.csv", 0.2, lambda path: make_tall(path, 600_000)),
    "CSV wide, 5 payers": ("wide.csv", 0.2, lambda path: make_wide(path, 300_000, 5)),
    "CSV wide, 200 payers": ("wide200.csv", 0.05, lambda path: make_wide(path, 8_000, 200)),
    "JSON": ("items.json", 0.5, lambda path: make_json(path, 100_000)),
    "JSON, indented": ("indented.json", 0.5, lambda path: make_json(path, 50_000, indent=2)),
}
MOST_MEMORY = 300


def measure(folder: Path, rounds: int) -> None:
    """Make the files, check each with both, print a table of times, ratios and memory."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which("node") is None or not (ORACLE / "node_modules").is_dir():
        print("standard charges: CMS's validator is not installed; run: make oracle")
    print("| file | MB | CMS s | ours s | ratio | limit | ratio of processor time | CMS MB | ours MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for title, (name, limit, make) in FILES.items():
        path = folder / name
        if not path.exists():
            make(path)
        print(row(title, path, limit, rounds), flush=True)


def row(title: str, path: Path, limit: float, rounds: int) -> str:
    """Return one line of the table: the best of some rounds."""
    listed = path.with_suffix(".list")
    listed.write_text(json.dumps([str(path.resolve())]), encoding="utf-8")
    theirs: list[Measured] = []
    ours: list[Measured] = []
    for _ in range(rounds):
        theirs.append(run(("node", str(ORACLE / "oracle.mjs"), str(listed)), path.parent))
        ours.append(run((*PERCAPITA, "charges", "check", "--format", "json", str(path)), path.parent))
    assert json.loads(theirs[0].printed)["valid"] is json.loads(ours[0].printed)["valid"] is True
    slow, fast = (min(one.seconds for one in found) for found in (theirs, ours))
    cpu = min(one.cpu for one in ours) / min(one.cpu for one in theirs)
    memory = [max(one.memory for one in found) for found in (theirs, ours)]
    size = path.stat().st_size >> 20
    times = f"{slow:.1f} | {fast:.2f} | **{fast / slow:.3f}** | {limit} | {cpu:.3f}"
    return f"| {title} | {size} | {times} | {memory[0]} | {memory[1]} |"


def large(folder: Path, gigabytes: float) -> None:
    """Check a tall and a JSON file of some gigabytes and print time and memory; there is no other to compare with."""
    folder.mkdir(parents=True, exist_ok=True)
    makers: tuple[tuple[str, Callable[[Path], None]], ...] = (
        ("large.csv", lambda path: make_tall(path, int(gigabytes * 7_000_000))),
        ("large.json", lambda path: make_json(path, int(gigabytes * 660_000))),
    )
    for name, make in makers:
        path = folder / name
        if not path.exists():
            make(path)
        done = run((*PERCAPITA, "charges", "check", "--format", "json", str(path)), folder)
        size = path.stat().st_size / 2**30
        print(f"{name}: {size:.2f} GB, {done.seconds:.1f} s, {done.memory} MB (at most {MOST_MEMORY})")
