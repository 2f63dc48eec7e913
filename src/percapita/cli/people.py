"""`percapita people`: settle who is who - review, export and import questions, undo, see what pseudonyms became."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import meter, say, show_table
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.counting.questions import Question, Review

Plan = Annotated[Path, typer.Argument(help="The plan, a TOML file.")]
By = Annotated[str, typer.Option(help="Who decides; stands in the file of decisions.")]
ROWS = (
    ("names", "name"),
    ("born", "birth date"),
    ("employee", "employee id"),
    ("npi", "NPI"),
    ("mailboxes", "e-mail"),
    ("accounts", "accounts"),
    ("systems", "applications used"),
)
PROMPT = "[s]ame, [d]ifferent, [k] later, [u]ndo the last, [q]uit"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    people = typer.Typer(no_args_is_help=True, help="Settle who is who, once, for good.")
    app.add_typer(people, name="people")

    @people.command()
    def review(plan: Plan, by: By = "") -> None:
        """Answer the open questions in the terminal, those with the most users at stake first."""
        ask(_opened(plan), by)

    @people.command()
    def export(plan: Plan, out: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
        """Write the open questions for a spreadsheet."""
        from percapita.counting.questions import export_questions

        found = _opened(plan)
        export_questions(found, out)
        say(f"{many(len(found.questions), 'question')} written to {out}: fill in decision, then import the file")

    @people.command("import")
    def import_file(plan: Plan, file: Annotated[Path, typer.Argument(help="The filled-in file.")], by: By = "") -> None:
        """Add the answers of a spreadsheet to the decisions."""
        from percapita.counting.questions import import_answers, saved_review

        found = saved_review(plan)
        added = import_answers(found, file, by, _today())
        say(f"{many(added, 'decision')} added to {found.loaded.plan.people.decisions}")

    @people.command()
    def undo(
        plan: Plan,
        left: Annotated[str, typer.Argument(help="One side, as the file of decisions names it.")],
        right: Annotated[str, typer.Argument(help="The other side.")],
    ) -> None:
        """Remove the decision about two accounts."""
        from percapita.counting.questions import saved_review

        found = saved_review(plan)
        say(f"{many(found.undo(left, right), 'decision')} removed from {found.loaded.plan.people.decisions}")

    @people.command()
    def train(plan: Plan) -> None:
        """Learn the model of probable links from the plan's own people, without labels; counts use it from then on."""
        from percapita.counting.people import train as learn

        say(f"{learn(plan)} written; remove it to count by the model that ships")

    @people.command()
    def lineage(plan: Plan, out: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
        """Write which pseudonym of today stands for each former one."""
        from percapita.counting.explain import former_pseudonyms
        from percapita.counting.lineage import write_lineage

        found, today = former_pseudonyms(plan)
        write_lineage(out, found, today)
        say(f"{many(len(found), 'former pseudonym')} written to {out}")


def _opened(plan: Path) -> Review:
    from percapita.counting.questions import open_review
    from percapita.counting.run import Settings

    with meter() as progress:
        return open_review(plan, Settings(progress=progress))


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def ask(review: Review, by: str) -> None:
    """Ask one question after the other; each answer is written at once."""
    answered: list[Question] = []
    waiting = list(review.questions)
    say(f"{many(len(waiting), 'question')} open")
    place = 0
    while place < len(waiting):
        show_question(waiting[place], place + 1, len(waiting))
        answer = _answer()
        if answer == "q":
            break
        if answer == "u" and answered:
            last = answered.pop()
            review.undo(last.left.name, last.right.name)
            place = waiting.index(last)
            continue
        decided = {"s": "same", "d": "different"}.get(answer)
        if decided and _decide(review, waiting[place], decided, by):
            answered.append(waiting[place])
        place += answer in ("s", "d", "k")
    say(f"{many(len(answered), 'decision')} in {review.loaded.plan.people.decisions}; count again to apply them")


def _answer() -> str:
    """Return the letter that was typed; the end of the input is `q`."""
    try:
        return input(f"{PROMPT}: ").strip().lower()[:1]
    except EOFError:
        return "q"


def _decide(review: Review, question: Question, answer: str, by: str) -> bool:
    """Write an answer, and tell whether it could be written."""
    from percapita.errors import InputError
    from percapita.people.decisions import Decision

    try:
        why = input("why (may be empty): ").strip()
    except EOFError:
        why = ""
    decision = Decision(answer, question.left.name, question.right.name, by, _today(), why)  # type: ignore[arg-type]
    try:
        review.decide([decision])
    except InputError as error:
        say(f"not written: {error}")
        return False
    return True


def show_question(question: Question, number: int, of: int) -> None:
    """Print the evidence side by side."""
    bits = "" if question.weight is None else f", {question.weight:+.1f} bits"
    title = f"{number} of {of}: {many(question.at_stake, 'application')} would have a user less{bits}: {question.why}"
    rows = [(title, getattr(question.left, name), getattr(question.right, name)) for name, title in ROWS]
    show_table(("", question.left.name, question.right.name), rows, title)
