"""Work out what a statement costs: a line for each system, the entity fee and files once, findings with their money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from percapita.errors import InputError
from percapita.policy.rate_card import RateCard
from percapita.royalty.figures import Figures, System
from percapita.royalty.payers import PayerRow, check_systems, rows_of
from percapita.royalty.quote import TOLD, Line, Quote, check_units, line_as_json, money_text, priced
from percapita.royalty.split import Finding, Split, split

SCHEMA = "percapita/statement-quote/1"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Say by which rates a statement is priced; see `quote`."""

    card: RateCard
    release: int
    model: str = "counting"
    entities: int = 1
    entity_fee: Decimal | None = None
    add: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bill:
    """Hold the quote of a statement: who pays for each system, the lines, and what does not add up."""

    figures: Figures
    terms: Terms
    splits: tuple[Split, ...]
    quote: Quote
    findings: tuple[Finding, ...]

    @property
    def billed_units(self) -> int:
        """Return the units due under the own license over all systems of which the users are known."""
        return sum(one.own for one in self.splits if one.own is not None)

    @property
    def unknown(self) -> list[System]:
        """Return the systems of which the users are not known."""
        return [one.system for one in self.splits if one.own is None]

    @property
    def entity_basis(self) -> str:
        """Return for whom the entity fee is due by the rate card, "" where it does not say."""
        rate = self.terms.card.rate(self.terms.release, "cpt", "entity", self.terms.model)
        return rate.basis if rate else ""

    def split(self, system: str) -> Split:
        """Return who pays for a system."""
        return next(one for one in self.splits if one.system.id == system)

    def user_line(self, system: str) -> Line:
        """Return the line of the individual users of a system."""
        return next(line for line in self.quote.lines if line.system == system and line.content == "cpt")

    def at_stake(self, finding: Finding) -> Decimal | None:
        """Return the money of a finding, None where the rate is not known."""
        return self.user_line(finding.system).price(finding.units)


def bill(figures: Figures, rows: Sequence[PayerRow], terms: Terms) -> Bill:
    """Return what a statement costs. Raises InputError for a row about a system that it does not have.

    Source: each system needs a license for its users, whoever pays; the entity fee is due once for an agreement.
    """
    check_units({"entities": terms.entities})
    if not date.min.year < terms.release < date.max.year:
        raise InputError(f"{terms.release} is no annual release", "--release", "write a year, such as 2026")
    check_systems(rows, figures)
    splits = tuple(split(system, rows_of(rows, system), terms.release) for system in figures.systems)
    lines = [_entity_line(terms)]
    for content in ("cpt", *dict.fromkeys(terms.add)):
        lines += _content_lines(terms, content, splits)
    quote = Quote(terms.release, terms.model, terms.card.currency, tuple(lines))
    return Bill(figures, terms, splits, quote, tuple(finding for one in splits for finding in one.findings))


def _entity_line(terms: Terms) -> Line:
    if terms.entity_fee is not None:
        return Line("cpt", "entity", terms.entities, terms.entity_fee, TOLD)
    return priced(terms.card, terms.release, "cpt", "entity", terms.entities, terms.model)


def _content_lines(terms: Terms, content: str, splits: Sequence[Split]) -> list[Line]:
    """Return the lines of a content file: for each system its users, for the agreement the file itself."""
    lines = [priced(terms.card, terms.release, content, "user", one.own, terms.model, one.system.id) for one in splits]
    if "file" in terms.card.items(terms.release, content, terms.model):
        lines.append(priced(terms.card, terms.release, content, "file", 1, terms.model))
    return lines


def as_json(found: Bill) -> dict[str, Any]:
    """Return a bill as JSON values; amounts are texts with two decimals, None where they are not known."""
    figures, quote = found.figures, found.quote
    return {
        "schema": SCHEMA,
        "release": quote.release,
        "model": quote.model,
        "currency": quote.currency,
        "rate_card": {"id": found.terms.card.id, "sha256": found.terms.card.sha256},
        "statement": {
            "organization": figures.organization,
            "start": figures.start.isoformat(),
            "end": figures.end.isoformat(),
            "digest": figures.digest,
        },
        "systems": [_split_json(found, one) for one in found.splits],
        "lines": [{"system": line.system or None, **line_as_json(line)} for line in quote.lines],
        "entity_fee_basis": found.entity_basis or None,
        "billed_units": found.billed_units,
        "persons": figures.persons,
        "subtotal": money_text(quote.subtotal),
        "total": money_text(quote.total),
        "findings": [
            {
                "rule": one.rule, "code": one.code, "system": one.system, "message": one.message, "units": one.units,
                "amount": money_text(found.at_stake(one)),
            }
            for one in found.findings
        ],
    }  # fmt: skip


def _split_json(found: Bill, one: Split) -> dict[str, Any]:
    line = found.user_line(one.system.id)
    return {
        "system": one.system.id,
        "basis": one.system.basis,
        "users": one.system.users,
        "own": one.own,
        "through": [
            {
                "payer": row.payer, "name": row.name, "entity": row.entity, "employer": row.employer, "units": units,
                "amount": money_text(line.price(units)), "document": row.document, "last_day": _last(row),
            }
            for row, units in one.through
        ],
    }  # fmt: skip


def _last(row: PayerRow) -> str | None:
    return None if row.last_day.year == 9999 else row.last_day.isoformat()
