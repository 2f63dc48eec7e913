"""Probable links and decisions in a count: what is joined, what is asked, and what the range says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from percapita.errors import InputError, MissingPartError
from tests.support.plans import ENGINES, Case, run, statement

LINKED = 'link = "exact"', 'link = "probable"'
CROWD = [("Olga", "Petrov"), ("Wei", "Chan"), ("Ana", "Reyes"), ("Lars", "Holm"), ("Ravi", "Nair"), ("Joan", "Fisk")]


def write(folder: Path, hr: str, lab: str, users: str) -> Path:
    """Write a plan of two directories: a crowd of known employees and those the test is about, who all place orders."""
    crowd = "\n".join(
        f"e{number} | {500 + number} | {given} | {family} | 1980-01-{number + 1:02}"
        for number, (given, family) in enumerate(CROWD)
    )
    head = "login | employee | given | family | born\n"
    log = "time | login | system | activity | directory\n" + "\n".join(
        f"2026-02-01T10:00:00 | {login} | ehr | order | {where}"
        for where, login in (user.split(":") for user in users.split())
    )
    directory = """
        [[source]]
        type = "accounts"
        path = "{0}.csv"
        system = "{1}"
        directory = "{0}"
        columns = {{ account_id = "login", employee_id = "employee", given_name = "given", family_name = "family", birth_date = "born" }}

        [[source]]
        type = "access"
        path = "log-{0}.csv"
        directory = "{0}"
        columns = {{ occurred_at = "time", account_id = "login", system = "system", activity = "activity" }}
    """
    rows = log.splitlines()
    logs = {
        f"log-{name}.csv": "\n".join([rows[0], *(row for row in rows[1:] if row.endswith(f" {name}"))])
        for name in ("hr", "lab")
    }
    case = Case(
        "",
        "",
        {},
        plan=directory.format("hr", "*") + directory.format("lab", "*"),
        files={"hr.csv": f"{head}{crowd}\n{hr}", "lab.csv": head + lab, **logs},
    )
    plan = case.write(folder)
    plan.write_text(plan.read_text(encoding="utf-8").replace(*LINKED), encoding="utf-8")
    return plan


def ehr(found: dict[str, Any]) -> tuple[int, list[int]]:
    return found["systems"][0]["users"], found["systems"][0]["range"]


BOB = "bday | 17 | Robert | Day | 1970-03-04"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("hr", "lab", "expected"),
    [
        (BOB, "x1 | | Bob | Day | 1970-03-04", (1, [1, 1])),
        (BOB, "x1 | | Day | Robert | 1970-03-04", (1, [1, 1])),
        (BOB, "x1 | | Robert | Day | 1970-04-03", (1, [1, 1])),
        (BOB, "x1 | | Robert | Day | 1991-11-30", (2, [2, 2])),
        (BOB, "x1 | | Martha | Stone | 1970-03-04", (2, [2, 2])),
        (BOB, "x1 | 18 | Robert | Day | 1970-03-04", (2, [1, 2])),
    ],
    ids=["short form", "exchanged", "day and month", "namesake", "birthday", "two employee ids"],
)
def test_links_and_questions(hr: str, lab: str, expected: tuple[int, list[int]], engine: str, tmp_path: Path) -> None:
    found = statement(write(tmp_path, hr, lab, "hr:bday lab:x1"), engine)
    assert ehr(found) == expected
    assert found["identities"]["links"] == (expected[0] == 1)
    assert found["identities"]["questions"] == (expected[1][0] < expected[1][1])


def test_one_of_two_namesakes_is_a_question(tmp_path: Path) -> None:
    """Two employees fit one account equally well: it is one of them, but nobody knows which.

    The low end of the range accepts both questions, as whoever answers them might.
    """
    hr = "b1 | 17 | Robert | Day | \nb2 | 18 | Robert | Day | "
    found = statement(write(tmp_path, hr, "x1 | | Robert | Day | 1970-03-04", "hr:b1 hr:b2 lab:x1"), "duckdb")
    assert ehr(found) == (3, [1, 3])
    assert found["identities"]["questions"] == 2


def test_exact_keys_alone_on_request(tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    linked = statement(plan, "duckdb")
    assert linked["policy"]["link_model"]["id"] == "2026"
    plan.write_text(plan.read_text(encoding="utf-8").replace(LINKED[1], LINKED[0]), encoding="utf-8")
    found = statement(plan, "duckdb")
    assert ehr(found) == (2, [2, 2])
    assert found["policy"]["link_model"] is None


def test_without_splink_there_is_no_other_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingPartError, match="probable links need Splink"):
        run(plan)


def test_kept_scores_give_the_same_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    first = statement(plan, "duckdb")
    kept = list((tmp_path / ".percapita" / "links").rglob("chosen-*.json"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o777 == 0o600
    monkeypatch.setitem(sys.modules, "splink", None)  # so that scoring again would fail
    assert statement(plan, "duckdb") == first


def test_other_people_are_scored_again(tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    assert ehr(statement(plan, "duckdb"))[0] == 1
    write(tmp_path, BOB, "x1 | | Bob | Night | 1970-03-05", "hr:bday lab:x1")
    assert ehr(statement(plan, "duckdb"))[0] == 2


@pytest.mark.parametrize("kind", ["service", "shared", "test", "patient"])
def test_accounts_of_no_individual_are_never_linked(kind: str, tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    lab = tmp_path / "lab.csv"
    lab.write_text(f"login,employee,given,family,born,kind\nx1,,Bob,Day,1970-03-04,{kind}\n", encoding="utf-8")
    text = plan.read_text(encoding="utf-8")
    head, tail = text.split('directory = "lab"', 1)
    plan.write_text(
        head + 'directory = "lab"' + tail.replace("columns = { ", 'columns = { kind = "kind", ', 1), encoding="utf-8"
    )
    assert statement(plan, "duckdb")["identities"]["links"] == 0


DECISIONS = "decision,left,right,by,when,why\n"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("lab", "decision", "expected"),
    [
        ("x1 | 18 | Robert | Day | 1970-03-04", "same,hr:bday,lab:x1", (1, [1, 1])),
        ("x1 | 18 | Robert | Day | 1970-03-04", "different,lab:x1,hr:bday", (2, [2, 2])),
        ("x1 | | Bob | Day | 1970-03-04", "different,hr:bday,lab:x1", (2, [2, 2])),
        ("x1 | 17 | Bob | Day | 1970-03-04", "different,hr:bday,lab:x1", (2, [2, 2])),
        ("x1 | | Martha | Stone | ", "same,employee_id:0017,lab:x1", (1, [1, 1])),
    ],
    ids=["two ids are one", "two ids are two", "no probable link", "not even by a key", "nobody would have guessed"],
)
def test_decisions_win(lab: str, decision: str, expected: tuple[int, list[int]], engine: str, tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, lab, "hr:bday lab:x1")
    (tmp_path / "decisions.csv").write_text(f"{DECISIONS}{decision},kim,2026-03-01,asked\n", encoding="utf-8")
    found = statement(plan, engine)
    assert ehr(found) == expected
    assert found["identities"]["decisions"] == 1


def test_a_decision_about_an_account_that_is_gone_is_kept_and_said(tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Martha | Stone | ", "hr:bday lab:x1")
    (tmp_path / "decisions.csv").write_text(f"{DECISIONS}same,hr:bday,lab:gone,kim,2026-03-01,\n", encoding="utf-8")
    found = statement(plan, "duckdb")
    assert ehr(found)[0] == 2
    assert "1 decision names accounts that no source lists any more" in found["warnings"]


def test_contradictions_name_their_rows(tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Martha | Stone | ", "hr:bday lab:x1")
    rows = "same,hr:bday,hr:e1,,,\nsame,hr:e2,hr:e3,,,\nsame,hr:e1,lab:x1,,,\ndifferent,lab:x1,hr:bday,,,\n"
    (tmp_path / "decisions.csv").write_text(DECISIONS + rows, encoding="utf-8")
    with pytest.raises(InputError, match="contradict") as raised:
        run(plan)
    assert raised.value.where == "decisions.csv, rows 2, 4, 5"


@pytest.mark.parametrize(
    ("row", "what"), [("perhaps,a,b,,,", "neither same nor different"), ("same,a,,,,", "lacks left or right")]
)
def test_a_bad_decision_names_its_row(row: str, what: str, tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Martha | Stone | ", "hr:bday lab:x1")
    (tmp_path / "decisions.csv").write_text(f"{DECISIONS}{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=what) as raised:
        run(plan)
    assert raised.value.where == "decisions.csv, row 2"


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[[[1]]]"])
def test_what_was_chosen_is_chosen_again_when_it_is_damaged(content: str, tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    first = statement(plan, "duckdb")
    (kept,) = (tmp_path / ".percapita" / "links").rglob("*.json")
    kept.write_text(content, encoding="utf-8")
    assert statement(plan, "duckdb") == first


def test_a_decision_needs_no_scoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    statement(plan, "duckdb")
    monkeypatch.setitem(sys.modules, "splink", None)
    (tmp_path / "decisions.csv").write_text(f"{DECISIONS}different,hr:bday,lab:x1,,,\n", encoding="utf-8")
    assert ehr(statement(plan, "duckdb")) == (2, [2, 2])
    (tmp_path / "decisions.csv").unlink()
    assert ehr(statement(plan, "duckdb")) == (1, [1, 1])


def test_a_login_alone_is_a_question(tmp_path: Path) -> None:
    """`frontdesk` in two directories may be one person's or two desks': nobody is joined, and it is asked."""
    found = statement(
        write(tmp_path, "frontdesk | | | | ", "frontdesk | | | | ", "hr:frontdesk lab:frontdesk"), "duckdb"
    )
    assert ehr(found) == (2, [1, 2])


SMITHS = "jsmith | 1 | John | Smith | 1985-01-09\njsmith2 | 2 | John | Smith | 1962-11-20"
LABS = "l6 | | John | Smith | 1985-01-09\nl7 | | John | Smith | "


@pytest.mark.parametrize("engine", ENGINES)
def test_a_decision_changes_what_it_says_and_nothing_else(engine: str, tmp_path: Path) -> None:
    """l6 is jsmith by name and birth date. l7 may be either John Smith, or a third one: that alone is open."""
    plan = write(tmp_path, SMITHS, LABS, "hr:jsmith hr:jsmith2 lab:l6 lab:l7")
    before = statement(plan, engine)
    assert (ehr(before)[0], before["identities"]["links"]) == (3, 1)
    answers = {"same,hr:jsmith": 2, "same,hr:jsmith2": 2, "different,hr:jsmith": 3, "different,hr:jsmith2": 3}
    for answer, users in answers.items():
        (tmp_path / "decisions.csv").write_text(f"{DECISIONS}{answer},lab:l7,kim,2026-03-01,\n", encoding="utf-8")
        found = statement(plan, engine)
        assert (answer, ehr(found)[0], found["identities"]["links"]) == (answer, users, 1)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("same,hr:bday,lab:x1,kim,,\n", "the first row does not name decision, left, right"),
        (f'{DECISIONS}same,hr:bday,lab:x1,"kim,,\nsame,a,b,,,\n', "the decisions cannot be read"),
        (f"{DECISIONS}same,lab:x1,lab:x1,,,\n", "the same account on both sides"),
    ],
)
def test_a_damaged_file_of_decisions_is_refused(text: str, what: str, tmp_path: Path) -> None:
    plan = write(tmp_path, BOB, "x1 | | Bob | Day | 1970-03-04", "hr:bday lab:x1")
    (tmp_path / "decisions.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=what):
        run(plan)
