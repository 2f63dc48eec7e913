"""`percapita quote`: amounts as texts, one line for what is not known, exit 2 then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from percapita.cli.main import run


def quoted(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object], str]:
    code = run(["quote", *words, "--format", "json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


def test_a_quote(capsys: pytest.CaptureFixture[str]) -> None:
    code, found, error = quoted(capsys, "--release", "2024", "--users", "1", "--entities", "2", "--add", "rvu")
    assert (code, found["total"], found["currency"], error) == (0, "201.00", "USD", "")
    assert found["lines"][0] == {  # type: ignore[index]
        "content": "cpt", "item": "entity", "quantity": 2, "rate": "82.50", "amount": "165.00",
        "source": "CPT royalty schedule 2024 (American Medical Association)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--release", "2026", "--users", "10"), "CPT, entity fee · no source states it for release 2026 · give the fee of your agreement with --entity-fee"),
        (("--release", "2031", "--users", "10", "--entity-fee", "1"), "CPT, individual users · no source states it for release 2031 · give the rates of your agreement with --rates"),
        (("--release", "2025", "--users", "10", "--add", "hcpcs"), "HCPCS Level II, individual users · not available in release 2025"),
        (("--release", "2024", "--users", "-3"), "-3 users cannot be licensed · --users"),
        (("--release", "2024", "--users", "1.5"), "--users"),
        (("--release", "2024", "--users", "1", "--entity-fee", "-1"), "'-1' is not an amount of money · --entity-fee"),
        (("--release", "2024", "--users", "1", "--rates", "none.toml"), "rate card 'none.toml' is neither shipped nor a file · --rates"),
    ],
)  # fmt: skip
def test_what_is_not_known_or_wrong(words: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, found, said = quoted(capsys, *words)
    assert (code, said.count("\n")) == (2, 1)
    assert error in said
    assert found.get("total") is None


def test_the_table_says_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    run(["quote", "--release", "2026", "--users", "10", "--add", "hcpcs"])
    out = capsys.readouterr().out
    assert "total: not known; the lines with an amount: 185.00" in out
    assert "not available" in out


def test_a_card_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(["policy", "show", "--kind", "rate-card"])
    text = capsys.readouterr().out.replace('"18.50"', '"20.00"')
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    _, found, _ = quoted(capsys, "--release", "2026", "--users", "2", "--entity-fee", "0", "--rates", str(path))
    assert found["total"] == "40.00"
