"""`percapita charges init|build`: from a chargemaster to a file of standard charges with all that a website needs."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, meter, say, show_json
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.chargemaster.building import BadRowsError, Built

NOT_VALID = 1
SHOWN = 20


def register_build(group: typer.Typer) -> None:
    """Add the commands to the group `charges`."""
    group.command("init")(init)
    group.command()(build)


def init(
    profile: Annotated[Path, typer.Argument(help="Where to write the profile, such as charges.toml.")],
) -> None:
    """Write a commented profile of a build to edit."""
    from percapita.chargemaster.placing import write_text

    if profile.exists():
        raise InputError("there is a file already", str(profile), "choose another name, or edit that file")
    content = resources.files("percapita.chargemaster") / "profile_template.toml"
    write_text(profile, content.read_text(encoding="utf-8"))
    say(f"{profile} written: edit it, then run: percapita charges build CHARGEMASTER --profile {profile} --out DIR")


def build(
    chargemasters: Annotated[list[Path], typer.Argument(help="The chargemaster: CSV, XLSX or Parquet files.")],
    profile: Annotated[Path, typer.Option(help="What the hospital says once, and what its columns are called.")],
    out: Annotated[Path, typer.Option(help="The folder to write; an earlier build in it is replaced.")],
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
) -> int:
    """Build the files of standard charges; ends with 1 when one is not valid."""
    from percapita.chargemaster.building import BadRowsError
    from percapita.chargemaster.building import build as build_files

    try:
        with meter(things=True) as progress:
            done = build_files(chargemasters, profile, out, progress)
    except BadRowsError as error:
        show_problems(error, format)
        raise
    if format is Format.JSON:
        show_json(built_as_json(done, out))
    else:
        show_built(done, out)
    return NOT_VALID if done.error_count else 0


def show_problems(error: BadRowsError, format: Format) -> None:
    """Print the rows that cannot be used."""
    found = error.problems
    if format is Format.JSON:
        listed = [
            {"file": one.file, "row": one.row, "column": one.column, "message": one.message} for one in found.found
        ]
        show_json({"built": False, "error_count": found.count, "errors": listed})
        return
    for one in found.found[:SHOWN]:
        say(f"  {one}")
    if found.count > SHOWN:
        say(f"  and {many(found.count - SHOWN, 'more row')}: see --format json")


def built_as_json(done: Built, out: Path) -> dict[str, object]:
    """Return what was built as JSON values."""
    files = [
        {"path": str(out / one.path), "rows": one.rows, "bytes": one.bytes, "sha256": one.sha256,
         "errors": [error.as_json() for error in one.found.errors]}
        for one in done.files
    ]  # fmt: skip
    return {
        "built": True, "valid": not done.error_count, "publish": str(out / done.publish), "files": files,
        "entries": done.survey.entries, "payers": len(done.survey.payers),
        "left_out": dict(sorted(done.left_out.items())),
    }  # fmt: skip


def show_built(done: Built, out: Path) -> None:
    """Print what was built and what was left out."""
    payers = many(len(done.survey.payers), "payer and plan", "payers and plans")
    say(f"{out}: {many(done.survey.entries, 'item')}, {many(done.survey.payer_entries, 'charge')} of {payers}")
    for one in done.files:
        thing = "item" if one.path.endswith(".json") else "row"
        chosen = ", to be published" if one.path == done.publish else ""
        verdict = f"not valid, {many(one.found.error_count, 'error')}" if one.found.error_count else "valid"
        say(f"  {one.path}: {many(one.rows, thing)}, {verdict}{chosen}")
        for error in one.found.errors[:SHOWN]:
            say(f"    error {error.rule} {error.path}: {error.message}")
    for reason, times in sorted(done.left_out.items()):
        say(f"  left out {times:,}: {reason}")
    say("  beside them: cms-hpt.txt, footer-link.html, page.html, manifest.json, left-out.csv")
