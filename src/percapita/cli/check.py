"""`percapita check`: see in seconds whether a plan fits its files, without counting."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.wording import many

MOST_PROPOSALS = 50  # shown on screen; --format json lists all
MOST_NAMES = 20

if TYPE_CHECKING:
    from percapita.counting.check import PlanCheck, SourceCheck


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def check(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> None:
        """Check a plan and a sample of its files without counting."""
        from percapita.counting.check import check as check_plan

        found = check_plan(plan)
        if format is Format.JSON:
            show_json(asdict(found))
        else:
            show_check(found)


def show_check(found: PlanCheck) -> None:
    """Print what the sample shows."""
    for source in found.sources:
        _show_source(source)
    for number in found.gone_sources:
        say(f"[[source]] {number}: its files are gone; a count takes their kept digests")
    if found.without_rule:
        show_table(("application", "activity", "rows"), found.without_rule, "Activities without a rule, in the sample")
        say("  add [[use]] rules for these; until then their rows are not counted")
        say()
    if found.unlisted_systems:
        show_table(("application", "rows"), found.unlisted_systems, "In the logs, but not listed as [[system]]")
    if found.systems_without_source:
        names = found.systems_without_source
        more = f", and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
        say(f"  no rows in the sample of: {', '.join(names[:MOST_NAMES])}{more}")
    if found.months_missing:
        say(f"  no rows in the sample of the months: {', '.join(found.months_missing)}")
    if found.proposals:
        title = (
            f"Accounts that look like no person, {len(found.proposals):,}; they count until the plan says what they are"
        )
        show_table(("directory", "account", "proposed kind", "because of"), found.proposals[:MOST_PROPOSALS], title)
        say(
            '  confirm: [[kind]] kind = "service" proposed = true; overrule: [[kind]] kind = "human" account_id = [...]'
        )
        say()
    say("the plan fits its files")


def _show_source(source: SourceCheck) -> None:
    title = (
        f"[[source]] {source.number} {source.type}: {many(source.files, 'file')}, "
        f"{many(source.bytes, 'byte')}; {source.first_file}"
    )
    rows = [
        (name, ", ".join("-" if value is None else str(value) for value in values))
        for name, values in source.values.items()
    ]
    show_table(("column", "first values"), rows, title)
    if source.sampled_rows or source.rejected:
        extent = "all rows" if source.whole else "a sample of the rows"
        months = f", {source.months[0]} to {source.months[-1]}" if source.months else ""
        unread = f"{source.rejected:,} cannot be read {source.first_reject}".rstrip()
        say(f"  {extent}: {source.sampled_rows:,} read{months}; {unread}")
        say()
