"""`percapita ledger start|add|show|due|template`: reports of users, their due dates, and what each period costs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.policy.report_calendar import ReportCalendar
    from percapita.royalty.ledger_file import Ledger

DAY = "%Y-%m-%d"
File = Annotated[Path, typer.Argument(help="The ledger, a file of JSON lines.")]
PeriodEnd = Annotated[datetime, typer.Option(formats=[DAY], help="The last day of the period.")]
Calendars = Annotated[str | None, typer.Option(help="A table of calendars: the id of a shipped one, or a path.")]
Shown = Annotated[Format, typer.Option(help="What to print.")]


class Use(StrEnum):
    """Name the kinds of agreements."""

    INTERNAL = "internal"
    DISTRIBUTOR = "distributor"


class Kind(StrEnum):
    """Name the reports that are not the first of their period."""

    ADDENDUM = "addendum"
    REPLACEMENT = "replacement"
    CORRECTION = "correction"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    ledgers = typer.Typer(no_args_is_help=True, help="Keep the reports of users, and know when the next is due.")
    app.add_typer(ledgers, name="ledger")
    for part in (_register_start, _register_add, _register_template, _register_readers):
        part(ledgers)


def _register_start(ledgers: typer.Typer) -> None:
    @ledgers.command()
    def start(
        ledger: File,
        agreement: Annotated[str, typer.Option(help="The id of the agreement.")],
        organization: Annotated[str, typer.Option(help="Whose agreement it is.")],
        use: Annotated[Use, typer.Option(help="internal: users of applications; distributor: of customers.")],
        calendar: Annotated[str, typer.Option(help="annual, semi-annual or quarterly.")] = "annual",
        entity_fee: Annotated[str | None, typer.Option(help="The entity fee of the agreement.")] = None,
        rights: Annotated[str, typer.Option(help="The words about rights in the template.")] = "",
        calendars: Calendars = None,
    ) -> None:
        """Start the ledger of an agreement."""
        from percapita.policy.rate_card import money
        from percapita.policy.report_calendar import load_report_calendars
        from percapita.royalty.ledger import Agreement
        from percapita.royalty.ledger_file import start_ledger

        table = load_report_calendars(calendars, Path())
        table.calendar(calendar)
        fee = "" if entity_fee is None else f"{money(entity_fee, '--entity-fee'):.2f}"
        start_ledger(
            ledger,
            Agreement(
                id=_word(agreement, "--agreement"), organization=_word(organization, "--organization"), use=use.value,
                calendar=calendar, calendars={"id": table.id, "sha256": table.sha256}, entity_fee=fee,
                rights=_word(rights, "--rights") if rights else "",
            ),
        )  # fmt: skip
        say(f"{ledger} written: the {calendar} reports of {agreement}")


def _register_add(ledgers: typer.Typer) -> None:
    @ledgers.command()
    def add(
        ledger: File,
        report: Annotated[Path, typer.Argument(help="statement.json, a filled-in template, or name,location,units.")],
        period: PeriodEnd,
        kind: Annotated[Kind | None, typer.Option(help="Left out: the report of the period.")] = None,
        comment: Annotated[str, typer.Option(help="Why it is replaced or corrected.")] = "",
        approved_by: Annotated[str, typer.Option(help="The manager who approved a replacement.")] = "",
        posted: Annotated[datetime | None, typer.Option(formats=[DAY], help="The day it is posted; today.")] = None,
        who_pays: Annotated[Path | None, typer.Option(help="Leave out whom others pay for; of statement.json.")] = None,
        rates: Annotated[str | None, typer.Option(help="A rate card: the id of a shipped one, or a path.")] = None,
        calendars: Calendars = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and show it, add nothing.")] = False,
        format: Shown = Format.TABLE,
    ) -> None:
        """Add a report: of a full list only what is new in the year."""
        from percapita.cli.ledger_add import Posting, add_report

        posting = Posting(
            kind=kind.value if kind else "", comment=comment, approved_by=approved_by, who_pays=who_pays, rates=rates,
            posted=posted.date() if posted else _today(), dry_run=dry_run,
        )  # fmt: skip
        opened, calendar = open_ledger(ledger, calendars)
        add_report(opened, calendar.period(period.date()), report, posting, format)


def _register_template(ledgers: typer.Typer) -> None:
    @ledgers.command()
    def template(
        ledger: File,
        period: PeriodEnd,
        out: Annotated[Path, typer.Option(help="The workbook to write.")],
        calendars: Calendars = None,
    ) -> None:
        """Write the template of a period's report; what is posted already stands in it."""
        from percapita.forms.write import write_form
        from percapita.royalty.ledger import standing
        from percapita.royalty.template import template as form

        opened, calendar = open_ledger(ledger, calendars)
        found = calendar.period(period.date())
        items = [item for one in standing(opened.reports, found.end) for item in one.items]
        write_form(out, [form(opened.agreement, found, items)])
        say(f"{out} written: fill it in, then run: percapita ledger add {ledger} {out} --period {found.end}")


def _register_readers(ledgers: typer.Typer) -> None:
    @ledgers.command()
    def show(
        ledger: File,
        rates: Annotated[list[str] | None, typer.Option(help="A rate card of your own; may be given again.")] = None,
        format: Shown = Format.TABLE,
    ) -> None:
        """Show every report, superseded ones included, and rate each period again."""
        from percapita.cli.ledger_show import show_ledger
        from percapita.royalty.ledger_file import read_ledger

        show_ledger(read_ledger(ledger), rates or [], format)

    @ledgers.command()
    def due(
        ledger: File,
        on: Annotated[datetime | None, typer.Option(formats=[DAY], help="The day asked about; today.")] = None,
        calendars: Calendars = None,
        format: Shown = Format.TABLE,
    ) -> int:
        """List the reports of the year and their due dates; ends with 1 when one is overdue."""
        from percapita.cli.ledger_show import show_due

        opened, calendar = open_ledger(ledger, calendars)
        return show_due(opened, calendar, on.date() if on else _today(), format)


def open_ledger(path: Path, calendars: str | None) -> tuple[Ledger, ReportCalendar]:
    """Return a ledger and its calendar. Raises InputError when the table of calendars is not that of its start."""
    from percapita.policy.report_calendar import load_report_calendars
    from percapita.royalty.ledger_file import read_ledger

    ledger = read_ledger(path)
    started = ledger.agreement.calendars
    table = load_report_calendars(calendars or started.get("id"), Path())
    if table.sha256 != started.get("sha256"):
        raise InputError(
            f"the ledger was started with the calendars {started.get('id')!r}, which read otherwise",
            "--calendars",
            "name the table with which it was started",
        )
    return ledger, table.calendar(ledger.agreement.calendar)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day where the person sits


def _word(said: str, where: str) -> str:
    from percapita.policy.csv_table import CellError, text

    if not said.strip():
        raise InputError("this is empty", where, "name it")
    try:
        return text(said.strip())
    except CellError as error:
        raise InputError(error.what, where, error.cure) from None
