"""Every command says what it does, and so does each of its options."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from percapita.cli.main import COMMANDS, build_app
from tests.cli.conftest import Complaint, Told


def leaves(command: Any, words: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return every command with the words that call it, groups included."""
    found = [(words, command)]
    for name, part in getattr(command, "commands", {}).items():
        found += leaves(part, (*words, name))
    return found


EVERY = leaves(typer.main.get_command(build_app(list(COMMANDS))))


def test_every_command_is_known() -> None:
    named = {words[0] for words, _ in EVERY if words}
    assert named == set(COMMANDS)
    groups = {words for words, _ in EVERY if len(words) == 2}
    assert {
        ("digest", "build"),
        ("digest", "show"),
        ("digest", "prune"),
        ("policy", "list"),
        ("policy", "show"),
        ("charges", "check"),
        ("charges", "rules"),
    } <= groups


@pytest.mark.parametrize(("words", "command"), EVERY, ids=[" ".join(words) or "percapita" for words, _ in EVERY])
def test_help(words: tuple[str, ...], command: Any, told: Told) -> None:
    text = told(*words, "--help")
    assert " ".join(("Usage: percapita", *words)) in " ".join(text.split())
    assert command.help.splitlines()[0].split()[:3] == text.split("\n\n")[1].split()[:3]
    for option in command.params:
        assert option.help or option.name in ("help", "install_completion", "show_completion"), option.name
        for name in option.opts:
            assert name.lstrip("-") in text


def test_help_of_all_lists_all(told: Told) -> None:
    text = told("--help")
    assert all(f"  {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("words", [(), ("charges",), ("digest",), ("policy",)])
def test_no_command_is_a_call_for_help(words: tuple[str, ...], told: Told) -> None:
    assert told(*words) == told(*words, "--help")


def test_version(told: Told) -> None:
    from percapita import __version__

    assert told("--version") == f"percapita {__version__}\n"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("cuont", "count"), ("chek", "check"), ("digests", "digest"), ("xyz", "use one of: charges, check")],
)
def test_a_mistyped_command(typed: str, meant: str, complaint: Complaint) -> None:
    code, line = complaint(typed)
    assert code == 2
    assert meant in line
