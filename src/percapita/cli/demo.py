"""`percapita demo`: make the demo organization, count it, show who uses what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_SEED = 2026


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def demo(
        folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path("demo"),
        seed: Annotated[int, typer.Option(help="Another seed, another organization.")] = DEFAULT_SEED,
        hospitals: Annotated[
            bool, typer.Option("--hospitals", help="Only make files: twelve hospitals with 300 applications.")
        ] = False,
    ) -> None:
        """Make a synthetic health system, count it and show the result."""
        if hospitals:
            make_only(folder, seed)
        else:
            make_and_count(folder, seed)


def make_only(folder: Path, seed: int) -> None:
    """Make the twelve hospitals in `folder`, and say what to do with them. Raises InputError if a plan is there."""
    from percapita.cli.screen import say
    from percapita.demo.hospitals.making import make_hospitals
    from percapita.errors import InputError

    plan = folder / "percapita.toml"
    if plan.exists():
        raise InputError("there is a plan already", str(plan), "choose another folder")
    make_hospitals(folder, seed)
    say(f"twelve hospitals made in {folder}/ (synthetic people, lists and logs)")
    say(f"Look at them: percapita check {plan}")
    say(f"Count them: percapita count {plan} --out {folder / 'results'}")


def make_and_count(folder: Path, seed: int) -> None:
    """Make the demo organization in `folder` unless it is there, count it, print the table and the paths."""
    from percapita.cli.count import run_count, show_statement
    from percapita.cli.screen import say
    from percapita.demo.organization import make_demo

    plan = folder / "percapita.toml"
    if not plan.exists():
        say(f"making the demo organization in {folder}/ (synthetic people, codes and logs)")
        make_demo(folder, seed=seed)
    run = run_count(plan, folder / "results")
    show_statement(run.statement, run.written)
    say()
    say(f"The report: {folder / 'results' / 'report.html'} - open it in a browser.")
    say(f"Why one account counts: percapita explain {plan} ACCOUNT")
    say("Your own files: percapita init my-organization, then edit the one file it writes.")
