"""The demo organization: the same each time, of the promised size, in trouble, and counted as its maker knows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from percapita.counting.load import load_plan
from percapita.demo.estate import REPORTS, RULES, SYSTEMS, UNLISTED, USES
from percapita.demo.organization import DemoTruth, make_demo
from percapita.demo.people import npi_of
from percapita.errors import InputError
from percapita.people import keys
from percapita.usage.rules import UNDETERMINED, UseRule, first_rule
from tests.support.plans import statement

SMALL = 150
LOGS = ("ehr/access-*.parquet", "billing/*.csv", "lab/audit-*.gz", "gateway/*.gz", "pacs/*.csv", "reports/*.csv")
KEYS = {
    "": {"organization", "period", "people", "count", "entity", "system", "source", "use", "exclude"},
    "organization": {"id", "name"},
    "period": {"start", "end", "timezone"},
    "people": {"link"},
    "count": {"max_rejects"},
    "entity": {"id", "name", "ccn", "ein"},
    "system": {"id", "name", "kind", "part_of", "owner"},
    "source": {"type", "path", "columns", "system", "directory", "timezone", "date_format", "delimiter", "encoding"},
    "use": {"system", "activity", "use_type", "object"},
    "exclude": {"account_id", "reason"},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoTruth, float]:
    """Return the demo as `percapita demo` makes it, the truth, and the seconds it took."""
    folder = tmp_path_factory.mktemp("demo")
    begun = time.process_time()
    truth = make_demo(folder)
    return folder, truth, time.process_time() - begun


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def table(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = make_demo(tmp_path / "a", people=SMALL)
    assert make_demo(tmp_path / "b", people=SMALL) == first
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    other = make_demo(tmp_path / "c", seed=7, people=SMALL)
    assert other != first
    assert hashes(tmp_path / "a").keys() == hashes(tmp_path / "c").keys()


def test_it_can_be_made_again_over_itself(tmp_path: Path) -> None:
    make_demo(tmp_path, people=SMALL)
    before = hashes(tmp_path)
    make_demo(tmp_path, people=SMALL)
    assert hashes(tmp_path) == before


def test_sizes_are_as_promised(demo: tuple[Path, DemoTruth, float]) -> None:
    folder, truth, _ = demo
    people = {row["EMP_ID"] for row in table(folder / "workforce/hr-employees.csv", ";", "cp1252")}
    assert 1_200 <= len(people) <= 1_700
    assert 300_000 <= truth.log_rows <= 400_000
    assert len(truth.users) == 12
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 20_000_000
    assert all(list(folder.glob(pattern)) for pattern in LOGS)
    assert len((folder / "README.txt").read_text(encoding="utf-8").splitlines()) == 15


def test_it_is_made_in_a_few_seconds(demo: tuple[Path, DemoTruth, float]) -> None:
    assert demo[2] < 4


def test_the_plan_has_only_keys_of_the_contract(demo: tuple[Path, DemoTruth, float]) -> None:
    plan = tomllib.loads((demo[0] / "percapita.toml").read_text(encoding="utf-8"))
    assert set(plan) == KEYS[""]
    for name, value in plan.items():
        for entry in value if isinstance(value, list) else [value]:
            assert set(entry) <= KEYS[name], name
    assert {source["type"] for source in plan["source"]} == {"workforce", "accounts", "access", "usage", "recipients"}
    assert "PATIENT_ID" not in json.dumps(plan["source"])
    loaded = load_plan(demo[0] / "percapita.toml")
    assert [system.id for system in loaded.plan.system] == list(demo[1].users)
    assert Counter(system.part_of for system in loaded.plan.system)["ehr_suite"] == 2


def activities() -> Iterator[tuple[str, str, str, str | None]]:
    for system, uses in USES.items():
        if system != UNLISTED:
            yield from ((system, activity, "", use) for activity, use in uses.items())
    yield from (("warehouse", "receive", report, use) for report, use in REPORTS.items())


@pytest.mark.parametrize(("system", "activity", "output", "use"), list(activities()))
def test_the_rules_say_what_the_maker_knows(system: str, activity: str, output: str, use: str | None) -> None:
    rules = [UseRule(rule.system, rule.activity, rule.use_type, rule.object or ("*",)) for rule in RULES]
    found = first_rule(rules, system, activity, output)
    assert (None if found == UNDETERMINED else rules[found].use_type) == use


def test_every_trouble_is_there(demo: tuple[Path, DemoTruth, float]) -> None:
    assert all(demo[1].troubles.values()), {name for name, count in demo[1].troubles.items() if not count}
    assert demo[1].troubles["unreadable_rows"] < 20


def test_exact_keys_err_where_the_truth_says(demo: tuple[Path, DemoTruth, float]) -> None:
    """Four second accounts without a key and two people re-hired under a new number; elsewhere they are right."""
    _, truth, _ = demo
    differences = {
        system: users - people
        for system, users in truth.users.items()
        if users is not None and (people := truth.people[system]) is not None and users != people
    }
    assert differences == {"ehr": 6}
    assert truth.persons > truth.humans
    assert [system for system, users in truth.users.items() if users is None] == ["abstraction"]
    assert truth.basis == {system.id: system.basis for system in SYSTEMS}


def test_people_are_written_differently_in_each_file(demo: tuple[Path, DemoTruth, float]) -> None:
    folder = demo[0]
    employees = table(folder / "workforce/hr-employees.csv", ";", "cp1252")
    assert all(len(row["EMP_ID"]) == 7 and row["EMP_ID"].startswith("00") for row in employees)
    with pytest.raises(UnicodeDecodeError):
        (folder / "workforce/hr-employees.csv").read_text(encoding="utf-8")
    enterprise = table(folder / "directory/enterprise-directory.csv")
    assert not any(row["employee_number"].startswith("0") for row in enterprise)
    assert {str(row["EMP_ID"])[0] for row in parquet(folder / "ehr/accounts.parquet") if row["EMP_ID"]} >= {"E", "C"}
    dated = Counter(row["EMP_ID"] for row in employees)
    assert 2 in dated.values()
    npis = [row["npi"] for row in table(folder / "workforce/contractors-and-medical-staff.csv") if row["npi"]]
    assert npis
    assert all(keys.npi(npi) == npi for npi in npis)


def test_accounts_are_in_trouble(demo: tuple[Path, DemoTruth, float]) -> None:
    folder = demo[0]
    enterprise = table(folder / "directory/enterprise-directory.csv")
    twice = [login for login, times in Counter(row["login"] for row in enterprise).items() if times > 1]
    assert len(twice) == 1
    assert len({row["employee_number"] for row in enterprise if row["login"] == twice[0]}) == 2
    kinds = Counter(row["TYPE"] for row in parquet(folder / "ehr/accounts.parquet"))
    assert kinds["shared"] == 3
    assert {"interface", "test", "ai_agent"} <= {kind for kind in kinds if kind}
    lab = [json.loads(line) for line in (folder / "lab/accounts.jsonl").read_text(encoding="utf-8").splitlines()]
    shared = {row["forename"] + row["surname"] for row in lab if row["contact"] == "core.lab@riverbend.example"}
    assert len(shared) > 1
    assert sum(row["category"] == "staff" and not row["contact"] and not row["staff_no"] for row in lab) == 4


def test_an_email_ties_two_employee_ids(demo: tuple[Path, DemoTruth, float]) -> None:
    by_mail: dict[str, set[str]] = {}
    for row in table(demo[0] / "workforce/hr-employees.csv", ";", "cp1252"):
        by_mail.setdefault(row["MAIL"], set()).add(row["EMP_ID"])
    assert sum(len(ids) == 2 for ids in by_mail.values()) == demo[1].troubles["identity_conflicts"] == 3


def test_logs_are_in_trouble(demo: tuple[Path, DemoTruth, float]) -> None:
    folder = demo[0]
    with gzip.open(folder / "lab/audit-2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        times = [int(line[6:19]) for line in lines if line.startswith('{"ts":') and len(line) > 50]
    july = range(1_782_882_000_000, 1_785_560_400_000)  # 2026-07-01 to 2026-08-01 in America/Chicago
    assert len(times) > 10_000
    assert not any(moment in july for moment in times)
    with gzip.open(folder / "gateway/sign-on-2026.csv.gz", "rt", encoding="utf-8") as lines:
        assert UNLISTED in {line.split(",")[1] for line in lines}
    assert len(list(folder.glob("ehr/access-*.parquet"))) == 13
    new_year = parquet(folder / "ehr/access-2027-01.parquet")
    assert {row["EVENT_TIME"].hour < 6 for row in new_year} == {True, False}  # midnight in Chicago is 06:00 UTC
    recipients = {row["to"].lower() for row in table(folder / "reports/recipients-2026.csv")}
    assert {"core.lab@riverbend.example", "partner@auditors.example"} <= recipients


def compare(found: dict[str, Any], truth: DemoTruth) -> None:
    systems = found["systems"]
    assert {system["id"]: system["users"] for system in systems} == truth.users
    assert {system["id"]: system["basis"] for system in systems} == truth.basis
    assert found["persons"] == truth.persons
    troubles = truth.troubles
    assert found["idle_accounts"] == troubles["idle_accounts"]
    assert found["unlisted_systems"] == {UNLISTED: troubles["rows_of_an_unlisted_system"]}
    assert sum(system["unknown_accounts"] for system in systems) == troubles["unknown_accounts"]
    assert sum(system["outside_period"] for system in systems) == troubles["rows_outside_the_period"]
    assert sum(system["undetermined"]["events"] for system in systems) == troubles["rows_without_a_rule"]
    assert sum(file["rejected"] for file in found["inputs"]) == troubles["unreadable_rows"]
    logs = [file["rows"] for file in found["inputs"] if not file["path"].startswith(("workforce", "directory"))]
    assert sum(logs) - truth.log_rows == sum(
        file["rows"] for file in found["inputs"] if file["path"] in ("ehr/accounts.parquet", "lab/accounts.jsonl")
    )


def test_the_count_is_the_truth(demo: tuple[Path, DemoTruth, float]) -> None:
    found = statement(demo[0] / "percapita.toml", "duckdb")
    compare(found, demo[1])
    lab = next(system for system in found["systems"] if system["id"] == "lab")
    assert "2026-07" not in lab["months_covered"]
    assert len(lab["months_covered"]) == 11


@pytest.mark.parametrize("engine", ["duckdb", "reference"])
@pytest.mark.parametrize("seed", [1, 6, 11])
def test_the_count_is_the_truth_of_other_seeds(tmp_path: Path, seed: int, engine: str) -> None:
    truth = make_demo(tmp_path, seed, SMALL)
    compare(statement(tmp_path / "percapita.toml", engine), truth)


@pytest.mark.parametrize("people", [0, 50, 1_000_000])
def test_a_size_that_makes_no_sense_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(InputError, match="people cannot be made"):
        make_demo(tmp_path, people=people)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        make_demo(tmp_path / "taken", people=SMALL)


def test_npis_have_their_check_digit() -> None:
    assert all(keys.npi(npi_of(number)) for number in range(0, 100_000_000, 999_983))
