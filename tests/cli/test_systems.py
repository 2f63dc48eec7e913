"""`percapita systems`: registers to fill in, and what the list of applications leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from percapita.cli.main import run
from tests.cli.conftest import Complaint, Told
from tests.counting.organization import Organization


def use(clinic: Organization, **registers: str) -> Path:
    for name, content in registers.items():
        (clinic.folder / f"{name}.csv").write_text(content, encoding="utf-8")
        clinic.head = f'{name} = "{name}.csv"\n' + clinic.head
    clinic.write_plan()
    return clinic.plan


def test_template_to_check(told: Told, clinic: Organization) -> None:
    text = told("systems", "template", "--out", clinic.folder / "lists")
    assert [line.split()[-1] for line in text.splitlines()[:4]] == ["written"] * 4
    clinic.systems = ""
    for name in ("systems", "rules", "owners", "outputs"):
        clinic.head = f'{name} = "lists/{name}.csv"\n' + clinic.head
    clinic.write_plan()
    found = json.loads(told("systems", "check", clinic.plan, "--format", "json"))
    assert (found["systems"], found["errors"], found["without_owner"]) == (2, [], [])
    assert found["copies"] == [{"system": "ehr-train", "environment": "training", "production": "ehr"}]
    assert found["unknown_outputs"] == [["ehr", "Beds in use", "A. Owner"]]


def test_what_is_open_on_screen(told: Told, clinic: Organization) -> None:
    plan = use(
        clinic,
        systems="id,name,kind,part_of,environment,owner\nlab,Laboratory,other,labs,test,\n",
        outputs="system,output,contains_codes\nehr,list [b],\n",
    )
    text = told("systems", "check", plan)
    for words in ("Without an owner, 3:", "ehr, rcm, lab", "labs", "none found", "list [b]", "3 applications listed"):
        assert words in text
    assert "outputs of ehr" in text


def test_wrong_rows_are_the_answer_no(clinic: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    plan = use(clinic, systems="id,name,kind\nx,X,Clinical\ny,Y\x1b[2J,emr\n")
    assert run(["systems", "check", str(plan)]) == 1
    out = capsys.readouterr().out
    assert "2 rows to correct" in out
    assert "\x1b" not in out
    assert run(["systems", "check", str(plan), "--format", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["errors"]) == 2


def test_what_stops_it(complaint: Complaint, clinic: Organization) -> None:
    plan = use(clinic, systems="id,nam,kind\n")
    code, line = complaint("systems", "check", plan)
    assert (code, line) == (
        2,
        "the column 'nam' is not known · systems.csv, row 1 · did you mean 'name'? Or name your columns with columns = { ... }",
    )
    assert complaint("count", plan)[0] == 2
    told_twice = complaint("systems", "template", "--out", clinic.folder)
    assert told_twice[0] == 2
    assert told_twice[1].startswith("there is such a file already · ")
