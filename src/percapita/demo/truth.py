"""What the maker knows: how many people used each system, by exact keys and in truth, and which troubles there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from percapita.demo.accounts import Account, World
from percapita.demo.activity import in_period
from percapita.demo.estate import COUNTED, RECEIVED_IN, REPORTS, SYSTEMS, UNLISTED, USES
from percapita.demo.troubles import SHARED_MAILBOX


@dataclass(frozen=True)
class DemoTruth:
    """Hold the truth about a demo organization; systems in the plan's order.

    - `users`: individual users by system, None where there is no evidence, as exact keys can tell people apart. This is
      what a count with `link = "exact"` must find; `persons` are the distinct ones of all systems.
    - `people` and `humans`: the same evidence, but by who it is in truth. They differ where exact keys must err: a
      second account without any key and someone re-hired under a new employee id count twice; an account without key
      in one system is another person there than elsewhere. Accounts that nobody can attribute (shared, deleted,
      machines) are in neither.
    - `basis`: the kind of evidence; `log_rows`: data rows of all logs, `unreadable_rows` in `troubles` among them.
    - `troubles`: what was planted, by name.
    """

    users: Mapping[str, int | None]
    people: Mapping[str, int | None]
    persons: int
    humans: int
    basis: Mapping[str, str]
    log_rows: int
    troubles: Mapping[str, int]


Users = dict[str, set[tuple[str, int]]]  # by system: identity by exact keys, human in truth


def true_users(world: World) -> Users:
    """Return who used each listed system by an activity that counts, in the period, as an individual."""
    users: Users = {system.id: set() for system in SYSTEMS}
    for system, events in world.events.items():
        if system == UNLISTED:
            continue
        acting = {
            account for second, account, activity in events if in_period(second) and USES[system][activity] in COUNTED
        }
        users[system] = _individuals(world.accounts[account] for account in acting)
    users[RECEIVED_IN] = {
        (str(person.number), person.human)
        for second, _, report, person in world.received
        if person is not None and in_period(second) and REPORTS[report] in COUNTED
    }
    return users


def _individuals(accounts: Iterable[Account]) -> set[tuple[str, int]]:
    return {
        (account.identity, account.person.human)
        for account in accounts
        if account.is_individual and account.person is not None
    }


def truth_of(world: World, troubles: Mapping[str, int], log_rows: int) -> DemoTruth:
    """Return the truth, with the troubles that are seen only when everything is there."""
    users = true_users(world)
    basis = {system.id: system.basis for system in SYSTEMS}
    return DemoTruth(
        users={system: _size(basis[system], {identity for identity, _ in found}) for system, found in users.items()},
        people={system: _size(basis[system], {human for _, human in found}) for system, found in users.items()},
        persons=len({identity for found in users.values() for identity, _ in found}),
        humans=len({human for found in users.values() for _, human in found}),
        basis=basis,
        log_rows=log_rows,
        troubles={**troubles, **_of_people(world), **_of_rows(world), **_of_accounts(world)},
    )


def _size(basis: str, found: set[str] | set[int]) -> int | None:
    return None if basis == "none" else len(found)


def _of_people(world: World) -> dict[str, int]:
    people = world.people
    ended = [person.spells[-1].end for person in people]
    seen = {account for events in world.events.values() for _, account, _ in events}
    active = {owner.number for account in seen if (owner := world.accounts[account].person) is not None}
    silent = {person.number for person in people} - active
    readers = {person.number for _, _, _, person in world.received if person is not None}
    return {
        "leavers": sum(end is not None for end in ended),
        "rehires": sum(len(one.spells) > 1 and one.spells[0].end is not None for one in people),
        "people_in_two_entities": sum(len(one.spells) > 1 and one.spells[0].end is None for one in people),
        "contractors": sum(person.contractor is not None for person in people),
        "providers": sum(bool(person.npi) for person in people),
        "people_abroad": sum(person.country != "US" for person in people),
        "recipients_who_never_log_in": len(readers & silent),
    }


def _of_rows(world: World) -> dict[str, int]:
    listed = [(system, event) for system, events in world.events.items() if system != UNLISTED for event in events]
    received = [(second, report) for second, _, report, _ in world.received]
    inside = [(system, event) for system, event in listed if in_period(event[0])]
    return {
        "rows_outside_the_period": len(listed) - len(inside) + sum(not in_period(second) for second, _ in received),
        "rows_of_an_unlisted_system": sum(in_period(event[0]) for event in world.events[UNLISTED]),
        "rows_without_a_rule": sum(USES[system][event[2]] is None for system, event in inside)
        + sum(REPORTS[report] is None for second, report in received if in_period(second)),
        "months_missing": 1,
        "recipients_on_a_shared_mailbox": len({to for _, to, _, _ in world.received} & {SHARED_MAILBOX}),
    }


def _of_accounts(world: World) -> dict[str, int]:
    seen = {account for events in world.events.values() for second, account, _ in events if in_period(second)}
    individuals = {index for index, account in enumerate(world.accounts) if account.is_individual}
    return {
        "idle_accounts": len(individuals - seen),
        "prefixed_employee_ids": sum(one.directory == "ehr" and one.employee_id[:1] == "E" for one in world.accounts),
        "zero_padded_employee_ids": sum(person.employee is not None for person in world.people),
    }
