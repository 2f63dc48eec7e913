"""The same inputs give the same bytes, wherever, whenever and however often they are counted."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.cli.count import run_count
from percapita.counting.run import Settings, count
from percapita.evidence.canonical import canonical_json
from percapita.statement.types import as_json
from tests.support.plans import ENGINES

KEY = "0f" * 32
OF_PEOPLE = {"accounts.parquet", "people.parquet", "persons.parquet"}
RESULTS = {*OF_PEOPLE, "identities.csv", "rejects.csv", "report.html", "statement.json"}
PLAN = """
[organization]
id = "steady"
name = "Steady Clinic"
key_file = "steady.key"

[period]
start = 2024-01-01
end = 2024-12-31
timezone = "America/Chicago"

[count]
max_rejects = 0.5

[[system]]
id = "ehr"
name = "Charting"
kind = "emr"
part_of = "suite"

[[system]]
id = "rcm"
name = "Billing"
kind = "revenue_cycle"
part_of = "suite"

[[source]]
type = "workforce"
path = "people-*.csv"
columns = { employee_id = "EMP", given_name = "FIRST", family_name = "LAST", entity = "SITE" }

[[source]]
type = "accounts"
path = "accounts.csv"
system = "*"
columns = { account_id = "LOGIN", employee_id = "EMP", kind = "KIND" }

[[source]]
type = "access"
path = "logs/*.parquet"
columns = { account_id = "LOGIN", occurred_at = "AT", system = "APP", activity = "ACT" }

[[source]]
type = "access"
path = "logs/*.csv"
system = "rcm"
columns = { account_id = "LOGIN", occurred_at = "AT", activity = "ACT" }

[[use]]
system = "*"
activity = ["order", "view*"]
use_type = "direct_access"

[[use]]
system = "*"
activity = ["bill"]
use_type = "product_reliance"

[[exclude]]
account_id = ["u?7"]
reason = "vendor"
"""


def write(folder: Path) -> Path:
    """Write an organization with many files, ties, rejects, unknown accounts and systems, and return its plan."""
    draw = random.Random(11)
    (folder / "logs").mkdir(parents=True)
    (folder / "percapita.toml").write_text(PLAN, encoding="utf-8")
    (folder / "steady.key").write_text(KEY, encoding="ascii")
    for part in range(3):
        rows = [f"{part * 40 + number},G{number},F{number % 9},{draw.choice('ABC')}" for number in range(40)]
        (folder / f"people-{part}.csv").write_text("\n".join(["EMP,FIRST,LAST,SITE", *rows]), encoding="utf-8")
    rows = [f"u{number},{number // 2},{draw.choice(('human', 'human', 'service', 'robot'))}" for number in range(200)]
    (folder / "accounts.csv").write_text("\n".join(["LOGIN,EMP,KIND", *rows]), encoding="utf-8")
    for part in range(4):
        pq.write_table(log(draw, 4_000), folder / "logs" / f"app-{part}.parquet", row_group_size=500)
        rows = log(draw, 300).select(["LOGIN", "AT", "ACT"]).to_pylist()
        lines = [
            f"{row['LOGIN']},{'soon' if n % 50 == 0 else row['AT'].isoformat()},{row['ACT']}"
            for n, row in enumerate(rows)
        ]
        (folder / "logs" / f"bill-{part}.csv").write_text("\n".join(["LOGIN,AT,ACT", *lines]), encoding="utf-8")
    return folder / "percapita.toml"


def log(draw: random.Random, rows: int) -> pa.Table:
    first = datetime(2023, 12, 30, tzinfo=UTC)
    times = [first + timedelta(hours=draw.randint(0, 369 * 24)) for _ in range(rows)]
    return pa.table(
        {
            "LOGIN": [f"u{draw.randint(0, 210)}" for _ in range(rows)],
            "AT": pa.array(times, pa.timestamp("us", tz="UTC")),
            "APP": [draw.choice(("ehr", "rcm", "pacs")) for _ in range(rows)],
            "ACT": [draw.choice(("order", "view.chart", "bill", "login")) for _ in range(rows)],
        }
    )


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Return the folder of the organization and the bytes of its first results."""
    folder = tmp_path_factory.mktemp("steady")
    plan = write(folder)
    run_count(plan, folder / "first")
    return folder, bytes_in(folder / "first")


def test_all_results_are_written(steady: tuple[Path, dict[str, bytes]]) -> None:
    assert set(steady[1]) == RESULTS
    found = json.loads(steady[1]["statement.json"])
    assert [system["users"] > 50 for system in found["systems"]] == [True, True]
    assert found["unlisted_systems"]["pacs"] > 1_000
    assert steady[1]["rejects.csv"].count(b"\n") > 20


def test_counted_again(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    folder, first = steady
    run_count(folder / "percapita.toml", tmp_path)
    assert bytes_in(tmp_path) == first


def test_counted_without_what_was_kept(
    steady: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, first = steady
    monkeypatch.setenv("PERCAPITA_HOME", str(tmp_path / "home"))
    run_count(folder / "percapita.toml", tmp_path / "out")
    assert bytes_in(tmp_path / "out") == first


def test_counted_without_digests(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    folder, first = steady
    plan = folder / "no-digest.toml"
    plan.write_text(PLAN.replace("[count]", "[count]\ndigest = false"), encoding="utf-8")
    run_count(plan, tmp_path / "out")
    assert bytes_in(tmp_path / "out") == first


def test_counted_elsewhere_at_another_time(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """Files that were moved, touched, and made in another order are the same files."""
    folder, first = steady
    there = tmp_path / "a folder with blanks"
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and not {"first", ".percapita"} & set(path.relative_to(folder).parts):
            target = there / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            os.utime(target, (1_500_000_000, 1_500_000_000))
    run_count(there / "percapita.toml", there / "out")
    assert bytes_in(there / "out") == first


@pytest.mark.parametrize("threads", [1, 7])
def test_counted_by_any_number_of_threads(
    threads: int, steady: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, first = steady
    connect: Callable[..., Any] = duckdb.connect
    made = []

    def connect_with_threads(*words: Any, config: dict[str, Any], **more: Any) -> Any:
        made.append(connect(*words, config=config | {"threads": threads}, **more))
        return made[-1]

    monkeypatch.setattr(duckdb, "connect", connect_with_threads)
    monkeypatch.setenv("PERCAPITA_HOME", str(tmp_path / "home"))
    run_count(folder / "percapita.toml", tmp_path / "out")
    assert made
    assert bytes_in(tmp_path / "out") == first


@pytest.mark.slow
def test_counted_by_another_process_of_another_locale(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """Neither the working folder, the zone, the language nor the seed of Python's hashes shows."""
    folder, first = steady
    shutil.copytree(folder, tmp_path / "in", ignore=shutil.ignore_patterns("first", ".percapita"))
    for number, (zone, language, seed) in enumerate((("Asia/Tokyo", "C", "1"), ("America/Adak", "C.UTF-8", "77"))):
        here = tmp_path / f"here{number}"
        here.mkdir()
        told = os.environ | {"TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": seed, "PERCAPITA_HOME": "home"}
        words = [sys.executable, "-c", "from percapita.cli.main import main; main()"]
        words += ["count", "../in/percapita.toml", "--out", "out", "--format", "json"]
        done = subprocess.run(words, cwd=here, env=told, capture_output=True, check=True)
        assert bytes_in(here / "out") == first
        assert json.loads(done.stdout) == json.loads(first["statement.json"])
        assert (here / "home" / "digests").is_dir()


def test_both_engines_write_the_same_people(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    folder, first = steady
    run_count(folder / "percapita.toml", tmp_path, "reference")
    found = bytes_in(tmp_path)
    assert found["rejects.csv"] == first["rejects.csv"]
    ours, theirs = (pq.read_table(place / "persons.parquet") for place in (tmp_path, folder / "first"))
    assert [(one.name, one.type) for one in ours.schema] == [(one.name, one.type) for one in theirs.schema]
    assert ours.to_pylist() == theirs.to_pylist()
    statements = [json.loads(one["statement.json"]) for one in (found, first)]
    for statement in statements:
        del statement["engine"], statement["digest"]
    assert statements[0] == statements[1]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_people_depend_on_the_key(engine: str, steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    folder, _ = steady
    found = []
    for number in range(2):
        plan = folder / f"key-{engine}-{number}.toml"
        plan.write_text(PLAN.replace("steady.key", f"{tmp_path}/{number}.key"), encoding="utf-8")
        run_count(plan, tmp_path / str(number), engine)
        found.append(bytes_in(tmp_path / str(number)))
    assert {name for name in RESULTS if found[0][name] != found[1][name]} == OF_PEOPLE


def test_no_trace_of_the_machine_the_clock_or_the_key(steady: tuple[Path, dict[str, bytes]]) -> None:
    folder, first = steady
    now = datetime.now(UTC)
    traces = [str(folder), folder.name, str(Path.home()), socket.gethostname(), KEY, KEY[:16], str(os.getpid()) + "\n"]
    traces += [f"{day:%Y-%m-%d}" for day in (now, now - timedelta(days=1))]
    for name, content in first.items():
        if name == "persons.parquet":
            content = repr(pq.read_table(folder / "first" / name).to_pylist()).encode() + content
        assert [trace for trace in traces if trace.encode() in content] == [], name


def test_the_digest_is_the_hash_of_everything_else(steady: tuple[Path, dict[str, bytes]]) -> None:
    found = json.loads(steady[1]["statement.json"])
    said = found.pop("digest")
    plain = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert said == "sha256:" + hashlib.sha256(plain).hexdigest()
    assert plain == canonical_json(found)


def test_another_input_is_another_digest(steady: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """A byte that changes no figure still changes the hash of its file, and so the statement."""
    folder, first = steady
    shutil.copytree(folder, tmp_path / "in", ignore=shutil.ignore_patterns("first", ".percapita"))
    with (tmp_path / "in" / "accounts.csv").open("a") as file:
        file.write("\n")
    found = as_json(count(tmp_path / "in" / "percapita.toml", Settings()).statement)
    before = json.loads(first["statement.json"])
    assert found["digest"] != before["digest"]
    without = partial(dict.__getitem__, found)
    assert {name for name in before if without(name) != before[name]} == {"inputs", "digest"}
