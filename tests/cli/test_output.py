"""What goes where: JSON alone on stdout, nothing on stderr of a pipe, progress on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Complaint, Told
from tests.cli.program import PROGRAM, percapita
from tests.counting.organization import Organization

JSON = [
    ("count", "PLAN"),
    ("count", "PLAN", "--engine", "reference"),
    ("count", "PLAN", "--out", "OUT"),
    ("count", "PLAN", "--out", "OUT", "--names"),
    ("check", "PLAN"),
    ("explain", "PLAN", "ana"),
    ("explain", "PLAN", "nobody"),
    ("digest", "show", "PLAN"),
]


def placed(words: tuple[str, ...], clinic: Organization) -> list[str]:
    places = {"PLAN": str(clinic.plan), "OUT": str(clinic.folder / "out")}
    return [places.get(word, word) for word in words]


@pytest.mark.parametrize("words", JSON, ids=" ".join)
def test_stdout_is_one_json_document(words: tuple[str, ...], told: Told, clinic: Organization) -> None:
    json.loads(told(*placed(words, clinic), "--format", "json"))


def test_the_same_in_a_process_of_its_own(clinic: Organization) -> None:
    """Nothing but JSON, nothing on stderr, first and later runs alike; the statement is that of the results."""
    for _ in range(2):
        done = percapita("count", clinic.plan, "--out", clinic.folder / "out", "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(done.stdout)
        assert found == json.loads((clinic.folder / "out" / "statement.json").read_text(encoding="utf-8"))


def test_an_error_leaves_stdout_empty(clinic: Organization) -> None:
    clinic.log("ehr-01").write_bytes(b"")
    done = percapita("count", clinic.plan, "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: the file is empty · logs/ehr-01.csv · a header row at least is needed\n"


@pytest.mark.parametrize("name", ["plan", "statement"])
def test_schema_is_json(name: str, told: Told) -> None:
    assert json.loads(told("schema", name))["title"] == f"Percapita {name}"


def test_policy_is_toml(told: Told) -> None:
    import tomllib

    ids = told("policy", "list").split()
    assert ids
    assert tomllib.loads(told("policy", "show", ids[-1]))["id"] == ids[-1]
    assert told("policy", "show") == told("policy", "show", ids[-1])


@pytest.mark.slow
def test_tables_are_quiet_on_a_pipe(clinic: Organization) -> None:
    for words in (("count", clinic.plan), ("check", clinic.plan), ("digest", "build", clinic.plan)):
        done = percapita(*words)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
        assert "\x1b" not in done.stdout


@pytest.mark.slow
def test_output_is_the_same_in_any_language(clinic: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths and words keep their signs where the locale knows only ASCII."""
    clinic.head = clinic.head.replace("Tiny Clinic", "Clínica Mínima")
    clinic.write_plan()
    usual = percapita("count", clinic.plan)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    plain = percapita("count", clinic.plan)
    assert (plain.returncode, plain.stdout, plain.stderr) == (0, usual.stdout, "")


@pytest.mark.slow
def test_a_terminal_that_knows_only_ascii_still_gets_its_table(
    clinic: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    for words in (("count", clinic.plan), ("check", clinic.plan), ("count", clinic.plan, "--format", "json")):
        done = percapita(*words)
        assert (done.returncode, done.stderr) == (0, "")
    assert "error: " in percapita("count", "nowhere.toml").stderr


@pytest.mark.parametrize("words", [("schema", "plan"), ("count", "PLAN"), ("--help",)], ids=" ".join)
def test_a_reader_that_has_enough_is_no_error(words: tuple[str, ...], clinic: Organization) -> None:
    """As in `percapita schema plan | head -1`, whenever the reader leaves."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run([*PROGRAM, *placed(words, clinic)], stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def on_terminal(words: list[str]) -> tuple[int, str, str]:
    """Run a command whose stderr is a terminal; return its code, stdout and what the terminal was sent."""
    ours, theirs = pty.openpty()
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        shown += data
    os.close(ours)
    out, _ = started.communicate(timeout=60)
    return started.returncode, out.decode(), shown.decode(errors="replace")


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal(clinic: Organization) -> None:
    rows = "\n".join(f"ehr,ana,2026-01-05T10:{number % 60:02}:00,order" for number in range(150_000))
    clinic.write_log("ehr-03", rows)
    code, out, shown = on_terminal([*PROGRAM, "count", str(clinic.plan), "--format", "json"])
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert found["systems"][0]["events"] > 150_000
    assert "reading logs/" in shown
    assert "/s" in shown


def test_errors_on_a_terminal_are_one_line_too(clinic: Organization) -> None:
    clinic.log("ehr-01").write_bytes(b"")
    code, out, shown = on_terminal([*PROGRAM, "count", str(clinic.plan)])
    assert (code, out) == (2, "")
    assert shown.rstrip().endswith("error: the file is empty · logs/ehr-01.csv · a header row at least is needed")


def test_results_are_named(told: Told, clinic: Organization) -> None:
    out = clinic.folder / "out"
    text = told("count", clinic.plan, "--out", out)
    for name in ("statement.json", "persons.parquet", "rejects.csv", "identities.csv", "report.html"):
        assert f"  {out / name}\n" in text
        assert (out / name).exists()
    assert not (out / "names.csv").exists()
    assert sorted(path.name for path in out.iterdir()) == [
        "accounts.parquet",
        "identities.csv",
        "people.parquet",
        "persons.parquet",
        "rejects.csv",
        "report.html",
        "statement.json",
    ]


def test_names_only_when_asked_for(told: Told, clinic: Organization) -> None:
    out = clinic.folder / "out"
    told("count", clinic.plan, "--out", out, "--names")
    names = (out / "names.csv").read_text(encoding="utf-8")
    assert "Ana Ortiz" in names
    assert (out / "names.csv").stat().st_mode & 0o077 == 0
    for other in out.iterdir():
        assert other.name == "names.csv" or b"Ortiz" not in other.read_bytes()


@pytest.mark.parametrize("place", [".", "deep/er", "../beside", "a b"])
def test_results_go_where_told(place: str, clinic: Organization, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    here = clinic.folder / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    told("count", clinic.plan, "--out", place)
    assert (here / place / "statement.json").exists()
    assert (here / place / "report.html").exists()


def test_the_table_says_what_the_statement_says(told: Told, clinic: Organization) -> None:
    text = told("count", clinic.plan)
    found = json.loads(told("count", clinic.plan, "--format", "json"))
    lines = {line.split("  ")[0].strip(): line for line in text.splitlines()}
    for system in found["systems"]:
        assert f" {system['users']} " in lines[system["name"]]
    assert f"{found['persons']} different people in all" in text
    for warning in found["warnings"]:
        assert f"  open: {warning}\n" in text


def test_what_is_not_known_is_never_zero(told: Told, clinic: Organization) -> None:
    clinic.systems += '\n[[system]]\nid = "lab"\nname = "Laboratory"\nkind = "other"\n'
    clinic.write_plan()
    text = told("count", clinic.plan)
    line = next(line for line in text.splitlines() if "Laboratory" in line)
    assert "not known" in line
    assert "0" not in line
    assert "open: Laboratory: there is no evidence, so its users are not known" in text


def test_hostile_names_do_not_reach_the_terminal(told: Told, complaint: Complaint, clinic: Organization) -> None:
    """A system or path cannot move the cursor, color the screen or use the markup of the table."""
    clinic.systems = clinic.systems.replace('"Charting"', '"[red]Chart\\u001b[2Jing[/red]"')
    clinic.write_log("rcm-01", "\x1b[31mevil,ben,2026-02-10T08:00:00,bill")
    clinic.write_plan()
    for words in (("count",), ("check",), ("explain", "ben")):
        text = told(words[0], clinic.plan, *words[1:])
        assert "\x1b" not in text
    assert "[red]" in told("count", clinic.plan)
    assert "\x1b" not in complaint("count", "\x1b[2Jnowhere.toml")[1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_is_one_line(clinic: Organization) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [*PROGRAM, "count", str(clinic.plan)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "check the space and the permissions" in ended.stderr
