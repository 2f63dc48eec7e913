"""`percapita charges convert`: another layout, or the template in force, for a file of standard charges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.chargemaster.layouts import Layout
from percapita.cli.screen import Format, meter, say, show_json
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.chargemaster.converting import Converted

NOT_VALID = 1
SHOWN = 5


def register_convert(group: typer.Typer) -> None:
    """Add the command to the group `charges`."""
    group.command()(convert)


def convert(
    file: Annotated[Path, typer.Argument(help="A valid file, CSV or JSON, v3.0.0 or v2.")],
    to: Annotated[Layout, typer.Option(help="The layout to write.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    npi: Annotated[
        list[str] | None, typer.Option(help="An organizational NPI that the file lacks; may be given often.")
    ] = None,
    attester: Annotated[str | None, typer.Option(help="Who attests, where the file does not say it.")] = None,
    attested: Annotated[
        bool, typer.Option("--attested", help="The attester has read the attestation of v3.0.0 and stands for it.")
    ] = False,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
) -> int:
    """Write a file in another layout of v3.0.0; ends with 1 when something is missing to make that valid."""
    from percapita.chargemaster.converting import Additions
    from percapita.chargemaster.converting import convert as convert_file

    additions = Additions(tuple(npi) if npi else None, attester, True if attested else None)
    with meter(things=True) as progress:
        done = convert_file(file, out, to, additions, progress)
    if format is Format.JSON:
        show_json(
            {
                "file": str(out), "layout": to.value, "entries": done.entries, "rows": done.rows,
                "valid": not done.found.error_count, "errors": [one.as_json() for one in done.found.errors],
                "error_count": done.found.error_count, "missing": done.missing, "not_carried": done.left,
            }
        )  # fmt: skip
    else:
        show_converted(done, out)
    return NOT_VALID if done.found.error_count or done.missing else 0


def show_converted(done: Converted, out: Path) -> None:
    """Print what was written, what is missing and what was left."""
    errors = done.found.error_count
    verdict = f"not valid yet, {many(errors, 'error')}" if errors else "valid"
    thing = "item" if out.suffix == ".json" else "row"
    say(f"{out} written: {many(done.rows, thing)}, {verdict}")
    for one in done.missing:
        say(f"  missing {one}")
    for one in done.left:
        say(f"  not carried over: {one}")
    for found in done.found.errors[:SHOWN]:
        say(f"  error {found.rule} {found.path}: {found.message}")
    if errors > SHOWN:
        say(f"  and {many(errors - SHOWN, 'more error')}: see percapita charges check {out}")
