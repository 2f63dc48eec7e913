"""A digest that is not whole is never believed; what was finished before a crash stays; two counts do not meet."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.counting.keep import show
from tests.counting.organization import Organization, as_bytes


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


def command(*words: str | Path) -> list[str]:
    program = "import sys; from percapita.cli.main import main; sys.argv[0] = 'percapita'; main()"
    return [sys.executable, "-c", program, *map(str, words)]


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_last(content: bytes) -> bytes:
    return content[:-1]


def nothing(content: bytes) -> bytes:
    return b""


def noise(content: bytes) -> bytes:
    return random.Random(7).randbytes(len(content))


def zeros_behind_the_head(content: bytes) -> bytes:
    """Be what a file system may leave after a power cut: the right size, not the content."""
    return content[:4] + bytes(len(content) - 4)


def zeros_before_the_foot(content: bytes) -> bytes:
    """Keep the footer, and so the stamp, but no facts."""
    foot = 8 + int.from_bytes(content[-8:-4], "little")
    return content[:4] + bytes(len(content) - 4 - foot) + content[-foot:]


def foreign(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"system": ["ehr"]}), sink)
    return bytes(sink.getvalue())


def other_version(content: bytes) -> bytes:
    return _with_stamp(content, lambda said: said | {"schema": "percapita/digest/0"})


def stamp_without_rules(content: bytes) -> bytes:
    return _with_stamp(content, lambda said: {key: value for key, value in said.items() if key != "patterns"})


def stamp_is_a_list(content: bytes) -> bytes:
    return _with_stamp(content, lambda said: [said])


def _with_stamp(content: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    table = pq.read_table(pa.BufferReader(content))
    said = change(json.loads((table.schema.metadata or {})[b"percapita"]))
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({"percapita": json.dumps(said)}), sink)
    return bytes(sink.getvalue())


UNBELIEVED = [cut_in_half, cut_last, nothing, noise, zeros_behind_the_head, foreign, other_version]
ODD_STAMPS = [stamp_without_rules, stamp_is_a_list]
SPOILED_FACTS = [zeros_before_the_foot]


@pytest.mark.parametrize(
    "damage", [cut_in_half, cut_last, nothing, noise, zeros_behind_the_head, foreign, zeros_before_the_foot]
)
def test_a_damaged_merge_is_made_again(damage: Callable[[bytes], bytes], clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    merges = sorted((clinic.home / "merged").rglob("*.parquet"))
    whole = {path: rows_of(path) for path in merges}
    assert whole
    for path in merges:
        path.write_bytes(damage(path.read_bytes()))
    assert as_bytes(clinic.count()) == first
    assert {path: rows_of(path) for path in merges} == whole


def rows_of(path: Path) -> list[str]:
    """Return what a merge says: its rows have no order."""
    return sorted(map(str, pq.read_table(path).to_pylist()))


@pytest.mark.parametrize("damage", [*UNBELIEVED, *ODD_STAMPS, *SPOILED_FACTS], ids=lambda damage: damage.__name__)
def test_a_damaged_digest_is_made_again(damage: Callable[[bytes], bytes], clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    whole = {path: path.read_bytes() for path in clinic.digests()}
    for path, content in whole.items():
        path.write_bytes(damage(content))
    shutil.rmtree(clinic.home / "merged")  # else nobody looks into the digests
    assert as_bytes(clinic.count()) == first
    assert {path: path.read_bytes() for path in clinic.digests()} == whole


@pytest.mark.parametrize("damage", [*UNBELIEVED, *ODD_STAMPS], ids=lambda damage: damage.__name__)
def test_a_damaged_digest_of_a_gone_file_is_no_digest(damage: Callable[[bytes], bytes], clinic: Organization) -> None:
    clinic.count()
    for path in clinic.digests():
        path.write_bytes(damage(path.read_bytes()))
    clinic.log("ehr-01").unlink()
    paths = [one["path"] for one in clinic.count()["inputs"]]
    assert "logs/ehr-01.csv" not in paths
    assert "logs/ehr-02.csv" in paths


def test_what_a_stopped_count_left_is_no_digest(clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    for path in clinic.digests():
        path.rename(path.with_name(f".{path.name}.12345"))
    assert as_bytes(clinic.count()) == first
    assert [kept.state for kept in show(clinic.plan)] == ["current"] * 3


def test_damaged_hashes_are_forgotten(clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    for text in ("", "{", "[]", "null", '{"a": 1}', "\x00"):
        (clinic.home / "hashes.json").write_text(text, encoding="utf-8")
        assert as_bytes(clinic.count()) == first


def many_logs(clinic: Organization, files: int, rows: int) -> None:
    row = "ehr,{},2026-{:02}-{:02}T{:02}:00:00,{}"
    people = ("ana", "ben", "cyd", "dov", "svc_night", "nobody")
    for number in range(files):
        draw = random.Random(number)
        clinic.logs[f"ehr-{number:03}"] = "\n".join(
            row.format(
                draw.choice(people),
                draw.randint(1, 12),
                draw.randint(1, 28),
                draw.randint(0, 23),
                draw.choice(("order", "view", "print", "login")),
            )
            for _ in range(rows)
        )
    clinic.write()


@pytest.mark.slow
def test_a_killed_count_loses_nothing_finished(clinic: Organization, tmp_path: Path) -> None:
    many_logs(clinic, files=40, rows=4_000)
    whole = clinic.fresh(tmp_path / "fresh")
    killed = subprocess.Popen(command("count", clinic.plan), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(clinic.digests()) < 5 and killed.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    finished = {path: path.stat().st_mtime_ns for path in clinic.digests()}
    assert 5 <= len(finished) < 40
    assert as_bytes(clinic.count()) == as_bytes(whole)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished


def hear_interrupts() -> None:
    """Listen to Ctrl-C though these tests may run in the background of a shell, which does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt(words: list[str], when: Callable[[], bool]) -> tuple[int, str, str]:
    """Start a command, press Ctrl-C as soon as told, and return its code, output and errors."""
    started = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    )
    until = time.monotonic() + 60
    while not when() and started.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    started.send_signal(signal.SIGINT)
    out, error = started.communicate(timeout=60)
    return started.returncode, out, error


def digested(clinic: Organization, least: int) -> bool:
    return len(clinic.digests()) >= least


STOPPED = (130, "", "error: stopped · what was finished is kept · run the command again to go on\n")


def test_a_count_stopped_by_hand_says_so(clinic: Organization) -> None:
    many_logs(clinic, files=20, rows=4_000)
    words = command("count", clinic.plan, "--engine", "reference")
    assert interrupt(words, (clinic.home / "hashes.json").exists) == STOPPED


@pytest.mark.slow
def test_a_count_by_duckdb_stopped_by_hand_says_so(clinic: Organization) -> None:
    many_logs(clinic, files=40, rows=4_000)
    ended = [interrupt(command("count", clinic.plan), partial(digested, clinic, least)) for least in (1, 6, 12)]
    assert ended == [STOPPED] * 3


@pytest.mark.slow
def test_a_count_stopped_by_hand_goes_on(clinic: Organization, tmp_path: Path) -> None:
    many_logs(clinic, files=40, rows=4_000)
    whole = clinic.fresh(tmp_path / "fresh")
    interrupt(command("count", clinic.plan), partial(digested, clinic, 5))
    assert 4 < len(clinic.digests()) < 40
    assert sorted(path.name for path in clinic.home.iterdir()) == ["digests", "hashes.json"]
    assert as_bytes(clinic.count()) == as_bytes(whole)


@pytest.mark.slow
def test_counts_at_once_agree(clinic: Organization, tmp_path: Path) -> None:
    """Same home, no key yet, and three of them even write the same results."""
    many_logs(clinic, files=12, rows=1_000)
    whole = clinic.fresh(tmp_path / "fresh")
    outs = [tmp_path / "out", tmp_path / "out", tmp_path / "out", tmp_path / "other"]
    words = [command("count", clinic.plan, "--out", out, "--format", "json") for out in outs]
    started = [subprocess.Popen(word, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for word in words]
    ended = [one.communicate(timeout=120) for one in started]
    assert [error for _, error in ended] == [b""] * 4
    assert [one.returncode for one in started] == [0] * 4
    for out, _ in ended:
        assert as_bytes(json.loads(out)) == as_bytes(whole)
    for folder in outs:
        assert as_bytes(json.loads((folder / "statement.json").read_bytes())) == as_bytes(whole)
    assert len({(folder / "persons.parquet").read_bytes() for folder in outs}) == 1
    assert [path for place in (clinic.home, *outs) for path in place.rglob(".*")] == []
