"""`percapita charges diff`: what is new, gone or changed between two files of standard charges."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, meter, say, show_json, show_table
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.chargemaster.comparing import Comparison, Counts


def register_diff(group: typer.Typer) -> None:
    """Add the command to the group `charges`."""
    group.command()(diff)


def diff(
    old: Annotated[Path, typer.Argument(help="The earlier file, of any layout and version.")],
    new: Annotated[Path, typer.Argument(help="The later file, of any layout and version.")],
    out: Annotated[Path | None, typer.Option(help="Where to write every change, a CSV file.")] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
) -> None:
    """Say which items and prices are new, gone or changed, by payer and by code type."""
    from percapita.chargemaster.comparing import compare

    with meter(things=True) as progress:
        found = compare(old, new, out, progress)
    if format is Format.JSON:
        show_json(comparison_as_json(found, old, new))
    else:
        show_comparison(found, old, new)
        if out is not None:
            say(f"every change: {out}")


def comparison_as_json(found: Comparison, old: Path, new: Path) -> dict[str, object]:
    """Return a comparison as JSON values."""
    return {
        "old": str(old), "new": str(new),
        "hospital": [{"element": one, "before": before, "after": after} for one, before, after in found.hospital],
        "items": found.items, "prices": asdict(found.prices),
        "by_payer": [{"payer": payer, "plan": plan, **asdict(counts)} for payer, plan, counts in found.by_payer],
        "by_code_type": [
            {"type": kind, "items_new": new_items, "items_gone": gone, **asdict(counts)}
            for kind, new_items, gone, counts in found.by_type
        ],
        "largest": [asdict(one) for one in found.largest],
    }  # fmt: skip


def show_comparison(found: Comparison, old: Path, new: Path) -> None:
    """Print a comparison as a finance officer reads it."""
    items, prices = found.items, found.prices
    say(f"{old.name} -> {new.name}")
    for element, before, after in found.hospital:
        say(f"  {element}: {before or 'nothing'} -> {after or 'nothing'}")
    both, anew = items["same"] + items["described anew"], items["described anew"]
    say(f"items: {both:,} in both, {items['new']:,} new, {items['gone']:,} gone, {anew:,} described anew")
    middle = "" if prices.median_percent is None else f"; the median change is {prices.median_percent:+} percent"
    said = f"{many(prices.changed, 'price')} changed, {prices.up:,} up and {prices.down:,} down{middle}"
    say(f"prices: {said}; {prices.new:,} new, {prices.gone:,} gone, {prices.same:,} the same")
    headers = ("changed", "up", "down", "median change", "new", "gone", "the same")
    say()
    show_table(("payer", "plan", *headers), [(payer, plan, *_cells(one)) for payer, plan, one in found.by_payer])
    types = [(kind, added, gone, *_cells(one)) for kind, added, gone, one in found.by_type]
    show_table(("code type", "items new", "items gone", *headers), types)
    if found.largest:
        largest = [
            (one.description, one.codes, f"{one.payer} {one.plan}".strip(), one.before, one.after, f"{one.percent:+}%")
            for one in found.largest
        ]
        show_table(("largest changes", "codes", "payer", "before", "after", "change"), largest)


def _cells(one: Counts) -> tuple[object, ...]:
    middle = "" if one.median_percent is None else f"{one.median_percent:+}%"
    return one.changed, one.up, one.down, middle, one.new, one.gone, one.same
