"""No patient is in anything written or printed: every byte is searched."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.cli.main import run
from tests.privacy.planted import BIRTH, LOGS, NUMBER, SAID, SECRET, write_planted


def versions(content: bytes) -> Iterator[bytes]:
    """Yield what a file's bytes may hide: as they are, and unpacked."""
    yield content
    if content[:4] == b"PAR1" and content[-4:] == b"PAR1":
        file = pq.ParquetFile(pa.BufferReader(content))
        yield repr(file.read().to_pylist()).encode()
        yield repr(file.schema_arrow.metadata).encode() + repr(file.metadata.to_dict()).encode()
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)


def found_in(content: bytes, *signs: str) -> list[str]:
    """Return the signs that bytes hold, in UTF-8 or UTF-16, in any case."""
    wanted = {sign.lower() for sign in signs}
    return sorted(
        sign
        for sign in wanted
        if any(
            sign.encode() in version.lower() or sign.encode("utf-16-le") in version.lower()
            for version in versions(content)
        )
    )


SECRETS = (SECRET, str(NUMBER)[:8], BIRTH, "Väinö", "pain")


class Watched:
    """Know every place to which a command may write, and run commands there."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], object_rule: bool) -> None:
        self.inputs = folder / "in"
        self.places = [folder / name for name in ("home", "out", "tmp", "here")]
        for place in (self.inputs, *self.places):
            place.mkdir()
        self.plan = write_planted(self.inputs, object_rule)
        self.given = set(self.inputs.rglob("*"))
        self.out = folder / "out"
        self.capture = capture

    def run(self, *words: str | Path, code: int = 0) -> str:
        """Run a command, look at what it printed, and return that."""
        assert run([str(word) for word in words]) == code
        out, error = self.capture.readouterr()
        assert found_in((out + error).encode(), *SECRETS) == [], words
        return out + error

    def written(self) -> list[Path]:
        places = [path for place in self.places for path in place.rglob("*")]
        return sorted(path for path in {*places, *self.inputs.rglob("*")} - self.given if path.is_file())

    def holding(self, *signs: str) -> dict[str, list[str]]:
        """Return the files written that hold a sign, in their name or their content."""
        held = {str(path): found_in(str(path).encode() + b"\n" + path.read_bytes(), *signs) for path in self.written()}
        held |= {
            f"{path} unpacked": found_in(path.read_bytes(), *signs)
            for path in self.written()
            if path.suffix == ".parquet"
        }
        return {name: signs for name, signs in held.items() if signs}


# Where a rule looks at objects, the default engine reads typed Parquet another way.
OBJECTS = pytest.mark.parametrize("watched", [False, True], ids=["activities", "objects"], indirect=True)


@pytest.fixture
def watched(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Watched:
    """Return the planted files with home, results, scratch and working folder under watch; scratch stays."""
    found = Watched(tmp_path, capfd, getattr(request, "param", False))
    home, _, scratch, here = found.places
    monkeypatch.setenv("PERCAPITA_HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(here)
    monkeypatch.setattr(shutil, "rmtree", partial(remove_all_but_scratch, shutil.rmtree))
    monkeypatch.setattr(socket.socket, "connect", no_network)
    return found


def remove_all_but_scratch(remove: Callable[..., None], path: Path, **more: Any) -> None:
    if not Path(path).name.startswith("percapita-"):
        remove(path, **more)


def no_network(*words: Any) -> NoReturn:
    raise AssertionError("a command opened a connection")


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Every planted file holds patients in some way that the search knows; what the search misses hides nothing."""
    plan = write_planted(tmp_path, object_rule=False)
    for path in tmp_path.iterdir():
        if path != plan and path.suffix not in (".xlsx", ".zst"):
            assert found_in(path.read_bytes(), *SECRETS), path.name
    assert found_in(b"PAR1") == []


@pytest.mark.slow
@OBJECTS
@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_count_keeps_no_patient(engine: str, watched: Watched) -> None:
    out: list[str | Path] = ["--out", watched.out]
    for words in (["--format", "json"], out, [*out, "--names"], ["--verify-inputs"]):
        printed = watched.run("count", watched.plan, "--engine", engine, *words)
        assert found_in(printed.encode(), SAID) == []
    assert watched.holding(*SECRETS, SAID) == {}
    names = {path.name for path in watched.written()}
    assert {"statement.json", "persons.parquet", "rejects.csv", "report.html", "names.csv", "hashes.json"} <= names
    rejects = (watched.out / "rejects.csv").read_text(encoding="utf-8")
    assert {line.split(",")[0] for line in rejects.splitlines()[1:]} >= set(LOGS)


@OBJECTS
def test_count_without_digests_keeps_no_patient(watched: Watched) -> None:
    text = watched.plan.read_text(encoding="utf-8")
    watched.plan.write_text(text.replace("[count]", "[count]\ndigest = false"), encoding="utf-8")
    watched.run("count", watched.plan, "--out", watched.out)
    assert watched.holding(*SECRETS, SAID) == {}
    assert [path for path in watched.written() if path.is_relative_to(watched.places[2]) and path.suffix == ".parquet"]


@OBJECTS
def test_digests_keep_no_patient(watched: Watched) -> None:
    watched.run("digest", "build", watched.plan)
    for words in ([], ["--format", "json"]):
        assert found_in(watched.run("digest", "show", watched.plan, *words).encode(), SAID) == []
    assert watched.holding(*SECRETS, SAID) == {}
    assert len([path for path in watched.written() if path.suffix == ".parquet"]) == len(LOGS) + 2
    watched.run("digest", "prune", watched.plan, "--gone")


def test_explain_tells_of_no_patient(watched: Watched) -> None:
    for who, words in (("u0", ["--format", "json"]), ("u6", []), ("*:u2", ["--system", "ehr"])):
        printed = watched.run("explain", watched.plan, who, *words)
        assert "ehr" in printed
        assert found_in(printed.encode(), SAID) == []
    watched.run("explain", watched.plan, "nobody", code=2)
    assert watched.holding(*SECRETS, SAID) == {}


def test_check_shows_only_named_columns(watched: Watched) -> None:
    """What the plan names is shown, so that a wrong column is seen before it is counted; nothing is written."""
    for words in ([], ["--format", "json"]):
        assert f"{SAID}act" in watched.run("check", watched.plan, *words)
    assert watched.holding(*SECRETS, SAID) == {}


@pytest.mark.parametrize("command", ["count", "check", "explain"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('columns = { account_id = "LOGIN", occurred_at', 'columns = { account_id = "LOGINS", occurred_at'), "LOGIN"),
        (('"AT", activity', '"NOTE", activity'), "rows cannot be read"),
        (('path = "plain.csv"', 'path = "plain.csv"\ndelimiter = ";"'), "column"),
        (('path = "plain.csv"', 'path = "plain.csv"\ndate_format = "%d.%m.%Y"'), "rows cannot be read"),
    ],
)
def test_errors_tell_of_no_patient(change: tuple[str, str], says: str, command: str, watched: Watched) -> None:
    text = watched.plan.read_text(encoding="utf-8").replace("max_rejects = 1.0", "max_rejects = 0.05")
    head, _, rest = text.partition('path = "plain.csv"')
    first, _, others = ('path = "plain.csv"' + rest).partition("[[source]]")
    assert change[0] in first
    watched.plan.write_text(f"{head}{first.replace(*change)}[[source]]{others}", encoding="utf-8")
    if command == "explain" and says == "rows cannot be read":
        watched.run("explain", watched.plan, "u1")
    else:
        who = ["u1"] if command == "explain" else []
        printed = watched.run(command, watched.plan, *who, code=2)
        assert says in printed
        assert printed.startswith("error: ")
        assert printed.count("\n") == 1
    assert watched.holding(*SECRETS) == {}


HARD = {
    "open quote": 'LOGIN,AT,ACT,OBJ,NOTE\nu1,2026-01-05,order,,"Zqxaopen\nu1,2026-01-06,order,,Zqxa\n',
    "binary": "LOGIN,AT,ACT,OBJ,NOTE\nu1,2026-01-05,order,,Zqxa\x00\x00\x01\x02\n",
    "twice the column": "LOGIN,LOGIN,AT,ACT,OBJ,NOTE\nu1,u1,2026-01-05,order,,Zqxa\n",
    "not UTF-8 where it is named": b"LOGIN,AT,ACT,OBJ,NOTE\nu1,2026-01-05,\xff\xfeZqxa,,Zqxa\n" * 2,
    "all rows ragged": "LOGIN,AT,ACT,OBJ,NOTE\n" + "u1,2026-01-05,order,,Zqxa,Zqxa\n" * 9,
    "wide cell": "LOGIN,AT,ACT,OBJ,NOTE\nu1,2026-01-05,order,," + "Zqxa" * 1_500_000 + "\n",
    "years ago": "LOGIN,AT,ACT,OBJ,NOTE\nu1,99999999999999999999,order,,Zqxa\nu1,0001-01-01,order,,Zqxa\n",
}


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
@pytest.mark.parametrize("content", HARD.values(), ids=HARD)
def test_hard_files_tell_of_no_patient(content: str | bytes, engine: str, watched: Watched) -> None:
    (watched.inputs / "plain.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    code = run(["count", str(watched.plan), "--engine", engine, "--out", str(watched.out)])
    printed = "".join(watched.capture.readouterr())
    assert found_in(printed.encode(), *SECRETS) == []
    assert watched.holding(*SECRETS, SAID) == {}
    assert code == 0 or (code == 2 and printed.startswith("error: "))


@pytest.mark.parametrize("command", ["check", "count"])
def test_a_file_without_header_is_not_quoted(command: str, watched: Watched) -> None:
    text = (watched.inputs / "plain.csv").read_text(encoding="utf-8")
    (watched.inputs / "plain.csv").write_text(text.partition("\n")[2], encoding="utf-8")
    run([command, str(watched.plan)])
    assert found_in("".join(watched.capture.readouterr()).encode(), *SECRETS) == []


@pytest.mark.slow
def test_a_killed_count_leaves_no_patient(tmp_path: Path) -> None:
    """What was half written when the power went is searched like the rest."""
    inputs, home, scratch = (tmp_path / name for name in ("in", "home", "tmp"))
    for place in (inputs, home, scratch):
        place.mkdir()
    plan = write_planted(inputs, object_rule=True)
    told = os.environ | {"PERCAPITA_HOME": str(home), "TMPDIR": str(scratch), "PERCAPITA_TRACEBACK": ""}
    words = [
        sys.executable,
        "-c",
        "from percapita.cli.main import main; main()",
        "count",
        str(plan),
        "--out",
        str(scratch),
    ]
    killed = subprocess.Popen(words, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while len(list(home.rglob("*.parquet"))) < 3 and killed.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    printed = b"".join(killed.communicate())
    left = [path for place in (home, scratch) for path in place.rglob("*") if path.is_file()]
    assert len(left) > 2
    assert [path.name for path in left if found_in(path.read_bytes(), *SECRETS, SAID)] == []
    assert found_in(printed, *SECRETS, SAID) == []
