"""`percapita rules`: see what a changed rule does before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.compare import periods, show_left_out, show_notes, worth_showing
from percapita.cli.screen import Format, meter, say, show_json, show_table
from percapita.wording import signed

if TYPE_CHECKING:
    from percapita.counting.compare.comparison import Comparison, Difference


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    rules = typer.Typer(no_args_is_help=True, help="See what the rules of a plan do.")
    app.add_typer(rules, name="rules")

    @rules.callback()
    def group() -> None:
        """See what the rules of a plan do."""

    @rules.command()
    def preview(
        plan: Annotated[Path, typer.Argument(help="The plan with the changed rules, a TOML file.")],
        results: Annotated[
            Path | None, typer.Option(help="The last results; absent: the folder results beside the plan.")
        ] = None,
        before: Annotated[Path | None, typer.Option(help="The plan as it was, to count it instead.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> int:
        """Count the plan aside and show whom its rules add and remove against the last results."""
        from percapita.counting.compare.comparison import as_json
        from percapita.counting.compare.preview import preview as look_ahead
        from percapita.errors import InputError

        if results is not None and before is not None:
            raise InputError("--results and --before both say what was before", "command line", "keep one of them")
        with meter() as progress:
            found = look_ahead(plan, results, before, progress)
        if format is Format.JSON:
            show_json(as_json(found))
        else:
            show_preview(found)
        return 0


def show_preview(found: Comparison) -> None:
    """Print what the rules add to and remove from each figure, and what differs for other reasons."""
    headers = ("application", "before", "with this plan", "rules add", "rules remove", "other causes")
    title = f"{found.new.figures.name}: preview, {periods(found)}"
    show_table(headers, [_row(one) for one in worth_showing(found)], title)
    show_left_out(found)
    show_notes(found)
    say("Rules: [[use]], [[exclude]] and the definition of a user. No results were written.")
    say("Who they are, as pseudonyms: --format json.")


def _row(one: Difference) -> tuple[object, ...]:
    from percapita.counting.compare.preview import RULE_CAUSES

    parts = one.of(RULE_CAUSES)
    added, removed = sum(len(part.added) for part in parts), sum(len(part.removed) for part in parts)
    other = one.change - added + removed
    rest = [part for part in one.parts if part not in parts]
    return one.name, one.said("old"), one.said("new"), added or None, removed or None, signed(other) if rest else ""
