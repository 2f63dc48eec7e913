"""Write HTML from parts: every text is escaped, every table has a caption and scoped heads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Be text that is HTML already."""

    __slots__ = ()


def cell(value: object) -> str:
    """Return the HTML of a value; figures are separated, nothing stands for None, other texts are escaped."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else isolated(str(value))


def isolated(text: str) -> str:
    """Return a foreign text that can neither break the page nor turn its direction."""
    return f"<bdi>{escape(text)}</bdi>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], numeric: Iterable[int] = ()) -> Markup:
    """Return a table; `numeric` are the places of columns of figures. The first cell of a row heads it."""
    right = set(numeric)

    def kind(place: int) -> str:
        return ' class="n"' if place in right else ""

    head = "".join(f'<th scope="col"{kind(place)}>{escape(text)}</th>' for place, text in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{cell(value)}</th>' if place == 0 else f"<td{kind(place)}>{cell(value)}</td>"
            for place, value in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}">'
    return Markup(
        f"{scroll}<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def paragraph(text: str) -> Markup:
    """Return a paragraph of plain text."""
    return Markup(f"<p>{escape(text)}</p>")


def bullets(lines: Iterable[str]) -> Markup:
    """Return a list of plain texts."""
    items = "".join(f"<li>{isolated(line)}</li>" for line in lines)
    return Markup(f"<ul>{items}</ul>") if items else Markup("")


def section(anchor: str, title: str, *parts: str) -> Markup:
    """Return a section of the page."""
    return Markup(f'<section id="{anchor}"><h2>{escape(title)}</h2>{"".join(parts)}</section>')


def bar(value: int | None, largest: int) -> Markup:
    """Return a bar that shows a figure beside others; it says nothing that the figure does not."""
    share = 0 if not value or largest <= 0 else max(1, round(100 * value / largest))
    return Markup(f'<span class="bar" aria-hidden="true"><i style="width:{share}%"></i></span>')


def details(summary: str, inside: Markup) -> Markup:
    """Return a part that opens when it is asked for."""
    return Markup(f"<details><summary>{escape(summary)}</summary>{inside}</details>")
