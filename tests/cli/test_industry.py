"""`percapita industry`: the commands as people type them, JSON alone on stdout, one line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Complaint, Told
from tests.industry.conftest import DATA

FILES = [
    DATA / name
    for name in (
        "hcris_puf_costreport_fy2021.csv.gz", "cms_ny_imm3_edv_op22_2024.csv.gz", "cms_hospital_general_information_2025-07.csv.gz",
    )
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERCAPITA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_whole_way(home: Path, told: Told) -> None:
    first = json.loads(told("industry", "load", *FILES, "--format", "json"))
    assert [one["new"] for one in first] == [True, True, True]
    assert "was loaded before" in told("industry", "load", *FILES)
    expected = json.loads(told("industry", "expect", "--ccn", "330214", "--format", "json"))
    assert (expected["level"], expected["expected"], len(expected["peers"])) == ("headcount", 51172, 5)
    assert "users" not in expected
    with_users = json.loads(told("industry", "expect", "--ccn", "330214", "--users", "--format", "json"))
    assert with_users["users"][0]["kind"] == "emr"
    assert "51,172 persons may work there" in told("industry", "expect", "--ccn", "330214")

    (home / "reported.csv").write_text("organization,ccn,kind,users\nBig,330214,emr,90000\n", encoding="utf-8")
    asked = json.loads(
        told("industry", "question", "--reported", "reported.csv", "--format", "json", "--html", "q.html")
    )
    (finding,) = asked["organizations"][0]["findings"]
    assert (finding["rule"], finding["reported"], finding["reply"]) == ("IND-U03", 90000, "")
    assert "<svg" in (home / "q.html").read_text(encoding="utf-8")
    assert "IND-U03 You report 90,000" in told("industry", "question", "--reported", "reported.csv")

    (home / "orgs.csv").write_text(
        "id,name,address,city,state,zip\n1,Saint Peters Hosp Inc,315 S Manning Blvd,Albany,New York,12208\n",
        encoding="utf-8",
    )
    assert "1 organization: 1 match, 0 to review, 0 none" in told("industry", "link", "orgs.csv", "--out", "links.csv")
    assert (home / "links.csv").read_text(encoding="utf-8").splitlines()[1].startswith("1,330057,")


def test_a_statement_with_the_hospital_it_is_about(home: Path, told: Told, complaint: Complaint) -> None:
    told("industry", "load", *FILES)
    system = {
        "id": "ehr",
        "name": "Charting",
        "kind": "emr",
        "basis": "log",
        "users": 30,
        "months_covered": ["2026-01"],
    }
    statement = {"schema": "percapita/statement/1", "organization": {"id": "a", "name": "A"}, "systems": [system]}
    (home / "statement.json").write_text(json.dumps(statement), encoding="utf-8")
    assert "IND-U01 You report 30" in told("industry", "question", "statement.json", "--ccn", "330214")
    corrected = json.loads(
        told("industry", "expect", "--ccn", "330214", "--statement", "statement.json", "--format", "json")
    )
    assert corrected["users"][0]["status"] == "declared, corrected by the own log"
    code, line = complaint("industry", "question", "statement.json")
    assert (code, "give --ccn, or --org FILE" in line) == (2, True)
    (home / "sites.csv").write_text("ccn\n330214\n330057\n", encoding="utf-8")
    assert (
        "2 sites"
        in json.loads(told("industry", "question", "statement.json", "--org", "sites.csv", "--format", "json"))[
            "organizations"
        ][0]["method"]
    )


def test_rejects_are_written(home: Path, told: Told) -> None:
    text = "Provider CCN,FTE - Employees on Payroll,Fiscal Year Begin Date\n4.40E+03,5,\n010001,6,\n"
    (home / "made_2021.csv").write_text(text, encoding="utf-8")
    out = told("industry", "load", "made_2021.csv", "--max-rejects", "0.5", "--rejects", "rejects.csv")
    assert "reject made_2021.csv, row 2: Provider CCN: a spreadsheet wrote the CCN in scientific form" in out
    assert (
        (home / "rejects.csv").read_text(encoding="utf-8").splitlines()[1].startswith("made_2021.csv,2,Provider CCN,")
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("expect", "--ccn", "330214"), "no industry data is loaded"),
        (("expect",), "name one provider or one file of sites"),
        (("question",), "name one statement or one file of reported figures"),
        (("load", "nothing.csv"), "there is no such file"),
        (("link", "nothing.csv", "--out", "x.csv"), "cannot be read"),
        (
            ("expect", "--ccn", "330214", "--priors", "none.toml"),
            "table of declared assumptions 'none.toml' is neither shipped",
        ),
    ],
)
def test_what_is_wrong(words: tuple[str, ...], error: str, home: Path, complaint: Complaint) -> None:
    code, line = complaint("industry", *words)
    assert code == 2
    assert error in line
    assert not (home / "home").exists()
