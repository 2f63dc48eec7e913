"""Measure the first count of text logs in MB/s, beside hand-written DuckDB on the same CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import duckdb

from bench.count import forget
from bench.generate import generate
from bench.run import PERCAPITA, run

ROWS = 2_400_000
BY_HAND = """
import duckdb
duckdb.sql("SET enable_progress_bar = false")
print(len(duckdb.sql("SELECT system, account_id, count(*), min(occurred_at), max(occurred_at) "
    "FROM read_csv('{log}', all_varchar = true) GROUP BY ALL").fetchall()))
"""


def measure(folder: Path, rounds: int) -> None:
    """Write the same log as CSV and JSON lines, count each, and print MB/s."""
    generate(folder, ROWS)
    logs = _write(folder)
    home = folder / "home"
    by_hand = (sys.executable, "-c", BY_HAND.format(log=logs["csv"]))
    commands = {"hand-written DuckDB, CSV": ("csv", by_hand)} | {
        kind: (kind, (*PERCAPITA, "count", str(folder / f"{kind}.toml"), "--format", "json")) for kind in logs
    }
    seconds: dict[str, list[float]] = {title: [] for title in commands}
    memory = dict.fromkeys(commands, 0)
    for _ in range(rounds):
        for title, (_, command) in commands.items():
            forget(home)
            measured = run(command, home)
            seconds[title].append(measured.seconds)
            memory[title] = max(memory[title], measured.memory)
    print(f"\n{ROWS:,} rows as text; median of {rounds} interleaved rounds, whole processes\n")
    print("| what | MB | seconds | MB/s | memory, MB |\n|---|---|---|---|---|")
    for title, (kind, _) in commands.items():
        size = logs[kind].stat().st_size / 1e6
        taken = median(seconds[title])
        print(f"| {title} | {size:.0f} | {taken:.1f} | {size / taken:.0f} | {memory[title]} |")


def _write(folder: Path) -> dict[str, Path]:
    text = folder / "text"
    text.mkdir(exist_ok=True)
    logs = {"csv": text / "log.csv", "jsonl": text / "log.jsonl"}
    for kind, path in logs.items():
        if not path.exists():
            options = "FORMAT csv, HEADER" if kind == "csv" else "FORMAT json"
            query = f"SELECT * REPLACE (strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at) FROM '{folder}/log_*.parquet'"
            duckdb.execute(f"SET TimeZone = 'UTC'; COPY ({query}) TO '{path}' ({options})")
    return logs
