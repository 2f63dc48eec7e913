"""Rate a period of the ledger: the same rows and the same rate card give the same cents, whenever it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from percapita.errors import InputError
from percapita.policy.rate_card import CENT, RateCard
from percapita.royalty.ledger import Agreement, Report, corrections, standing
from percapita.royalty.quote import TOLD, Line, Quote, line_as_json, money_text, priced


@dataclass(frozen=True)
class Rated:
    """Hold what a period costs: the lines that are due, and the units corrected in it with their worth.

    What is due never goes below zero: a correction is a credit to ask for, not one that is taken.
    """

    end: date
    quote: Quote
    corrected: Line | None

    @property
    def due(self) -> Decimal | None:
        """Return what is due for the period, None while a rate is not known."""
        return self.quote.total


def rate(agreement: Agreement, reports: Sequence[Report], end: date, card: RateCard) -> Rated:
    """Return what the report of a period costs; `reports` are the rows to that day, or to any later one.

    The entity fee is due with the first report of a calendar year. Raises InputError when the period has no report, or
    when it was posted under another rate card.
    """
    rows = standing(reports, end)
    if not rows:
        raise InputError(f"the period that ends on {end} has no report", "--period", "see percapita ledger show")
    corrected = [one for one in corrections(reports) if one.end == end]
    for report in (*rows, *corrected):
        _check_card(report, card)
    lines = [_entity_line(agreement, card, end)] if _opens_year(reports, end) else []
    lines.append(priced(card, end.year, "cpt", "user", sum(one.units for one in rows), "counting"))
    credit = priced(card, end.year, "cpt", "user", sum(one.units for one in corrected), "counting")
    return Rated(end, Quote(end.year, "counting", card.currency, tuple(lines)), credit if corrected else None)


def _opens_year(reports: Sequence[Report], end: date) -> bool:
    """Tell whether a period is the first of its year that was reported."""
    return any(one.kind == "initial" and one.end == end for one in reports)


def _entity_line(agreement: Agreement, card: RateCard, end: date) -> Line:
    if agreement.entity_fee:
        return Line("cpt", "entity", 1, Decimal(agreement.entity_fee).quantize(CENT), TOLD)
    return priced(card, end.year, "cpt", "entity", 1, "counting")


def _check_card(report: Report, card: RateCard) -> None:
    if report.rate_card.get("sha256") != card.sha256:
        raise InputError(
            f"report {report.number} was posted under rate card {report.rate_card.get('id')!r}, which reads otherwise",
            "--rates",
            "name the rate card under which it was posted",
        )


def as_json(found: Rated) -> dict[str, Any]:
    """Return a rated period as JSON values."""
    return {
        "end": found.end.isoformat(),
        "release": found.quote.release,
        "currency": found.quote.currency,
        "lines": [line_as_json(line) for line in found.quote.lines],
        "due": money_text(found.due),
        "correction": None if found.corrected is None else line_as_json(found.corrected),
    }
