"""Build the statement from what an engine found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

from percapita.counting import declared as plans
from percapita.counting.breakdown import Breakdown, break_down, by_entity_at_use
from percapita.counting.open_points import Case, open_points
from percapita.counting.people import PeopleOfPlan, link_model
from percapita.counting.plan import Plan, System
from percapita.counting.task import Counted, Tally, Task
from percapita.policy.user_definition import UserDefinition
from percapita.policy.vocabulary import USE_TYPES, Basis
from percapita.statement.types import (
    SCHEMA,
    Billed,
    Declared,
    Engine,
    Entity,
    Identities,
    InputFile,
    Organization,
    People,
    Period,
    Policies,
    PolicyReference,
    Statement,
    SystemFigures,
    Undetermined,
)
from percapita.usage.standing import proposed_kinds, unrecognized_kinds

# The kind of evidence of each kind of source, and the kinds from strong to weak: the strongest names the basis.
OF_SOURCES: dict[str, Basis] = {"access": "log", "usage": "usage", "sign_in": "sign_in", "recipients": "recipients"}
STRONGEST_FIRST: tuple[Basis, ...] = get_args(Basis)


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
        unlisted_systems={system: rows for system, (rows, _) in sorted(counted.unlisted.items())},
        unlisted_persons={system: people for system, (_, people) in sorted(counted.unlisted.items())},
        entities=_entities(plan),
        people=_people(break_down(task, counted.profiles)),
        billed=Billed(
            figure=definition.billed_figure,  # type: ignore[arg-type]
            rule=definition.billed_rule,
            text=definition.billed_text,
        ),
        identities=identities,
        groups=dict(sorted(counted.groups.items())),
        inputs=inputs,
        warnings=open_points(Case(task, people, counted, systems, identities, inputs, lost)),
        engine=Engine(name=engine[0], version=engine[1]),
    )


def case_of(task: Task, people: PeopleOfPlan, counted: Counted, statement: Statement, lost: Sequence[str]) -> Case:
    """Return what a finished count may leave open."""
    return Case(task, people, counted, statement.systems, statement.identities, statement.inputs, lost)


def _policies(task: Task, definition: UserDefinition) -> Policies:
    model = link_model(task.loaded)
    return Policies(
        user_definition=PolicyReference(id=definition.id, sha256=definition.sha256),
        link_model=None if model is None else PolicyReference(id=model.id, sha256=model.sha256),
    )


def _entities(plan: Plan) -> list[Entity]:
    return [
        Entity(
            id=one.id,
            name=one.name,
            ccn=one.ccn,
            npi=one.npi,
            ein=one.ein,
            aha_id=one.aha_id,
            valid_from=None if one.valid_from is None else str(one.valid_from),
            valid_to=None if one.valid_to is None else str(one.valid_to),
        )
        for one in plan.entity
    ]


def _people(found: Breakdown) -> People:
    return People(**asdict(found))


def _basis(task: Task, system: System, tally: Tally) -> Basis:
    """Return the strongest evidence that there is of a system's users."""
    bases: set[Basis] = {OF_SOURCES[kind] for kind in tally.source_types} if tally.rows else set()
    bases |= task.roster.bases.get(system.id, frozenset())
    if system.id in task.loaded.declared:
        bases.add("declared")
    return next((basis for basis in STRONGEST_FIRST if basis in bases), "none")


def _figures(task: Task, system: System, tally: Tally) -> SystemFigures:
    basis = _basis(task, system, tally)
    declared = task.loaded.declared.get(system.id)
    counted = basis not in ("none", "declared")
    number = tally.users if counted else declared.number if declared is not None else None
    low = tally.together if counted else number
    split = break_down(task, tally.profiles if counted else {})
    figures: dict[str, Any] = {
        "users": number,
        "without_leavers": tally.users - split.leavers if counted else None,
        "with_access": task.roster.with_access.get(system.id),
        **_in_the_end(tally, counted),
    }
    billed, not_billed = _billed(task, system, figures)
    return SystemFigures(
        id=system.id,
        name=system.name,
        kind=system.kind,
        basis=basis,
        range=None if number is None or low is None else [low, number],
        by_use={use: tally.by_use.get(use, 0) for use in USE_TYPES},
        events=tally.events,
        accounts_seen=tally.accounts_seen,
        idle_accounts=tally.idle_accounts,
        unknown_accounts=tally.unknown_accounts,
        excluded=dict(sorted(tally.excluded.items())),
        needs_determination=dict(sorted(tally.needs_determination.items())),
        shared_accounts=tally.shared_accounts,
        below_minimum=tally.below_minimum,
        undetermined=Undetermined(events=tally.undetermined_events, persons=tally.undetermined_persons),
        outside_period=tally.outside_period,
        users_on_proposals=tally.users_on_proposals,
        part_of=system.part_of,
        environment=system.environment,
        owner=system.owner,
        billed=billed,
        not_billed=not_billed,
        by_entity_at_use=by_entity_at_use(task, tally) if counted else {},
        declared=_declared(declared),
        **figures,
        **_in_time(task, tally, counted),
        **asdict(split),
    )


def _day(task: Task, instant: datetime | None) -> str | None:
    return None if instant is None else str(instant.astimezone(task.loaded.calendar.zone).date())


def _in_the_end(tally: Tally, counted: bool) -> dict[str, int | None]:
    """Return the figures that only rows with a month can tell."""
    dated = counted and bool(tally.months_covered)
    peak = max(tally.by_month.values(), default=0)
    return {"as_of": tally.recent if dated else None, "peak_month": peak if dated else None}


def _in_time(task: Task, tally: Tally, counted: bool) -> dict[str, Any]:
    """Return the users by month, and the months and days on which there are rows."""
    months, covered = task.loaded.calendar.months, tally.months_covered
    dated = counted and bool(covered)
    return {
        "by_month": {f"{month:%Y-%m}": tally.by_month.get(month, 0) for month in months} if dated else {},
        "months_covered": [f"{month:%Y-%m}" for month in sorted(covered)],
        "months_missing": [f"{month:%Y-%m}" for month in months if covered and month not in covered],
        "days_covered": None if tally.days is None or not counted else len(tally.days),
        "data_from": _day(task, tally.first),
        "data_through": _day(task, tally.last),
    }


def _declared(one: plans.Declared | None) -> Declared | None:
    return None if one is None else Declared(number=one.number, by=one.by, date=str(one.on), evidence=one.evidence)


def _billed(task: Task, system: System, figures: Mapping[str, int | None]) -> tuple[int | None, str]:
    """Return the number that is billed, else why none is; a figure that is not known leaves the users of the period."""
    definition = task.loaded.definition
    rule = definition.environment(system.environment)
    if rule is not None and not rule.billed:
        return None, f"{rule.rule}: {rule.reason}"
    wanted = figures[definition.billed_figure]
    return (figures["users"] if wanted is None else wanted), ""


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
        unrecognized_worker_types=dict(people.profiles.strange),
    )


def _questions(people: PeopleOfPlan) -> int:
    """Count the pairs of persons that may be one: several pairs of records may ask about the same two."""
    person = people.persons.of_node
    pairs = {frozenset((person[one.left], person[one.right])) for one in people.linked.questions}
    return sum(len(pair) == 2 for pair in pairs)
