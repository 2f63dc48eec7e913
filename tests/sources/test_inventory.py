"""What cannot be read is one line: a pipe or a device, a folder without permission, a data home that is read-only."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from percapita.counting.load import load_plan
from percapita.errors import InputError
from percapita.sources.inventory import HashCache, take_inventory
from tests.counting.organization import Organization
from tests.sources.files import log_file

NOBODY = 65534
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")


@posix
def test_a_pipe_and_a_socket_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    os.mkfifo("pipe.csv")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.csv")
        for name in ("pipe.csv", "socket.csv"):
            with pytest.raises(InputError, match=f"a pipe, a socket or a device, not a file · {name}"):
                log_file(tmp_path / name)


@posix
def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match="not a file · null"):
        log_file(Path("/dev/null"))


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    cache = HashCache(home / "a file" / "within")
    home.mkdir()
    (home / "a file").write_text("", encoding="utf-8")
    file = log_file(tmp_path / "log.csv", b"at,who,act\n")
    os.utime(tmp_path / "log.csv", (0, 0))
    cache.remember(log_file(tmp_path / "log.csv"), "0" * 64)
    with pytest.raises(InputError, match=r"the data home cannot be written .* · set PERCAPITA_HOME"):
        cache.save()
    assert file.format == "csv"


@pytest.fixture
def clinic() -> Iterator[Organization]:
    """Return an organization in a folder that everybody may enter, counted once so that all is imported."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = Organization(folder).write()
        found.count()
        yield found


@contextmanager
def unprivileged() -> Iterator[None]:
    """Do without root's privileges, to which permissions are nothing."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@posix
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111], ids=oct)
@pytest.mark.parametrize("path", ["logs/**/*.csv", "logs/*/*.csv", "logs/closed/*.csv"])
def test_a_folder_that_cannot_be_searched_is_told(path: str, mode: int, clinic: Organization) -> None:
    """Its files would be missing from the count, and nobody would know."""
    closed = clinic.folder / "logs" / "closed"
    closed.mkdir()
    shutil.copy(clinic.log("ehr-01"), closed / "more.csv")
    clinic.sources = clinic.sources.replace("logs/*.csv", path)
    clinic.write_plan()
    closed.chmod(mode)
    with unprivileged(), pytest.raises(InputError) as error:
        take_inventory(load_plan(clinic.plan).sources, clinic.folder)
    assert str(error.value) == (
        "a folder on the path cannot be searched · logs/closed, [[source]] 3 · "
        "get the permission to read it, or write a path that leaves it out"
    )
    closed.chmod(0o755)


@posix
@pytest.mark.parametrize("mode", [0o000, 0o444], ids=oct)
def test_a_file_in_a_closed_folder_is_told(mode: int, clinic: Organization) -> None:
    closed = clinic.folder / "logs" / "closed"
    closed.mkdir()
    clinic.sources = clinic.sources.replace("logs/*.csv", "logs/closed/more.csv")
    clinic.write_plan()
    closed.chmod(mode)
    with unprivileged(), pytest.raises(InputError, match=r"cannot be searched · logs/closed|there is no such file"):
        take_inventory(load_plan(clinic.plan).sources, clinic.folder)
    closed.chmod(0o755)
