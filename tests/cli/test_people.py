"""`percapita people`: questions are asked, answers are kept, applied, undone, and pseudonyms outlive them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Complaint, Told
from tests.counting.test_links import BOB, CROWD, ehr, write

TWO_IDS = "x1 | 18 | Robert | Day | 1970-03-04"
SURE = "x1 | | Bob | Day | 1970-03-04"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write(tmp_path, BOB, TWO_IDS, "hr:bday lab:x1")


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def decisions(plan: Path) -> list[dict[str, str]]:
    with (plan.parent / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(told: Told, plan: Path, *words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told("count", plan, "--format", "json", *words))
    return found


def test_a_question_is_answered_in_the_terminal(plan: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ehr(counted(told, plan)) == (2, [1, 2])
    typed(monkeypatch, "s", "married, new number")
    shown = told("people", "review", plan, "--by", "kim")
    assert "1 of 1: 1 application would have a user less" in shown
    assert "1970-03-04" in shown
    assert "hr:bday" in shown
    row = decisions(plan)[0]
    assert (row["decision"], row["left"], row["right"], row["by"], row["why"]) == (
        "same", "hr:bday", "lab:x1", "kim", "married, new number",
    )  # fmt: skip
    assert row["when"]
    assert ehr(counted(told, plan)) == (1, [1, 1])
    assert "0 questions open" in told("people", "review", plan)


def test_different_is_an_answer_too(plan: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "d", "")
    told("people", "review", plan)
    assert ehr(counted(told, plan)) == (2, [2, 2])


@pytest.mark.parametrize("lines", [("k",), ("q",), (), ("?", "q")])
def test_later_quit_and_nothing_decide_nothing(
    lines: tuple[str, ...], plan: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, *lines)
    told("people", "review", plan)
    assert ehr(counted(told, plan)) == (2, [1, 2])


def test_the_last_answer_is_taken_back(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = write(
        tmp_path,
        f"{BOB}\nastone | 27 | Martha | Stone | 1961-05-06",
        f"{TWO_IDS}\nx2 | 28 | Martha | Stone | 1961-05-06",
        "hr:bday lab:x2",
    )
    typed(monkeypatch, "s", "", "u", "d", "", "q")
    told("people", "review", plan)
    assert [row["decision"] for row in decisions(plan)] == ["different"]


def test_a_decision_is_undone(plan: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "s", "")
    told("people", "review", plan)
    assert "1 decision removed" in told("people", "undo", plan, "lab:x1", "hr:bday")
    assert ehr(counted(told, plan)) == (2, [1, 2])
    assert "0 decisions removed" in told("people", "undo", plan, "lab:x1", "hr:bday")


def test_questions_go_to_a_spreadsheet_and_back(plan: Path, told: Told, tmp_path: Path) -> None:
    sheet = tmp_path / "questions.csv"
    assert "1 question written" in told("people", "export", plan, sheet)
    assert sheet.stat().st_mode & 0o777 == 0o600
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["names_left"] == "Robert Day"
    assert rows[0]["users_at_stake"] == "1"
    assert "0 decisions added" in told("people", "import", plan, sheet)
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([{**rows[0], "decision": "Same"}])
    assert "1 decision added" in told("people", "import", plan, sheet, "--by", "lee")
    assert "0 decisions added" in told("people", "import", plan, sheet)
    assert decisions(plan)[0]["by"] == "lee"
    assert ehr(counted(told, plan)) == (1, [1, 1])


def test_an_import_that_contradicts_writes_nothing(
    plan: Path, told: Told, complaint: Complaint, tmp_path: Path
) -> None:
    sheet = tmp_path / "answers.csv"
    sheet.write_text("decision,left,right\nsame,hr:bday,lab:x1\n", encoding="utf-8")
    told("people", "import", plan, sheet)
    before = (tmp_path / "decisions.csv").read_bytes()
    sheet.write_text("decision,left,right\ndifferent,hr:bday,lab:x1\n", encoding="utf-8")
    code, line = complaint("people", "import", plan, sheet)
    assert code == 2
    assert "contradict" in line
    assert "rows 2, 3" in line
    assert (tmp_path / "decisions.csv").read_bytes() == before
    sheet.write_text("decision,left,right\nmaybe,hr:bday,lab:x1\n", encoding="utf-8")
    code, line = complaint("people", "import", plan, sheet)
    assert code == 2
    assert "answers.csv, row 2" in line


def test_explain_shows_links_decisions_and_questions(tmp_path: Path, told: Told) -> None:
    plan = write(tmp_path, BOB, SURE, "hr:bday lab:x1")
    answer = json.loads(told("explain", plan, "lab:x1", "--format", "json"))
    assert len(answer["accounts"]) == 2
    assert answer["links"][0].startswith("probably one person (+")
    assert "given name short form, family name same, birth date same)" in answer["links"][0]
    (tmp_path / "decisions.csv").write_text(
        "decision,left,right,by,when,why\ndifferent,hr:bday,lab:x1,kim,2026-03-01,\n", encoding="utf-8"
    )
    answer = json.loads(told("explain", plan, "lab:x1", "--format", "json"))
    assert len(answer["accounts"]) == 1
    assert answer["links"] == ["decided different: hr:bday, lab:x1 by kim 2026-03-01"]


def test_explain_says_what_is_open(plan: Path, told: Told) -> None:
    answer = json.loads(told("explain", plan, "lab:x1", "--format", "json"))
    assert answer["open"][0].startswith("may be one person (+")


def test_a_pseudonym_survives_being_joined_and_parted(tmp_path: Path, told: Told) -> None:
    """Who was known by an account alone is found by that pseudonym after a link, a decision, and its undoing."""
    plan = write(tmp_path, BOB, "x1 | | Robert | Unlike | ", "hr:bday lab:x1")
    alone = json.loads(told("explain", plan, "lab:x1", "--format", "json"))["person"]
    employee = json.loads(told("explain", plan, "hr:bday", "--format", "json"))["person"]
    assert alone != employee
    (tmp_path / "decisions.csv").write_text(
        "decision,left,right,by,when,why\nsame,hr:bday,lab:x1,,,\n", encoding="utf-8"
    )
    assert json.loads(told("explain", plan, alone, "--format", "json"))["person"] == employee
    table = tmp_path / "lineage.csv"
    assert "written to" in told("people", "lineage", plan, table)
    with table.open(encoding="utf-8", newline="") as file:
        became = {row["former"]: row["person"] for row in csv.DictReader(file)}
    assert became[alone] == employee
    assert len(became) == len(CROWD) + 2  # every other account, whose person is named by the employee id
    (tmp_path / "decisions.csv").unlink()
    assert json.loads(told("explain", plan, alone, "--format", "json"))["person"] == alone


def test_a_model_is_learned_and_used(tmp_path: Path, told: Told, complaint: Complaint) -> None:
    plan = write(tmp_path, BOB, SURE, "hr:bday lab:x1")
    shipped = counted(told, plan)
    code, line = complaint("people", "train", plan)
    assert code == 2
    assert "nothing to learn from" in line
    lab = [
        f"y{number} | | {given} | {family} | 1980-01-{number + 1:02}" for number, (given, family) in enumerate(CROWD)
    ]
    write(tmp_path, BOB, "\n".join([SURE, *lab]), "hr:bday lab:x1")
    assert "link-model.toml written" in told("people", "train", plan)
    learned = counted(told, plan)
    assert learned["policy"]["link_model"]["id"] == "tiny"
    assert learned["policy"]["link_model"]["sha256"] != shipped["policy"]["link_model"]["sha256"]
    assert ehr(learned) == (1, [1, 1])
    (tmp_path / "link-model.toml").write_text("id = 1\n", encoding="utf-8")
    code, line = complaint("count", plan)
    assert code == 2
    assert line.startswith("this is no model of probable links")


def test_most_users_at_stake_come_first(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    hr = f"{BOB}\nastone | 27 | Martha | Stone | 1961-05-06"
    lab = f"{TWO_IDS}\nx2 | 28 | Martha | Stone | 1961-05-06"
    plan = write(tmp_path, hr, lab, "hr:bday hr:astone lab:x2")
    typed(monkeypatch, "s", "", "q")
    told("people", "review", plan)
    assert decisions(plan)[0]["right"] == "lab:x2"
