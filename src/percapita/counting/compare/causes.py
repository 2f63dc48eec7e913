"""Find the one cause why a person counts in a system in one of two results only.

The tests are made in a fixed order and the first that fits is the cause, so that the parts of a difference add up.
"here" is the result in which the person counts, "there" the other one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from percapita.counting.compare.results import Found, Known, People, Results, month_number
from percapita.people.profiles import UNKNOWN

# cause -> what people read, in the order in which parts are shown
CAUSES = {
    "system_added": "the application was added",
    "system_removed": "the application was removed",
    "identity": "accounts were joined, parted or renamed",
    "definition": "the definition of a user changed",
    "exclusions": "accounts left out, or no longer",
    "rules": "the rules changed",
    "logs": "late or missing logs",
    "different_use": "uses it in another way",
    "entities": "an entity came or went",
    "joiners": "joined the organization",
    "leavers": "left the organization",
    "began": "began to use it",
    "stopped": "stopped using it",
    "basis": "no list of people to compare",
}
Value = TypeVar("Value")
NO_USE = re.compile(r"use\[\d+\]|output\[no\]")
EXCLUDED = re.compile(r"exclude\[\d+\]|shared")


@dataclass(frozen=True)
class Pair:
    """Hold two results that can be matched, seen from one of them. `forward`: it is the new one.

    `others` are the counterparts there of everybody who counts here only, `known` what is known here of these people
    and `known_there` of their counterparts: looked up once for all systems.
    """

    here: Results
    people: People
    there: Results
    people_there: People
    forward: bool
    others: Mapping[str, frozenset[str]]
    known: Mapping[str, Known]
    known_there: Mapping[str, Known]


@dataclass(frozen=True)
class Case:
    """Hold what is known of a person who counts here and not there. `others` are their counterparts there.

    `found` is the person's determination, `elsewhere` those of the counterparts.
    """

    pair: Pair
    system: str
    person: str
    found: Found
    known: Known | None
    others: frozenset[str]
    elsewhere: tuple[Found, ...]
    known_there: tuple[Known, ...]


def pair_of(here: Results, there: Results, persons: Collection[str], forward: bool) -> Pair | None:
    """Return two results seen from `here`; `persons` count in some system here only. None without their people."""
    if here.people is None or there.people is None:
        return None
    others = counterparts(here.people, there.people, persons)
    wanted = {other for found in others.values() for other in found}
    known, known_there = here.people.known(persons), there.people.known(wanted)
    return Pair(here, here.people, there, there.people, forward, others, known, known_there)


def causes(pair: Pair, system: str, persons: Collection[str]) -> dict[str, str]:
    """Return the cause of each of these persons, who count here in the system and not there."""
    wanted = {other for person in persons for other in pair.others[person]}
    found, elsewhere = pair.people.found(system, persons), pair.people_there.found(system, wanted)
    return {person: cause_of(_case(pair, system, person, found[person], elsewhere)) for person in sorted(persons)}


def _case(pair: Pair, system: str, person: str, found: Found, elsewhere: Mapping[str, Found]) -> Case:
    others = pair.others[person]
    known_there = _of(pair.known_there, others)
    return Case(pair, system, person, found, pair.known.get(person), others, _of(elsewhere, others), known_there)


def _of(values: Mapping[str, Value], persons: Iterable[str]) -> tuple[Value, ...]:
    return tuple(values[person] for person in sorted(persons) if person in values)


def counterparts(here: People, there: People, persons: Collection[str]) -> dict[str, frozenset[str]]:
    """Return for each person those of the other result: who has their accounts, and who has their pseudonym."""
    mine = here.accounts_of(persons)
    owners: dict[str, set[str]] = {}
    for account, owner in there.owners({account for account, _ in mine}):
        owners.setdefault(account, set()).add(owner)
    found: dict[str, set[str]] = {person: set() for person in persons}
    for account, person in mine:
        found[person] |= owners.get(account, set())
    for person in there.known(persons):
        found[person].add(person)
    return {person: frozenset(others) for person, others in found.items()}


def cause_of(case: Case) -> str:
    """Return the first cause that fits."""
    return next((cause for cause, fits in TESTS if fits(case)), "began" if case.pair.forward else "stopped")


def is_identity(case: Case) -> bool:
    """Tell whether the use counts there for somebody else, or counts too little because it was parted."""
    if case.others <= {case.person}:
        return False
    return any(one.counted or _too_few(one) for one in case.elsewhere)


def is_definition(case: Case) -> bool:
    """Tell whether another definition of a user leaves the person out there."""
    if case.pair.here.definition_sha256 == case.pair.there.definition_sha256:
        return False
    no_use = case.pair.people_there.no_use
    return any(
        (rule := _no_use(one)) is None or rule not in no_use
        for one in case.elsewhere
        if one.rule != "undetermined" and not EXCLUDED.fullmatch(one.rule)
    )


def is_exclusion(case: Case) -> bool:
    """Tell whether the person's accounts are left out there."""
    return any(one.rule != "undetermined" and _no_use(one) is None and not _too_few(one) for one in case.elsewhere)


def is_rules(case: Case) -> bool:
    """Tell whether the person's rows are read by other rules there."""
    here, there = case.pair.people.rules, case.pair.people_there.rules
    return bool(case.elsewhere) and here.get(case.system) != there.get(case.system)


def is_logs(case: Case) -> bool:
    """Tell whether all use lies in months of which the other result has no rows.

    Two periods without a common day are laid side by side: a month is looked for at the same distance from the start.
    """
    here, there = case.pair.here, case.pair.there
    if case.found.first_seen is None or case.found.last_seen is None:
        return False
    shift = 0
    if here.figures.end < there.figures.start or there.figures.end < here.figures.start:
        shift = month_number(there.figures.start) - month_number(here.figures.start)
    zone = ZoneInfo(here.timezone)
    first, last = (month_number(at.astimezone(zone)) for at in (case.found.first_seen, case.found.last_seen))
    missing = there.missing.get(case.system, frozenset())
    return all(month + shift in missing for month in range(first, last + 1))


def is_different_use(case: Case) -> bool:
    """Tell whether the person has rows there, which by the same rules are no use or too few."""
    return bool(case.elsewhere)


def is_entity(case: Case) -> bool:
    """Tell whether the person is of an entity of which the other result has nobody, and has no entity there."""
    if case.known is None or case.known.entity == UNKNOWN:
        return False
    entities = case.pair.people_there.entities
    elsewhere = any(one.entity != UNKNOWN for one in case.known_there)
    return bool(entities - {UNKNOWN}) and case.known.entity not in entities and not elsewhere


def is_joiner(case: Case) -> bool:
    """Tell whether the person came: unknown before, not in the workforce, or employed since or again."""
    return case.pair.forward and (_gone(case) or _begun(case) or (_ended_there(case) and not _ended_here(case)))


def is_leaver(case: Case) -> bool:
    """Tell whether the person went: unknown now, no longer in the workforce, or no longer employed."""
    same_day = case.pair.here.figures.end == case.pair.there.figures.end
    return not case.pair.forward and (_gone(case) or (_ended_there(case) and not (same_day and _ended_here(case))))


def _gone(case: Case) -> bool:
    """Tell whether the other result does not know the person, or not in its workforce."""
    if not case.known_there:
        return True
    listed = case.known is not None and case.known.in_workforce
    return listed and not any(one.in_workforce for one in case.known_there)


def _begun(case: Case) -> bool:
    begins = case.known.employed_from if case.known else None
    return begins is not None and begins > case.pair.there.figures.end


def _ended_here(case: Case) -> bool:
    return case.known is not None and _ended(case.known, case.pair.here.figures.end)


def _ended_there(case: Case) -> bool:
    end = case.pair.there.figures.end
    return bool(case.known_there) and all(_ended(one, end) for one in case.known_there)


def _ended(known: Known, end: date) -> bool:
    return known.employed_to is not None and known.employed_to < end


def _no_use(found: Found) -> str | None:
    """Return the rule by which the rows are no use, if that is why."""
    return found.rule if NO_USE.fullmatch(found.rule) else None


def _too_few(found: Found) -> bool:
    """Tell whether there is counted use, but too little of it: both rules are named, as for a user."""
    return not found.counted and "/" in found.rule


TESTS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("identity", is_identity),
    ("definition", is_definition),
    ("exclusions", is_exclusion),
    ("rules", is_rules),
    ("logs", is_logs),
    ("different_use", is_different_use),
    ("entities", is_entity),
    ("joiners", is_joiner),
    ("leavers", is_leaver),
)
