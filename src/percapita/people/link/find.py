"""Find the probable links of identities: score and choose once, keep what was chosen, then let decisions win."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from percapita.people.decisions import Applied
from percapita.people.forest import Forest
from percapita.people.identities import Identities, IdentityTable
from percapita.people.link.choose import Groups, choose
from percapita.people.link.model import LinkModel
from percapita.people.link.score import Scored, score
from percapita.people.resolve import Persons, Resolution, Settled


@dataclass(frozen=True)
class Cache:
    """Keep what was chosen for these very identities; it can be deleted at any time."""

    folder: Path
    key: str

    def read(self, kind: str) -> list[list[Scored]] | None:
        """Return kept lists of pairs by nodes; None if there are none or they are damaged."""
        try:
            said = json.loads(self._path(kind).read_text(encoding="utf-8"))
            return [
                [Scored(left, right, weight, tuple((a, b) for a, b in how)) for left, right, weight, how in pairs]
                for pairs in said
            ]
        except (OSError, ValueError, TypeError):
            return None

    def write(self, kind: str, lists: Sequence[Sequence[Scored]]) -> None:
        """Keep lists of pairs, readable by their owner only; others of this kind of the plan are forgotten."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in self.folder.glob(f"{kind}-*.json"):
            other.unlink(missing_ok=True)
        path = self._path(kind)
        aside = self.folder / f".{path.name}.{os.getpid()}"
        plain = [[[one.left, one.right, one.weight, one.agreement] for one in pairs] for pairs in lists]
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(plain, file, separators=(",", ":"))
        aside.replace(path)

    def _path(self, kind: str) -> Path:
        return self.folder / f"{kind}-{self.key}.json"


@dataclass(frozen=True)
class Linked:
    """Hold the persons, and why: the links and questions between nodes, in terms of the first nodes of two persons."""

    persons: Persons
    links: tuple[Scored, ...] = ()
    questions: tuple[Scored, ...] = ()


def exact(nodes: Identities, applied: Applied) -> Linked:
    """Return the persons that decisions and exact keys make."""
    return Linked(Resolution(nodes, applied.settled).persons())


def probable(
    nodes: Identities, tables: Sequence[IdentityTable], applied: Applied, model: LinkModel, cache: Cache | None
) -> Linked:
    """Return the persons that decisions, exact keys and probable links make.

    Links and questions are chosen among what exact keys alone make, so a decision changes what it says and nothing
    else. Raises MissingPartError when there is something to score and Splink is not installed.
    """
    resolution = Resolution(nodes, applied.settled)
    kept = cache.read("chosen") if cache else None
    if kept is None or len(kept) != 2:
        kept = _find(nodes, tables, model, cache)
    links, questions = _after(resolution, applied.settled, *kept)
    joined, if_same = ([(one.left, one.right) for one in pairs] for pairs in (links, questions))
    return Linked(resolution.persons(joined, if_same), tuple(links), tuple(questions))


def _find(
    nodes: Identities, tables: Sequence[IdentityTable], model: LinkModel, cache: Cache | None
) -> list[list[Scored]]:
    """Return the links and the questions of what exact keys alone make, by nodes, and keep them."""
    plain = Resolution(nodes, Settled()).persons()
    chosen = choose(plain, score(plain, tables, model), model)
    found = [by_node(plain, chosen.links), by_node(plain, chosen.questions)]
    if cache:
        cache.write("chosen", found)
    return found


def _after(
    resolution: Resolution, settled: Settled, links: Sequence[Scored], questions: Sequence[Scored]
) -> tuple[list[Scored], list[Scored]]:
    """Return the links and the questions that decisions leave."""
    if settled == Settled():
        return list(links), list(questions)
    person = resolution.persons().of_node
    apart: defaultdict[int, set[int]] = defaultdict(set)
    for left, right in settled.different:
        apart[person[left]].add(person[right])
        apart[person[right]].add(person[left])
    groups = Groups(Forest(max(person, default=-1) + 1), {}, apart)
    kept = []
    for one in links:
        left, right = person[one.left], person[one.right]
        if not groups.same(left, right) and groups.fits(left, right):
            groups.join(left, right)
            kept.append(one)
    pairs = ((one, person[one.left], person[one.right]) for one in questions)
    return kept, [one for one, left, right in pairs if not groups.same(left, right) and groups.fits(left, right)]


def by_node(persons: Persons, scored: Sequence[Scored]) -> list[Scored]:
    """Return scores by the first node of each person instead of its number."""
    first = [members[0] for members in persons.nodes]
    pairs = ((one, sorted((first[one.left], first[one.right]))) for one in scored)
    return [Scored(left, right, one.weight, one.agreement) for one, (left, right) in pairs]
