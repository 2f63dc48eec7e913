"""Add a report to a ledger: read it, find what is new, show it, post it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.forms.answers import Wrong
    from percapita.policy.report_calendar import Period
    from percapita.royalty.ledger import Item, Report
    from percapita.royalty.ledger_file import Ledger


@dataclass(frozen=True, kw_only=True)
class Posting:
    """Say how a report is posted. An empty kind is the report of the period."""

    kind: str
    comment: str
    approved_by: str
    posted: date
    who_pays: Path | None
    rates: str | None
    dry_run: bool


def add_report(ledger: Ledger, period: Period, file: Path, posting: Posting, format: Format) -> None:
    """Post a report, or only show it. Raises InputError for one that is wrong or against the rules of the ledger."""
    from percapita.policy.rate_card import load_rate_card
    from percapita.royalty.ledger import Report, check_report, opening_kind
    from percapita.royalty.ledger_file import append_report

    told = read_report(ledger, period, file, posting, format)
    kind = posting.kind or opening_kind(ledger.reports, period.end)
    fresh, fewer = what_is_new(ledger, period, told, posting.kind)
    card = load_rate_card(posting.rates, Path())
    report = Report(
        number=len(ledger.reports) + 1, kind=kind, start=period.start, end=period.end, posted=posting.posted,
        items=fresh, rate_card={"id": card.id, "sha256": card.sha256},
        comment=posting.comment, approved_by=posting.approved_by,
    )  # fmt: skip
    check_report(ledger.agreement, ledger.reports, report)
    if not posting.dry_run:
        append_report(ledger, report)
    show_report(report, fewer, posting.dry_run, format)


def what_is_new(
    ledger: Ledger, period: Period, told: list[Item], kind: str
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the lines to post, and who is fewer than was reported.

    The report of a period, and a replacement of it, come as a full list of the year so far; an addendum and a
    correction as they are.
    """
    from percapita.royalty.ledger import net_new, replacing

    if kind in ("addendum", "correction"):
        return tuple(told), ()
    change = replacing(ledger.reports, period.end, told) if kind else net_new(ledger.reports, period.end.year, told)
    return change.new, change.fewer


def read_report(ledger: Ledger, period: Period, file: Path, posting: Posting, format: Format) -> list[Item]:
    """Return the lines of a statement, a template or a CSV file, told by the name's end."""
    from percapita.forms.answers import refuse
    from percapita.forms.read import read_book
    from percapita.royalty.template import read_items, read_template

    if file.suffix.lower() == ".json":
        return of_statement(ledger, period, file, posting.who_pays)
    if posting.who_pays:
        raise InputError("--who-pays is for a user count report", "command line", "leave it out")
    if file.suffix.lower() != ".xlsx":
        return read_items(file)
    items, wrong = read_template(read_book(file), ledger.agreement, period)
    show_wrong(wrong, format)
    refuse(wrong, file.name)
    return items


def of_statement(ledger: Ledger, period: Period, file: Path, who_pays: Path | None) -> list[Item]:
    """Return the users of each system that are due under the own license."""
    from percapita.royalty.figures import as_billed, read_figures
    from percapita.royalty.ledger import Item
    from percapita.royalty.payers import check_systems, read_payers, rows_of
    from percapita.royalty.split import split

    figures = as_billed(read_figures(file))
    if ledger.agreement.use != "internal":
        raise InputError(
            "a user count report tells users of applications", file.name, "report customers as CSV or XLSX"
        )
    if figures.end != period.end:
        raise InputError(
            f"the user count report ends on {figures.end}, the period on {period.end}", file.name, "count that period"
        )
    rows = read_payers(who_pays) if who_pays else ()
    check_systems(rows, figures)
    items = []
    for system in figures.systems:
        own = split(system, rows_of(rows, system), period.end.year).own
        if own is None:
            raise InputError(f"the users of {system.name} are not known", file.name, "find evidence and count again")
        items.append(Item(system.id, "", own))
    return items


def show_wrong(wrong: list[Wrong], format: Format) -> None:
    """Print everything that is wrong with a form, by cell."""
    if wrong and format is Format.JSON:
        show_json({"errors": [{"cell": one.cell, "message": one.what, "cure": one.cure} for one in wrong]})
    elif wrong:
        show_table(("cell", "what is wrong", "what to do"), [(one.cell, one.what, one.cure) for one in wrong])


def show_report(report: Report, fewer: tuple[Item, ...], dry_run: bool, format: Format) -> None:
    """Print what was posted, and who is fewer than was reported."""
    from percapita.royalty.ledger_file import as_json

    if format is Format.JSON:
        show_json(
            {**as_json(report), "fewer": [[one.name, one.location, one.units] for one in fewer], "added": not dry_run}
        )
        return
    rows = [(one.name, one.location, one.units) for one in report.items]
    title = f"Report {report.number}, {KIND_WORDS[report.kind]}: {report.start} to {report.end}"
    show_table(("name", "location", "units"), rows, title)
    done = "corrected" if report.kind == "correction" else "reported"
    say(f"  {many(report.units, 'unit')} {f'would be {done}; nothing was added' if dry_run else done}")
    for one in fewer:
        say(
            f"  open (LG-6): {one.name}: {many(one.units, 'unit')} fewer than reported; if identities were merged, "
            "add a correction"
        )


KIND_WORDS = {
    "initial": "first of the year",
    "net_new": "net new",
    "addendum": "addendum",
    "replacement": "replacement",
    "correction": "correction",
}
