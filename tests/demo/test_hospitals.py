"""The twelve hospitals: the same each time, of the promised shape, small, and counted as their maker knows."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from percapita.demo.hospitals.estate import FAMILIES, JOBS, applications
from percapita.demo.hospitals.making import make_hospitals
from percapita.demo.hospitals.rules import RULES
from percapita.demo.hospitals.truth import HospitalsTruth
from percapita.demo.hospitals.use import ACTIVITIES
from percapita.errors import InputError
from percapita.statement.types import Statement, SystemFigures
from tests.support.plans import run

Counted = tuple[Path, HospitalsTruth, Statement]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """Return the folder, the truth and the statement of a small organization of that shape."""
    folder = tmp_path_factory.mktemp("hospitals")
    truth = make_hospitals(folder, people=900)
    return folder, truth, run(folder / "percapita.toml").statement


def figures(counted: Counted, system: str) -> SystemFigures:
    return next(one for one in counted[2].systems if one.id == system)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = make_hospitals(tmp_path / "a", people=200)
    assert make_hospitals(tmp_path / "b", people=200) == first
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert make_hospitals(tmp_path / "c", seed=7, people=200) != first


def test_three_hundred_applications_with_the_evidence_that_hospitals_have() -> None:
    found = Counter(one.family.evidence for one in applications())
    assert found["log"] + found["recipients"] == 20
    assert found["sso"] + found["last_login"] == 60
    assert found["accounts"] + found["workforce"] == 150
    assert found["declared"] + found["none"] == 70
    assert len({one.id for one in applications()}) == 300
    assert {one.environment for one in FAMILIES} == {"production", "test", "training"}


def test_shares_of_jobs_are_whole_and_every_log_has_its_activities() -> None:
    assert sum(job.share for job in JOBS) == pytest.approx(1)
    assert {log for job in JOBS for log in job.rows} == set(ACTIVITIES)


def test_only_what_waits_for_a_decision_has_no_rule() -> None:
    ruled = {(rule.system.removesuffix("-*"), word) for rule in RULES for word in rule.activity.split("|")}
    said = {(log, word) for log, mix in ACTIVITIES.items() for word in mix if word != "login"}
    assert said - ruled == {("ehr", "chart.view")}


def test_the_files_are_tables_and_small(counted: Counted) -> None:
    files = [path for path in counted[0].rglob("*") if path.is_file() and ".percapita" not in path.parts]
    assert {path.suffix for path in files} <= {".csv", ".toml"}
    assert sum(path.stat().st_size for path in files) < 15_000_000


def test_the_workforce_has_what_the_application_form_asks_for(counted: Counted) -> None:
    with (counted[0] / "lists" / "workforce.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {"employee", "contractor", "locum", "resident", "student", "volunteer", "vendor", "affiliate"}
    assert {row["worker_type"] for row in rows} == kinds | {"", "PRN"}
    assert {"US", "PH", "IN"} <= {row["country"] for row in rows}
    assert max(Counter(row["employee"] for row in rows).values()) == 2


def test_users_are_those_its_maker_knows(counted: Counted) -> None:
    truth = counted[1].users
    assert {system: figures(counted, system).users for system in truth} == dict(truth)
    assert min(truth.values()) > 0


def test_the_figures_of_the_record_are_those_its_maker_knows(counted: Counted) -> None:
    record, truth = figures(counted, "ehr"), counted[1]
    assert (record.leavers, record.outside_us) == (truth.leavers, truth.outside_us)
    assert record.by_entity_at_use["JUN"] == truth.joined_at_use
    assert record.by_entity_at_use["LAK"] == truth.sold_at_use
    assert record.with_access == truth.with_access
    assert record.by_entity["JUN"] > truth.joined_at_use > 0


def test_each_kind_of_evidence_is_told_apart(counted: Counted) -> None:
    found = Counter(one.basis for one in counted[2].systems)
    assert found == {
        "log": 19,
        "recipients": 1,
        "sign_in": 60,
        "role": 146 + 4 - 50,
        "account_list": 50,
        "declared": 40,
        "none": 30,
    }


def test_the_late_log_brings_those_who_came_for_its_month(counted: Counted) -> None:
    folder, truth, _ = counted
    late = folder / "late" / "encoder-2026-04.csv"
    late.rename(folder / "logs" / late.name)
    after = run(folder / "percapita.toml").statement
    late_users = next(one.users for one in after.systems if one.id == "encoder")
    assert late_users == truth.late_users > truth.users["encoder"]


@pytest.mark.parametrize("people", [0, 10**9])
def test_a_size_that_makes_no_sense_is_an_error(tmp_path: Path, people: int) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        make_hospitals(tmp_path, people=people)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        make_hospitals(tmp_path / "file", people=200)
