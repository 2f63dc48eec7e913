"""`percapita systems`: the list of applications - registers to fill in, and what a list leaves open."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.counting.estate import EstateCheck

MOST_NAMES = 20  # shown in one line; --format json lists all


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    systems = typer.Typer(no_args_is_help=True, help="Keep the list of applications, their owners and outputs.")
    app.add_typer(systems, name="systems")

    @systems.command()
    def template(out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path()) -> None:
        """Write systems.csv, rules.csv, owners.csv and outputs.csv to fill in."""
        from percapita.counting.estate import write_templates

        for path in write_templates(out):
            say(f"{path} written")
        say('replace the examples, and name the files at the top of the plan, such as: systems = "systems.csv"')

    @systems.command()
    def check(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> int:
        """Say what the list of applications leaves open. Exit 1: rows of a register are wrong."""
        from percapita.counting.estate import check_estate

        found = check_estate(plan)
        if format is Format.JSON:
            show_json(asdict(found))
        else:
            show_estate(found)
        return 1 if found.errors else 0


def show_estate(found: EstateCheck) -> None:
    """Print what a list of applications leaves open."""
    if found.errors:
        show_table(
            ("what is wrong", "where", "what to do"), found.errors, f"{many(len(found.errors), 'row')} to correct"
        )
        return
    lists = (
        ("Without evidence: no source names it; its users are not known", found.without_evidence),
        ("Named by no source, unless rows of a log do: see `percapita check`", found.maybe_evidence),
        ("Without a rule by which a row would count", found.without_rule),
        ("Without an owner", found.without_owner),
    )
    for title, systems in lists:
        if systems:
            say(f"{title}, {len(systems):,}:")
            say(f"  {', '.join(systems[:MOST_NAMES])}{', ...' if len(systems) > MOST_NAMES else ''}")
            say()
    tables = (
        (("group", "its only member"), found.single_groups, "Groups with one member"),
        (
            ("copy", "environment", "production application"),
            [
                (one.system, one.environment, one.production or "none found: name both in one part_of")
                for one in found.copies
            ],
            "Test and training copies; they count like any application",
        ),
        (
            ("application", "output", "whom to ask"),
            found.unknown_outputs,
            "Outputs of unknown content; nobody counts by them",
        ),
        (("rule", "because"), found.idle_rules, "Rules that fit nothing"),
    )
    for headers, rows, title in tables:
        if rows:
            show_table(headers, rows, title)
    say(f"{many(found.systems, 'application')} listed")
