"""`percapita compare`: what made two counts differ, and whom each cause adds and removes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import say, show_json, show_table
from percapita.wording import many, signed

if TYPE_CHECKING:
    from percapita.counting.compare.comparison import Comparison, Difference

Row = tuple[object, ...]
MOST_ALIKE = 20  # more applications without a difference would hide those with one


class PageFormat(StrEnum):
    """Name the output formats of a command that can draw a page."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def compare(
        old: Annotated[Path, typer.Argument(help="The results of a count: their folder, or statement.json in it.")],
        new: Annotated[Path, typer.Argument(help="The results to compare them with.")],
        format: Annotated[PageFormat, typer.Option(help="What to print.")] = PageFormat.TABLE,
        out: Annotated[Path | None, typer.Option(help="With --format html: the file to write.")] = None,
    ) -> int:
        """Split the difference of two counts by cause, application by application."""
        from percapita.counting.compare.comparison import as_json
        from percapita.counting.compare.comparison import compare as compare_files
        from percapita.errors import InputError

        if out is not None and format is not PageFormat.HTML:
            raise InputError("--out is for a page", "command line", "add --format html, or leave --out out")
        found = compare_files(old, new)
        if format is PageFormat.JSON:
            show_json(as_json(found))
        elif format is PageFormat.HTML:
            show_page(found, out)
        else:
            show_comparison(found)
        return 0


def show_page(found: Comparison, out: Path | None) -> None:
    """Write the comparison as a page, or print it."""
    from percapita.errors import InputError
    from percapita.report.comparison import render_comparison
    from percapita.report.page import write_page

    page = render_comparison(found)
    if out is None:
        print(page, end="")
        return
    try:
        write_page(out, page)
    except OSError as error:
        raise InputError(f"the page cannot be written ({error.strerror})", str(out), "choose another --out") from None
    say(f"  {out}")


def show_comparison(found: Comparison) -> None:
    """Print each difference with its parts."""
    headers = ("application", "old", "new", "difference", "because", "added", "removed")
    title = f"{found.new.figures.name}: what changed, {periods(found)}"
    show_table(headers, [row for one in worth_showing(found) for row in _rows(one)], title)
    show_left_out(found)
    show_notes(found)
    say("Who they are, as pseudonyms: --format json, or --format html --out FILE.")


def periods(found: Comparison) -> str:
    """Return the two periods in words."""
    old, new = found.old.figures, found.new.figures
    first, second = (f"{one.start} to {one.end}" for one in (old, new))
    return f"two counts of {first}" if first == second else f"{first} and then {second}"


def worth_showing(found: Comparison) -> list[Difference]:
    """Return the applications to list: all, or only those that differ where very many do not."""
    differing = [one for one in found.systems if one.parts or one.said("old") != one.said("new")]
    return differing if len(found.systems) - len(differing) > MOST_ALIKE else list(found.systems)


def show_left_out(found: Comparison) -> None:
    """Print how many applications are not listed because nothing changed."""
    left_out = len(found.systems) - len(worth_showing(found))
    if left_out:
        say(f"{many(left_out, 'application')} without a difference: --format json lists them.")


def show_notes(found: Comparison) -> None:
    """Print what could not be compared."""
    for note in found.notes:
        say(f"  open: {note}")


def _rows(one: Difference) -> list[Row]:
    """Return the row of a system and one for each part."""
    from percapita.counting.compare.causes import CAUSES

    rows: list[Row] = [(one.name, one.said("old"), one.said("new"), signed(one.change), "", None, None)]
    rows += [
        ("", None, None, signed(part.change), CAUSES[part.cause], len(part.added) or None, len(part.removed) or None)
        for part in one.parts
    ]
    return rows
