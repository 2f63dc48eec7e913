"""`percapita license`: keys, signed licenses, answers and exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from percapita.cli.main import run
from tests.licensing.samples import CLAIMS, RECORDED


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder with two key pairs and a license signed with the first."""
    for name in ("key", "other"):
        assert run(["license", "keygen", "--out", str(tmp_path / name)]) == 0
    (tmp_path / "claims.json").write_text(json.dumps(CLAIMS), encoding="utf-8")
    (tmp_path / "recorded.json").write_text(json.dumps(RECORDED), encoding="utf-8")
    assert issue(tmp_path, "claims.json") == 0
    capsys.readouterr()
    return tmp_path


def issue(desk: Path, claims: str) -> int:
    return run(
        ["license", "issue", "--claims", str(desk / claims), "--key", str(desk / "key"), "--out", str(desk / "l.jws")]
    )


def asked(
    desk: Path, capsys: pytest.CaptureFixture[str], *words: str, file: str = "l.jws"
) -> tuple[int, dict[str, Any]]:
    code = run(["license", "verify", str(desk / file), *words, "--on", "2026-06-01", "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_only_the_owner_reads_the_key(desk: Path) -> None:
    assert stat.S_IMODE((desk / "key").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (desk / "key").read_bytes()
    assert run(["license", "keygen", "--out", str(desk / "key")]) == 2
    assert "there is a key already" in capsys.readouterr().err
    assert (desk / "key").read_bytes() == before


def test_yes(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "--key",
        str(desk / "key.pub"),
        "--system",
        "rcm",
        "--purpose",
        "chargemaster_posting",
        "--release",
        "2026",
    )
    assert asked(desk, capsys, *words) == (
        0, {"valid": True, "code": "VALID", "message": "valid until 2026-12-31", "until": "2026-12-31"}
    )  # fmt: skip


def test_the_token_itself(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = (desk / "l.jws").read_text(encoding="ascii").strip()
    assert run(["license", "verify", token, "--key", str(desk / "key.pub"), "--on", "2026-06-01"]) == 0
    assert capsys.readouterr().out == "valid: valid until 2026-12-31 (VALID)\n"


@pytest.mark.parametrize(
    ("key", "file", "code"),
    [
        ("other.pub", "l.jws", "SIGNATURE_INVALID"),
        ("key.pub", "claims.json", "MALFORMED"),
        ("key.pub", "key.pub", "MALFORMED"),
    ],
)
def test_no(key: str, file: str, code: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended, found = asked(desk, capsys, "--key", str(desk / key), file=file)
    assert (ended, found["valid"], found["code"], found["until"]) == (1, False, code, None)


def test_recorded(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(desk, capsys, "--system", "lab", file="recorded.json")
    assert (code, found["code"]) == (1, "SYSTEM_NOT_COVERED")
    assert found["message"].startswith("recorded, not verified: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "none.jws", "--key", "key.pub"], "there is no such license · none.jws"),
        (["verify", "l.jws"], "a signed license needs the licensor's key · --key"),
        (["verify", "l.jws", "--key", "key"], "not an Ed25519 public key · key"),
        (["verify", "l.jws", "--key", "none.pub"], "the key cannot be read"),
        (["verify", "l.jws", "--key", "key.pub", "--on", "2026-13-01"], "--on"),
        (["issue", "--claims", "none.json", "--key", "key", "--out", "x"], "the claims cannot be read"),
        (["issue", "--claims", "claims.json", "--key", "key.pub", "--out", "x"], "not an Ed25519 private key"),
        (["issue", "--claims", "recorded.json", "--key", "key", "--out", "x"], "a recorded license is not signed"),
    ],
)
def test_wrong_input_is_one_line(
    words: list[str], said: str, desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    assert run(["license", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
