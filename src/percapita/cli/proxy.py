"""`percapita proxy PLAN`, `toolkit`, `read`: the User Proxy Model, and the workbook that asks for its metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.counting.load import LoadedPlan
    from percapita.policy.proxy_factors import ProxyFactors
    from percapita.proxy.metrics import Value
    from percapita.royalty.figures import Figures

SCHEMA = "percapita/user-proxy-model/1"
METRICS = "metrics.csv"
Factors = Annotated[str | None, typer.Option(help="The table of factors: the id of a shipped one, or a path.")]
Shown = Annotated[Format, typer.Option(help="What to print.")]


class PlanFirst(TyperGroup):
    """Be a group whose first word may be a plan instead of a command: `proxy PLAN` is `proxy users PLAN`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that is meant where a plan comes first."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["users", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    proxies = typer.Typer(
        cls=PlanFirst, no_args_is_help=True, help="Approximate users from base metrics: the User Proxy Model."
    )
    app.add_typer(proxies, name="proxy")

    @proxies.command()
    def users(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        metrics: Annotated[
            Path | None, typer.Option(help="Base metrics: CSV or a filled-in toolkit; metrics.csv beside the plan.")
        ] = None,
        factors: Factors = None,
        statement: Annotated[
            Path | None, typer.Option(help="The user count report to compare with; results/statement.json beside it.")
        ] = None,
        format: Shown = Format.TABLE,
    ) -> None:
        """Work out the users of each application by the User Proxy Model (also: percapita proxy PLAN)."""
        from percapita.cli.proxy_users import show_users

        show_users(plan, metrics, factors, statement, format)

    @proxies.command()
    def toolkit(
        out: Annotated[Path, typer.Option(help="The workbook to write.")],
        plan: Annotated[Path | None, typer.Option(help="Offer the entities of this plan.")] = None,
        factors: Factors = None,
    ) -> None:
        """Write the workbook that asks for the base metrics."""
        from percapita.forms.write import write_form
        from percapita.policy.proxy_factors import load_proxy_factors
        from percapita.proxy.toolkit import toolkit as sheets

        entities = [one.id for one in _load(plan).plan.entity] if plan else []
        write_form(out, sheets(load_proxy_factors(factors, Path()), entities))
        say(f"{out} written: fill it in, then run: percapita proxy read {out}")

    @proxies.command()
    def read(
        toolkit: Annotated[Path, typer.Argument(help="The workbook, filled in.")],
        out: Annotated[Path | None, typer.Option(help="Write the base metrics as CSV.")] = None,
        factors: Factors = None,
        format: Shown = Format.TABLE,
    ) -> None:
        """Read a filled-in toolkit; what is wrong is told by cell."""
        from percapita.policy.proxy_factors import load_proxy_factors
        from percapita.proxy.metrics import write_metrics

        values = read_workbook(toolkit, load_proxy_factors(factors, Path()), format)
        show_values(values, format)
        if out:
            write_metrics(out, values)
            if format is Format.TABLE:
                say(f"{out} written: {many(len(values), 'base metric')}")


def _load(plan: Path) -> LoadedPlan:
    from percapita.counting.load import load_plan

    return load_plan(plan)


def read_workbook(path: Path, factors: ProxyFactors, format: Format) -> list[Value]:
    """Return the base metrics of a toolkit. Raises InputError after listing everything that is wrong with it."""
    from percapita.cli.ledger_add import show_wrong
    from percapita.forms.answers import refuse
    from percapita.forms.read import read_book
    from percapita.proxy.toolkit import read_toolkit

    values, wrong = read_toolkit(read_book(path), factors, path.name)
    show_wrong(wrong, format)
    refuse(wrong, path.name)
    if not values:
        raise InputError("nothing is filled in", path.name, "fill in the yellow cells of the sheet Answers")
    return values


def read_values(path: Path, factors: ProxyFactors, format: Format) -> list[Value]:
    """Return the base metrics of a CSV file or of a toolkit."""
    from percapita.proxy.metrics import read_metrics

    if path.suffix.lower() == ".xlsx":
        return read_workbook(path, factors, format)
    return list(read_metrics(path, factors))


def show_values(values: list[Value], format: Format) -> None:
    """Print base metrics."""
    if format is Format.JSON:
        show_json(
            [
                {
                    "entity": one.entity, "setting": one.setting, "metric": one.metric, "value": f"{one.value:f}",
                    "as_of": one.as_of.isoformat(), "systems": list(one.systems), "source": one.source,
                    "evidence": one.evidence or None,
                }
                for one in values
            ]
        )  # fmt: skip
        return
    rows = [
        (one.entity, one.setting, one.metric, f"{one.value:f}", one.as_of.isoformat(), one.source) for one in values
    ]
    show_table(("entity", "setting", "metric", "value", "as of", "source"), rows, "Base metrics")


def found_statement(plan: Path, statement: Path | None) -> Figures | None:
    """Return the figures to compare with: of the file told, else of the results beside the plan, if there are any."""
    from percapita.royalty.figures import read_figures

    beside = plan.parent / "results" / "statement.json"
    if statement is None and not beside.is_file():
        return None
    return read_figures(statement or beside)
