"""`percapita explain`: why one person counts or does not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.counting.explain import Evidence, Explanation, SystemAnswer


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def explain(
        plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
        who: Annotated[str, typer.Argument(help="An account, directory:account, an e-mail address or a pseudonym.")],
        system: Annotated[str | None, typer.Option(help="Only this system.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> None:
        """Say why a person counts or does not: accounts, links, rules, first and last evidence."""
        from percapita.counting.explain import explain as explain_person

        answer = explain_person(plan, who, system)
        if format is Format.JSON:
            show_json(_plain(answer))
        else:
            show_explanation(answer)


def _plain(answer: Explanation) -> dict[str, Any]:
    """Return the answer as JSON values; times in ISO form."""
    plain = asdict(answer)
    for system in plain["systems"]:
        for end in ("first", "last"):
            if system[end] is not None and system[end]["at"] is not None:
                system[end]["at"] = system[end]["at"].isoformat()
    return plain


def show_explanation(answer: Explanation) -> None:
    """Print the answer."""
    say(f"{answer.person} · entity {answer.entity} · user definition {answer.user_definition}")
    say()
    if answer.accounts:
        columns = ("directory", "account", "kind", "standing", "file", "row")
        show_table(
            columns, [[account[column] for column in columns] for account in answer.accounts], "Accounts of this person"
        )
    for line in (*answer.links, *(f"open: {question}" for question in answer.open)):
        say(f"  {line}")
    say()
    headers = ("application", "counts", "why", "rule", "events", "first evidence", "last evidence")
    show_table(headers, [_row(system) for system in answer.systems], "Why counted, by application")


def _row(system: SystemAnswer) -> tuple[object, ...]:
    return (
        system.system,
        "yes" if system.counted else "no",
        "; ".join([system.because, *_beside(system)]),
        system.rule,
        system.events or None,
        _evidence(system.first),
        _evidence(system.last),
    )


def _beside(system: SystemAnswer) -> list[str]:
    counts = (
        (system.undetermined, "without a rule"),
        (system.no_use, "without use"),
        (system.left_out, "of accounts not counted"),
        (system.outside_period, "outside the period"),
    )
    return [f"{many(rows, 'row')} {words}" for rows, words in counts if rows]


def _evidence(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    at = f"{evidence.at:%Y-%m-%d %H:%M} UTC" if evidence.at else "no time"
    return f"{at}, {evidence.file} {'(gone)' if evidence.row is None else f'row {evidence.row}'}"
