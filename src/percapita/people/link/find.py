"""Find the probable links of identities: score once, keep the scores, choose among them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from percapita.people.decisions import Applied
from percapita.people.identities import Identities, IdentityTable
from percapita.people.link.choose import Chosen, choose
from percapita.people.link.model import LinkModel
from percapita.people.link.score import Scored, score
from percapita.people.resolve import Persons, Resolution, Settled

NOTHING = Chosen()


@dataclass(frozen=True)
class Cache:
    """Say where the scores of these very identities are kept; they can be deleted at any time."""

    path: Path

    def read(self) -> list[Scored] | None:
        """Return the kept scores by nodes; None if there are none or they are damaged."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            return [Scored(left, right, weight, tuple((a, b) for a, b in how)) for left, right, weight, how in said]
        except (OSError, ValueError, TypeError):
            return None

    def write(self, scored: Sequence[Scored]) -> None:
        """Keep scores, readable by their owner only; those of other identities of the plan are forgotten."""
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in folder.glob("scores-*.json"):
            other.unlink(missing_ok=True)
        aside = folder / f".{self.path.name}.{os.getpid()}"
        plain = [[one.left, one.right, one.weight, one.agreement] for one in scored]
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(plain, file, separators=(",", ":"))
        aside.replace(self.path)


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

    Scores are of what exact keys alone make, so that a decision changes none. Raises MissingPartError when there is
    something to score and Splink is not installed.
    """
    resolution = Resolution(nodes, applied.settled)
    persons = resolution.persons()
    scored = cache.read() if cache else None
    if scored is None:
        plain = persons if applied.settled == Settled() else Resolution(nodes, Settled()).persons()
        scored = by_node(plain, score(plain, tables, model))
        if cache:
            cache.write(scored)
    if not scored:
        return Linked(persons)
    return _choose(resolution, persons, scored, applied.settled, model)


def by_node(persons: Persons, scored: Sequence[Scored]) -> list[Scored]:
    """Return scores by the first node of each person instead of its number."""
    first = [members[0] for members in persons.nodes]
    pairs = ((one, sorted((first[one.left], first[one.right]))) for one in scored)
    return [Scored(left, right, one.weight, one.agreement) for one, (left, right) in pairs]


def _choose(
    resolution: Resolution, persons: Persons, scored: Sequence[Scored], settled: Settled, model: LinkModel
) -> Linked:
    best: dict[tuple[int, int], Scored] = {}
    for one in scored:
        left, right = sorted((persons.of_node[one.left], persons.of_node[one.right]))
        known = best.get((left, right))
        if left != right and (known is None or one.weight > known.weight):
            best[left, right] = Scored(left, right, one.weight, one.agreement)
    apart = [(persons.of_node[left], persons.of_node[right]) for left, right in settled.different]
    chosen = choose(persons, list(best.values()), model, apart)
    links, questions = (by_node(persons, some) for some in (chosen.links, chosen.questions))
    joined = [(one.left, one.right) for one in links]
    if_same = [(one.left, one.right) for one in questions]
    return Linked(resolution.persons(joined, if_same), tuple(links), tuple(questions))
