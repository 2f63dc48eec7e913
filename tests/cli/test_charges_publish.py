"""`percapita charges publish` and `watch`: what goes out, what stays, what a stop says, and two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from percapita.cli.main import run
from tests.chargemaster.hospital import PROFILE, hospital
from tests.licensing.samples import CLAIMS

NAME = "123456789_made-up-hospital_standardcharges.csv"
COMMON = ("--key", "key.pub", "--system", "rcm", "--basis", "fy2019-ipps", "--on", "2026-06-01")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a build, two licenses, keys and an empty website; the working folder of the test."""
    monkeypatch.chdir(tmp_path)
    built(tmp_path)
    for key in ("key", "mine"):
        run(["license", "keygen", "--out", key])
    for name, change in {"good": {}, "old": {"expires": "2026-05-31"}}.items():
        Path(f"{name}.json").write_text(json.dumps(CLAIMS | change), encoding="utf-8")
        run(["license", "issue", "--claims", f"{name}.json", "--key", "key", "--out", f"{name}.jws"])
    Path("site").mkdir()
    capsys.readouterr()
    return tmp_path


def built(folder: Path, **changed: str) -> None:
    assert run(["charges", "build", str(hospital(folder, **changed)), "--profile", "charges.toml", "--out", "out"]) == 0


def published(
    capsys: pytest.CaptureFixture[str], *words: str, license: str = "good.jws", to: str = "site"
) -> tuple[int, dict[str, Any]]:
    code = run(["charges", "publish", "out", "--to", to, "--license", license, *COMMON, "--format", "json", *words])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def names(folder: str = "site") -> list[str]:
    return sorted(one.name for one in Path(folder).iterdir())


@pytest.mark.usefixtures("desk")
def test_a_good_file_is_placed_with_its_index_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = published(capsys, "--receipt", "r.jws", "--sign", "mine")
    assert (code, found["published"], found["verdict"], found["in_place_before"]) == (0, True, "pass", None)
    assert names() == [NAME, "cms-hpt.txt"]
    assert Path("site", NAME).read_bytes() == Path("out/tall", NAME).read_bytes()
    assert run(["charges", "receipt", "verify", "r.jws", "--key", "mine.pub", "--file", f"site/{NAME}"]) == 0
    assert (
        run(["charges", "watch", f"site/{NAME}", "--receipt", "r.jws", "--key", "mine.pub", "--on", "2026-07-01"]) == 0
    )
    assert "good, updated on 2026-05-01, next update due on 2027-05-01" in capsys.readouterr().out


@pytest.mark.usefixtures("desk")
def test_a_stop_leaves_what_is_there_and_says_until_when(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published(capsys)
    before = Path("site", NAME).read_bytes()
    built(desk, charges=PROFILE.replace("updated_on = 2026-05-01", "updated_on = 2026-05-20"))
    capsys.readouterr()
    code, found = published(capsys, license="old.jws")
    assert (code, found["published"], found["in_place_before"]["lawful_until"]) == (1, False, "2027-05-01")
    assert Path("site", NAME).read_bytes() == before
    assert run(["charges", "publish", "out", "--to", "site", "--license", "old.jws", *COMMON]) == 1
    out = capsys.readouterr().out
    assert "not published" in out
    assert "the old file stays: updated on 2026-05-01, it is lawful until 2027-05-01" in out


@pytest.mark.usefixtures("desk")
def test_a_stop_where_nothing_is_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["charges", "publish", "out", "--to", "site", "--license", "old.jws", *COMMON]) == 1
    assert "each day without a file may cost" in capsys.readouterr().out
    assert names() == []


@pytest.mark.usefixtures("desk")
def test_an_override_publishes_and_the_receipt_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--override", "--by", "Avery Stone", "--reason", "deadline", "--receipt", "r.jws", "--sign", "mine")
    code, found = published(capsys, *words, license="old.jws")
    assert (code, found["published"], found["verdict"]) == (0, True, "overridden")
    assert names() == [NAME, "cms-hpt.txt"]


@pytest.mark.usefixtures("desk")
def test_the_index_of_other_hospitals_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("root").mkdir()
    other = "location-name: Other\nsource-page-url: p\nmrf-url: u\ncontact-name: c\ncontact-email: e\n"
    Path("root/cms-hpt.txt").write_text(other, encoding="utf-8")
    published(capsys, "--index", "root")
    assert (names(), names("root")) == ([NAME], ["cms-hpt.txt"])
    text = Path("root/cms-hpt.txt").read_text(encoding="utf-8")
    assert text.startswith(other)
    assert text.count("location-name") == 3
    published(capsys, "--index", "root")
    assert Path("root/cms-hpt.txt").read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("desk")
def test_an_older_file_of_another_layout_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    old = NAME.replace(".csv", ".json")
    Path("site", old).write_text("{}", encoding="utf-8")
    assert published(capsys)[1]["still_there"] == [old]


@pytest.mark.usefixtures("desk")
def test_what_a_killed_publish_left_is_swept(capsys: pytest.CaptureFixture[str]) -> None:
    Path("site", f".{NAME}.77.part").write_text("half", encoding="utf-8")
    published(capsys)
    assert names() == [NAME, "cms-hpt.txt"]


def fails(capsys: pytest.CaptureFixture[str], said: str, to: str = "site") -> None:
    code, found = (
        published(capsys, to=to)
        if said == ""
        else (run(["charges", "publish", "out", "--to", to, "--license", "good.jws", *COMMON]), {})
    )
    error = capsys.readouterr().err
    assert (code, found) == (2, {})
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("desk")
def test_a_build_that_somebody_changed_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with Path("out/tall", NAME).open("a", encoding="utf-8") as file:
        file.write("\n")
    fails(capsys, "the file is not what was built")
    assert names() == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "percapita/charges-build/1", "publish": 5, "files": []}',
        "\x00",
        '{"schema": "percapita/charges-build/1", "publish": "\\u0000", "files": [{"path": "\\u0000", "sha256": ""}]}',
    ],
)
def test_a_damaged_manifest(content: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out/manifest.json").write_text(content, encoding="utf-8")
    fails(capsys, "the manifest of the build is damaged")


@pytest.mark.usefixtures("desk")
def test_a_manifest_that_leads_out_of_the_build(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    found["publish"] = found["files"][0]["path"] = "../key"
    Path("out/manifest.json").write_text(json.dumps(found), encoding="utf-8")
    fails(capsys, "leads out of the build")


@pytest.mark.usefixtures("desk")
def test_places_that_are_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    fails(capsys, "there is no such folder", to="none")
    fails(capsys, "there is no such folder", to="key")
    Path("site", NAME).mkdir()
    fails(capsys, "a link, a folder or a device in the place of the file")


@pytest.mark.usefixtures("desk")
def test_links_are_not_followed_out_of_the_website(capsys: pytest.CaptureFixture[str]) -> None:
    Path("precious").write_text("x", encoding="utf-8")
    Path("site", NAME).symlink_to(Path("precious").absolute())
    fails(capsys, "a link, a folder or a device in the place of the file")
    Path("site", NAME).unlink()
    Path("site/cms-hpt.txt").symlink_to(Path("precious").absolute())
    fails(capsys, "a link or a folder in the place of the index")
    assert (Path("precious").read_text(encoding="utf-8"), names()) == ("x", ["cms-hpt.txt"])


@pytest.mark.usefixtures("desk")
def test_a_folder_that_may_not_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind this user")
    Path("site").chmod(0o500)
    try:
        fails(capsys, "the file cannot be written")
    finally:
        Path("site").chmod(0o700)


@pytest.mark.usefixtures("desk")
def test_two_publishes_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    from percapita.chargemaster.publishing import alone_in

    with alone_in(Path("site")):
        fails(capsys, "another publish is at work in this folder")
    assert published(capsys)[0] == 0


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
def test_a_publish_that_is_killed_leaves_the_old_file_or_the_new_one(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(capsys)
    old = Path("site", NAME).read_bytes()
    built(desk, charges=PROFILE.replace("updated_on = 2026-05-01", "updated_on = 2026-05-20"))
    new = Path("out/tall", NAME).read_bytes()
    command = [
        sys.executable,
        "-m",
        "percapita",
        "charges",
        "publish",
        "out",
        "--to",
        "site",
        "--license",
        "good.jws",
        *COMMON,
    ]
    for wait in (0.2, 0.4, 0.5, 0.6, 0.7):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert Path("site", NAME).read_bytes() in (old, new)
    capsys.readouterr()
    assert published(capsys)[0] == 0
    assert (Path("site", NAME).read_bytes(), names()) == (new, [NAME, "cms-hpt.txt"])


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.csv",), "the file cannot be read"),
        (("key", "--receipt", "good.jws"), "receipts are held against a key"),
        (("key", "--receipt", "none", "--key", "mine.pub"), "the receipt cannot be read"),
        (("key", "--receipt", "good.jws", "--key", "key.pub"), "not a receipt of this key"),
        (("http://127.0.0.1:9/cms-hpt.txt",), "the index cannot be fetched"),
    ],
)
def test_watch_with_wrong_input(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["charges", "watch", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("desk")
def test_watch_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["charges", "watch", f"out/tall/{NAME}", "--on", "2027-06-01", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["good"], found["due"], [one["code"] for one in found["remarks"]]) == (False, "2027-05-01", ["STALE"])
