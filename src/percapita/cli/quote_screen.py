"""Print quotes: lines with their rates, the total, and why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from percapita.cli.screen import say, show_table
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.royalty.quote import Line, Quote

CONTENT_WORDS = {
    "cpt": "CPT", "rvu": "relative values", "hcpcs": "HCPCS Level II", "icd10": "ICD-10", "snomed-map": "SNOMED map"
}  # fmt: skip
ITEM_WORDS = {
    "user": "individual users", "entity": "entity fee", "file": "the file", "member": "members",
    "interaction": "patient interactions", "virtual_interaction": "virtual interactions",
    "monitored_person": "monitored persons", "print_copy": "print copies", "sales": "percent of sales",
}  # fmt: skip


def show_quote(found: Quote) -> None:
    """Print the lines and the total."""
    rows = [(*words(line), quantity(line), *amounts(line), line.source) for line in found.lines]
    title = f"CPT {found.release} code set release, {found.currency}"
    show_table(("content", "for", "quantity", "rate", "amount", "according to"), rows, title)
    show_total(found)


def show_total(found: Quote) -> None:
    """Print the total, or what the known lines come to."""
    if found.total is None:
        say(f"  total: not known; the lines with an amount: {found.subtotal:,.2f}")
    else:
        say(f"  total: {found.total:,.2f}")


def quantity(line: Line) -> object:
    """Return the quantity of a line as a cell."""
    if line.quantity is None:
        return "not known"
    return f"{line.quantity:,.2f}" if isinstance(line.quantity, Decimal) else line.quantity


def amounts(line: Line) -> tuple[str, str]:
    """Return the rate and the amount of a line as cells."""
    if line.rate is None:
        return ("not known" if line.available else "not available"), ""
    rate = f"{line.rate:,.2f}" + (" %" if line.item == "sales" else "")
    return rate, "" if line.amount is None else f"{line.amount:,.2f}"


def words(line: Line) -> tuple[str, str]:
    """Return what a line is about, as people say it."""
    return CONTENT_WORDS[line.content], ITEM_WORDS[line.item]


def refuse_open_lines(found: Quote, names: Mapping[str, str] | None = None) -> None:
    """Raise InputError when a line of the quote has no amount: there is no total then."""
    for line in sorted(found.open_lines(), key=lambda line: (line.available, line.rate is not None)):
        if line.rate is not None:
            raise InputError(
                f"there is no total: the users of {(names or {}).get(line.system, line.system)} are not known",
                "user count report",
                f'find evidence and count again, or see what is left: --what-if "drop {line.system}"',
            )
        cure = "give the rates of your agreement with --rates"
        if not line.available:
            cure = f"leave out --add {line.content}"
        elif line.item == "entity":
            cure = "give the fee of your agreement with --entity-fee"
        raise InputError(f"there is no rate: {', '.join(words(line))}", line.source, cure)
