"""`percapita charges init|build|convert|diff`: what they print, write and refuse, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from percapita.cli.main import run
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, tall
from tests.chargemaster.hospital import RATES, hospital
from tests.chargemaster.old import old_tall
from tests.cli.conftest import Complaint, Told

STEM = "123456789_made-up-hospital_standardcharges"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_init_writes_a_profile_once(told: Told, complaint: Complaint) -> None:
    assert "charges.toml written: edit it" in told("charges", "init", "charges.toml")
    before = Path("charges.toml").read_text(encoding="utf-8")
    assert before.startswith("# The profile of a build")
    code, line = complaint("charges", "init", "charges.toml")
    assert (code, Path("charges.toml").read_text(encoding="utf-8")) == (2, before)
    assert "there is a file already" in line


def test_build_says_what_it_made(tmp_path: Path, told: Told) -> None:
    out = told("charges", "build", hospital(tmp_path), "--profile", "charges.toml", "--out", "out")
    assert "out: 6 items, 7 charges of 2 payers and plans\n" in out
    assert f"  tall/{STEM}.csv: 8 rows, valid, to be published\n" in out
    assert f"  json/{STEM}.json: 5 items, valid\n" in out
    assert "  left out 1: no charge of any kind\n" in out


def test_build_as_json(tmp_path: Path, told: Told) -> None:
    found = json.loads(
        told("charges", "build", hospital(tmp_path), "--profile", "charges.toml", "--out", "out", "--format", "json")
    )
    assert (found["built"], found["valid"], found["entries"], found["payers"]) == (True, True, 6, 2)
    assert Path(found["publish"]).is_file()
    assert [Path(one["path"]).is_file() for one in found["files"]] == [True] * 3


@pytest.mark.parametrize("format", ["table", "json"])
def test_build_lists_every_wrong_row(format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rates = RATES.replace("400,,,", "x,,,").replace("per diem", "daily")
    command = [
        "charges",
        "build",
        str(hospital(tmp_path, rates=rates)),
        "--profile",
        "charges.toml",
        "--out",
        "out",
        "--format",
        format,
    ]
    assert run(command) == 2
    out, error = capsys.readouterr()
    assert error.startswith("error: 2 rows cannot be used; the first, RATE: ")
    assert error.count("\n") == 1
    assert not Path("out").exists()
    if format == "json":
        found = json.loads(out)
        assert (found["built"], found["error_count"]) == (False, 2)
        assert [(one["file"], one["row"], one["column"]) for one in found["errors"]] == [
            ("rates.csv", 2, "RATE"),
            ("rates.csv", 4, "METHOD"),
        ]
    else:
        assert out.splitlines()[0].startswith("  rates.csv row 2, RATE: ")


def test_build_without_files(complaint: Complaint, tmp_path: Path) -> None:
    hospital(tmp_path)
    assert "no such file" in complaint("charges", "build", "none.csv", "--profile", "charges.toml", "--out", "out")[1]
    assert (
        "the profile cannot be read"
        in complaint("charges", "build", "chargemaster.csv", "--profile", "no.toml", "--out", "out")[1]
    )


def test_convert(told: Told) -> None:
    assert (
        told("charges", "convert", TALL_EXAMPLE, "--to", "json", "--out", "new.json")
        == "new.json written: 22 items, valid\n"
    )
    found = json.loads(told("charges", "convert", "new.json", "--to", "wide", "--out", "new.csv", "--format", "json"))
    assert (found["valid"], found["missing"], found["not_carried"], found["rows"]) == (
        True,
        [],
        [],
        27,
    )  # the example gives an item two minimums


def test_convert_an_old_file(capsys: pytest.CaptureFixture[str]) -> None:
    old_tall().save(Path("old.csv"))
    command = ["charges", "convert", "old.csv", "--to", "tall", "--out", "new.csv"]
    assert run(command) == 1
    out = capsys.readouterr().out
    assert "not valid yet" in out
    assert "  missing attester_name: who attests\n" in out
    assert run([*command, "--npi", "1234567893", "--attester", "Ann Lee", "--attested", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one.partition(" ")[0] for one in found["missing"]] == ["count,"]


def test_convert_refuses_what_is_not_valid(complaint: Complaint) -> None:
    tall().set(4, "setting", "home").save(Path("bad.csv"))
    code, line = complaint("charges", "convert", "bad.csv", "--to", "json", "--out", "new.json")
    assert (code, "bad.csv F4" in line, Path("new.json").exists()) == (2, True, False)


def test_diff(told: Told) -> None:
    tall().set(4, "standard_charge|gross", "1300").set(5, "standard_charge|gross", "1300").save(Path("new.csv"))
    out = told("charges", "diff", TALL_EXAMPLE, "new.csv", "--out", "changes.csv")
    assert "prices: 1 price changed, 1 up and 0 down; the median change is +8.3 percent" in out
    assert "every change: changes.csv" in out
    found = json.loads(told("charges", "diff", TALL_EXAMPLE, "new.csv", "--format", "json"))
    assert (found["prices"]["changed"], found["largest"][0]["percent"]) == (1, 8.33)
    assert {one["payer"] for one in found["by_payer"] if one["changed"]} == {"gross charge"}


def test_diff_refuses_what_it_cannot_read(complaint: Complaint) -> None:
    assert complaint("charges", "diff", TALL_EXAMPLE, "none.csv")[0] == 2
    assert complaint("charges", "diff", JSON_EXAMPLE, ".")[0] == 2
