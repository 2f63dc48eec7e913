"""Price a user count report: each application, who pays for it, what does not add up, what a change would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.cli.quote_screen import amounts, quantity, refuse_open_lines, show_total, words
from percapita.cli.screen import Format, say, show_json, show_table
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.royalty.allocation import Part
    from percapita.royalty.bill import Bill, Terms
    from percapita.royalty.what_if import Outcome

PAYER_WORDS = {"vendor": "the vendor", "distributor": "a distributor", "outsourcer": "an outsourcer"}


@dataclass(frozen=True)
class Asked:
    """Say what is asked of a report beside its price."""

    who_pays: Path | None
    what_if: tuple[str, ...]
    allocate: bool
    cost_centers: Path | None


def quote_report(statement: Path, release: int | None, terms: Terms, asked: Asked, format: Format) -> None:
    """Work a report out and print it. Raises InputError when there is no total."""
    from percapita.cli.quote_persons import Persons
    from percapita.royalty import allocation, bill, what_if
    from percapita.royalty.figures import as_billed, read_figures
    from percapita.royalty.payers import read_payers

    figures = as_billed(read_figures(statement))
    rows = read_payers(asked.who_pays) if asked.who_pays else ()
    found = bill.bill(figures, rows, replace(terms, release=figures.end.year if release is None else release))
    together = Persons(statement, figures).together
    outcomes = [what_if.what_if(change, found, rows, together) for change in asked.what_if]
    weights = allocation.read_weights(asked.cost_centers, found) if asked.cost_centers else ()
    parts = allocation.share(found, weights) if asked.allocate else ()
    if format is Format.JSON:
        extra = {"what_if": [what_if.as_json(one) for one in outcomes], "allocation": allocation.as_json(parts)}
        show_json({**bill.as_json(found), **extra})
    else:
        show_bill(found)
        show_outcomes(outcomes)
        show_parts(parts)
    refuse_open_lines(found.quote, {one.id: one.name for one in figures.systems})


def show_bill(found: Bill) -> None:
    """Print the lines, the total, who pays otherwise, the people behind the units, and what does not add up."""
    names = {one.id: one.name for one in found.figures.systems}
    rows = [
        (names.get(line.system, "the agreement"), *words(line), quantity(line), *amounts(line), line.source)
        for line in found.quote.lines
    ]
    title = (
        f"{found.figures.name}: CPT {found.quote.release} code set release, {found.quote.currency}, "
        f"users of {found.figures.start} to {found.figures.end}"
    )
    show_table(("application", "content", "for", "quantity", "rate", "amount", "according to"), rows, title)
    show_total(found.quote)
    units = many(found.billed_units, "user")
    say(f"  billed: {units} of single applications; different people in all: {found.figures.persons:,}")
    if found.entity_basis == "legal entity":
        say("  the entity fee is due for each legal entity: give their number with --entities")
    show_through(found, names)
    for one in found.findings:
        at_stake = found.at_stake(one)
        money = "not known" if at_stake is None else f"{at_stake:,.2f}"
        say(f"  open ({one.rule}): {names[one.system]}: {one.message}; at stake: {money}")


def show_through(found: Bill, names: dict[str, str]) -> None:
    """Print what is licensed through others."""
    rows = []
    for one in found.splits:
        line = found.user_line(one.system.id)
        for row, units in one.through:
            amount = line.price(units)
            through = f"{PAYER_WORDS[row.payer]} {row.name}".strip()
            until = "" if row.last_day.year == 9999 else row.last_day.isoformat()
            money = "" if amount is None else f"{amount:,.2f}"
            rows.append((names[one.system.id], through, units, money, until, row.document))
    if rows:
        headers = ("application", "licensed through", "units", "worth", "until", "document")
        show_table(headers, rows, "Not billed: licensed through others")


def show_outcomes(outcomes: list[Outcome]) -> None:
    """Print what changes would cost."""
    rows = [
        (
            one.change.replace("proxy ", "User Proxy Model: ", 1),
            _span(one.low, one.high),
            _span(one.low - one.before, one.high - one.before, "+"),
            one.note,
        )
        for one in outcomes
    ]
    if rows:
        show_table(("what if", "lines with an amount", "difference", "note"), rows, "What a change would cost")


def _span(low: object, high: object, sign: str = "") -> str:
    first = f"{low:{sign},.2f}"
    return first if low == high else f"{first} to {high:{sign},.2f}"


def show_parts(parts: tuple[Part, ...]) -> None:
    """Print who bears what."""
    if parts:
        centers = any(one.cost_center for one in parts)
        rows = [
            (one.entity, *((one.cost_center or "none named",) if centers else ()), f"{one.amount:,.2f}")
            for one in parts
        ]
        headers = ("entity", *(("cost center",) if centers else ()), "amount")
        show_table(headers, rows, f"Shared to the cent: {sum(one.amount for one in parts):,.2f}")
