"""The package is small and quick until something is counted, and a command pays for its own engine alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from percapita.cli.main import COMMANDS
from tests.counting.organization import Organization

HEAVY = ("duckdb", "pyarrow", "numpy", "pandas", "msgspec", "rich", "typer", "python_calamine", "openpyxl")
MODULES = "import sys, json; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)


def milliseconds(module: str) -> float:
    """Return how long an import takes, everything it pulls included."""
    told = python("-X", "importtime", "-c", f"import {module}").stderr
    line = next(line for line in reversed(told.splitlines()) if line.endswith(f" {module}"))
    cumulative = re.findall(r"\d+", line)[1]
    return int(cumulative) / 1000


def test_import_takes_less_than_100_ms() -> None:
    assert min(milliseconds("percapita") for _ in range(3)) < 100


def loaded_after(code: str) -> list[str]:
    out = python("-c", f"{code}\n{MODULES.format(heavy=HEAVY)}").stdout
    found: list[str] = json.loads(out.splitlines()[-1])
    return found


def test_import_pulls_nothing() -> None:
    assert loaded_after("import percapita") == []


def test_the_command_line_pulls_no_engine() -> None:
    assert loaded_after("import percapita.cli.main") == ["typer"]
    assert min(milliseconds("percapita.cli.main") for _ in range(3)) < 400


COMMAND = "import io, contextlib\nfrom percapita.cli.main import run\nwith contextlib.redirect_stdout(io.StringIO()): assert run({words!r}) == 0"


@pytest.mark.parametrize(
    "words", [["--help"], ["schema", "plan"], ["policy", "list"], *([name, "--help"] for name in COMMANDS)]
)
def test_help_pulls_no_engine(words: list[str]) -> None:
    assert loaded_after(COMMAND.format(words=words)) == ["typer"]


@pytest.mark.parametrize(
    "words", [["check"], ["explain"], ["digest", "show"], ["count", "--engine", "reference"]], ids=" ".join
)
def test_what_does_not_count_with_duckdb_does_not_load_it(words: list[str], clinic: Organization) -> None:
    given = [*words, str(clinic.plan), *(["ana"] if words == ["explain"] else [])]
    loaded = loaded_after(COMMAND.format(words=given))
    assert "duckdb" not in loaded
    assert not {"pandas", "openpyxl"} & set(loaded)  # pyarrow takes numpy along wherever it is installed


def test_python_m_percapita_is_the_command() -> None:
    assert python("-m", "percapita", "--version").stdout.startswith("percapita ")
