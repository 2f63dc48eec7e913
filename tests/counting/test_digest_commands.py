"""`percapita digest build|show|prune`: what is kept, whether it holds, and what nothing needs any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from percapita.cli.main import run
from tests.counting.organization import Organization, as_bytes, spoil_logs


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what a command line prints."""

    def tell(*words: str | Path) -> str:
        assert run([str(word) for word in words]) == 0
        out, error = capsys.readouterr()
        assert error == ""
        return out

    return tell


def states(told: Any, plan: Path) -> list[tuple[str, str]]:
    return [(kept["file"], kept["state"]) for kept in json.loads(told("digest", "show", plan, "--format", "json"))]


ALL_CURRENT = [("logs/ehr-01.csv", "current"), ("logs/ehr-02.csv", "current"), ("logs/rcm-01.csv", "current")]


def test_build_reads_so_that_a_count_need_not(told: Any, clinic: Organization, tmp_path: Path) -> None:
    assert states(told, clinic.plan) == []
    assert told("digest", "build", clinic.plan) == "digests of 3 files are up to date\n"
    spoil_logs(clinic)
    assert told("digest", "build", clinic.plan) == "digests of 3 files are up to date\n"
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))
    assert states(told, clinic.plan) == ALL_CURRENT


def test_build_needs_no_people(told: Any, clinic: Organization) -> None:
    """Where the log lives, the workforce need not be known: only its file is asked for."""
    for name in ("people.csv", "accounts.csv"):
        (clinic.folder / name).write_text(clinic.files[name].splitlines()[0] + "\n", encoding="utf-8")
    told("digest", "build", clinic.plan)
    assert states(told, clinic.plan) == ALL_CURRENT


def test_build_where_no_digests_are_kept(clinic: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.head = clinic.head.replace("[count]", "[count]\ndigest = false")
    clinic.write_plan()
    assert run(["digest", "build", str(clinic.plan)]) == 2
    assert capsys.readouterr() == (
        "",
        "error: the plan keeps no digests · percapita.toml, [count] · write digest = true\n",
    )


def test_show_tells_every_state(told: Any, clinic: Organization) -> None:
    clinic.count()
    clinic.write_log("ehr-01", "ehr,dov,2026-01-06T10:00:00,order")
    clinic.log("ehr-02").unlink()
    clinic.rules += '\n[[use]]\nsystem = "rcm"\nactivity = ["post"]\nuse_type = "product_reliance"\n'
    clinic.write_plan()
    other = clinic.of_plan() / "00000000000000000000"
    other.mkdir()
    rcm = next(path for path in clinic.digests() if b"rcm-01" in path.read_bytes())
    (other / rcm.name).write_bytes(rcm.read_bytes())
    (other / f"{'0' * 64}.parquet").write_bytes(rcm.read_bytes()[:-9])
    assert states(told, clinic.plan) == [
        ("", "damaged"),
        ("logs/ehr-01.csv", "old"),
        ("logs/ehr-02.csv", "gone"),
        ("logs/rcm-01.csv", "unused"),
        ("logs/rcm-01.csv", "stale"),
    ]
    shown = told("digest", "show", clinic.plan)
    for word in ("file", "state", "rows", "damaged", "old", "gone", "unused", "stale", "logs/ehr-02.csv"):
        assert word in shown


def test_show_says_how_large(told: Any, clinic: Organization) -> None:
    clinic.write_log("ehr-01", "ehr,ana,2026-01-05T10:00:00,order\nehr,ben,yesterday,order")
    clinic.count()
    kept = json.loads(told("digest", "show", clinic.plan, "--format", "json"))
    sizes = {path.relative_to(clinic.of_plan()).as_posix(): path.stat().st_size for path in clinic.digests()}
    assert {one["digest"]: one["bytes"] for one in kept} == sizes
    assert [(one["rows"], one["rejected"]) for one in kept] == [(2, 1), (4, 0), (3, 0)]


def test_prune_keeps_what_a_count_needs(told: Any, clinic: Organization) -> None:
    clinic.count()
    assert told("digest", "prune", clinic.plan) == "0 digests removed, 0 bytes\n"
    clinic.log("ehr-02").unlink()
    gone = as_bytes(clinic.count())
    assert told("digest", "prune", clinic.plan).startswith("0 digests removed")
    assert as_bytes(clinic.count()) == gone
    assert told("digest", "prune", clinic.plan, "--gone").startswith("1 digest removed")
    assert as_bytes(clinic.count()) != gone


def test_prune_removes_what_no_count_needs(told: Any, clinic: Organization) -> None:
    clinic.count()
    clinic.write_log("ehr-01", "ehr,dov,2026-01-06T10:00:00,order")
    clinic.count()
    clinic.head = clinic.head.replace("America/Chicago", "America/Denver")
    clinic.write_plan()
    now = as_bytes(clinic.count())
    assert len(clinic.digests()) == 7
    assert told("digest", "prune", clinic.plan).startswith("4 digests removed")
    spoil_logs(clinic)
    assert as_bytes(clinic.count()) == now


def test_all_of_it_can_be_deleted(clinic: Organization) -> None:
    import shutil

    first = as_bytes(clinic.count())
    shutil.rmtree(clinic.home / "digests")
    (clinic.home / "hashes.json").unlink()
    assert as_bytes(clinic.count()) == first


def test_a_home_elsewhere_holds_everything(
    clinic: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "deep"
    monkeypatch.setenv("PERCAPITA_HOME", str(home))
    clinic.count(out=clinic.folder / "out")
    assert not clinic.home.exists()
    assert {"digests", "hashes.json", "keys"} <= {path.name for path in home.iterdir()}
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "keys" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    assert (home / "hashes.json").stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o077 for path in (home / "digests").rglob("*")} == {0}
