"""`percapita demo --hospitals`: it makes files, says how to go on, and never writes over a plan."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import percapita


def test_it_makes_files_and_says_how_to_go_on(tmp_path: Path) -> None:
    done = percapita("demo", "twelve", "--hospitals", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "percapita count twelve/percapita.toml --out twelve/results" in done.stdout
    again = percapita("demo", "twelve", "--hospitals", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "error: there is a plan already · twelve/percapita.toml · choose another folder\n"
