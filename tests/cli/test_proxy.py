"""`percapita proxy`: users by the User Proxy Model, and the toolkit that asks for what they rest on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from percapita.cli.main import run
from tests.cli.conftest import Complaint, Told
from tests.counting.organization import Organization

HEADER = "entity,setting,metric,value,as_of,systems,source,evidence\n"
PHYSICIANS = "S1,ambulatory,physicians,3,2025-12-31,,roster,\n"


@pytest.fixture
def metrics(clinic: Organization) -> Path:
    path = clinic.plan.parent / "metrics.csv"
    path.write_text(HEADER + PHYSICIANS, encoding="utf-8")
    return path


def test_users(clinic: Organization, metrics: Path, told: Told) -> None:
    told("count", clinic.plan, "--out", clinic.plan.parent / "results")
    found = json.loads(told("proxy", clinic.plan, "--format", "json"))
    kinds = {one["system"]: one["users"] for one in found["systems"]}
    assert kinds["ehr"] == 12
    assert {one["system"] for one in found["compared"]} == set(kinds)
    assert found["compared"][0]["difference"] == 12 - found["compared"][0]["counted"]
    assert found["systems"][0]["parts"][0]["terms"][0]["example"] is True
    assert {one["id"] for one in found["rules"]} == {"UP-1", "UP-2", "UP-3", "UP-4", "UP-5", "UP-6"}


def test_the_table(clinic: Organization, metrics: Path, told: Told) -> None:
    text = told("proxy", clinic.plan)
    for words in (
        "3 physicians x 4 (PF-1)",
        "PF-1 is an example, not the licensor's factor",
        "no user count report to compare with",
    ):
        assert words in text
    assert told("proxy", "users", clinic.plan) == text


def test_a_factor_that_the_licensor_did_not_supply(
    clinic: Organization, metrics: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics.write_text(
        HEADER + PHYSICIANS + "H1,hospital,staffed_beds,100,2025-12-31,,cost report,\n", encoding="utf-8"
    )
    assert run(["proxy", str(clinic.plan), "--format", "json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["systems"][0]["users"] is None
    assert said.err.startswith("error: factor not supplied by the licensor · ehr, H1, hospital · ask the licensor")
    assert run(["proxy", str(clinic.plan)]) == 2
    assert "not known" in capsys.readouterr().out


def test_a_toolkit_there_and_back(clinic: Organization, tmp_path: Path, told: Told) -> None:
    path, csv = tmp_path / "toolkit.xlsx", tmp_path / "m.csv"
    told("proxy", "toolkit", "--out", path, "--plan", clinic.plan)
    book = openpyxl.load_workbook(path)
    answers: dict[str, Any] = {
        "A6": "S1",
        "B6": "ambulatory",
        "C6": "physicians",
        "D6": 3,
        "E6": date(2025, 12, 31),
        "G6": "roster",
    }
    for name, content in answers.items():
        book["Answers"][name] = content
    book.save(path)
    assert "1 base metric" in told("proxy", "read", path, "--out", csv)
    assert csv.read_text(encoding="utf-8") == HEADER + PHYSICIANS
    assert json.loads(told("proxy", "read", path, "--format", "json"))[0]["value"] == "3"
    assert told("proxy", clinic.plan, "--metrics", path) == told("proxy", clinic.plan, "--metrics", csv)


def test_wrong_answers_are_listed(tmp_path: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "toolkit.xlsx"
    told("proxy", "toolkit", "--out", path)
    book = openpyxl.load_workbook(path)
    book["Answers"]["A6"] = "S1"
    book["Answers"]["D6"] = "=1+1"
    book.save(path)
    capsys.readouterr()
    assert run(["proxy", "read", str(path)]) == 2
    said = capsys.readouterr()
    assert all(f"Answers!{cell}" in said.out for cell in ("B6", "C6", "D6", "E6", "G6"))
    assert "(and 4 more cells) · toolkit.xlsx, Answers!B6" in said.err


LINES = [
    (("nowhere.toml",), "there is no such plan · nowhere.toml"),
    (("PLAN", "--metrics", "none.csv"), "the table of base metrics cannot be read"),
    (("PLAN", "--factors", "none"), "table of factors 'none' is neither shipped nor a file"),
    (("PLAN", "--statement", "none.json"), "the user count report cannot be read"),
    (("read", "none.xlsx"), "the workbook cannot be read"),
    (("read", "PLAN"), "this is no workbook"),
    (("read", "EMPTY"), "nothing is filled in"),
    (("toolkit",), "--out"),
]


@pytest.mark.parametrize(("words", "says"), LINES, ids=[" ".join(words) for words, _ in LINES])
def test_wrong_command_lines(
    words: tuple[str, ...],
    says: str,
    clinic: Organization,
    metrics: Path,
    tmp_path: Path,
    told: Told,
    complaint: Complaint,
) -> None:
    empty = tmp_path / "empty.xlsx"
    told("proxy", "toolkit", "--out", empty)
    code, line = complaint("proxy", *({"PLAN": clinic.plan, "EMPTY": empty}.get(word, word) for word in words))
    assert code == 2
    assert says in line


@pytest.mark.parametrize("kind", ["proxy-factors", "report-calendar", "rate-card"])
def test_the_tables_behind_the_cost_can_be_copied(kind: str, told: Told) -> None:
    (name,) = told("policy", "list", "--kind", kind).split()
    assert told("policy", "show", name, "--kind", kind).count("[[source]]") >= 2


def test_no_metrics_beside_the_plan(clinic: Organization, complaint: Complaint) -> None:
    code, line = complaint("proxy", clinic.plan)
    assert code == 2
    assert line.startswith("there are no base metrics · ")
    assert line.endswith("percapita proxy toolkit --out toolkit.xlsx")


def test_a_plan_without_such_an_application(clinic: Organization, metrics: Path, complaint: Complaint) -> None:
    text = clinic.plan.read_text(encoding="utf-8")
    for kind in ("emr", "patient_billing", "practice_management"):
        text = text.replace(f'kind = "{kind}"', 'kind = "other"')
    clinic.plan.write_text(text, encoding="utf-8")
    assert "no application for the User Proxy Model" in complaint("proxy", clinic.plan)[1]
