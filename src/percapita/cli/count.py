"""`percapita count`: count a plan and show how many individual people used each system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, meter, say, show_json, show_table
from percapita.report.words import BASIS, FIGURES

if TYPE_CHECKING:
    from percapita.counting.run import Run
    from percapita.statement.types import Statement, SystemFigures

WITH_ROWS = ("log", "usage", "sign_in", "recipients")  # elsewhere every account is without a row, and that says nothing


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def count(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        out: Annotated[Path | None, typer.Option(help="Folder for the results.")] = None,
        engine: Annotated[str, typer.Option(help="duckdb or reference.")] = "duckdb",
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
        names: Annotated[bool, typer.Option("--names", help="Also write names.csv: who each pseudonym is.")] = False,
        verify_inputs: Annotated[bool, typer.Option("--verify-inputs", help="Hash every input again.")] = False,
    ) -> int:
        """Count the individual users of each system."""
        run = run_count(plan, out, engine, names, verify_inputs)
        if format is Format.JSON:
            from percapita.statement.types import as_json

            show_json(as_json(run.statement))
        else:
            show_statement(run.statement, run.written)
        return 0


def run_count(
    plan: Path, out: Path | None, engine: str = "duckdb", names: bool = False, verify_inputs: bool = False
) -> Run:
    """Count with a progress display and, with `out`, write the results and the report."""
    from percapita.counting.run import Settings
    from percapita.counting.run import count as count_plan
    from percapita.report.page import write_report

    with meter() as progress:
        run = count_plan(
            plan,
            Settings(engine=engine, out=out, names=names, verify_inputs=verify_inputs, progress=progress),
        )
    if out is None:
        return run
    report = out / "report.html"
    write_report(report, run.statement)
    return replace(run, written=(*run.written, report))


def show_statement(statement: Statement, written: tuple[Path, ...] = ()) -> None:
    """Print the users of each system, what was not counted, what is open, and where the results are."""
    period = statement.period
    title = f"{statement.organization.name}: individual users of each application, {period.start} to {period.end}"
    headers = (
        "application",
        "users",
        "range",
        "rests on",
        "not counted",
        "no rule",
        "unknown",
        "idle",
        "missing months",
    )
    show_table(headers, [_row(system) for system in statement.systems], title)
    say(f"{statement.persons:,} different people in all. Definition of a user: {statement.policy.user_definition.id}.")
    if statement.billed is not None and statement.billed.figure != "users":
        say(f"Billed: {FIGURES[statement.billed.figure]} ({statement.billed.rule}); the report shows it.")
    say(
        "not counted: accounts left out · no rule: people whose activities fit no rule · unknown: accounts nobody lists"
    )
    for warning in statement.warnings:
        say(f"  open: {warning}")
    for path in written:
        say(f"  {path}")


def _row(system: SystemFigures) -> tuple[object, ...]:
    left_out = sum(system.excluded.values()) + sum(system.needs_determination.values())
    low, high = system.range or (None, None)
    return (
        system.name,
        "not known" if system.users is None else system.users,
        "" if low == high else f"{low:,} to {high:,}",
        BASIS[system.basis],
        left_out or None,
        system.undetermined.persons or None,
        system.unknown_accounts or None,
        (system.idle_accounts or None) if system.basis in WITH_ROWS else None,
        len(system.months_missing) or None,
    )
