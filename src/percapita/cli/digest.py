"""`percapita digest build|show|prune`: look after what is kept so that logs need not be read again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from percapita.cli.screen import Format, meter, say, show_json, show_table
from percapita.wording import many

PlanFile = Annotated[Path, typer.Argument(help="The plan, a TOML file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Look after the digests of log files.")
    app.add_typer(group, name="digest")

    @group.command("build")
    def build_digests(plan: PlanFile) -> None:
        """Read the files that have no digest yet, without counting."""
        from percapita.counting.keep import build

        with meter() as progress:
            files = build(plan, progress)
        say("the digest of 1 file is up to date" if files == 1 else f"digests of {files:,} files are up to date")

    @group.command("show")
    def show_digests(
        plan: PlanFile, format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE
    ) -> None:
        """List the digests that are kept, and whether they still hold."""
        from percapita.counting.keep import show

        kept = [asdict(one) for one in show(plan)]
        if format is Format.JSON:
            show_json(kept)
        else:
            columns = ("file", "state", "rows", "rejected", "bytes")
            show_table(columns, [[one[column] for column in columns] for one in kept])

    @group.command("prune")
    def prune_digests(
        plan: PlanFile,
        gone: Annotated[
            bool, typer.Option("--gone", help="Also those of files that are gone: they count no more.")
        ] = False,
    ) -> None:
        """Remove digests that are stale, replaced or of no source of the plan."""
        from percapita.counting.keep import prune

        removed = prune(plan, gone)
        say(f"{many(len(removed), 'digest')} removed, {many(sum(one.bytes for one in removed), 'byte')}")
