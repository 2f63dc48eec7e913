"""`percapita init`, `schema`, `policy`: what one needs before there is anything to count."""

from __future__ import annotations

from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from percapita.cli.screen import say, show_json
from percapita.errors import InputError, nearest


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
    def list_policies() -> None:
        """List the user definitions that ship, oldest first."""
        from percapita.policy.user_definition import SHELF

        print("\n".join(SHELF.ids()))

    @policies.command("show")
    def show_policy(name: Annotated[str | None, typer.Argument(help="An id; the newest if left out.")] = None) -> None:
        """Print a user definition: copy it to make your own."""
        show_definition(name)


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


def show_definition(name: str | None) -> None:
    """Print the text of a shipped user definition."""
    from percapita.policy.user_definition import SHELF

    chosen = name or SHELF.ids()[-1]
    if chosen not in SHELF.ids():
        raise InputError(f"no user definition {chosen!r} ships", "percapita policy show", nearest(chosen, SHELF.ids()))
    print(SHELF.text(chosen), end="")
