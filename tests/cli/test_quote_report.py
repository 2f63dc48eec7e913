"""`percapita quote STATEMENT`: what the whole report costs, who pays, and what does not add up."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from percapita.cli.main import run
from percapita.cli.quote_persons import Persons
from percapita.royalty.figures import read_figures
from tests.cli.conftest import Complaint, Told
from tests.counting.organization import Organization
from tests.royalty.samples import write_statement

HEADER = "system,entity,employer,payer,name,units,from,to,document,upstream_end\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    ehr = {"id": "ehr", "users": 100, "by_entity": {"A": 60, "B": 40}}
    rcm = {"id": "rcm", "users": 30, "by_entity": {"B": 30}, "kind": "revenue_cycle"}
    return write_statement(tmp_path / "statement.json", ehr, rcm)


def test_a_report(report: Path, tmp_path: Path, told: Told) -> None:
    who = tmp_path / "who.csv"
    who.write_text(HEADER + "rcm,,,vendor,ClaimsCo,all,2020-01-01,,M-1,2024-06-30\n", encoding="utf-8")
    found = json.loads(
        told("quote", report, "--who-pays", who, "--what-if", "drop ehr", "--allocate", "--format", "json")
    )
    assert found["schema"] == "percapita/statement-quote/1"
    assert (found["release"], found["total"], found["billed_units"], found["persons"]) == (2024, "2422.50", 130, 100)
    assert [(one["code"], one["amount"]) for one in found["findings"]] == [("lapse", "540.00")]
    assert found["what_if"][0]["difference"] == ["-1800.00", "-1800.00"]
    assert sum(float(one["amount"]) for one in found["allocation"]) == 2422.50


def test_the_table(report: Path, tmp_path: Path, told: Told) -> None:
    who = tmp_path / "who.csv"
    who.write_text(HEADER + "rcm,,,vendor,ClaimsCo,all,2020-01-01,2030-06-30,M-1,\n", encoding="utf-8")
    text = told("quote", report, "--who-pays", who, "--what-if", "users +10%")
    for words in (
        "total: 1,882.50",
        "billed: 100 users of single applications; different people in all: 100",
        "the vendor ClaimsCo",
        "2030-06-30",
        "+180.00",
    ):
        assert words in text


def test_people_of_several_applications_together(clinic: Organization, told: Told) -> None:
    out = clinic.plan.parent / "results"
    told("count", clinic.plan, "--out", out)
    path = out / "persons.parquet"
    rows = [one for one in pq.read_table(path).to_pylist() if one["counted"]]
    persons = Persons(out / "statement.json", read_figures(out / "statement.json"))
    assert persons.together(["ehr", "rcm"]) == len({one["person"] for one in rows})
    assert persons.together(["ehr"]) == len([one for one in rows if one["system"] == "ehr"])
    told("quote", out / "statement.json", "--entity-fee", "0", "--what-if", "group ehr rcm")


@pytest.mark.parametrize("damage", ["other", "torn", "columns", "gone"])
def test_persons_of_another_count_are_not_believed(damage: str, clinic: Organization, told: Told) -> None:
    out = clinic.plan.parent / "results"
    told("count", clinic.plan, "--out", out)
    path = out / "persons.parquet"
    table = pq.read_table(path)
    if damage == "other":
        pq.write_table(table.filter(pc.equal(table["system"], "rcm")), path)
    elif damage == "columns":
        pq.write_table(table.drop_columns(["person"]), path)
    elif damage == "torn":
        path.write_bytes(b"PAR1 torn")
    else:
        path.unlink()
    figures = read_figures(out / "statement.json")
    assert Persons(out / "statement.json", figures).together(["ehr", "rcm"]) is None


def test_a_fee_for_each_legal_entity(report: Path, told: Told) -> None:
    assert "for each legal entity: give their number with --entities" in told("quote", report, "--release", "2014")


def test_no_evidence_means_no_total(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_statement(
        tmp_path / "s.json", {"id": "ehr", "users": 10}, {"id": "old", "users": None, "basis": "none"}
    )
    assert run(["quote", str(path), "--format", "json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["total"] is None
    assert (
        said.err
        == 'error: there is no total: the users of OLD are not known · user count report · find evidence and count again, or see what is left: --what-if "drop old"\n'
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--users", "4"), "--users stands in the user count report"),
        (("--what-if", "drop erh"), "did you mean 'ehr'?"),
        (("--who-pays", "nowhere.csv"), "the table of who pays cannot be read"),
        (("--release", "0"), "0 is no annual release"),
        (("--release", "99999"), "99999 is no annual release"),
        (("--entities", "-1"), "-1 entities cannot be licensed"),
    ],
)
def test_wrong_command_lines(words: tuple[str, ...], says: str, report: Path, complaint: Complaint) -> None:
    code, line = complaint("quote", report, *words)
    assert code == 2
    assert says in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "there is no --release"),
        (("--release", "2024"), "there are no users"),
        (("--release", "2024", "--users", "4", "--allocate"), "--allocate needs a user count report"),
        (("--release", "2024", "--units", "mebmer=3"), "did you mean 'member'?"),
        (("--release", "2024", "--units", "member=1.5"), "'1.5' is not a whole number"),
        (("--release", "2024", "--units", "member=1", "--units", "member=2"), "member is given twice"),
        (("--release", "2024", "--units", "sales=-1"), "not an amount of money"),
    ],
)
def test_without_a_report(words: tuple[str, ...], says: str, complaint: Complaint) -> None:
    code, line = complaint("quote", *words)
    assert code == 2
    assert says in line


CARD = """schema = "percapita/rate-card/1"
id = "plan"
title = "An invented card of other units"
effective = 2026-01-01
currency = "USD"
source = [{ id = "S1", title = "invented", says = "x" }]
rate = [
  { releases = [2026], content = "cpt", item = "entity", amount = "10.00", source = "S1" },
  { releases = [2026], content = "cpt", item = "member", amount = "0.05", source = "S1" },
  { releases = [2026], content = "cpt", item = "sales", amount = "2.25", source = "S1" },
  { releases = [2026], content = "cpt", item = "user", models = ["proxy"], amount = "9.00", source = "S1" },
]
"""


def test_other_units_fit_the_same_table(tmp_path: Path, told: Told) -> None:
    card = tmp_path / "card.toml"
    card.write_text(CARD, encoding="utf-8")
    words = ("quote", "--release", "2026", "--rates", card, "--format", "json")
    found = json.loads(told(*words, "--units", "member=1201", "--units", "sales=1000.20"))
    assert [(line["item"], line["quantity"], line["amount"]) for line in found["lines"]] == [
        ("entity", 1, "10.00"),
        ("member", 1201, "60.05"),
        ("sales", "1000.20", "22.50"),
    ]
    assert json.loads(told(*words, "--users", "2", "--model", "proxy"))["total"] == "28.00"
    assert run(["quote", "--release", "2026", "--rates", str(card), "--users", "2"]) == 2
