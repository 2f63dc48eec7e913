"""`percapita export-help`: what to ask the owner of a product for, so that a preset reads it."""

from __future__ import annotations

from typing import Annotated

import typer

from percapita.cli.screen import Format, show_json, show_table
from percapita.errors import InputError, nearest


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("export-help")
    def export_help(
        product: Annotated[str | None, typer.Argument(help="A product; a list of them if left out.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> None:
        """Print what to ask for: SQL that groups a log in the warehouse, or the specification of a report."""
        show_export(product, format)


def show_export(product: str | None, format: Format) -> None:
    """Print the text of a product, or the list of products."""
    from percapita.sources.exports import exports

    if product is None:
        rows = [(one.name, one.title, "" if one.verified else "unverified") for one in exports().values()]
        if format is Format.JSON:
            show_json([{"name": name, "title": title, "verified": not mark} for name, title, mark in rows])
        else:
            show_table(("product", "what", ""), rows)
        return
    if product not in exports():
        raise InputError(f"nothing is known of {product!r}", "percapita export-help", nearest(product, exports()))
    found = exports()[product]
    if format is Format.JSON:
        show_json({"name": found.name, "title": found.title, "verified": found.verified, "text": found.page})
    else:
        print(found.page, end="")
