"""What the pages show is what happens: every command is run, every example fits its schema, the site builds."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from percapita.chargemaster.profile import load_profile
from percapita.counting.plan import Plan
from percapita.counting.schema import shipped
from percapita.counting.shape import check_shape
from percapita.licensing.claims import parse_license
from percapita.policy.user_definition import parse_user_definition
from percapita.sources.presets import with_presets
from tests.docs.examples import MINIMAL_PLAN
from tests.docs.pages import DOCS, ROOT, Block, Reader, blocks, commands, fits, follow, name_of, pages

BLOCKS = [block for page in pages() for block in blocks(page)]
WITH_COMMANDS = sorted({block.page for block in BLOCKS if block.language == "console"})
WITH_DEMO = {block.page for block in BLOCKS if block.language == "console" and "$ make run" in block.lines}
EXAMPLES = [block for block in BLOCKS if block.language in ("toml", "json")]


def place(block: Block) -> str:
    return f"{name_of(block.page)}:{block.line}"


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.slow if page in WITH_DEMO else ()) for page in WITH_COMMANDS],
    ids=[name_of(page) for page in WITH_COMMANDS],
)
def test_commands_do_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    for done in follow(page, tmp_path):
        where = f"{place(done.command.block)}: {done.command.text}"
        assert done.code == done.expected_code, f"{where}\n{done.output}"
        if any(line.strip() for line in done.command.shown):
            refresh = f"python -m tests.docs.pages {name_of(page)}"
            assert fits(done.command.shown, done.output), f"{where}\nprints (refresh: {refresh})\n{done.output}"


@pytest.mark.parametrize("block", EXAMPLES, ids=place)
def test_examples_fit_their_schema(block: Block, tmp_path: Path) -> None:
    if block.language == "json" and '"not_before"' in block.text:
        parse_license(block.text.encode(), place(block))
    elif block.language == "json":
        check_statement(json.loads(block.text))
    elif "[hospital]" in block.text:
        path = tmp_path / "charges.toml"
        path.write_text(block.text, encoding="utf-8")
        load_profile(path)
    elif "percapita/user-definition/" in block.text:
        parse_user_definition(block.text.encode(), place(block))
    else:
        check_plan(tomllib.loads(block.text), place(block))


def check_statement(found: Any) -> None:
    """Check a statement against the schema that ships."""
    jsonschema.validate(found, shipped("statement"))


def check_plan(found: dict[str, Any], where: str) -> None:
    """Check a plan, or a part of one set into the least plan, against the schema that ships and as a count does."""
    whole = {**tomllib.loads(MINIMAL_PLAN), **found}
    check_shape(with_presets(whole, where), Plan, where)
    jsonschema.validate(as_json(whole), shipped("plan"))


def as_json(value: Any) -> Any:
    """Return TOML values as JSON has them: dates as texts."""
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_no_command_hides_in_another_kind_of_block() -> None:
    assert [place(block) for block in BLOCKS if block.language != "console" and "\n$ " in "\n" + block.text] == []
    assert [place(block) for block in BLOCKS if block.language == "console" and not commands(block)] == []


@pytest.mark.parametrize(
    ("shown", "real", "answer"),
    [
        (("a", "b"), "a\nb\n", True),
        (("a", "b"), "a\nc\n", False),
        (("a",), "a\nb\n", False),
        (("a", "..."), "a\n", True),
        (("...", "b"), "a\na\nb\n", True),
        (("p-... counts",), "p-01 counts\n", True),
        (("p-... counts",), "p-01\ncounts\n", False),
        (("1.5 (x)",), "1x5 (x)\n", False),
        (("a  ", "", "b"), "a\n\n\nb\t\n", True),
    ],
)
def test_shown_output_fits(shown: tuple[str, ...], real: str, answer: bool) -> None:
    assert fits(shown, real) is answer


def test_a_page_that_is_wrong_is_found(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    page.write_text("```console\n$ echo one\ntwo\n$ cat nothing\n$ cat nothing\n$ echo $?\n1\n```\n", encoding="utf-8")
    done = list(follow(page, tmp_path / "folder"))
    assert [fits(one.command.shown, one.output) for one in done[:1]] == [False]
    assert [(one.code, one.expected_code) for one in done] == [(0, 0), (1, 0), (1, 1), (0, 0)]


def test_a_page_changes_files_as_it_says(tmp_path: Path) -> None:
    page = tmp_path / "edits.md"
    first = "```{code-block} text\n:caption: a.txt\n\none\ntwo\n```\n"
    second = "```{code-block} diff\n:caption: a.txt\n\n one\n-two\n+2\n```\n"
    third = "```{code-block} text\n:caption: added to a.txt\n\nthree\n```\n"
    page.write_text(f"{first}{second}{third}```console\n$ cat a.txt\n```\n", encoding="utf-8")
    assert [one.output for one in follow(page, tmp_path / "folder")] == ["one\n2\n\nthree\n"]


def test_a_page_cannot_reach_the_project(tmp_path: Path) -> None:
    Reader(tmp_path / "folder")
    assert [path for path in tmp_path.rglob("*") if path.is_symlink()] == []


@pytest.mark.slow
def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(DOCS),
        str(tmp_path / "html"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "html" / "index.html").is_file()
