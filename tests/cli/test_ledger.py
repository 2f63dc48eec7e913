"""`percapita ledger`: start, add, show, due, template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from percapita.cli.main import run
from tests.cli.conftest import Complaint, Told
from tests.royalty.samples import write_statement

START = ("--agreement", "C-1", "--organization", "X Health", "--use", "internal", "--calendar", "semi-annual")
FIRST, SECOND = ("--period", "2024-06-30"), ("--period", "2024-12-31")


@pytest.fixture
def ledger(tmp_path: Path, told: Told) -> Path:
    path = tmp_path / "ledger.jsonl"
    told("ledger", "start", path, *START)
    return path


def lines(path: Path, **units: int) -> Path:
    path.write_text(
        "name,location,units\n" + "".join(f"{name},,{number}\n" for name, number in units.items()), encoding="utf-8"
    )
    return path


def test_a_year(ledger: Path, tmp_path: Path, told: Told) -> None:
    told("ledger", "add", ledger, lines(tmp_path / "a.csv", ehr=10, rcm=3), *FIRST, "--posted", "2024-07-20")
    statement = write_statement(tmp_path / "s.json", {"id": "ehr", "users": 12}, {"id": "rcm", "users": 2})
    added = json.loads(told("ledger", "add", ledger, statement, *SECOND, "--posted", "2025-01-10", "--format", "json"))
    assert (added["items"], added["fewer"], added["kind"]) == ([["ehr", "", 2]], [["rcm", "", 1]], "net_new")
    shown = json.loads(told("ledger", "show", ledger, "--format", "json"))
    assert [one["due"] for one in shown["periods"]] == ["316.50", "36.00"]
    told(
        "ledger",
        "add",
        ledger,
        lines(tmp_path / "c.csv", rcm=1),
        *SECOND,
        "--posted",
        "2025-01-12",
        "--kind",
        "correction",
        "--comment",
        "one person",
    )
    told(
        "ledger",
        "add",
        ledger,
        lines(tmp_path / "r.csv", ehr=15),
        *SECOND,
        "--posted",
        "2025-01-13",
        "--kind",
        "replacement",
        "--comment",
        "late accounts",
        "--approved-by",
        "M. Ray",
    )
    shown = json.loads(told("ledger", "show", ledger, "--format", "json"))
    assert [one["superseded"] for one in shown["reports"]] == [False, True, False, False]
    assert (shown["periods"][1]["due"], shown["periods"][1]["correction"]) == ("90.00", None)
    assert "superseded" in told("ledger", "show", ledger)


def test_due(ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "due", str(ledger), "--on", "2024-07-31", "--format", "json"]) == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)] == ["due", "not ended"]
    assert run(["ledger", "due", str(ledger), "--on", "2024-08-01"]) == 1
    assert "overdue" in capsys.readouterr().out
    run(["ledger", "add", str(ledger), str(lines(tmp_path / "a.csv", ehr=1)), *FIRST, "--posted", "2024-08-02"])
    capsys.readouterr()
    assert run(["ledger", "due", str(ledger), "--on", "2025-02-01", "--format", "json"]) == 1
    assert [one["state"] for one in json.loads(capsys.readouterr().out)][:2] == ["reported late", "overdue"]


def filled(path: Path, cells: dict[str, Any]) -> Path:
    book = openpyxl.load_workbook(path)
    for name, value in cells.items():
        book["Report"][name] = value
    book.save(path)
    return path


@pytest.fixture
def template(ledger: Path, tmp_path: Path, told: Told) -> Path:
    path = tmp_path / "report.xlsx"
    told("ledger", "template", ledger, *FIRST, "--out", path)
    return path


def test_a_template_comes_back(ledger: Path, template: Path, told: Told) -> None:
    filled(template, {"A11": "ehr", "C11": 7, "A13": "rcm", "B13": "West", "C13": "3"})
    found = json.loads(told("ledger", "add", ledger, template, *FIRST, "--dry-run", "--format", "json"))
    assert (found["items"], found["added"]) == ([["ehr", "", 7], ["rcm", "West", 3]], False)
    assert len(ledger.read_text(encoding="utf-8").splitlines()) == 1


def test_what_is_posted_stands_in_the_template(ledger: Path, template: Path, told: Told) -> None:
    filled(template, {"A11": "ehr", "C11": 7})
    told("ledger", "add", ledger, template, *FIRST, "--posted", "2024-07-01")
    told("ledger", "template", ledger, *FIRST, "--out", template)
    words = ("--kind", "replacement", "--comment", "x", "--approved-by", "y", "--dry-run", "--format", "json")
    assert json.loads(told("ledger", "add", ledger, template, *FIRST, *words))["items"] == [["ehr", "", 7]]


@pytest.mark.parametrize(
    ("cells", "cell", "says"),
    [
        ({"B3": "Y Health"}, "Report!B3", "a locked cell was changed"),
        ({"B4": "C-2"}, "Report!B4", "a locked cell was changed"),
        ({"C10": "Dollars"}, "Report!C10", "a locked cell was changed"),
        ({"A11": "ehr", "C11": "=3+4"}, "Report!C11", "this is a formula"),
        ({"A11": "ehr", "C11": 7.5}, "Report!C11", "'7.5' is not a whole number"),
        ({"A11": "ehr", "C11": -7}, "Report!C11", "'-7' is not a whole number"),
        ({"A11": "ehr", "C11": "$126.00"}, "Report!C11", "is not a whole number"),
        ({"A11": "ehr", "C11": 10**15}, "Report!C11", "is not a whole number"),
        ({"A11": "ehr", "C11": 1, "A12": "ehr", "C12": 2}, "Report!A12", "this stands in Report!A11, too"),
        ({"D11": "note"}, "Report!D11", "nothing belongs into this cell"),
        ({"C11": 3}, "Report!A11", "this must not be empty"),
    ],
)
def test_errors_by_cell(
    cells: dict[str, Any], cell: str, says: str, ledger: Path, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["ledger", "add", str(ledger), str(filled(template, cells)), *FIRST, "--format", "json"]) == 2
    said = capsys.readouterr()
    (error,) = json.loads(said.out)["errors"]
    assert error["cell"] == cell
    assert says in error["message"]
    assert cell in said.err


def test_more_lines_than_the_template_had_room_for(ledger: Path, template: Path, told: Told) -> None:
    filled(template, {f"A{row}": f"s{row}" for row in range(11, 400)} | {f"C{row}": 1 for row in range(11, 400)})
    found = json.loads(told("ledger", "add", ledger, template, *FIRST, "--dry-run", "--format", "json"))
    assert len(found["items"]) == 389


LINES: list[tuple[tuple[str, ...], str]] = [
    (("start", "LEDGER", *START), "there is a ledger already"),
    (("start", "new", *START[:-1], "weekly"), "'weekly' is not a calendar of reports"),
    (("start", "new", "--agreement", " ", *START[2:]), "this is empty · --agreement"),
    (("start", "new", *START, "--entity-fee", "x"), "'x' is not an amount of money"),
    (("add", "LEDGER", "LINES", "--period", "2024-03-31"), "no period of the semi-annual calendar ends on 2024-03-31"),
    (("add", "LEDGER", "none.csv", *FIRST), "the report cannot be read"),
    (("add", "LEDGER", "LINES", *FIRST, "--kind", "addendum"), "has no report yet"),
    (("add", "LEDGER", "LINES", *FIRST, "--who-pays", "x.csv"), "--who-pays is for a user count report"),
    (("add", "LEDGER", "STATEMENT", *FIRST), "ends on 2024-12-31, the period on 2024-06-30"),
    (("add", "LEDGER", "STATEMENT", *SECOND), "the users of OLD are not known"),
    (("add", "LINES", "LINES", *FIRST), "lines.csv, line 1 · name a ledger"),
    (("add", "LEDGER", "LINES", "--period", "9999-12-31"), "9999 is not a year of reports"),
    (("due", "LEDGER", "--on", "0001-01-01"), "1 is not a year of reports"),
    (("show", "none.jsonl"), "the ledger cannot be read"),
    (("show", "LEDGER", "--rates", "none"), "rate card 'none' is neither shipped nor a file"),
    (("due", "LEDGER", "--calendars", "none"), "neither shipped nor a file"),
]


@pytest.mark.parametrize(("words", "says"), LINES, ids=[" ".join(words)[:50] for words, _ in LINES])
def test_wrong_command_lines(
    words: tuple[str, ...],
    says: str,
    ledger: Path,
    tmp_path: Path,
    complaint: Complaint,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = {"id": "old", "users": None, "basis": "none"}
    named = {
        "LEDGER": ledger,
        "LINES": lines(tmp_path / "lines.csv", ehr=1),
        "STATEMENT": write_statement(tmp_path / "s.json", old),
        "new": tmp_path / "new",
    }
    capsys.readouterr()
    code, line = complaint("ledger", *(named.get(word, word) for word in words))
    assert code == 2
    assert says in line


def test_a_distributor_does_not_report_applications(tmp_path: Path, told: Told, complaint: Complaint) -> None:
    path = tmp_path / "d.jsonl"
    told("ledger", "start", path, *START[:5], "distributor", "--calendar", "annual")
    statement = write_statement(tmp_path / "s.json", {"id": "ehr", "users": 3})
    assert "report customers as CSV or XLSX" in complaint("ledger", "add", path, statement, *SECOND)[1]


def test_an_unknown_fee_is_shown_and_ends_with_2(
    tmp_path: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "l.jsonl"
    told("ledger", "start", path, *START[:6])
    told("ledger", "add", path, lines(tmp_path / "a.csv", ehr=1), "--period", "2026-12-31", "--posted", "2027-01-02")
    assert run(["ledger", "show", str(path)]) == 2
    said = capsys.readouterr()
    assert "not known" in said.out
    assert "the entity fee of 2026 is not known" in said.err


def test_a_period_is_rated_with_the_card_it_was_posted_under(
    ledger: Path, tmp_path: Path, told: Told, complaint: Complaint
) -> None:
    card = tmp_path / "own.toml"
    card.write_text(told("policy", "show", "--kind", "rate-card").replace('"18.00"', '"20.00"'), encoding="utf-8")
    told("ledger", "add", ledger, lines(tmp_path / "a.csv", ehr=10), *FIRST, "--posted", "2024-07-01", "--rates", card)
    assert "report 1 was posted under rate card '2026', which is not known" in complaint("ledger", "show", ledger)[1]
    found = json.loads(told("ledger", "show", ledger, "--rates", card, "--format", "json"))
    assert found["periods"][0]["due"] == "282.50"
    told("ledger", "add", ledger, lines(tmp_path / "b.csv", ehr=12), *SECOND, "--posted", "2025-01-01")
    both = json.loads(told("ledger", "show", ledger, "--rates", card, "--format", "json"))
    assert [one["due"] for one in both["periods"]] == ["282.50", "36.00"]
