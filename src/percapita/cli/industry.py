"""`percapita industry load|link|expect|question`: what others publish about an organization, and what to ask of it."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.industry.load import Loaded

SHOWN = 10
Shape = Annotated[Format, typer.Option(help="What to print.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="Load industry data, link organizations to it, and ask about reported numbers."
    )
    app.add_typer(group, name="industry")
    _register_load(group)


def _register_load(group: typer.Typer) -> None:
    @group.command()
    def load(
        files: Annotated[list[Path], typer.Argument(help="Files as their publishers write them, also gzip.")],
        release: Annotated[str, typer.Option(help="The release, such as 2025-07, where names do not tell.")] = "",
        max_rejects: Annotated[
            float, typer.Option(min=0, max=1, help="The share of a file's rows that may be unreadable.")
        ] = 0.01,
        rejects: Annotated[Path | None, typer.Option(help="Write the rejected rows to this CSV file.")] = None,
        format: Shape = Format.TABLE,
    ) -> None:
        """Load industry files: each is recognized by its header, and loading one twice changes nothing."""
        from percapita.industry.load import load_files
        from percapita.industry.store import data_home

        told = load_files(files, data_home(), release, max_rejects)
        if rejects is not None:
            write_rejects(rejects, told)
        if format is Format.JSON:
            show_json([as_json(one) for one in told])
        else:
            show_loads(told)


def as_json(one: Loaded) -> dict[str, object]:
    """Return a load as JSON values."""
    load = asdict(one.load)
    load["files"] = [{"name": name, "sha256": sha256} for name, sha256 in one.load.files]
    return {**load, "new": one.new, "rejects": [asdict(reject) for reject in one.rejects], "notes": list(one.notes)}


def show_loads(told: list[Loaded]) -> None:
    """Print what became of each file."""
    rows = [
        (
            one.load.file, one.load.title, one.load.coverage or one.load.release, one.load.rows, one.load.rejected,
            "loaded" if one.new else "was loaded before", one.superseded_by,
        )
        for one in told
    ]  # fmt: skip
    show_table(("file", "kind", "year or release", "rows", "rejected", "", "superseded by"), rows)
    for one in told:
        for note in (*one.notes, *([f"mended: {one.load.mended}"] if one.load.mended and one.new else [])):
            say(f"  {one.load.file}: {note}")
        for reject in one.rejects[:SHOWN]:
            say(f"  reject {reject.path}, row {reject.row}: {reject.says}")
        if len(one.rejects) > SHOWN:
            say(f"  and {many(len(one.rejects) - SHOWN, 'more reject')}: see --rejects")


def write_rejects(path: Path, told: list[Loaded]) -> None:
    """Write every reject as CSV."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "row", "column", "reason"))
            writer.writerows(
                (reject.path, reject.row, reject.column, reject.reason) for one in told for reject in one.rejects
            )
    except OSError as error:
        raise InputError(
            f"the rejects cannot be written ({error.strerror})", str(path), "choose another file"
        ) from None
