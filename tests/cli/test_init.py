"""From nothing to a count: write the plan, edit it, check it, count."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Complaint, Told

FILES = {
    "workforce.csv": "EMP_ID,FIRST,LAST,MAIL,ENTITY\n0001,Ana,Ortiz,ana@clinic.example,MAIN\n0002,Ben,Okafor,ben@clinic.example,MAIN\n",
    "accounts.csv": "LOGIN,EMP_ID,MAIL,KIND\nana,1,,human\nben,,ben@clinic.example,\nsvc_batch,,,service\n",
    "access-log-01.csv": "TIME,LOGIN,ACTION\n2026-01-05 08:00,ana,order.new\n2026-01-05 08:01,ben,login\n",
    "access-log-02.csv": "TIME,LOGIN,ACTION\n2026-02-05 08:00,svc_batch,order.new\n2026-02-06 09:00,ben,charge.view\n",
}


@pytest.fixture
def plan(told: Told, tmp_path: Path) -> Path:
    folder = tmp_path / "my-organization"
    written = folder / "percapita.toml"
    assert told("init", folder) == f"{written} written: edit it, then run: percapita check {written}\n"
    return written


def give_files(plan: Path) -> None:
    for name, text in FILES.items():
        (plan.parent / name).write_text(text, encoding="utf-8")


def test_the_plan_waits_for_files(plan: Path, complaint: Complaint) -> None:
    code, line = complaint("check", plan)
    assert code == 2
    assert "there is no such file · [[source]] 1, path = 'workforce.csv'" in line


def test_the_plan_counts_as_it_is_written(plan: Path, told: Told) -> None:
    give_files(plan)
    assert "the plan fits its files" in told("check", plan)
    found = json.loads(told("count", plan, "--format", "json"))
    assert found["systems"][0]["users"] == 2
    assert found["systems"][0]["by_entity"] == {"MAIN": 2}
    assert sum(found["systems"][0]["excluded"].values()) == 1
    assert found["systems"][0]["undetermined"] == {"events": 0, "persons": 0}


def edited(plan: Path, *changes: tuple[str, str]) -> None:
    text = plan.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    plan.write_text(text, encoding="utf-8")


def test_every_part_that_is_commented_out_works_when_it_is_not(plan: Path, told: Told) -> None:
    """Whoever takes the signs away gets a plan that counts, not an error."""
    give_files(plan)
    (plan.parent / "audit").mkdir()
    (plan.parent / "audit" / "one.ndjson").write_text(
        '{"recorded": "2026-01-05T08:00:00Z", "agent": [{"requestor": true, "altId": "ana"}], "type": {"code": "charge.view"}}\n',
        encoding="utf-8",
    )
    (plan.parent / "my-definition.toml").write_text(told("policy", "show"), encoding="utf-8")
    edited(
        plan,
        ("# [policy]\n# user_definition", "[policy]\nuser_definition"),
        ('# [[system]]\n# id = "billing"\n# name', '[[system]]\nid = "billing"\nname'),
        ('# kind = "patient_billing"', 'kind = "patient_billing"'),
        ('# timezone = "America/Chicago"', 'timezone = "America/Chicago"'),
        ('# date_format = "%m/%d/%Y %H:%M"', 'date_format = "%Y-%m-%d %H:%M"'),
        ('# [[kind]]\n# kind = "shared"\n# account_id', '[[kind]]\nkind = "shared"\naccount_id'),
        (
            '# [[source]]\n# type = "access"\n# path = "audit/*.ndjson"\n# preset = "fhir-auditevent"\n# system = "ehr"',
            '[[source]]\ntype = "access"\npath = "audit/*.ndjson"\npreset = "fhir-auditevent"\nsystem = "ehr"',
        ),
        ('# [[exclude]]\n# account_id = ["svc_*"]\n# reason', '[[exclude]]\naccount_id = ["svc_*"]\nreason'),
    )
    found = json.loads(told("count", plan, "--format", "json"))
    assert [(system["id"], system["users"]) for system in found["systems"]] == [("ehr", 2), ("billing", None)]
    assert found["systems"][0]["excluded"] == {"service account by its name": 1}


def test_edit_by_edit(plan: Path, told: Told, complaint: Complaint) -> None:
    """A wrong word is named, the right one counts."""
    give_files(plan)
    edited(plan, ('"ENTITY" }', '"SITE" }'))
    assert "column 'SITE' is not in the file · workforce.csv" in complaint("check", plan)[1]
    edited(plan, ('"SITE" }', '"ENTITY" }'), ('activity = ["order*", "charge*"]', 'activity = ["order*"]'))
    text = told("check", plan)
    assert "Activities without a rule" in text
    assert "charge.view" in text
    assert json.loads(told("count", plan, "--format", "json"))["systems"][0]["users"] == 1
    edited(plan, ('activity = ["order*"]', 'activity = ["order*", "charge*"]'))
    assert json.loads(told("count", plan, "--format", "json"))["systems"][0]["users"] == 2


def test_the_plan_is_commented_toml(plan: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    assert set(table) == {"organization", "period", "count", "entity", "system", "source", "use"}
    assert sum("#" in line for line in text.splitlines()) > 20
    assert max(map(len, text.splitlines())) <= 130


def test_a_plan_is_never_overwritten(plan: Path, complaint: Complaint) -> None:
    edited(plan, ('name = "My Organization"', 'name = "Ours"'))
    before = plan.read_bytes()
    assert complaint("init", plan.parent) == (
        2,
        f"there is a plan already · {plan} · choose another folder, or edit that plan",
    )
    assert plan.read_bytes() == before


def test_a_folder_that_is_there_keeps_its_files(told: Told, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    told("init", tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
