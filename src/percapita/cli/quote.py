"""`percapita quote`: what a number of individual users, or a whole user count report, costs in an annual release."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, show_json
from percapita.errors import InputError, nearest

if TYPE_CHECKING:
    from decimal import Decimal

    from percapita.royalty.bill import Terms
    from percapita.royalty.quote import Quantity


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


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def quote(
        statement: Annotated[
            Path | None, typer.Argument(help="A user count report (statement.json): price all its applications.")
        ] = None,
        release: Annotated[
            int | None, typer.Option(help="The annual code set release, such as 2026; of a report, its last year.")
        ] = None,
        users: Annotated[int | None, typer.Option(help="Individual users, where no report is given.")] = None,
        units: Annotated[
            list[str] | None, typer.Option(help="Other units of licensure: member=1200; may be given again.")
        ] = None,
        model: Annotated[Model, typer.Option(help="How the users were found; both cost the same.")] = Model.COUNTING,
        entities: Annotated[int, typer.Option(help="How many entity fees are due.")] = 1,
        add: Annotated[list[AddOn] | None, typer.Option(help="Another file; may be given again.")] = None,
        entity_fee: Annotated[str | None, typer.Option(help="The entity fee of your agreement.")] = None,
        rates: Annotated[str | None, typer.Option(help="A rate card: the id of a shipped one, or a path.")] = None,
        who_pays: Annotated[Path | None, typer.Option(help="The table of who pays for which application.")] = None,
        what_if: Annotated[
            list[str] | None,
            typer.Option(help='A change to price: "users +5%", "drop ID", "proxy ID USERS", "group ID ID".'),
        ] = None,
        allocate: Annotated[bool, typer.Option("--allocate", help="Share the cost among the entities.")] = False,
        cost_centers: Annotated[Path | None, typer.Option(help="Share it among these cost centers, too.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> None:
        """Say what individual users cost, with the source of every rate."""
        from percapita.policy.rate_card import load_rate_card, money
        from percapita.royalty.bill import Terms

        terms = Terms(
            card=load_rate_card(rates, Path()), release=release or 0, model=model.value, entities=entities,
            entity_fee=None if entity_fee is None else money(entity_fee, "--entity-fee"),
            add=tuple(one.value for one in add or []),
        )  # fmt: skip
        if statement is None:
            of_report = {"--who-pays": who_pays, "--what-if": what_if, "--allocate": allocate}
            refuse({**of_report, "--cost-centers": cost_centers}, "needs a user count report")
            quote_users(terms, release, users, parse_units(units or []), format)
        else:
            from percapita.cli.quote_report import Asked, quote_report

            refuse({"--users": users, "--units": units}, "stands in the user count report")
            asked = Asked(who_pays, tuple(what_if or ()), allocate or cost_centers is not None, cost_centers)
            quote_report(statement, release, terms, asked, format)


def refuse(options: dict[str, object], why: str) -> None:
    """Raise InputError for an option that was given although it has no meaning here."""
    for name, value in options.items():
        if value not in (None, False, []):
            raise InputError(f"{name} {why}", "command line", "see percapita quote --help")


def quote_users(
    terms: Terms, release: int | None, users: int | None, units: dict[str, Quantity], format: Format
) -> None:
    """Price a number of individual users, or other units."""
    from percapita.cli.quote_screen import refuse_open_lines, show_quote
    from percapita.royalty.quote import as_json, quote

    if release is None:
        raise InputError("there is no --release", "command line", "give the annual release, such as --release 2026")
    if users is None and not units:
        raise InputError("there are no users", "command line", "give --users N, or a user count report")
    found = quote(
        terms.card, release=release, users=users, entities=terms.entities, model=terms.model, add=terms.add,
        entity_fee=terms.entity_fee, units=units,
    )  # fmt: skip
    if format is Format.JSON:
        show_json(as_json(found))
    else:
        show_quote(found)
    refuse_open_lines(found)


def parse_units(said: list[str]) -> dict[str, Quantity]:
    """Return other units of licensure from `member=1200`. Raises InputError for a unit or a number that is none."""
    from percapita.policy.csv_table import CellError, whole
    from percapita.policy.rate_card import UNITS, money

    units: dict[str, int | Decimal] = {}
    for one in said:
        name, _, number = one.partition("=")
        if name not in UNITS[1:]:
            raise InputError(f"{name!r} is not a unit of licensure", "--units", nearest(name, UNITS[1:]))
        if name in units:
            raise InputError(f"{name} is given twice", "--units", "give their sum")
        try:
            units[name] = money(number, "--units sales") if name == "sales" else whole(number)
        except CellError as error:
            raise InputError(error.what, f"--units {name}", error.cure) from None
    return units
