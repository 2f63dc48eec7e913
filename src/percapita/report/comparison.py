"""Draw the comparison of two results: each difference with its causes, each cause with its people."""

from __future__ import annotations

from collections.abc import Sequence

from percapita.counting.compare.causes import CAUSES
from percapita.counting.compare.comparison import Comparison, Difference, Part
from percapita.report.html import Markup, bullets, details, isolated, paragraph, section, table
from percapita.report.page import whole_page
from percapita.wording import many, signed

METHOD = (
    "Each person who counts in one of the two results only is in exactly one part, by the first of these tests that "
    "fits: their accounts belong to another person who counts; another definition of a user leaves them out; their "
    "accounts are left out; other rules read their rows; all their use lies in months of which the other result has no "
    "rows; their rows are no use by the same rules; their entity came or went; they joined or left the organization; "
    "else they began or stopped using the application.",
    "So the parts add up to the difference. People are pseudonyms. A figure that is not known adds nothing.",
)


def render_comparison(found: Comparison) -> str:
    """Return the comparison as one HTML page without script or outside resource."""
    title = f"What changed: {found.new.figures.name}"
    sections = [
        _open(found.notes),
        _applications(found),
        *(_system(*one) for one in enumerate(found.systems)),
        _method(),
    ]
    return whole_page(title, _head(found), Markup("".join(sections)), ("applications", "To the differences"))


def _head(found: Comparison) -> Markup:
    facts = []
    for name, side in (("Old", found.old), ("New", found.new)):
        people = many(side.figures.persons, "different person", "different people")
        facts += [
            (f"{name} result", f"{side.figures.start} to {side.figures.end}, {people}"),
            (f"{name} definition of a user", f"{side.definition} ({side.definition_sha256[:12]})"),
        ]
    items = "".join(f"<div><dt>{name}</dt><dd>{isolated(value)}</dd></div>" for name, value in facts)
    digests = f"{found.old.figures.digest[:23]} and {found.new.figures.digest[:23]}"
    return Markup(
        f"<h1>What changed: {isolated(found.new.figures.name)}</h1>"
        f'<p class="soft">Individual users of each application in two user count reports, {isolated(digests)}</p>'
        f'<dl class="facts">{items}</dl>'
    )


def _open(notes: Sequence[str]) -> Markup:
    return (
        section("open", "What could not be compared", f'<div class="open">{bullets(notes)}</div>')
        if notes
        else Markup("")
    )


def _applications(found: Comparison) -> Markup:
    rows = [
        (_link(place, one), one.said("old"), one.said("new"), signed(one.change))
        for place, one in enumerate(found.systems)
    ]
    heads = ("Application", "Old", "New", "Difference")
    return section("applications", "Users of each application", table("Users in both results", heads, rows, (1, 2, 3)))


def _link(place: int, one: Difference) -> Markup:
    return Markup(f'<a href="#app-{place}">{isolated(one.name)}</a>') if one.parts else Markup(isolated(one.name))


def _system(place: int, one: Difference) -> Markup:
    if not one.parts:
        return Markup("")
    rows = [
        (CAUSES[part.cause], len(part.added) or None, len(part.removed) or None, signed(part.change))
        for part in one.parts
    ]
    rows.append(("together", None, None, signed(one.change)))
    heads = ("Because", "Added", "Removed", "Difference")
    lists = "".join(_people(part) for part in one.parts)
    return section(f"app-{place}", one.name, table(f"What changed in {one.name}", heads, rows, (1, 2, 3)), lists)


def _people(part: Part) -> Markup:
    return Markup(
        "".join(
            details(f"{CAUSES[part.cause]}: {many(len(people), 'person', 'people')} {word}", bullets(people))
            for word, people in (("added", part.added), ("removed", part.removed))
            if people
        )
    )


def _method() -> Markup:
    return section("method", "How this was compared", *map(paragraph, METHOD))
