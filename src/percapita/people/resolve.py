"""Join identities by exact keys, level by level, and never across two employee ids or two NPIs.

Human decisions come first and win: "same" joins, whatever the ids, which then stand for one another; "different" is
never joined. Levels: employee id, then NPI, then mailbox. A level looks at everything its keys would connect; where
that would hold two different employee ids or NPIs it is a conflict: only the identities that lack the disputed
identifier stay joined, and the conflict is listed. So the result does not depend on the order of files or rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    known_as: Mapping[str, str] = field(default_factory=dict)  # an employee id or NPI -> the one that stands for it


Pair = tuple[int, int]


@dataclass(frozen=True)
class Settled:
    """Hold what humans decided, as pairs of nodes."""

    same: tuple[Pair, ...] = ()
    different: tuple[Pair, ...] = ()


@dataclass
class _Work:
    nodes: Identities
    joined: Forest
    known_as: dict[str, str]
    apart: Sequence[Pair]
    employee: dict[int, str] = field(default_factory=dict)  # by root of `joined`
    npi: dict[int, str] = field(default_factory=dict)
    conflicts: list[tuple[Level, tuple[str, ...], tuple[int, ...]]] = field(default_factory=list)


def resolve(nodes: Identities, settled: Settled | None = None) -> Persons:
    """Return the persons of all identities."""
    return Resolution(nodes, settled or Settled()).persons()


class Resolution:
    """Join identities by decisions and exact keys, and then, if told, by more."""

    def __init__(self, nodes: Identities, settled: Settled) -> None:
        """Join what decisions and keys join."""
        self._work = work = _Work(nodes, Forest(len(nodes)), _aliases(nodes, settled.same), settled.different)
        for pair in settled.same:
            work.joined.join(pair)
        linkable = [node for node in range(len(nodes)) if not nodes.shared[node]]
        self._employees = _grouped(linkable, nodes.employee, work.known_as)
        self._numbers = _grouped(linkable, nodes.npi, work.known_as)
        _apply(work, "employee_id", self._employees)
        _apply(work, "npi", self._numbers)
        self._mailboxes = _by_mailbox(nodes, linkable)
        names = _names(work)
        self._shared = frozenset(
            mailbox for mailbox, users in self._mailboxes.items() if _is_shared(work, names, users)
        )
        _apply(work, "email", {box: users for box, users in self._mailboxes.items() if box not in self._shared})

    def persons(self, joined: Sequence[Pair] = (), if_same: Sequence[Pair] = ()) -> Persons:
        """Return the persons when pairs of nodes are `joined` besides; `if_same` are joined only in `together`."""
        for pair in joined:
            self._work.joined.join(pair)
        roots = self._work.joined.roots()
        shared = self._shared
        if joined:  # a mailbox whose users turned out to be one person
            shared = frozenset(box for box in shared if len({roots[node] for node in self._mailboxes[box]}) > 1)
        return _numbered(self._work, (self._employees, self._numbers), self._mailboxes, shared, if_same)


def _aliases(nodes: Identities, same: Sequence[Pair]) -> dict[str, str]:
    """Return for each employee id or NPI that a decision says is another one, the first of those that are one."""
    aliases: dict[str, str] = {}
    if not same:
        return aliases
    together = Forest(len(nodes))
    for pair in same:
        together.join(pair)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for node in sorted({node for pair in same for node in pair}):
        groups[together.root(node)].append(node)
    for members in groups.values():
        for known in (nodes.employee, nodes.npi):
            _name_as_one(aliases, {text for node in members if (text := known[node]) is not None})
    return {text: _first_name(aliases, text) for text in aliases}


def _name_as_one(aliases: dict[str, str], texts: set[str]) -> None:
    firsts = sorted({_first_name(aliases, text) for text in texts})
    for text in firsts[1:]:
        aliases[text] = firsts[0]


def _first_name(aliases: dict[str, str], text: str) -> str:
    while text in aliases:
        text = aliases[text]
    return text


def _grouped(
    linkable: Sequence[int], key_of: Sequence[str | None], known_as: Mapping[str, str]
) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for node in linkable:
        key = key_of[node]
        if key is not None:
            groups[key].append(node)
    for key in known_as.keys() & groups.keys():
        groups[known_as[key]] += groups.pop(key)
    return groups


def _by_mailbox(nodes: Identities, linkable: Sequence[int]) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for node in linkable:
        for mailbox in nodes.emails[node]:
            groups[mailbox].append(node)
    return groups


def _names(work: _Work) -> dict[int, set[str]]:
    """Return the names of each set, whichever of its accounts and workforce rows says them."""
    names: defaultdict[int, set[str]] = defaultdict(set)
    for root, known in zip(work.joined.roots(), work.nodes.names, strict=True):
        if known:
            names[root].update(known)
    return names


def _is_shared(work: _Work, names: dict[int, set[str]], users: Sequence[int]) -> bool:
    """Tell whether people with different names use a mailbox: then it is no key."""
    roots = {work.joined.root(node) for node in users}
    named = [names[root] for root in roots if root in names]
    return len(named) > 1 and not set.intersection(*named)


def _apply(work: _Work, level: Level, groups: dict[str, list[int]]) -> None:
    """Join the groups of one level where nothing speaks against it; note the conflicts."""
    several = {key: members for key, members in groups.items() if len(members) > 1}
    root_of = work.joined.roots() if several else []
    sets = {key: {root_of[node] for node in members} for key, members in several.items()}
    apart = {key: roots for key, roots in sets.items() if len(roots) > 1}
    if not apart:
        return
    _note_ids(work, root_of)
    if level == "employee_id" and not work.npi and not work.apart and _are_apart(apart):  # nothing speaks against it
        for roots in apart.values():
            work.joined.join(roots)
        return
    for tied in _tied(apart, len(root_of)):
        _settle(work, level, tied, apart, groups)


def _tied(apart: dict[str, set[int]], size: int) -> Iterable[list[str]]:
    """Return the keys in lots: those of a lot are connected by sets that several of them share."""
    if _are_apart(apart):
        return ([key] for key in apart)
    trial = Forest(size)
    for roots in apart.values():
        trial.join(roots)
    connected: defaultdict[int, list[str]] = defaultdict(list)
    for key, roots in apart.items():
        connected[trial.root(next(iter(roots)))].append(key)
    return connected.values()


def _are_apart(sets: dict[str, set[int]]) -> bool:
    """Tell whether no two sets share a member."""
    return sum(map(len, sets.values())) == len(set().union(*sets.values()))


def _note_ids(work: _Work, root_of: Sequence[int]) -> None:
    """Know the employee id and the NPI of each set; by construction it has at most one of each."""
    nodes, as_one = work.nodes, work.known_as
    employee, npi = (zip(root_of, known, strict=True) for known in (nodes.employee, nodes.npi))
    work.employee = {root: as_one.get(known, known) for root, known in employee if known is not None}
    work.npi = {root: as_one.get(known, known) for root, known in npi if known is not None}


def _settle(
    work: _Work, level: Level, tied: list[str], sets: dict[str, set[int]], groups: dict[str, list[int]]
) -> None:
    """Join everything that `tied` keys connect, or, in a conflict, only what lacks the disputed identifier."""
    roots = sets[tied[0]] if len(tied) == 1 else set().union(*(sets[key] for key in tied))
    kinds: list[tuple[Level, dict[int, str]]] = [("employee_id", work.employee), ("npi", work.npi)]
    disputed = [
        ids
        for kind, ids in kinds
        if ids and (kind != level or len(tied) > 1) and len({ids.get(root) for root in roots} - {None}) > 1
    ]
    kept = _kept_apart(work, roots) if work.apart else set()
    if not disputed and not kept:
        work.joined.join(roots)
        return
    if disputed:
        nodes = tuple(sorted(node for key in tied for node in groups[key]))
        work.conflicts.append((level, tuple(sorted(tied)), nodes))
    for key in tied:
        work.joined.join({root for root in sets[key] if root not in kept and not any(root in ids for ids in disputed)})


def _kept_apart(work: _Work, roots: set[int]) -> set[int]:
    """Return those of some sets that a decision keeps apart from another of them."""
    pairs = ((work.joined.root(left), work.joined.root(right)) for left, right in work.apart)
    return {root for pair in pairs if pair[0] in roots and pair[1] in roots for root in pair}


def _numbered(
    work: _Work,
    grouped: Sequence[dict[str, list[int]]],
    mailboxes: dict[str, list[int]],
    shared: frozenset[str],
    if_same: Sequence[Pair],
) -> Persons:
    """Number the sets; `grouped` are the nodes by employee id and by NPI."""
    nodes = work.nodes
    roots = work.joined.roots()
    employees, numbers = (_only_one(keys, roots) for keys in grouped)
    boxes = _only_one({mailbox: users for mailbox, users in mailboxes.items() if mailbox not in shared}, roots)
    anchors = _anchors(nodes, roots, employees, numbers, boxes)
    order = sorted(anchors, key=lambda root: anchors[root])
    person = {root: number for number, root in enumerate(order)}
    members: defaultdict[int, list[int]] = defaultdict(list)
    for node, root in enumerate(roots):
        members[root].append(node)
    together, conflicts = _conflicts(work, [person[root] for root in roots], len(order), if_same)
    by_employee = {employee: person[root] for employee, root in employees.items()}
    by_employee |= {text: by_employee[known] for text, known in work.known_as.items() if known in by_employee}
    return Persons(
        identities=nodes,
        of_node=[person[root] for root in roots],
        anchors=[anchors[root] for root in order],
        nodes=[members[root] for root in order],
        together=together,
        conflicts=conflicts,
        shared_mailboxes=shared,
        by_mailbox={mailbox: person[root] for mailbox, root in boxes.items()},
        by_employee=by_employee,
        known_as=work.known_as,
    )


def _only_one(groups: dict[str, list[int]], roots: Sequence[int]) -> dict[str, int]:
    """Return the set of each key that belongs to exactly one."""
    found = {}
    for key, nodes in groups.items():
        root = roots[nodes[0]]
        if len(nodes) == 1 or len(set(map(roots.__getitem__, nodes))) == 1:
            found[key] = root
    return found


def _conflicts(
    work: _Work, of_node: Sequence[int], persons: int, if_same: Sequence[Pair]
) -> tuple[list[int], tuple[Conflict, ...]]:
    """Return each person's number if all that is open were answered "same", and the conflicts that are left."""
    together = Forest(persons)
    conflicts = []
    for left, right in if_same:
        together.join((of_node[left], of_node[right]))
    for level, tied, nodes in work.conflicts:
        about = sorted({of_node[node] for node in nodes})
        if _is_open(work, of_node, about):
            together.join(about)
            conflicts.append(Conflict(level, tied, tuple(about)))
    in_order = sorted(conflicts, key=lambda conflict: (conflict.persons, conflict.level, conflict.keys))
    return [together.root(number) for number in range(persons)], tuple(in_order)


def _is_open(work: _Work, of_node: Sequence[int], about: Sequence[int]) -> bool:
    """Tell whether a conflict still asks something: several persons, and no decision that keeps each two apart."""
    decided = {frozenset((of_node[left], of_node[right])) for left, right in work.apart}
    pairs = (frozenset((one, other)) for place, one in enumerate(about) for other in about[place + 1 :])
    return any(pair not in decided for pair in pairs)


def _anchors(
    nodes: Identities,
    roots: Sequence[int],
    employees: dict[str, int],
    numbers: dict[str, int],
    boxes: dict[str, int],
) -> dict[int, str]:
    """Return for each set the strongest identifier that it alone has: what its pseudonym is made from.

    Employee id, NPI, account, mailbox; of equals the first in the order of texts. A row number is the last resort: it
    changes with the rows above, but nothing in a log leads to such a person.
    """
    anchors: dict[int, str] = {}
    for kind, root_of in (("employee_id", employees), ("npi", numbers)):
        for text in sorted(root_of):
            anchors.setdefault(root_of[text], f"{kind}:{text}")
    accounts: list[tuple[str, int]] = []
    rows: list[tuple[str, int]] = []
    for node, root in enumerate(roots):
        if root in anchors:
            continue
        directory, (path, row) = nodes.directory[node], nodes.origin[node]
        if directory is None:
            rows.append((f"workforce:{path}:{row}", root))
        else:
            accounts.append((account_anchor(directory, nodes.account[node]), root))
    own = sorted((f"mailbox:{mailbox}", root) for mailbox, root in boxes.items())
    for anchor, root in (*sorted(accounts), *own, *sorted(rows)):
        anchors.setdefault(root, anchor)
    return anchors


def account_anchor(directory: str, account: str) -> str:
    """Return the anchor of an account; the directory loses its colons, so that no two accounts have the same."""
    return f"account:{directory.replace('%', '%25').replace(':', '%3A')}:{account}"
