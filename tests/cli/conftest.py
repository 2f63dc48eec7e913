"""Every test has its own organization and data home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from percapita.cli.main import run
from tests.counting.organization import Organization


@pytest.fixture(autouse=True)
def _no_shared_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERCAPITA_HOME", raising=False)


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


Told = Callable[..., str]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return what a command line prints; it must be good, and say nothing on stderr."""

    def tell(*words: str | Path) -> str:
        code = run([str(word) for word in words])
        out, error = capsys.readouterr()
        assert (code, error) == (0, "")
        return out

    return tell


Complaint = Callable[..., tuple[int, str]]


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Complaint:
    """Return the code and the one line of a command line that fails; stdout stays empty."""

    def complain(*words: str | Path) -> tuple[int, str]:
        code = run([str(word) for word in words])
        out, error = capsys.readouterr()
        assert out == ""
        assert error.startswith("error: ")
        assert error.count("\n") == 1
        assert error.endswith("\n")
        assert error.count(" · ") >= 2
        assert "Traceback" not in error
        return code, error.removeprefix("error: ").rstrip("\n")

    return complain
