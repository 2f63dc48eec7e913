"""`percapita quote`: what a number of individual users costs in an annual release."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.royalty.quote import Line, Quote


class Model(StrEnum):
    """Name the licensing models."""

    COUNTING = "counting"
    PROXY = "proxy"


class AddOn(StrEnum):
    """Name the files that may be licensed beside CPT."""

    RVU = "rvu"
    HCPCS = "hcpcs"
    ICD10 = "icd10"
    SNOMED_MAP = "snomed-map"


CONTENT_WORDS = {
    "cpt": "CPT", "rvu": "relative values", "hcpcs": "HCPCS Level II", "icd10": "ICD-10", "snomed-map": "SNOMED map"
}  # fmt: skip
ITEM_WORDS = {"user": "individual users", "entity": "entity fee", "file": "the file"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def quote(
        release: Annotated[int, typer.Option(help="The annual code set release, such as 2026.")],
        users: Annotated[int, typer.Option(help="Individual users.")],
        model: Annotated[Model, typer.Option(help="How the users were found; both cost the same.")] = Model.COUNTING,
        entities: Annotated[int, typer.Option(help="How many entity fees are due.")] = 1,
        add: Annotated[list[AddOn] | None, typer.Option(help="Another file; may be given again.")] = None,
        entity_fee: Annotated[str | None, typer.Option(help="The entity fee of your agreement.")] = None,
        rates: Annotated[str | None, typer.Option(help="A rate card: the id of a shipped one, or a path.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> None:
        """Say what a number of individual users costs, with the source of every rate."""
        from percapita.policy.rate_card import load_rate_card, money
        from percapita.royalty.quote import as_json
        from percapita.royalty.quote import quote as work_out

        fee = None if entity_fee is None else money(entity_fee, "--entity-fee")
        add_ons = [one.value for one in add or []]
        found = work_out(
            load_rate_card(rates, Path()),
            release=release, users=users, entities=entities, model=model.value, add=add_ons, entity_fee=fee,
        )  # fmt: skip
        if format is Format.JSON:
            show_json(as_json(found))
        else:
            show_quote(found)
        refuse_open_lines(found)


def show_quote(found: Quote) -> None:
    """Print the lines and the total."""
    rows = [(*words(line), line.quantity, *_amounts(line), line.source) for line in found.lines]
    title = f"CPT {found.release} code set release, {found.currency}"
    show_table(("content", "for", "quantity", "rate", "amount", "according to"), rows, title)
    if found.total is None:
        say(f"  total: not known; the lines with an amount: {found.subtotal:,.2f}")
    else:
        say(f"  total: {found.total:,.2f}")


def _amounts(line: Line) -> tuple[str, str]:
    if line.rate is None:
        return ("not known" if line.available else "not available"), ""
    return f"{line.rate:,.2f}", f"{line.amount:,.2f}"


def words(line: Line) -> tuple[str, str]:
    """Return what a line is about, as people say it."""
    return CONTENT_WORDS[line.content], ITEM_WORDS[line.item]


def refuse_open_lines(found: Quote) -> None:
    """Raise InputError when a line of the quote has no amount: there is no total then."""
    for line in sorted(found.open_lines(), key=lambda line: line.available):
        cure = "give the rates of your agreement with --rates"
        if not line.available:
            cure = f"leave out --add {line.content}"
        elif line.item == "entity":
            cure = "give the fee of your agreement with --entity-fee"
        raise InputError(f"there is no rate: {', '.join(words(line))}", line.source, cure)
