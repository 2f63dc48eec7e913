"""What is wrong with the input or the command line is one line: what, where, what to do; and the right exit code."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from percapita.cli import main
from tests.cli.conftest import Complaint
from tests.counting.organization import Organization

LINES = [
    (("count",), "Missing argument 'plan'"),
    (("count", "PLAN", "--format", "xml"), "'--format': 'xml' is not one of 'table', 'json'"),
    (("count", "PLAN", "--fromat", "json"), "--format"),
    (("count", "PLAN", "--out"), "--out"),
    (("count", "PLAN", "more"), "more"),
    (("count", "PLAN", "--engine", "duckbd"), "did you mean 'duckdb'?"),
    (("check", "nowhere.toml"), "there is no such plan · nowhere.toml · run `percapita init DIR`"),
    (("count", "nowhere.toml"), "there is no such plan · nowhere.toml · run `percapita init DIR`"),
    (("explain", "nowhere.toml", "ana"), "there is no such plan"),
    (("digest", "show", "nowhere.toml"), "there is no such plan"),
    (("digest", "shows", "PLAN"), "shows"),
    (("explain", "PLAN"), "Missing argument 'who'"),
    (("explain", "PLAN", "zoe"), "'zoe' is in no accounts source and in no log"),
    (("explain", "PLAN", "ana", "--system", "erh"), "did you mean 'ehr'?"),
    (("policy", "show", "2025"), "no user definition '2025' ships"),
    (("schema", "bundle"), "'bundle' is not one of 'plan', 'statement'"),
    (("init",), "Missing argument 'folder'"),
]


@pytest.mark.parametrize(("words", "says"), LINES, ids=[" ".join(words) for words, _ in LINES])
def test_command_lines(words: tuple[str, ...], says: str, clinic: Organization, complaint: Complaint) -> None:
    code, line = complaint(*(clinic.plan if word == "PLAN" else word for word in words))
    assert code == 2
    assert says in line


# What is replaced in the plan by what, and what the line must say.
PLANS = [
    ('id = "tiny"', 'idd = "tiny"', "the key 'idd' is not known", "did you mean 'id'?"),
    ("start = 2026-01-01\n", "", "the key 'start' is missing", "[period]"),
    ("2026-12-31", "2025-12-31", "the period ends (2025-12-31) before it starts", "exchange start and end"),
    ("America/Chicago", "America/Chicgo", "'America/Chicgo' is not a time zone", "did you mean 'America/Chicago'?"),
    ('"emr"', '"erm"', "'erm' is not a known kind", "did you mean 'emr'?"),
    ('id = "rcm"', 'id = "ehr"', "two system entries have the id 'ehr'", "give each its own id"),
    ('use_type = "none"', 'use_type = "direct"', "'direct' is not a known use type", "direct_access"),
    ('type = "access"', 'type = "acces"', "'acces' is not a known type", "did you mean 'access'?"),
    ('path = "people.csv"', 'path = "peple.csv"', "there is no such file", "did you mean 'people.csv'?"),
    ('path = "logs/*.csv"', 'path = "log/*.csv"', "no file fits the path", "it is relative to the plan"),
    ('path = "logs/*.csv"', 'path = "logs"', "this is a folder", "logs/*.csv"),
    ('path = "people.csv"', 'path = "accounts.csv"', "the same file is read twice", "name each file in one source only"),
    ('account_id = "login", employee', 'account_id = { map = { a = "b" } }, employee', "account_id needs one of column and value", "[[source]] 2, columns"),
    ('family_name = "family"', 'family_name = "famly"', "column 'famly' is not in the file", "did you mean 'family'?"),
    ('activity = "activity"', 'activity = "activty"', "column 'activty' is not in the file", "did you mean 'activity'?"),
    ('system = "system", ', "", "the source does not say which system it is of", "[[source]] 3"),
    ('activity = ["bill"]', "activity = []", "the rule names no activity", "[[use]] 2"),
    ("max_rejects = 1.0", "max_rejects = 7", "max_rejects is not a share between 0 and 1", "max_rejects = 0.01"),
    ("max_rejects = 1.0", 'user = 1', "the key 'user' is not known", "[count]"),
    ("[organization]", "[organization", "the plan is not TOML", "correct that line"),
    ('name = "Tiny Clinic"', 'name = "Tiny \udce9"', "the plan cannot be read", "UTF-8"),
    ('time"', 'time"\n', "the plan is not TOML", "line"),
]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "count"])
@pytest.mark.parametrize(("old", "new", "what", "cure"), PLANS, ids=[f"{old} > {new}"[:60] for old, new, _, _ in PLANS])
def test_plans(
    old: str, new: str, what: str, cure: str, command: str, clinic: Organization, complaint: Complaint
) -> None:
    text = clinic.plan.read_text(encoding="utf-8")
    assert old in text
    clinic.plan.write_text(text.replace(old, new, 1), encoding="utf-8", errors="surrogateescape")
    code, line = complaint(command, clinic.plan, "--format", "json")
    assert code == 2
    assert what in line
    assert cure in line


@pytest.mark.parametrize("command", ["check", "count"])
def test_a_system_that_is_not_listed(command: str, clinic: Organization, complaint: Complaint) -> None:
    clinic.plan.write_text(
        clinic.plan.read_text(encoding="utf-8").replace('system = "*"\ncolumns', 'system = "erh"\ncolumns'),
        encoding="utf-8",
    )
    assert complaint(command, clinic.plan) == (
        2,
        "no system has the id 'erh' · percapita.toml, [[source]] 2 · did you mean 'ehr'?",
    )


def parquet_cut_off() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"system": ["ehr"] * 900, "login": ["ana"] * 900}), sink)
    return bytes(sink.getvalue())[:-40]


def zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", bytes(80 << 20))
    return content.getvalue()


FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("cut.parquet", parquet_cut_off, "cut off"),
    ("fake.parquet", lambda: b"system,login\nehr,ana\n", "not a parquet file"),
    ("bomb.xlsx", zip_bomb, "unpacks to 80 MB"),
    ("torn.xlsx", lambda: zip_bomb()[:900], "damaged or cut off"),
    ("torn.csv.gz", lambda: b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03torn", "cut off or damaged"),
    ("empty.csv", lambda: b"", "the file is empty"),
    ("binary.csv", lambda: bytes(range(256)) * 40, "logs/binary.csv"),
    ("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(4000), "logs/picture.csv"),
    ("prose.jsonl", lambda: b"once upon a time\n" * 20, "logs/prose.jsonl"),
    ("open.csv", lambda: b'system,login,time,activity\nehr,"ana,2026-01-05,order\nehr,ben,2026-01-06,order\n', "quote"),
]


@pytest.mark.parametrize(
    "words", [("check",), ("count", "--engine", "duckdb"), ("count", "--engine", "reference")], ids="-".join
)
@pytest.mark.parametrize(("name", "content", "says"), FILES, ids=[name for name, _, _ in FILES])
def test_files(
    name: str,
    content: Callable[[], bytes],
    says: str,
    words: tuple[str, ...],
    clinic: Organization,
    complaint: Complaint,
) -> None:
    clinic.sources = clinic.sources.replace("logs/*.csv", "logs/*")
    clinic.write_plan()
    (clinic.folder / "logs" / name).write_bytes(content())
    code, line = complaint(words[0], clinic.plan, *words[1:])
    assert code == 2
    assert says in line
    assert f"logs/{name}" in line


def test_too_many_rejects(clinic: Organization, complaint: Complaint) -> None:
    """The count stops, says the first, and lists all of them in the results."""
    clinic.head = clinic.head.replace("max_rejects = 1.0", "max_rejects = 0.3")
    clinic.write_log("rcm-01", "rcm,ben,soon,bill\nrcm,ana,later,bill\nrcm,ana,2026-02-02,bill")
    clinic.write_plan()
    out = clinic.folder / "out"
    assert complaint("count", clinic.plan, "--out", out) == (
        2,
        "2 of 3 rows cannot be read; the first: time: not a time: aaaa · logs/rcm-01.csv, row 2 · correct "
        "the file or the plan, or raise [count] max_rejects; all are listed in out/rejects.csv",
    )
    assert [path.name for path in out.iterdir()] == ["rejects.csv"]
    assert (out / "rejects.csv").read_text(encoding="utf-8").count("logs/rcm-01.csv") == 2


@pytest.mark.parametrize("command", ["check", "count"])
def test_the_first_reject_is_a_whole_row(command: str, clinic: Organization, complaint: Complaint) -> None:
    """It names no column, and its row is the one that stands in the file."""
    clinic.head = clinic.head.replace("max_rejects = 1.0", "max_rejects = 0.3")
    clinic.write_log("rcm-01", "\nrcm,ben\nrcm,ana,2026-02-02,bill")
    path = clinic.log("rcm-01")
    path.write_text(path.read_text(encoding="utf-8").replace("rcm,ben", "\nrcm,ben"), encoding="utf-8")
    clinic.write_plan()
    code, line = complaint(command, clinic.plan)
    assert code == 2
    assert (
        "cannot be read; the first: the row has more or fewer cells than the header (4) · logs/rcm-01.csv, row 3"
        in line
    )


def test_results_that_cannot_be_written(clinic: Organization, complaint: Complaint) -> None:
    (clinic.folder / "out").write_text("a file", encoding="utf-8")
    code, line = complaint("count", clinic.plan, "--out", clinic.folder / "out")
    assert code == 2
    assert line.startswith("the results cannot be written")
    assert line.endswith("choose another --out")


def test_a_home_that_cannot_be_made(
    clinic: Organization, complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCAPITA_HOME", str(clinic.plan / "home"))
    code, line = complaint("count", clinic.plan)
    assert code == 2
    assert line.endswith("set PERCAPITA_HOME to a folder that can be written")


def test_a_key_that_is_none(clinic: Organization, complaint: Complaint) -> None:
    clinic.head = clinic.head.replace("[organization]", '[organization]\nkey_file = "my.key"')
    clinic.write_plan()
    (clinic.folder / "my.key").write_text("secret", encoding="ascii")
    code, line = complaint("count", clinic.plan, "--out", clinic.folder / "out")
    assert code == 2
    assert line.startswith("not a pseudonym key (64 hexadecimal digits) · my.key · restore the key file")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", ("--engine", "ibis:duckdb://")),
    ],
)
def test_a_missing_part_is_exit_3(
    old: str, new: str, words: tuple[str, ...], clinic: Organization, complaint: Complaint
) -> None:
    clinic.head = clinic.head.replace(old, new)
    clinic.write_plan()
    code, line = complaint("count", clinic.plan, *words)
    assert code == 3
    assert "not part of this release" in line


def register(app: typer.Typer) -> None:
    """Be a command with a bug, for the test below."""

    @app.command()
    def broken() -> None:
        raise ZeroDivisionError("Zebulon Patient")


@pytest.mark.parametrize("asked", ["", "1"])
def test_a_bug_of_ours_is_exit_70(
    asked: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line without the error's own words, which may quote data; the traceback only when asked for."""
    monkeypatch.setitem(main.COMMANDS, "broken", __name__)
    monkeypatch.setattr(sys, "argv", ["percapita", "broken"])
    monkeypatch.setenv("PERCAPITA_TRACEBACK", asked)
    with pytest.raises(SystemExit) as left:
        main.main()
    assert left.value.code == 70
    out, error = capsys.readouterr()
    assert out == ""
    assert "a bug of Percapita's own (ZeroDivisionError) · broken · run again with PERCAPITA_TRACEBACK=1" in error
    assert ("Zebulon" in error) == ("Traceback" in error) == bool(asked)


def test_the_folder_of_a_plan_is_no_plan(clinic: Organization, complaint: Complaint, tmp_path: Path) -> None:
    code, line = complaint("count", clinic.folder)
    assert code == 2
    assert "the plan cannot be read" in line
    assert complaint("init", clinic.folder)[1].startswith("there is a plan already")
    assert complaint("init", clinic.plan / "deeper")[1].startswith("the plan cannot be written")
