"""`percapita charges`: is a standard-charges file what CMS asks for? The other commands are in modules of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.charges_build import register_build
from percapita.cli.charges_convert import register_convert
from percapita.cli.charges_diff import register_diff
from percapita.cli.charges_gate import register_gate
from percapita.cli.charges_publish import register_publish
from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.chargemaster.findings import Finding, Findings
    from percapita.chargemaster.rules import Rule


class Version(StrEnum):
    """Name the templates that a file can be checked against."""

    V3 = "v3.0.0"
    V2 = "v2.x"
    AUTO = "auto"


INVALID = 1
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="Build, check, compare, publish and watch files of standard charges."
    )
    app.add_typer(group, name="charges")
    register_build(group)
    group.command("check")(check_charges)
    for add in (register_convert, register_diff, register_gate, register_publish):
        add(group)
    group.command("rules")(list_rules)


def check_charges(
    files: Annotated[
        list[str], typer.Argument(help="CSV or JSON files, also gzip; @LIST names a file with one path a line.")
    ],
    version: Annotated[Version, typer.Option(help="The template; auto is the one that the file states.")] = Version.V3,
    format: Annotated[
        Format, typer.Option(help="What to print; json is one object a line for each file.")
    ] = Format.TABLE,
    max_errors: Annotated[
        int, typer.Option(min=1, help="How many errors and alerts of a file to list; all are counted.")
    ] = 1000,
) -> int:
    """Say whether files of standard charges are valid by CMS's rules, and what is wrong with them."""
    from percapita.chargemaster.check import check_file

    good = True
    for name in named(files):
        found = check_file(Path(name), version.value, max_errors)
        good = good and not found.error_count
        if format is Format.JSON:
            show_line(found, name)
        else:
            show_findings(found, name)
    return 0 if good else INVALID


def list_rules(format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE) -> None:
    """List the rules: what each one asks, and where that is written."""
    from percapita.chargemaster.rules import all_rules

    if format is Format.JSON:
        show_json([rule_as_json(rule) for rule in all_rules()])
    else:
        rows = [(rule.id, rule.level, rule.checks, f"{rule.section}; {rule.law}") for rule in all_rules()]
        show_table(("rule", "severity", "found when", "according to"), rows)


def named(words: Sequence[str]) -> Iterator[str]:
    """Yield the files that the words of the command line name, in order. Raises InputError for a LIST that is no
    list.
    """
    lists = {word: _listed(word[1:]) for word in words if word.startswith("@")}
    for word in words:
        yield from lists.get(word, [word])


def _listed(path: str) -> list[str]:
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            f"the list cannot be read ({error.strerror})", f"@{path}", "name a file with one path a line"
        ) from None
    except UnicodeDecodeError:
        raise InputError("the list is not a text in UTF-8", f"@{path}", "name a file with one path a line") from None
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise InputError("the list names no file", f"@{path}", "write one path a line into it")
    if any("\0" in name for name in names):
        raise InputError("the list is not a text of paths", f"@{path}", "name a file with one path a line")
    return names


def show_line(found: Findings, name: str) -> None:
    """Print the verdict on one file as one line of JSON."""
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(found.as_json(name), ensure_ascii=ascii_only), flush=True)


def show_findings(found: Findings, name: str) -> None:
    """Print the verdict on one file, and the first errors and alerts."""
    verdict = "not valid" if found.error_count else "valid"
    say(f"{name}: {verdict}, {many(found.error_count, 'error')}, {many(found.alert_count, 'alert')}")
    _show_some("error", found.errors, found.error_count)
    _show_some("alert", found.alerts, found.alert_count)


def _show_some(level: str, findings: list[Finding], count: int) -> None:
    for one in findings[:SHOWN]:
        place = f"{one.path}: " if one.path else ""
        say(f"  {level} {one.rule} {place}{one.message}")
    if count > SHOWN:
        say(f"  and {many(count - SHOWN, f'more {level}')}: see --format json")


def rule_as_json(rule: Rule) -> dict[str, object]:
    """Return a rule as JSON values."""
    return {
        "id": rule.id,
        "severity": rule.level,
        "formats": list(rule.formats),
        "templates": list(rule.versions),
        "origin": rule.origin,
        "found_when": rule.checks,
        "message": rule.says,
        "section": rule.section,
        "law": rule.law,
    }
