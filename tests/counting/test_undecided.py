"""What is open stands in the order of the users at stake, each with what settles it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from percapita.cli.main import run as command
from percapita.counting.undecided import undecided
from tests.support.plans import Case

PLAN = """
[[source]]
type = "declared"
system = "rcm"
number = 7
by = "Head of billing"
date = 2025-01-02
"""
LOG = """
time                | login | system | activity
2026-02-01T10:00:00 | ann   | ehr    | order
2026-02-01T10:00:00 | bob   | ehr    | order
2026-02-01T10:00:00 | cy    | ehr    | peek
2026-02-01T10:00:00 | bob   | pacs   | peek
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    people = "employee | entity | type\n1 | East | employee\n2 | | PRN\n"
    accounts = "login | employee\nann | 1\nbob | 2\ncy |\n"
    return Case("", "", {}, log=LOG, people=people, accounts=accounts, plan=PLAN).write(tmp_path)


def test_everything_is_listed_with_its_cure(plan: Path) -> None:
    found = {(point.kind, point.system): point for point in undecided(plan)}
    rule = found["no rule", "ehr"]
    assert (rule.people, rule.settle) == (1, '[[use]] system = "ehr" activity = ["peek"] use_type = ...')
    assert found["unlisted", "pacs"].people == 1
    assert found["no entity", "ehr"].people == 1
    assert found["no worker type", "ehr"].people == 1
    assert (
        found["worker type", None].text == "the worker type 'PRN' is not known; 1 person is shown as of an unknown one"
    )
    assert found["stale source", "ehr"].text == "Charting: the log ends on 2026-02-01"
    assert found["stale source", "rcm"].people == 7


def test_the_most_at_stake_comes_first(plan: Path) -> None:
    weights = [point.weight for point in undecided(plan)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == 7


def test_the_command(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["open", str(plan), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"kind", "text", "settle", "people", "system"} == set(found[0])
    assert command(["open", str(plan), "--limit", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"{len(found)} open points" in shown
    assert f"{len(found) - 1} more: --limit {len(found)}" in shown


def test_nothing_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = "employee | entity | type\n1 | East | employee\n"
    log = "time | login | system | activity\n" + "".join(
        f"2026-{month:02}-28T10:00:00 | ann | {system} | order\n" for month in range(1, 13) for system in ("ehr", "rcm")
    )
    plan = Case("", "", {}, log=log, people=people, accounts="login | employee\nann | 1\n").write(tmp_path)
    assert command(["open", str(plan)]) == 0
    assert capsys.readouterr().out == "nothing is open\n"
