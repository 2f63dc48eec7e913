"""`percapita charges gate`: verdicts, exit codes, overrides, lists of hospitals and receipts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from percapita.cli.main import run
from tests.licensing.samples import CLAIMS, RECORDED

EXAMPLE = Path(__file__).parents[1] / "data" / "standard-charges" / "V3.0.0_Tall_CSV_Format_Example.csv"
NAME = "123456789_west-mercy-hospital_standardcharges.csv"
COMMON = ("--basis", "fy2019-ipps", "--on", "2026-11-23", "--format", "json")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a file to publish, two key pairs and licenses; the working folder of the test."""
    monkeypatch.chdir(tmp_path)
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][1] = "2026-06-01"
    with Path(NAME).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    for key in ("key", "mine"):
        run(["license", "keygen", "--out", key])
    changes: dict[str, dict[str, Any]] = {"good": {}, "old": {"expires": "2026-05-31"}, "use": {"purposes": ["use"]}}
    for name, change in changes.items():
        Path(f"{name}.json").write_text(json.dumps(CLAIMS | change), encoding="utf-8")
        run(["license", "issue", "--claims", f"{name}.json", "--key", "key", "--out", f"{name}.jws"])
    Path("recorded.json").write_text(json.dumps(RECORDED), encoding="utf-8")
    capsys.readouterr()
    return tmp_path


def asked(
    capsys: pytest.CaptureFixture[str], *words: str, file: str = NAME, license: str = "good.jws", system: str = "rcm"
) -> tuple[int, list[dict[str, Any]]]:
    code = run(["charges", "gate", file, "--license", license, "--key", "key.pub", "--system", system, *COMMON, *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def stops(found: dict[str, Any]) -> list[str]:
    return [one["code"] for one in found["reasons"] if one["severity"] == "stop"]


@pytest.mark.usefixtures("desk")
def test_a_good_file_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code, (found,) = asked(capsys, "--beds", "100")
    assert code == 0
    assert set(found) == {"file", "verdict", "reasons", "file_valid", "license_valid"}
    assert (found["file"], found["verdict"], found["file_valid"], found["license_valid"]) == (NAME, "pass", True, True)
    assert [one["code"] for one in found["reasons"]] == [
        "UPDATE_DUE", "OTHER_OWNER", "NOTICE_MISSING", "WAITING_RISK",
    ]  # fmt: skip


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"license": "old.jws"}, "LICENSE_EXPIRED"),
        ({"license": "use.jws"}, "LICENSE_PURPOSE_NOT_PERMITTED"),
        ({"license": "good.json"}, "LICENSE_MALFORMED"),
        ({"system": "lab"}, "LICENSE_SYSTEM_NOT_COVERED"),
        ({"file": "none.csv"}, "FILE_INVALID"),
    ],
)
def test_what_stops(given: dict[str, str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    ended, (found,) = asked(capsys, **given)
    assert (ended, found["verdict"]) == (1, "stop")
    assert code in stops(found)


@pytest.mark.usefixtures("desk")
def test_a_recorded_license_passes_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    ended, (found,) = asked(capsys, license="recorded.json")
    assert (ended, found["verdict"]) == (0, "pass")
    ended, (found,) = asked(capsys, license="recorded.json", system="lab")
    assert "recorded, not verified: " in str(found["reasons"])


@pytest.mark.usefixtures("desk")
def test_a_rule_that_the_permission_does_not_name(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--basis", "45-cfr-180")
    assert asked(capsys, *words)[0] == 0
    ended, (found,) = asked(capsys, *words, "--policy", "strict")
    assert (ended, stops(found)) == (1, ["BASIS_NOT_NAMED"])


@pytest.mark.usefixtures("desk")
def test_a_copied_descriptor_stops(capsys: pytest.CaptureFixture[str]) -> None:
    with Path(NAME).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[2].index("description")
    places = [place for place, cell in enumerate(rows[2]) if cell.endswith("type")]
    described = next(row[at] for row in rows[3:] if any(row[place] == "CPT" for place in places))
    Path("release.txt").write_text(f"00000\t{described.upper()}\n", encoding="utf-8")
    ended, (found,) = asked(capsys, "--descriptors", "release.txt")
    assert (ended, stops(found)) == (1, ["DESCRIPTOR_COPIED"])
    assert described.lower() not in json.dumps(found).lower()


@pytest.mark.usefixtures("desk")
def test_an_officer_overrides_a_stop_and_the_receipt_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--override", "--by", "Avery Stone", "--reason", "the deadline", "--receipt", "r.jws", "--sign", "mine")
    ended, (found,) = asked(capsys, *words, license="old.jws")
    assert (ended, found["verdict"], stops(found)) == (0, "overridden", ["LICENSE_EXPIRED"])
    assert run(["charges", "receipt", "verify", "r.jws", "--key", "mine.pub", "--file", NAME, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)["receipt"]
    assert (said["verdict"], said["license"], said["override"]["by"]) == ("overridden", "L-1", "Avery Stone")
    assert "LICENSE_EXPIRED" in said["findings"]


@pytest.mark.usefixtures("desk")
def test_a_receipt_is_of_one_key_and_one_content(capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "--receipt", "r.jws", "--sign", "mine")
    verify = ["charges", "receipt", "verify", "r.jws", "--key", "mine.pub"]
    assert run(verify) == 0
    assert capsys.readouterr().out == f"genuine: {NAME}, pass on 2026-11-23\n"
    assert run(["charges", "receipt", "verify", "r.jws", "--key", "key.pub"]) == 1
    Path(NAME).write_text("changed", encoding="utf-8")
    assert run([*verify, "--file", NAME]) == 1
    assert "of another content" in capsys.readouterr().out


@pytest.mark.usefixtures("desk")
def test_a_file_that_is_not_valid_cannot_be_overridden(capsys: pytest.CaptureFixture[str]) -> None:
    Path(NAME).write_text("nothing", encoding="utf-8")
    ended, (found,) = asked(capsys, "--override", "--by", "A", "--reason", "B")
    assert (ended, found["verdict"], found["file_valid"]) == (1, "stop", False)


@pytest.mark.usefixtures("desk")
def test_a_list_has_a_line_for_each_hospital(capsys: pytest.CaptureFixture[str]) -> None:
    Path("all.txt").write_text(f"{NAME}\tRMC\n{NAME}\tOTHER\nnone.csv\n", encoding="utf-8")
    ended, found = asked(capsys, file="@all.txt")
    assert ended == 1
    assert [(one["file"], one["verdict"]) for one in found] == [(NAME, "pass"), (NAME, "stop"), ("none.csv", "stop")]
    assert stops(found[1]) == ["LICENSE_ENTITY_NOT_COVERED"]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--basis", "45-cfr-18"), "did you mean '45-cfr-180'?"),
        (("--override",), "an override has a name and a reason"),
        (("--by", "Ann"), "an override has a name and a reason"),
        (("--receipt", "r.jws"), "a receipt is signed, one for each file"),
        (("--license", "none.jws"), "there is no such license · none.jws"),
        (("--key", "key"), "not an Ed25519 public key"),
        (("--descriptors", "none.txt"), "the release file cannot be read"),
        (("--rules", "none.toml"), "table of posting rules 'none.toml' is neither shipped nor a file"),
    ],
)
def test_wrong_input_is_one_line(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["charges", "gate", NAME, "--license", "good.jws", "--key", "key.pub", "--system", "rcm"]
    assert run([*command, *COMMON, *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("desk")
def test_the_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["charges", "gate", NAME, "--license", "old.jws", "--key", "key.pub", "--system", "rcm"]
    assert run([*command, *COMMON[:-2]]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{NAME}: must not be published\n")
    assert "stop LICENSE_EXPIRED: license: it ended on 2026-05-31" in out


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_license_that_was_taken_back_stops(state: str, signed: bool, capsys: pytest.CaptureFixture[str]) -> None:
    listed = {"iss": "licensor", "as_of": "2026-11-01", "states": {"L-1": state, "L-9": "revoked"}}
    Path("states.json").write_text(json.dumps(listed), encoding="utf-8")
    if signed:
        assert run(["license", "states", "--list", "states.json", "--key", "key", "--out", "states.jws"]) == 0
        assert "2 licenses as of 2026-11-01" in capsys.readouterr().out
    ended, (found,) = asked(capsys, "--states", "states.jws" if signed else "states.json")
    assert (ended, stops(found)) == (1, [f"LICENSE_{state.upper()}"])
    assert ("which nobody signed" in str(found["reasons"])) is not signed
    told = ["--states", "states.json", "--on", "2026-11-23", "--format", "json"]
    assert run(["license", "verify", "good.jws", "--key", "key.pub", *told]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == state.upper()


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "the keys are not iss, as_of, states"),
        ('{"iss": "x", "as_of": "2026", "states": {}}', "'as_of' is not a date"),
        ('{"iss": "x", "as_of": "2026-01-01", "states": {"L-1": "revked"}}', "did you mean 'revoked'?"),
        ('{"iss": "x", "as_of": "2026-01-01", "states": []}', "'states' no table"),
        ("a.b.c", "the list of states is not genuine"),
    ],
)
def test_a_broken_list_of_states_is_wrong_input(content: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("states").write_text(content, encoding="utf-8")
    command = ["charges", "gate", NAME, "--license", "good.jws", "--key", "key.pub", "--system", "rcm"]
    assert run([*command, *COMMON, "--states", "states"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("desk")
def test_a_stop_says_what_waiting_may_cost(capsys: pytest.CaptureFixture[str]) -> None:
    _, (found,) = asked(capsys, license="old.jws")
    risk = next(one["message"] for one in found["reasons"] if one["code"] == "WAITING_RISK")
    assert "300.00 dollars for up to 30 beds; 10.00 dollars a bed for up to 550 beds; 5,500.00 dollars for more" in risk


@pytest.mark.usefixtures("desk")
def test_nothing_is_said_of_what_a_broken_file_may_hold(capsys: pytest.CaptureFixture[str]) -> None:
    _, (found,) = asked(capsys, file="none.csv")
    assert stops(found) == ["FILE_INVALID", "FILE_NAME"]
