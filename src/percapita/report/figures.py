"""The sections of the report about which number is billed, how weak its evidence is, and who the users are."""

from __future__ import annotations

from percapita.report.html import Markup, paragraph, section, table
from percapita.report.parts import counted
from percapita.report.words import BASIS, FIGURES, WEAKNESS, number
from percapita.statement.types import Statement, SystemFigures
from percapita.wording import many

MOST_COLUMNS = 12  # of the most frequent words; the statement holds all


def which_number(statement: Statement) -> Markup:
    """Return the figure that is billed and, beside it, the others that a license could turn on."""
    billed = statement.billed
    if billed is None:
        return Markup("")
    rows = [
        (system.name, *(number(getattr(system, name)) for name in FIGURES), system.leavers, _billed(system))
        for system in statement.systems
    ]
    heads = ("Application", *(word.capitalize() for word in FIGURES.values()), "Leavers", "Billed")
    note = (
        f"The definition of a user bills: {FIGURES[billed.figure]} ({billed.rule or 'by default'}). {billed.text} "
        "Where that figure is not known, all users of the period are billed. With access: who has an enabled account."
    )
    return section(
        "figures", "Which number", paragraph(note), table("Figures beside one another", heads, rows, range(1, 8))
    )


def _billed(system: SystemFigures) -> str:
    return system.not_billed or number(system.billed)


def weakest(statement: Statement) -> Markup:
    """Return the applications by what hangs on how little: weakness of the basis times users."""
    found = [
        (system, WEAKNESS[system.basis] * (system.users or 0)) for system in statement.systems if WEAKNESS[system.basis]
    ]
    if not found:
        return Markup("")
    found.sort(key=lambda one: (one[0].users is not None, -one[1], one[0].name))
    rows = [
        (system.name, BASIS[system.basis], number(system.users), weight or None, system.owner, _declared(system))
        for system, weight in found
    ]
    heads = ("Application", "Rests on", "Users", "Weight", "Owner", "Declared by")
    note = (
        "What is not known comes first, then the most users on the weakest evidence. Weight: users times 1 for "
        "sign-ins and recipients, 2 for roles and account lists, 3 for a declared number."
    )
    return section(
        "weakest",
        "Where the evidence is weak",
        paragraph(note),
        table("Weakest evidence first", heads, rows, (2, 3)),
    )


def _declared(system: SystemFigures) -> str | None:
    one = system.declared
    return None if one is None else f"{one.number:,} by {one.by}, {one.date}"


def workforce(statement: Statement) -> Markup:
    """Return the users by kind of worker, country and employer: what an application form asks for."""
    people = statement.people
    if people is None:
        return Markup("")
    parts: list[str] = [
        paragraph(
            f"Of {many(statement.persons, 'person', 'people')} in all, {people.outside_us:,} are known to work outside "
            f"the United States, {people.other_employer:,} to be employed by another legal entity, and "
            f"{people.leavers:,} left before the end of the period. What the workforce files do not say is unknown."
        )
    ]
    for title, name in (("kind of worker", "by_worker_type"), ("country", "by_country"), ("employer", "by_employer")):
        total: dict[str, int] = getattr(people, name)
        words = sorted(total, key=lambda word: (-total[word], word))[:MOST_COLUMNS]
        rows: list[tuple[object, ...]] = [("All applications", *(total[word] for word in words))]
        rows += [
            (system.name, *(getattr(system, name).get(word, 0) for word in words)) for system in counted(statement)
        ]
        parts.append(table(f"Users by {title}", ("Application", *words), rows, range(1, 1 + len(words))))
    return section("workforce", "Who the users are", *parts)
