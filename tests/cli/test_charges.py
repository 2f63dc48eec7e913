"""`percapita charges check`: one line a file whatever happens, exit 1 for an invalid one, 2 for a bad list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from percapita.chargemaster.rules import all_rules
from percapita.cli.main import run
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, WIDE_EXAMPLE
from tests.cli.conftest import Complaint, Told

TEMPLATE = TALL_EXAMPLE.parent / "V3.0.0_Tall_CSV_Format_Template.csv"


def lines(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, list[dict[str, object]]]:
    code = run(["charges", "check", *map(str, words), "--format", "json"])
    out, error = capsys.readouterr()
    assert error == ""
    return code, [json.loads(line) for line in out.splitlines()]


def test_one_line_a_file_in_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = [TALL_EXAMPLE, tmp_path / "none.csv", WIDE_EXAMPLE, tmp_path, TEMPLATE, JSON_EXAMPLE]
    code, found = lines(capsys, *files)
    assert code == 1
    assert [one["file"] for one in found] == [str(file) for file in files]
    assert [one["valid"] for one in found] == [True, False, True, False, False, True]
    assert all({"file", "valid", "errors", "alerts"} <= set(one) for one in found)
    assert all(one["valid"] is (one["errors"] == []) for one in found)


def test_all_valid_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, TALL_EXAMPLE, JSON_EXAMPLE)[0] == 0


def test_a_list(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"\ufeff{WIDE_EXAMPLE}\n\n  {TALL_EXAMPLE}  \nmissing.csv\n", encoding="utf-8")
    code, found = lines(capsys, f"@{listed}", JSON_EXAMPLE)
    assert code == 1
    assert [one["file"] for one in found] == [str(WIDE_EXAMPLE), str(TALL_EXAMPLE), "missing.csv", str(JSON_EXAMPLE)]


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\x00", b"a\x00b"])
def test_a_bad_list(content: bytes | None, complaint: Complaint, tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    if content is not None:
        listed.write_bytes(content)
    code, line = complaint("charges", "check", str(TALL_EXAMPLE), f"@{listed}")
    assert code == 2
    assert str(listed) in line


@pytest.mark.parametrize("words", [["--version", "v9"], ["--max-errors", "0"], ["--format", "xml"]])
def test_a_bad_command_line(words: list[str], complaint: Complaint) -> None:
    assert complaint("charges", "check", str(TALL_EXAMPLE), *words)[0] == 2


def test_errors_are_capped(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = lines(capsys, TEMPLATE, "--max-errors", "2")
    assert len(found[0]["errors"]) == 2  # type: ignore[arg-type]
    assert found[0]["error_count"] == 14


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["charges", "check", str(TEMPLATE)]) == 1
    out = capsys.readouterr().out
    assert f"{TEMPLATE}: not valid, 14 errors, 1 alert" in out
    assert "  error CSV-H04 A2: " in out


def test_rules(told: Told) -> None:
    found = json.loads(told("charges", "rules", "--format", "json"))
    assert [one["id"] for one in found] == [rule.id for rule in all_rules()]
    assert all(rule.id in told("charges", "rules") for rule in all_rules()[:1])
