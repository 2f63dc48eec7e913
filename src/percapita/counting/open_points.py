"""Say what is open: one sentence for each thing that may make a figure wrong, the most people at stake first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from percapita.counting.people import PeopleOfPlan
from percapita.counting.task import Counted, Task
from percapita.people.profiles import UNKNOWN
from percapita.statement.types import Identities, InputFile, SystemFigures
from percapita.wording import many

NO_FIGURE = 10**9  # a system whose users are not known comes before everything else
STALE_DAYS = 45  # a log that ends earlier before the end of the period is stale
OLD_DAYS = 366  # so is a number that was declared longer ago


@dataclass(frozen=True)
class Point:
    """Hold one open thing: how much hangs on it, the sentence, and the line or command that settles it.

    `people` are the users at stake, None where nobody can tell. `system` is the id of the system it is about.
    """

    kind: str
    weight: int
    text: str
    settle: str
    people: int | None = None
    system: str | None = None


@dataclass(frozen=True)
class Case:
    """Hold what a count found, as far as something in it may be open.

    `lost` are files that are gone and whose digests do not fit the plan.
    """

    task: Task
    people: PeopleOfPlan
    counted: Counted
    systems: Sequence[SystemFigures]
    identities: Identities
    inputs: Sequence[InputFile]
    lost: Sequence[str]


def open_points(case: Case) -> list[str]:
    """Return the sentences about what may make a figure wrong: the statement's warnings."""
    return [point.text for point in in_order(points_of(case))]


def points_of(case: Case) -> list[Point]:
    """Return what may make a figure wrong."""
    points = [point for system in case.systems for point in _of_system(case, system)]
    points += [*_of_rules(case), *_of_identities(case), *_of_exclusions(case), *_of_files(case), *_of_notes(case)]
    return points


def in_order(points: Sequence[Point]) -> list[Point]:
    """Return points with the most at stake first."""
    return sorted(points, key=lambda point: (-point.weight, point.text))


def unanswered(case: Case) -> list[Point]:
    """Return what a license form or an invoice asks for and the files do not say; no figure is wrong for it."""
    found = []
    for system in case.systems:
        found += [*_of_people(system), *_of_age(case, system)]
    return found


def _of_people(system: SystemFigures) -> Iterator[Point]:
    if system.basis in ("declared", "none"):
        return
    for word, table in (("entity", system.by_entity), ("worker type", system.by_worker_type)):
        number = table.get(UNKNOWN, 0)
        if number:
            yield Point(
                f"no {word}",
                number,
                f"{system.name}: {many(number, 'user has', 'users have')} no known {word}",
                f"add the people, or the column {word.replace(' ', '_')}, to a workforce source",
                number,
                system.id,
            )


def _of_age(case: Case, system: SystemFigures) -> Iterator[Point]:
    """Tell of logs that end early and of declarations that are old."""
    end = case.task.loaded.calendar.end
    if system.data_through is not None and (end - date.fromisoformat(system.data_through)).days > STALE_DAYS:
        text = f"{system.name}: the log ends on {system.data_through}"
        yield Point("stale source", system.users or 0, text, "add the later files", system.users, system.id)
    one = system.declared
    if system.basis == "declared" and one is not None and (end - date.fromisoformat(one.date)).days > OLD_DAYS:
        text = f"{system.name}: {many(one.number, 'user')} declared by {one.by} on {one.date}, more than a year ago"
        yield Point("stale source", one.number, text, "ask again", one.number, system.id)


REVIEW = "percapita people review PLAN"


def _people(number: int) -> str:
    return many(number, "person", "people")


def _of_system(case: Case, system: SystemFigures) -> Iterator[Point]:
    name = system.name
    if system.users is None:
        outside = f": none of {many(system.outside_period, 'row')} lies in the period" if system.outside_period else ""
        text = f"{name}: there is no evidence, so its users are not known{outside}"
        cure = 'add a source, a [[use]] rule by role or job, or [[source]] type = "declared"'
        yield Point("no evidence", NO_FIGURE, text, cure, None, system.id)
    if system.undetermined.persons:
        rows = many(system.undetermined.events, "row fits", "rows fit")
        text = f"{name}: {rows} no rule and would add {_people(system.undetermined.persons)}"
        cure = f'[[use]] system = "{system.id}" for what `percapita check PLAN` lists without a rule'
        if not system.undetermined.events:
            text = f"{name}: accounts fit no rule and would add {_people(system.undetermined.persons)}"
            cure = f'[[use]] system = "{system.id}" role = [...] use_type = ... for roles without a rule'
        number = system.undetermined.persons
        yield Point("no rule", number, text, cure, number, system.id)
    if system.unknown_accounts:
        accounts = many(system.unknown_accounts, "account is", "accounts are")
        text = f"{name}: {accounts} in no accounts source, or in several"
        cure = "add an accounts source that lists them, or name the directory of the log"
        yield Point("unknown accounts", system.unknown_accounts, text, cure, system.unknown_accounts, system.id)
    if system.needs_determination:
        number = sum(system.needs_determination.values())
        accounts = many(number, "account is", "accounts are")
        text = f"{name}: {accounts} not counted yet: {', '.join(sorted(system.needs_determination))}"
        cure = "[[exclude]] them with the reason, or give them another kind"
        yield Point("determination", number, text, cure, number, system.id)
    if system.users_on_proposals:
        users = many(system.users_on_proposals, "user counts", "users count")
        text = f"{name}: {users} only by accounts that look like no person: see `percapita check`"
        cure = "[[kind]] ... proposed = true confirms it, account_id = [...] overrules it"
        yield Point("account kind", system.users_on_proposals, text, cure, system.users_on_proposals, system.id)
    if system.months_missing:
        text = f"{name}: no rows in {', '.join(system.months_missing)}"
        yield Point("missing months", (system.users or 0) // 2, text, "add the log of these months", None, system.id)


def _of_rules(case: Case) -> Iterator[Point]:
    """Tell of rows without a rule that would add nobody, and of systems that the plan does not list."""
    idle = [system for system in case.systems if system.undetermined.events and not system.undetermined.persons]
    if idle:
        rows = many(sum(system.undetermined.events for system in idle), "row fits", "rows fit")
        text = f"{', '.join(system.name for system in idle)}: {rows} no rule and would add nobody"
        yield Point("no rule", 0, text, 'a [[use]] rule with use_type = "none" says that it is no use', 0)
    yield from _of_outputs(case)
    for name, (number, people) in case.counted.unlisted.items():
        text = f"{name} is in the logs with {many(number, 'row')}, but the plan does not list it"
        yield Point("unlisted", number, text, f'[[system]] id = "{name}", or leave its rows out', people, name)


def _of_outputs(case: Case) -> Iterator[Point]:
    """Tell of outputs of which nobody has said yet whether codes are in them."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for output in case.task.loaded.outputs:
        if output.contains_codes == "unknown":
            names[output.system].append(output.output)
    for system in case.systems:
        if unknown := names[system.id]:
            shown = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
            outputs = many(len(unknown), "output contains codes", "outputs contain codes")
            text = f"{system.name}: nobody says whether {outputs}: {shown}"
            cure = "ask their owners, and write yes or no into the register of outputs"
            number = system.undetermined.persons
            yield Point("unknown output", number, text, cure, number, system.id)


def _of_identities(case: Case) -> Iterator[Point]:
    found = case.identities
    if found.conflicts:
        keys = many(found.conflicts, "key ties", "keys tie")
        text = f"{keys} people with different employee ids or NPIs together; they were not joined"
        yield Point("identity", found.conflicts, text, REVIEW, found.conflicts)
    if found.questions:
        pairs = many(found.questions, "pair may be one person", "pairs may each be one person")
        text = f"{pairs}: settle them with `percapita people review`"
        yield Point("identity", found.questions, text, REVIEW, found.questions)
    gone = case.people.decided.gone
    if gone:
        text = f"{many(len(gone), 'decision names', 'decisions name')} accounts that no source lists any more"
        yield Point("identity", 0, text, "percapita people list PLAN, then people undo", 0)
    if found.shared_mailboxes:
        boxes = many(found.shared_mailboxes, "mailbox is", "mailboxes are")
        text = f"{boxes} used by people with different names; no account was joined by it"
        yield Point("identity", found.shared_mailboxes, text, "correct the mailboxes in the lists")
    if found.invalid_npis:
        text = f"{many(found.invalid_npis, 'NPI has', 'NPIs have')} a wrong check digit and joined nothing"
        yield Point("identity", 0, text, "correct them in the lists")
    for kind, number in found.unrecognized_kinds.items():
        accounts = many(number, "account counts", "accounts count")
        text = f"the account kind {kind!r} is not known; {accounts} as human"
        yield Point("account kind", number, text, f"translate it: map = {{ {kind!r} = ... }}", number)
    for word, number in found.unrecognized_worker_types.items():
        workers = many(number, "person is", "people are")
        text = f"the worker type {word!r} is not known; {workers} shown as of an unknown one"
        yield Point("worker type", 0, text, f"translate it: map = {{ {word!r} = ... }}", number)


def _of_exclusions(case: Case) -> Iterator[Point]:
    """Tell of exclusions that leave out nobody: mostly a word that is written in another way."""
    used = {standing.rule for standing in case.people.book.standing_of_node}
    reasons = {reason for tally in case.counted.tallies.values() for reason in tally.excluded}
    for number, exclusion in enumerate(case.task.loaded.exclusions, start=1):
        if f"exclude[{number - 1}]" not in used and exclusion.reason not in reasons:
            text = f"[[exclude]] {number} ({exclusion.reason}) leaves out no account"
            yield Point("exclusion", 0, text, "correct its words, or delete it", 0)


def _of_files(case: Case) -> Iterator[Point]:
    for one in case.inputs:
        if one.kept:
            text = f"{one.path}: the file is gone; its kept digest was counted"
            yield Point("file", 0, text, "restore it, or `percapita digest prune --gone`")
        if one.rejected:
            text = f"{one.path}: {one.rejected:,} of {many(one.rows, 'row')} cannot be read"
            yield Point("file", one.rejected, text, "see rejects.csv of the results")
    for path in case.lost:
        text = (
            f"{path}: the file is gone, and its kept digest was made for another period or other settings of its "
            "source; its rows are not counted"
        )
        yield Point("file", 0, text, "restore the file or the settings")
    for paths in _copies(case).values():
        text = f"{' and '.join(paths)} have the same content: their rows are counted {len(paths)} times"
        yield Point("file", 0, text, "delete the copies")


def _copies(case: Case) -> Mapping[str, list[str]]:
    """Return the files of events that hold the very same bytes, by hash."""
    by_hash: defaultdict[str, list[str]] = defaultdict(list)
    for one in case.task.files:
        by_hash[one.sha256].append(one.file.path)
    return {sha256: sorted(paths) for sha256, paths in sorted(by_hash.items()) if len(paths) > 1}


def _of_notes(case: Case) -> Iterator[Point]:
    notes: Counter[str] = Counter()
    for totals in case.people.totals:
        notes.update(totals.notes)
    for note, number in sorted(notes.items()):
        yield Point("file", 0, f"{many(number, 'time')}: {note}", "correct the list")
