"""Say what is open: one sentence for each thing that may make a figure wrong, the most people at stake first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from percapita.counting.people import PeopleOfPlan
from percapita.counting.task import Counted, Task
from percapita.statement.types import Identities, InputFile, SystemFigures
from percapita.wording import many

Point = tuple[int, str]  # how much hangs on it, the sentence
NO_FIGURE = 10**9


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
    """Return the sentences."""
    points = [point for system in case.systems for point in _of_system(case, system)]
    points += [*_of_rules(case), *_of_identities(case), *_of_exclusions(case), *_of_files(case), *_of_notes(case)]
    return [text for _, text in sorted(points, key=lambda point: (-point[0], point[1]))]


def _people(number: int) -> str:
    return many(number, "person", "people")


def _of_system(case: Case, system: SystemFigures) -> Iterator[Point]:
    name = system.name
    if system.users is None:
        outside = f": none of {many(system.outside_period, 'row')} lies in the period" if system.outside_period else ""
        yield NO_FIGURE, f"{name}: there is no evidence, so its users are not known{outside}"
    if system.undetermined.persons:
        rows = many(system.undetermined.events, "row fits", "rows fit")
        yield (
            system.undetermined.persons,
            f"{name}: {rows} no rule and would add {_people(system.undetermined.persons)}",
        )
    if system.unknown_accounts:
        accounts = many(system.unknown_accounts, "account is", "accounts are")
        yield system.unknown_accounts, f"{name}: {accounts} in no accounts source, or in several"
    if system.needs_determination:
        number = sum(system.needs_determination.values())
        accounts = many(number, "account is", "accounts are")
        yield number, f"{name}: {accounts} not counted yet: {', '.join(sorted(system.needs_determination))}"
    if system.users_on_proposals:
        users = many(system.users_on_proposals, "user counts", "users count")
        text = f"{name}: {users} only by accounts that look like no person: see `percapita check`"
        yield system.users_on_proposals, text
    if system.months_missing:
        yield (system.users or 0) // 2, f"{name}: no rows in {', '.join(system.months_missing)}"


def _of_rules(case: Case) -> Iterator[Point]:
    """Tell of rows without a rule that would add nobody, and of systems that the plan does not list."""
    idle = [system for system in case.systems if system.undetermined.events and not system.undetermined.persons]
    if idle:
        rows = many(sum(system.undetermined.events for system in idle), "row fits", "rows fit")
        yield 0, f"{', '.join(system.name for system in idle)}: {rows} no rule and would add nobody"
    yield from _of_outputs(case)
    for system, number in case.counted.unlisted.items():
        yield number, f"{system} is in the logs with {many(number, 'row')}, but the plan does not list it"


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
            yield system.undetermined.persons, f"{system.name}: nobody says whether {outputs}: {shown}"


def _of_identities(case: Case) -> Iterator[Point]:
    found = case.identities
    if found.conflicts:
        keys = many(found.conflicts, "key ties", "keys tie")
        yield found.conflicts, f"{keys} people with different employee ids or NPIs together; they were not joined"
    if found.questions:
        pairs = many(found.questions, "pair may be one person", "pairs may each be one person")
        yield found.questions, f"{pairs}: settle them with `percapita people review`"
    gone = case.people.decided.gone
    if gone:
        yield 0, f"{many(len(gone), 'decision names', 'decisions name')} accounts that no source lists any more"
    if found.shared_mailboxes:
        boxes = many(found.shared_mailboxes, "mailbox is", "mailboxes are")
        yield found.shared_mailboxes, f"{boxes} used by people with different names; no account was joined by it"
    if found.invalid_npis:
        yield 0, f"{many(found.invalid_npis, 'NPI has', 'NPIs have')} a wrong check digit and joined nothing"
    for kind, number in found.unrecognized_kinds.items():
        accounts = many(number, "account counts", "accounts count")
        yield number, f"the account kind {kind!r} is not known; {accounts} as human"


def _of_exclusions(case: Case) -> Iterator[Point]:
    """Tell of exclusions that leave out nobody: mostly a word that is written in another way."""
    used = {standing.rule for standing in case.people.book.standing_of_node}
    reasons = {reason for tally in case.counted.tallies.values() for reason in tally.excluded}
    for number, exclusion in enumerate(case.task.loaded.exclusions, start=1):
        if f"exclude[{number - 1}]" not in used and exclusion.reason not in reasons:
            yield 0, f"[[exclude]] {number} ({exclusion.reason}) leaves out no account"


def _of_files(case: Case) -> Iterator[Point]:
    for one in case.inputs:
        if one.kept:
            yield 0, f"{one.path}: the file is gone; its kept digest was counted"
        if one.rejected:
            yield one.rejected, f"{one.path}: {one.rejected:,} of {many(one.rows, 'row')} cannot be read"
    for path in case.lost:
        yield (
            0,
            (
                f"{path}: the file is gone, and its kept digest was made for another period or other settings of its "
                "source; its rows are not counted"
            ),
        )
    for paths in _copies(case).values():
        yield 0, f"{' and '.join(paths)} have the same content: their rows are counted {len(paths)} times"


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
        yield 0, f"{many(number, 'time')}: {note}"
