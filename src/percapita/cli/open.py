"""`percapita open`: what is undecided, by users at stake, with what settles it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from percapita.cli.screen import Format, meter, say, show_json, show_table
from percapita.wording import many


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("open")
    def open_(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
        limit: Annotated[int, typer.Option(min=1, help="How many points to show on screen.")] = 40,
    ) -> None:
        """List everything undecided, the most users at stake first, each with what settles it."""
        from percapita.counting.undecided import undecided

        with meter() as progress:
            points = undecided(plan, progress)
        if format is Format.JSON:
            found = [{key: value for key, value in asdict(point).items() if key != "weight"} for point in points]
            show_json([{**point, "settle": point["settle"].replace("PLAN", str(plan))} for point in found])
            return
        if not points:
            say("nothing is open")
            return
        rows = [
            ("not known" if point.people is None else point.people, point.text, point.settle.replace("PLAN", str(plan)))
            for point in points[:limit]
        ]
        show_table(("users at stake", "what is open", "what settles it"), rows, many(len(points), "open point"))
        if len(points) > limit:
            say(f"  {len(points) - limit:,} more: --limit {len(points)}")
