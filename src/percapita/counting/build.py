"""Build the statement from what an engine found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from percapita.counting.people import PeopleOfPlan, link_model
from percapita.counting.plan import System
from percapita.counting.task import Counted, Tally, Task
from percapita.policy.user_definition import UserDefinition
from percapita.policy.vocabulary import USE_TYPES, Basis
from percapita.statement.types import (
    SCHEMA,
    Engine,
    Identities,
    InputFile,
    Organization,
    Period,
    Policies,
    PolicyReference,
    Statement,
    SystemFigures,
    Undetermined,
)
from percapita.usage.standing import unrecognized_kinds

# The stronger kind of evidence names the basis of a system that has several.
BASES: tuple[tuple[str, Basis], ...] = (("access", "log"), ("usage", "usage"), ("recipients", "recipients"))


def build_statement(
    task: Task,
    people: PeopleOfPlan,
    counted: Counted,
    inputs: list[InputFile],
    lost: Sequence[str],
    engine: tuple[str, str],
) -> Statement:
    """Return the statement of a count; `lost` are files that are gone and whose digests do not fit the plan."""
    plan = task.loaded.plan
    definition = task.loaded.definition
    systems = [_figures(task, system, counted.tallies[system.id]) for system in plan.system]
    return Statement(
        schema=SCHEMA,
        organization=Organization(id=plan.organization.id, name=plan.organization.name),
        period=Period(start=str(plan.period.start), end=str(plan.period.end), timezone=plan.period.timezone),
        policy=_policies(task, definition),
        systems=systems,
        persons=counted.persons,
        idle_accounts=counted.idle_accounts,
        unlisted_systems=dict(sorted(counted.unlisted.items())),
        identities=_identities(people),
        groups=dict(sorted(counted.groups.items())),
        inputs=inputs,
        warnings=_warnings(people, systems, counted, inputs, lost),
        engine=Engine(name=engine[0], version=engine[1]),
    )


def _policies(task: Task, definition: UserDefinition) -> Policies:
    model = link_model(task.loaded)
    return Policies(
        user_definition=PolicyReference(id=definition.id, sha256=definition.sha256),
        link_model=None if model is None else PolicyReference(id=model.id, sha256=model.sha256),
    )


def _figures(task: Task, system: System, tally: Tally) -> SystemFigures:
    basis: Basis = next((name for kind, name in BASES if kind in tally.source_types), "none")
    known = basis != "none"
    months = task.loaded.calendar.months
    covered = sorted(tally.months_covered)
    dated = bool(covered)
    return SystemFigures(
        id=system.id,
        name=system.name,
        kind=system.kind,
        basis=basis,
        users=tally.users if known else None,
        range=[tally.together, tally.users] if known else None,
        by_use={use: tally.by_use.get(use, 0) for use in USE_TYPES},
        by_entity=dict(sorted(tally.by_entity.items())),
        by_month={f"{month:%Y-%m}": tally.by_month.get(month, 0) for month in months} if known else {},
        events=tally.events,
        accounts_seen=tally.accounts_seen,
        idle_accounts=tally.idle_accounts,
        unknown_accounts=tally.unknown_accounts,
        excluded=dict(sorted(tally.excluded.items())),
        needs_determination=dict(sorted(tally.needs_determination.items())),
        shared_accounts=tally.shared_accounts,
        below_minimum=tally.below_minimum,
        undetermined=Undetermined(events=tally.undetermined_events, persons=tally.undetermined_persons),
        months_covered=[f"{month:%Y-%m}" for month in covered],
        months_missing=[f"{month:%Y-%m}" for month in months if dated and month not in tally.months_covered],
        outside_period=tally.outside_period,
        part_of=system.part_of,
        environment=system.environment,
    )


def _identities(people: PeopleOfPlan) -> Identities:
    nodes = people.persons.identities
    return Identities(
        accounts=sum(directory is not None for directory in nodes.directory),
        workforce_rows=sum(directory is None for directory in nodes.directory),
        conflicts=len(people.persons.conflicts),
        links=len(people.linked.links),
        questions=len(people.linked.questions),
        decisions=len(people.decided.settled.same) + len(people.decided.settled.different),
        shared_mailboxes=len(people.persons.shared_mailboxes),
        shared_accounts=sum(nodes.shared),
        invalid_npis=nodes.invalid_npis,
        unrecognized_kinds=unrecognized_kinds(people.persons),
    )


def _warnings(
    people: PeopleOfPlan,
    systems: Sequence[SystemFigures],
    counted: Counted,
    inputs: Sequence[InputFile],
    lost: Sequence[str],
) -> list[str]:
    """Return one sentence for each thing that may make a figure wrong."""
    found = [f"{system.id}: no evidence; its users are not known" for system in systems if system.basis == "none"]
    found += [
        f"{system.id}: no rows in {', '.join(system.months_missing)}" for system in systems if system.months_missing
    ]
    found += [
        f"{system.id}: {system.undetermined.events} rows fit no rule and would add {system.undetermined.persons} people"
        for system in systems
        if system.undetermined.events
    ]
    found += [
        f"{system.id}: {system.unknown_accounts} accounts are in no accounts source"
        for system in systems
        if system.unknown_accounts
    ]
    found += [
        f"{system}: not listed in the plan, but in the logs with {rows} rows"
        for system, rows in sorted(counted.unlisted.items())
    ]
    found += [f"{one.path}: the file is gone; its kept digest was counted" for one in inputs if one.kept]
    found += [
        f"{path}: the file is gone, and its kept digest was made for another period or other settings of its source; "
        "its rows are not counted"
        for path in lost
    ]
    found += [f"{one.path}: {one.rejected} of {one.rows} rows cannot be read" for one in inputs if one.rejected]
    found += [
        f"account kind {kind!r} is not known; {number} accounts count as human"
        for kind, number in unrecognized_kinds(people.persons).items()
    ]
    if people.linked.questions:
        found.append(
            f"{len(people.linked.questions)} pairs may each be one person: settle them with percapita people review"
        )
    if people.decided.gone:
        found.append(f"{len(people.decided.gone)} decisions name accounts that no source lists any more")
    notes = Counter(note for totals in people.totals for note, number in totals.notes.items() for _ in range(number))
    return found + [f"{number} times: {note}" for note, number in sorted(notes.items())]
