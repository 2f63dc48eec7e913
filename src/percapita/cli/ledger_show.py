"""Show a ledger: every report, what each period costs, and which reports are due."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.cli.ledger_add import KIND_WORDS
from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.policy.rate_card import RateCard
    from percapita.policy.report_calendar import Period, ReportCalendar
    from percapita.royalty.ledger import Report
    from percapita.royalty.ledger_file import Ledger
    from percapita.royalty.rating import Rated


def show_ledger(ledger: Ledger, rates: list[str], format: Format) -> None:
    """Print the reports and rate each period again. Raises InputError when a period has no total."""
    from percapita.royalty import ledger_file, rating
    from percapita.royalty.ledger import periods, standing, superseded

    cards = known_cards(rates)
    rated = []
    for end in periods(ledger.reports):
        card = card_of(standing(ledger.reports, end)[0], cards)
        rated.append(rating.rate(ledger.agreement, ledger.reports, end, card))
    gone = superseded(ledger.reports)
    if format is Format.JSON:
        reports = [{**ledger_file.as_json(one), "superseded": one.number in gone} for one in ledger.reports]
        show_json(
            {"agreement": _agreement(ledger), "reports": reports, "periods": [rating.as_json(one) for one in rated]}
        )
    else:
        _show_reports(ledger, gone)
        _show_rated(rated)
    for one in rated:
        if one.due is None:
            line = one.quote.open_lines()[0]
            what = "the entity fee" if line.item == "entity" else "the rate of individual users"
            cure = "start the ledger with --entity-fee, or name the rates of your agreement with --rates when adding"
            raise InputError(f"{what} of {one.end.year} is not known", line.source, cure)


def known_cards(rates: list[str]) -> dict[str, RateCard]:
    """Return the rate cards that ship and those that are named, by hash."""
    from percapita.policy.rate_card import SHELF, load_rate_card

    found = [load_rate_card(name, Path()) for name in (*SHELF.ids(), *rates)]
    return {card.sha256: card for card in found}


def card_of(report: Report, cards: dict[str, RateCard]) -> RateCard:
    """Return the rate card under which a report was posted. Raises InputError when it is not known."""
    card = cards.get(report.rate_card.get("sha256", ""))
    if card is None:
        what = f"report {report.number} was posted under rate card {report.rate_card.get('id')!r}, which is not known"
        raise InputError(what, "--rates", "name that rate card, as it was, with --rates")
    return card


def _agreement(ledger: Ledger) -> dict[str, Any]:
    return {
        "id": ledger.agreement.id, "organization": ledger.agreement.organization, "use": ledger.agreement.use,
        "calendar": ledger.agreement.calendar,
    }  # fmt: skip


def _show_reports(ledger: Ledger, gone: set[int]) -> None:
    rows = [
        (
            one.number, KIND_WORDS[one.kind], f"{one.start} to {one.end}", one.posted.isoformat(), one.units,
            "superseded" if one.number in gone else "", one.comment, one.approved_by,
        )
        for one in ledger.reports
    ]  # fmt: skip
    headers = ("report", "kind", "period", "posted", "units", "", "comment", "approved by")
    show_table(headers, rows, f"{ledger.agreement.organization}: reports under {ledger.agreement.id}")


def _show_rated(rated: list[Rated]) -> None:
    rows = []
    for one in rated:
        units = sum(int(line.quantity or 0) for line in one.quote.lines if line.item == "user")
        due = "not known" if one.due is None else f"{one.due:,.2f}"
        credit = one.corrected.amount if one.corrected else None
        rows.append((one.end.isoformat(), units, due, "" if credit is None else f"{credit:,.2f}"))
    if rows:
        show_table(
            ("period to", "units", "due", "credit to ask for"),
            rows,
            f"What each period costs, {rated[0].quote.currency}",
        )


def show_due(ledger: Ledger, calendar: ReportCalendar, on: date, format: Format) -> int:
    """Print the reports due around a day; return 1 when one is overdue."""
    found = [(period, *_state(ledger, period, on)) for year in _years(ledger, on) for period in calendar.periods(year)]
    if format is Format.JSON:
        show_json(
            [
                {
                    "start": period.start.isoformat(), "end": period.end.isoformat(), "due": period.due.isoformat(),
                    "state": state, "posted": posted,
                }
                for period, state, posted in found
            ]
        )  # fmt: skip
    else:
        rows = [(f"{one.start} to {one.end}", one.due.isoformat(), state, posted) for one, state, posted in found]
        title = f"{ledger.agreement.organization}: {calendar.name} reports under {ledger.agreement.id}, on {on}"
        show_table(("period", "due", "state", "posted"), rows, title)
        say(f"  due dates: {calendar.source}")
    return 1 if any(state == "overdue" for _, state, _ in found) else 0


def _years(ledger: Ledger, on: date) -> range:
    """Return the years to show: from the first that was reported, or the one before, to that of the day."""
    first = min((one.end.year for one in ledger.reports), default=on.year)
    return range(min(first, on.year), on.year + 1)


def _state(ledger: Ledger, period: Period, on: date) -> tuple[str, str | None]:
    """Return how it stands with the report of a period on a day, and when it was first posted."""
    reports = [one for one in ledger.reports if one.end == period.end and one.kind != "correction"]
    posted = reports[0].posted if reports else None
    if posted is not None and posted <= on:
        return ("reported" if posted <= period.due else "reported late"), posted.isoformat()
    if on > period.due:
        return "overdue", None
    return ("due" if on > period.end else "not ended"), None
