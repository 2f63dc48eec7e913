"""Which scored pairs are links, which are questions for a human, and which are nothing.

One to one: of several partners that cannot all be the same person, the best is taken if it is better by a margin on
both sides; if it is not, each of them is a question. Two employee ids or NPIs, and two accounts of one directory, never
come together by probability alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from percapita.people.forest import Forest
from percapita.people.link.model import LinkModel
from percapita.people.link.score import Scored
from percapita.people.resolve import Persons


@dataclass(frozen=True)
class Chosen:
    """Hold the links and the open questions, each the strongest first."""

    links: tuple[Scored, ...] = ()
    questions: tuple[Scored, ...] = ()


@dataclass
class Groups:
    """Join persons and know what each group holds: employee ids, NPIs, directories, and who must stay apart."""

    forest: Forest
    ids: dict[int, frozenset[tuple[str, str]]]
    apart: dict[int, set[int]] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)

    def fits(self, one: int, other: int, lenient: bool = False) -> bool:
        """Tell whether two persons are of one group already, or nothing forbids that they become one.

        With `lenient` a directory that both have forbids nothing.
        """
        left, right = self.forest.root(one), self.forest.root(other)
        return left == right or not (self._clash(left, right, lenient) or self._kept_apart(left, right))

    def same(self, one: int, other: int) -> bool:
        """Tell whether two persons are of one group."""
        return self.forest.root(one) == self.forest.root(other)

    def _clash(self, left: int, right: int, lenient: bool) -> bool:
        mine, theirs = (
            frozenset(one for one in self.ids.get(root, frozenset()) if not (lenient and one[0] == "directory"))
            for root in (left, right)
        )
        return clash(mine, theirs)

    def _kept_apart(self, left: int, right: int) -> bool:
        return any(
            self.forest.root(other) == right
            for member in self.members.get(left, [left])
            for other in self.apart.get(member, ())
        )

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        left, right = self.forest.root(one), self.forest.root(other)
        if left != right:
            self.forest.join((left, right))
            root = self.forest.root(left)
            self.ids[root] = self.ids.get(left, frozenset()) | self.ids.get(right, frozenset())
            self.members[root] = [*self.members.get(left, [left]), *self.members.get(right, [right])]


def clash(mine: frozenset[tuple[str, str]], theirs: frozenset[tuple[str, str]]) -> bool:
    """Tell whether two persons cannot be one by probability: another employee id, another NPI, the same directory."""
    for kind, value in mine:
        if kind == "directory":
            if (kind, value) in theirs:
                return True
        elif any(other_kind == kind and other != value for other_kind, other in theirs):
            return True
    return False


def choose(persons: Persons, scored: Sequence[Scored], model: LinkModel) -> Chosen:
    """Return the links and the questions."""
    if not scored:
        return Chosen()
    ids = _ids(persons, {person for pair in scored for person in (pair.left, pair.right)})
    pairs = sorted(scored, key=lambda one: (-one.weight, one.left, one.right))
    groups = Groups(Forest(len(persons.nodes)), dict(ids))
    doubtful = _doubtful(pairs, ids, model.bits("margin"))
    links, rest = [], []
    for place, one in enumerate(pairs):
        sure = one.weight >= model.bits("link_above") and place not in doubtful and _is_about_a_person(one)
        if sure and groups.fits(one.left, one.right):
            groups.join(one.left, one.right)
            links.append(one)
        else:
            rest.append(one)
    return Chosen(tuple(links), tuple(_open(groups, rest, ids, model.bits("link_above"))))


def _is_about_a_person(one: Scored) -> bool:
    """Tell whether a name or a birth date agrees: a login alone may be a desk's in two directories."""
    return any(what in ("given", "family", "born") and how != "different" for what, how in one.agreement)


def _ids(persons: Persons, involved: set[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """Return what a person can have only once."""
    nodes = persons.identities
    found = {}
    for person in involved:
        said: set[tuple[str, str]] = set()
        for node in persons.nodes[person]:
            for kind, value in (
                ("employee_id", nodes.employee[node]),
                ("npi", nodes.npi[node]),
                ("directory", nodes.directory[node]),
            ):
                if value is not None:
                    said.add((kind, value if kind == "directory" else persons.known_as.get(value, value)))
        found[person] = frozenset(said)
    return found


def _doubtful(pairs: Sequence[Scored], ids: dict[int, frozenset[tuple[str, str]]], margin: float) -> set[int]:
    """Return the places of pairs that have a rival: another partner, nearly as probable, that excludes this one."""
    by_person: defaultdict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(pairs):
        by_person[one.left].append(place)
        by_person[one.right].append(place)
    doubtful = set()
    for person, places in by_person.items():
        for first, place in enumerate(places):
            mine = pairs[place]
            for other in places[first + 1 :]:
                theirs = pairs[other]
                if mine.weight - theirs.weight >= margin:
                    break
                partners = [one.left if one.right == person else one.right for one in (mine, theirs)]
                if clash(ids[partners[0]], ids[partners[1]]):
                    doubtful |= {place, other}
    return doubtful


def _open(
    groups: Groups, rest: Sequence[Scored], ids: dict[int, frozenset[tuple[str, str]]], strong: float
) -> list[Scored]:
    """Return of the rest what a human could still answer "same": what the links have not settled.

    A pair that something forbids is a question all the same if it forbids the pair itself - two employee ids, one
    directory - or if the pair is as strong as a link; and a second account in a directory is always possible.
    """
    return [
        one
        for one in rest
        if not groups.same(one.left, one.right)
        and (
            one.weight >= strong
            or clash(ids[one.left], ids[one.right])
            or groups.fits(one.left, one.right, lenient=True)
        )
    ]
