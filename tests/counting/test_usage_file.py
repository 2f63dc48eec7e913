"""A grouped log gives the statement of the log it was grouped from."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.plans import ENGINES, HEAD, RULES, SYSTEMS, statement

CHICAGO = ZoneInfo("America/Chicago")
IDENTITIES = """
[[source]]
type = "accounts"
path = "accounts.csv"
system = "*"
columns = { account_id = "login", employee_id = "employee", kind = "kind" }
"""
LOG = """
[[source]]
type = "access"
path = "log.csv"
columns = { account_id = "login", system = "app", activity = "act", object = "obj", occurred_at = "at" }
"""
GROUPED = """
[[source]]
type = "usage"
path = "PATH"
columns = { account_id = "login", system = "app", activity = "act", object = "obj", events = "n", TIMES }
"""
BOTH = 'first_seen = "first", last_seen = "last"'
TIMES = {"month": 'month = "month"', "times": BOTH, "month and times": f'month = "month", {BOTH}'}
MORE_RULES = '\n[[use]]\nsystem = "ehr"\nactivity = ["print"]\nobject = ["fee*"]\nuse_type = "output_reliance"\n'

Row = tuple[str, str, str, str, datetime]


def rows() -> list[Row]:
    draw = random.Random(5)
    first = datetime(2025, 12, 31, tzinfo=UTC)
    return [
        (
            f"u{draw.randint(0, 24)}",
            draw.choice(("ehr", "rcm", "pacs")),
            draw.choice(("order", "bill", "login", "print", "odd")),
            draw.choice(("", "fee list", "chart")),
            first + timedelta(minutes=draw.randint(0, 367 * 24 * 60)),
        )
        for _ in range(1_500)
    ]


def grouped(log: list[Row]) -> list[list[str]]:
    """Group as someone's SQL would: by all but the time, and by the local month."""
    groups: defaultdict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for *what, at in log:
        groups[(*(str(word) for word in what), f"{at.astimezone(CHICAGO):%Y-%m}")].append(at)
    return [
        [*what, str(len(times)), min(times).isoformat(), max(times).isoformat()]
        for what, times in sorted(groups.items())
    ]


def write(folder: Path, source: str) -> Path:
    accounts = [f"u{n},{n // 2},{'service' if n == 3 else 'human'}" for n in range(20)]
    log = [f"{','.join(what)},{at.isoformat()}" for *what, at in rows()]
    header = ["login", "app", "act", "obj", "month", "n", "first", "last"]
    groups = grouped(rows())
    for name, lines in (
        ("accounts.csv", ["login,employee,kind", *accounts]),
        ("log.csv", ["login,app,act,obj,at", *log]),
        ("grouped.csv", [",".join(header), *map(",".join, groups)]),
    ):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    typed: dict[str, Any] = dict(zip(header, map(list, zip(*groups, strict=True)), strict=True))
    typed["n"] = pa.array([int(number) for number in typed["n"]], pa.int32())
    for name in ("first", "last"):
        typed[name] = pa.array([datetime.fromisoformat(at) for at in typed[name]], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table(typed), folder / "grouped.parquet")
    plan = folder / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + IDENTITIES + source + MORE_RULES + RULES, encoding="utf-8")
    return plan


DAYS = {"as_of", "data_from", "data_through"}  # no month tells a day


def figures(found: dict[str, Any], without: set[str]) -> dict[str, Any]:
    """Return what a statement says of use, without the name of its evidence."""
    left_out = {"basis", "days_covered", *without}
    systems = [{name: value for name, value in system.items() if name not in left_out} for system in found["systems"]]
    dropped = ("inputs", "digest", "engine", "systems")
    return {"systems": systems, **{name: value for name, value in found.items() if name not in dropped}}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", ["grouped.csv", "grouped.parquet"])
@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_a_grouped_log_counts_as_the_log(times: str, file: str, engine: str, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "grouped").mkdir()
    log = statement(write(tmp_path / "log", LOG), engine)
    usage = statement(write(tmp_path / "grouped", GROUPED.replace("PATH", file).replace("TIMES", times)), engine)
    without = DAYS if times == TIMES["month"] else set()
    assert figures(usage, without) == figures(log, without)
    assert {system["basis"] for system in log["systems"]} == {"log"}
    assert {system["basis"] for system in usage["systems"]} == {"usage"}
    assert min(system["users"] for system in log["systems"]) > 5
    assert log["systems"][0]["outside_period"] > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_times_of_a_group_show_as_first_and_last(engine: str, tmp_path: Path) -> None:
    """The determinations are the same too, where the groups say first and last time."""
    found = []
    key = (tmp_path / "one.key").as_posix()
    for name, source in (("log", LOG), ("grouped", GROUPED.replace("PATH", "grouped.csv").replace("TIMES", BOTH))):
        (tmp_path / name).mkdir()
        plan = write(tmp_path / name, source)
        plan.write_text(
            plan.read_text("utf-8").replace("[organization]", f'[organization]\nkey_file = "{key}"'), "utf-8"
        )
        statement(plan, engine, out=tmp_path / name / "out")
        found.append(pq.read_table(tmp_path / name / "out" / "persons.parquet").to_pylist())
    assert found[0] == found[1]
    assert len(found[0]) > 20


@pytest.mark.parametrize("engine", ENGINES)
def test_a_month_without_times_cannot_be_cut(engine: str, tmp_path: Path) -> None:
    """Where the period ends inside a month, only groups with times can be counted; the others are rejects."""
    for times, rejected in ((TIMES["month"], True), (TIMES["month and times"], False)):
        plan = write(tmp_path, GROUPED.replace("PATH", "grouped.csv").replace("TIMES", times))
        plan.write_text(plan.read_text("utf-8").replace("2026-12-31", "2026-12-15"), "utf-8")
        inputs = statement(plan, engine)["inputs"]
        assert (inputs[1]["rejected"] > 0) or not rejected
