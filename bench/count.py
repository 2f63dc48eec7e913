"""Measure the count of a Parquet log against hand-written DuckDB on the same files."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.generate import generate
from bench.run import PERCAPITA, Measured, run


@dataclass(frozen=True)
class Contender:
    """Name a command, what to do before it (not timed), and its bound as a ratio and extra seconds."""

    title: str
    command: tuple[str, ...]
    before: Callable[[], None]
    bound: str


def measure(folder: Path, rows: int, rounds: int) -> None:
    """Generate the log if it is not there, run the contenders in turn and print a table."""
    generate(folder, rows)
    home = folder / "home"
    by_hand = (sys.executable, "-m", "bench.by_hand", str(folder))
    counting = (*PERCAPITA, "count", str(folder / "percapita.toml"), "--format", "json")
    undigested = (*PERCAPITA, "count", str(folder / "nodigest.toml"), "--format", "json")
    contenders = [
        Contender("hand-written DuckDB", by_hand, lambda: None, ""),
        Contender("first count, digests written", counting, lambda: forget(home), "1.6 x at 200 M, 2.0 x at 20 M"),
        Contender("again, from the digests", counting, lambda: None, "0.15 x + 1 s"),
        Contender("again, an exclusion added", counting, lambda: _exclude(folder), "0.15 x + 1 s"),
        Contender("no digest", undigested, lambda: None, "1.25 x"),
    ]
    results: dict[str, list[Measured]] = {one.title: [] for one in contenders}
    for _ in range(rounds):
        for one in contenders:
            one.before()
            results[one.title].append(run(one.command, home))
    _same_answers(results)
    _show(rows, contenders, results)


def forget(home: Path) -> None:
    """Remove the digests and the hashes of files: the next count is a first one."""
    shutil.rmtree(home, ignore_errors=True)


def _exclude(folder: Path) -> None:
    plan = folder / "percapita.toml"
    said = plan.read_text().split("\n[[exclude]]\naccount_id")[0]
    plan.write_text(f'{said}\n[[exclude]]\naccount_id = ["nobody"]\nreason = "nobody"\n')


def _same_answers(results: dict[str, list[Measured]]) -> None:
    """Refuse figures of a count that is wrong."""
    by_hand = dict(line.split() for line in results["hand-written DuckDB"][0].printed.splitlines())
    for title, measured in results.items():
        if title != "hand-written DuckDB":
            systems = json.loads(measured[-1].printed)["systems"]
            found = {system["id"]: str(system["users"]) for system in systems if system["users"] is not None}
            if found != by_hand:
                raise SystemExit(f"{title}: the users differ from those of the hand-written query")


def _show(rows: int, contenders: list[Contender], results: dict[str, list[Measured]]) -> None:
    print(f"{rows:,} rows; median of {len(next(iter(results.values())))} interleaved rounds, whole processes\n")
    print(
        "| what | seconds | ratio (least to most) | processor time, ratio | bound | memory, MB |\n|---|---|---|---|---|---|"
    )
    base = [one.seconds for one in results["hand-written DuckDB"]]
    for one in contenders:
        seconds = [measured.seconds for measured in results[one.title]]
        ratios = [mine / theirs for mine, theirs in zip(seconds, base, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        work = [
            mine.cpu / theirs.cpu
            for mine, theirs in zip(results[one.title], results["hand-written DuckDB"], strict=True)
        ]
        memory = max(measured.memory for measured in results[one.title])
        print(
            f"| {one.title} | {median(seconds):.1f} | {spread} | {median(work):.2f} | {one.bound} | {memory} |",
            flush=True,
        )
