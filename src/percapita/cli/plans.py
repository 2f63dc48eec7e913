"""`percapita init`, `schema`, `policy`: what one needs before there is anything to count."""

from __future__ import annotations

from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import say, show_json
from percapita.errors import InputError, nearest

if TYPE_CHECKING:
    from percapita.policy.toml_table import Shelf


class Table(StrEnum):
    """Name the kinds of policy tables."""

    USER_DEFINITION = "user-definition"
    RATE_CARD = "rate-card"
    POSTING_RULES = "posting-rules"
    PROXY_FACTORS = "proxy-factors"
    REPORT_CALENDAR = "report-calendar"
    INDUSTRY_PRIOR = "industry-prior"


class SchemaName(StrEnum):
    """Name the documents that have a JSON Schema."""

    PLAN = "plan"
    STATEMENT = "statement"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    policies = typer.Typer(no_args_is_help=True, help="Show the policy tables that ship.")
    app.add_typer(policies, name="policy")

    @app.command()
    def init(folder: Annotated[Path, typer.Argument(help="Where to write percapita.toml.")]) -> None:
        """Write a commented plan to edit."""
        write_template(folder)

    @app.command()
    def schema(name: Annotated[SchemaName, typer.Argument(help="plan or statement.")]) -> None:
        """Print the JSON Schema of the plan or of the statement."""
        from percapita.counting.schema import shipped

        show_json(shipped(name.value))

    @policies.command("list")
    def list_policies(kind: Annotated[Table, typer.Option(help="Of which kind.")] = Table.USER_DEFINITION) -> None:
        """List the policy tables of a kind that ship, oldest first."""
        print("\n".join(shelf(kind).ids()))

    @policies.command("show")
    def show_policy(
        name: Annotated[str | None, typer.Argument(help="An id; the newest if left out.")] = None,
        kind: Annotated[Table, typer.Option(help="Of which kind.")] = Table.USER_DEFINITION,
    ) -> None:
        """Print a policy table: copy it to make your own."""
        show_table_text(kind, name)


def write_template(folder: Path) -> None:
    """Write the commented plan. Raises InputError rather than overwrite one."""
    plan = folder / "percapita.toml"
    if plan.exists():
        raise InputError("there is a plan already", str(plan), "choose another folder, or edit that plan")
    content = (resources.files("percapita.counting") / "template.toml").read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        plan.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"the plan cannot be written ({error.strerror})", str(plan), "choose another folder") from None
    say(f"{plan} written: edit it, then run: percapita check {plan}")


def shelf(kind: Table) -> Shelf:
    """Return the shipped policy tables of a kind."""
    from percapita.policy import industry_prior, posting, proxy_factors, rate_card, report_calendar, user_definition

    return {
        Table.USER_DEFINITION: user_definition.SHELF,
        Table.RATE_CARD: rate_card.SHELF,
        Table.POSTING_RULES: posting.SHELF,
        Table.PROXY_FACTORS: proxy_factors.SHELF,
        Table.REPORT_CALENDAR: report_calendar.SHELF,
        Table.INDUSTRY_PRIOR: industry_prior.SHELF,
    }[kind]


def show_table_text(kind: Table, name: str | None) -> None:
    """Print the text of a shipped policy table."""
    found = shelf(kind)
    chosen = name or found.ids()[-1]
    if chosen not in found.ids():
        what = kind.value.replace("-", " ")
        raise InputError(f"no {what} {chosen!r} ships", "percapita policy show", nearest(chosen, found.ids()))
    print(found.text(chosen), end="")
