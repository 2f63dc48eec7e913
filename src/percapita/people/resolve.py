"""Join identities by exact keys, level by level, and never across two employee ids or two NPIs.

Levels: employee id, then NPI, then mailbox. A level looks at everything its keys would connect; where that would hold
two different employee ids or NPIs it is a conflict: only the identities that lack the disputed identifier stay joined,
and the conflict is listed. So the result does not depend on the order of files or rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from percapita.people.forest import Forest
from percapita.people.identities import Identities

Level = Literal["employee_id", "npi", "email"]


@dataclass(frozen=True)
class Conflict:
    """List the persons that a key ties together although their employee ids or NPIs differ."""

    level: Level
    keys: tuple[str, ...]
    persons: tuple[int, ...]


@dataclass(frozen=True)
class Persons:
    """Hold the result: the person of each node and what was left open.

    `of_node` numbers persons from 0 in the order of their anchors; `together` gives each person's number if all
    conflicts were answered "same"; `shared_mailboxes` are no keys.
    """

    identities: Identities
    of_node: list[int]
    anchors: list[str]
    nodes: list[list[int]]
    together: list[int]
    conflicts: tuple[Conflict, ...]
    shared_mailboxes: frozenset[str]
    by_mailbox: dict[str, int]
    by_employee: dict[str, int]


@dataclass
class _Work:
    nodes: Identities
    joined: Forest
    employee: dict[int, str] = field(default_factory=dict)  # by root of `joined`
    npi: dict[int, str] = field(default_factory=dict)
    conflicts: list[tuple[Level, tuple[str, ...], tuple[int, ...]]] = field(default_factory=list)


def resolve(nodes: Identities) -> Persons:
    """Return the persons of all identities."""
    work = _Work(nodes, Forest(len(nodes)))
    linkable = [node for node in range(len(nodes)) if not nodes.shared[node]]
    _apply(work, "employee_id", _grouped(linkable, nodes.employee))
    _apply(work, "npi", _grouped(linkable, nodes.npi))
    mailboxes = _by_mailbox(nodes, linkable)
    shared = frozenset(mailbox for mailbox, users in mailboxes.items() if _is_shared(work, users))
    _apply(work, "email", {mailbox: users for mailbox, users in mailboxes.items() if mailbox not in shared})
    return _numbered(work, mailboxes, shared)


def _grouped(linkable: Sequence[int], key_of: Sequence[str | None]) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for node in linkable:
        key = key_of[node]
        if key is not None:
            groups[key].append(node)
    return groups


def _by_mailbox(nodes: Identities, linkable: Sequence[int]) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for node in linkable:
        for mailbox in nodes.emails[node]:
            groups[mailbox].append(node)
    return groups


def _is_shared(work: _Work, users: Sequence[int]) -> bool:
    """Tell whether people with different names use a mailbox: then it is no key."""
    names: defaultdict[int, set[str]] = defaultdict(set)
    for node in users:
        names[work.joined.root(node)].update(work.nodes.names[node])
    named = [found for found in names.values() if found]
    return len(named) > 1 and not set.intersection(*named)


def _apply(work: _Work, level: Level, groups: dict[str, list[int]]) -> None:
    """Join the groups of one level where nothing speaks against it; note the conflicts."""
    _note_ids(work)
    wide = {key: members for key, members in groups.items() if len(members) > 1}
    trial = Forest(len(work.nodes))
    for members in wide.values():
        trial.join([work.joined.root(node) for node in members])
    connected: defaultdict[int, list[str]] = defaultdict(list)
    for key, members in wide.items():
        connected[trial.root(work.joined.root(members[0]))].append(key)
    for tied in connected.values():
        _settle(work, level, tied, groups)


def _note_ids(work: _Work) -> None:
    """Know the employee id and the NPI of each set; by construction it has at most one of each."""
    for node, (employee, number) in enumerate(zip(work.nodes.employee, work.nodes.npi, strict=True)):
        if employee is None and number is None:
            continue
        root = work.joined.root(node)
        if employee is not None:
            work.employee[root] = employee
        if number is not None:
            work.npi[root] = number


def _settle(work: _Work, level: Level, tied: list[str], groups: dict[str, list[int]]) -> None:
    """Join everything that `tied` keys connect, or, in a conflict, only what lacks the disputed identifier."""
    roots = {work.joined.root(node) for key in tied for node in groups[key]}
    disputed = [ids for ids in (work.employee, work.npi) if len({ids[root] for root in roots if root in ids}) > 1]
    if not disputed:
        work.joined.join(list(roots))
        return
    work.conflicts.append((level, tuple(sorted(tied)), tuple(sorted(node for key in tied for node in groups[key]))))
    for key in tied:
        members = [work.joined.root(node) for node in groups[key]]
        work.joined.join([root for root in members if not any(root in ids for ids in disputed)])


def _numbered(work: _Work, mailboxes: dict[str, list[int]], shared: frozenset[str]) -> Persons:
    members: defaultdict[int, list[int]] = defaultdict(list)
    for node in range(len(work.nodes)):
        members[work.joined.root(node)].append(node)
    disputed = {node for _, _, tied in work.conflicts for node in tied}
    anchors = {root: _anchor(work.nodes, found, not disputed.isdisjoint(found)) for root, found in members.items()}
    order = sorted(members, key=lambda root: anchors[root])
    person = {root: number for number, root in enumerate(order)}
    of_node = [person[work.joined.root(node)] for node in range(len(work.nodes))]
    together = Forest(len(order))
    conflicts = []
    for level, tied, nodes in work.conflicts:
        persons = sorted({of_node[node] for node in nodes})
        together.join(persons)
        conflicts.append(Conflict(level, tied, tuple(persons)))
    return Persons(
        identities=work.nodes,
        of_node=of_node,
        anchors=[anchors[root] for root in order],
        nodes=[members[root] for root in order],
        together=[together.root(number) for number in range(len(order))],
        conflicts=tuple(sorted(conflicts, key=lambda conflict: (conflict.persons, conflict.keys))),
        shared_mailboxes=shared,
        by_mailbox=_only_person(mailboxes, of_node, shared),
        by_employee=_only_person(_grouped(range(len(work.nodes)), work.nodes.employee), of_node, frozenset()),
    )


def _only_person(groups: dict[str, list[int]], of_node: list[int], shared: frozenset[str]) -> dict[str, int]:
    """Return the person of each key that belongs to exactly one."""
    persons = {key: {of_node[node] for node in nodes} for key, nodes in groups.items() if key not in shared}
    return {key: next(iter(found)) for key, found in persons.items() if len(found) == 1}


def _anchor(nodes: Identities, members: Sequence[int], disputed: bool) -> str:
    """Return the strongest identifier of a person: what its pseudonym is made from.

    A disputed id stands for several persons, so there the weaker identifier is added.
    """
    employee = min((nodes.employee[node] or "" for node in members if nodes.employee[node]), default=None)
    number = min((nodes.npi[node] or "" for node in members if nodes.npi[node]), default=None)
    if any(nodes.shared[node] for node in members):
        employee = number = None
    parts = [f"employee_id:{employee}"] if employee else []
    if number and (disputed or not parts):
        parts.append(f"npi:{number}")
    if not parts or disputed:
        parts.append(min(_account_anchor(nodes, node) for node in members))
    return "/".join(parts)


def _account_anchor(nodes: Identities, node: int) -> str:
    directory = nodes.directory[node]
    if directory is None:
        path, row = nodes.origin[node]
        return f"workforce:{path}:{row}"
    return f"account:{directory}:{nodes.account[node]}"
