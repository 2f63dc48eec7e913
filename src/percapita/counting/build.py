"""Build the statement from what an engine found."""

from __future__ import annotations

from collections.abc import Sequence

from percapita.counting.open_points import Case, open_points
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
from percapita.usage.standing import proposed_kinds, unrecognized_kinds

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
    identities = _identities(people)
    return Statement(
        schema=SCHEMA,
        organization=Organization(id=plan.organization.id, name=plan.organization.name),
        period=Period(start=str(plan.period.start), end=str(plan.period.end), timezone=plan.period.timezone),
        policy=_policies(task, definition),
        systems=systems,
        persons=counted.persons,
        idle_accounts=counted.idle_accounts,
        unlisted_systems=dict(sorted(counted.unlisted.items())),
        identities=identities,
        groups=dict(sorted(counted.groups.items())),
        inputs=inputs,
        warnings=open_points(Case(task, people, counted, systems, identities, inputs, lost)),
        engine=Engine(name=engine[0], version=engine[1]),
    )


def _policies(task: Task, definition: UserDefinition) -> Policies:
    model = link_model(task.loaded)
    return Policies(
        user_definition=PolicyReference(id=definition.id, sha256=definition.sha256),
        link_model=None if model is None else PolicyReference(id=model.id, sha256=model.sha256),
    )


def _figures(task: Task, system: System, tally: Tally) -> SystemFigures:
    basis: Basis = next((name for kind, name in BASES if tally.rows and kind in tally.source_types), "none")
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
        users_on_proposals=tally.users_on_proposals,
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
        questions=_questions(people),
        decisions=len(people.decided.settled.same) + len(people.decided.settled.different),
        shared_mailboxes=len(people.persons.shared_mailboxes),
        shared_accounts=sum(nodes.shared),
        invalid_npis=nodes.invalid_npis,
        unrecognized_kinds=unrecognized_kinds(people.persons),
        proposed_kinds=proposed_kinds(people.book.standing_of_node),
    )


def _questions(people: PeopleOfPlan) -> int:
    """Count the pairs of persons that may be one: several pairs of records may ask about the same two."""
    person = people.persons.of_node
    pairs = {frozenset((person[one.left], person[one.right])) for one in people.linked.questions}
    return sum(len(pair) == 2 for pair in pairs)
