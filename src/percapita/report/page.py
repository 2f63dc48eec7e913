"""Draw the user count report: one page that a compliance officer can read, print and file."""

from __future__ import annotations

import os
from html import escape
from importlib import resources
from pathlib import Path

from percapita.report import figures, parts
from percapita.report.html import Markup
from percapita.statement.types import Statement

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(path: Path, statement: Statement) -> None:
    """Write the report of a statement, whole or not at all."""
    write_page(path, render_report(statement))


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def render_report(statement: Statement) -> str:
    """Return the report of a statement as one HTML page without script or outside resource."""
    title = f"User count report: {statement.organization.name}"
    sections = "".join(
        draw(statement)
        for draw in (
            parts.applications,
            figures.which_number,
            parts.open_points,
            figures.weakest,
            parts.by_use,
            parts.by_entity,
            figures.workforce,
            parts.by_month,
            parts.not_counted,
            parts.undecided,
            parts.identities,
            parts.inputs,
            parts.method,
        )
    )
    return whole_page(title, parts.head(statement), Markup(sections), ("applications", "To the figures"))


def whole_page(title: str, head: Markup, sections: Markup, skip: tuple[str, str]) -> str:
    """Return one HTML page without script or outside resource; `skip` is the section to skip to and its words."""
    style = (resources.files("percapita.report") / "style.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#{skip[0]}">{escape(skip[1])}</a>\n'
        f"<header>{head}</header>\n<main>{sections}</main>\n{_footer()}</body>\n</html>\n"
    )


def _footer() -> Markup:
    return Markup(
        "<footer><p>This report is not legal advice. It was made by Percapita, which is not affiliated with the "
        "American Medical Association. CPT is a registered trademark of that association.</p></footer>\n"
    )
