"""Find the probable links of identities: score once, keep the scores, choose among them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from percapita.evidence.canonical import sha256_hex
from percapita.people.decisions import Applied
from percapita.people.identities import Identities, IdentityTable
from percapita.people.link.choose import choose
from percapita.people.link.model import LinkModel
from percapita.people.link.score import Scored, score
from percapita.people.resolve import Persons, Resolution, Settled


@dataclass(frozen=True)
class Cache:
    """Keep the scores of these very identities, and what was chosen among them; all can be deleted at any time."""

    folder: Path
    key: str

    def read(self, kind: str, key: str = "") -> list[list[Scored]] | None:
        """Return kept lists of pairs by nodes; None if there are none or they are damaged."""
        try:
            said = json.loads(self._path(kind, key).read_text(encoding="utf-8"))
            return [
                [Scored(left, right, weight, tuple((a, b) for a, b in how)) for left, right, weight, how in pairs]
                for pairs in said
            ]
        except (OSError, ValueError, TypeError):
            return None

    def write(self, kind: str, lists: Sequence[Sequence[Scored]], key: str = "") -> None:
        """Keep lists of pairs, readable by their owner only; others of this kind of the plan are forgotten."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in self.folder.glob(f"{kind}-*.json"):
            other.unlink(missing_ok=True)
        path = self._path(kind, key)
        aside = self.folder / f".{path.name}.{os.getpid()}"
        plain = [[[one.left, one.right, one.weight, one.agreement] for one in pairs] for pairs in lists]
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(plain, file, separators=(",", ":"))
        aside.replace(path)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{self.key}{key}.json"


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
    settled = sha256_hex(repr(applied.settled).encode())[:16]
    kept = cache.read("chosen", settled) if cache else None
    if kept is not None and len(kept) == 2:
        return _joined(resolution, *kept)
    persons = resolution.persons()
    known = cache.read("scores") if cache else None
    scored = known[0] if known else _scores(persons, nodes, tables, applied.settled, model)
    links, questions = _choose(persons, scored, applied.settled, model) if scored else ([], [])
    if cache:
        cache.write("scores", [scored])
        cache.write("chosen", [links, questions], settled)
    return _joined(resolution, links, questions)


def _scores(
    persons: Persons, nodes: Identities, tables: Sequence[IdentityTable], settled: Settled, model: LinkModel
) -> list[Scored]:
    """Return the scores of what exact keys alone make."""
    plain = persons if settled == Settled() else Resolution(nodes, Settled()).persons()
    return by_node(plain, score(plain, tables, model))


def _joined(resolution: Resolution, links: Sequence[Scored], questions: Sequence[Scored]) -> Linked:
    joined, if_same = ([(one.left, one.right) for one in pairs] for pairs in (links, questions))
    return Linked(resolution.persons(joined, if_same), tuple(links), tuple(questions))


def by_node(persons: Persons, scored: Sequence[Scored]) -> list[Scored]:
    """Return scores by the first node of each person instead of its number."""
    first = [members[0] for members in persons.nodes]
    pairs = ((one, sorted((first[one.left], first[one.right]))) for one in scored)
    return [Scored(left, right, one.weight, one.agreement) for one, (left, right) in pairs]


def _choose(
    persons: Persons, scored: Sequence[Scored], settled: Settled, model: LinkModel
) -> tuple[list[Scored], list[Scored]]:
    """Return the links and the questions by nodes."""
    best: dict[tuple[int, int], Scored] = {}
    for one in scored:
        left, right = sorted((persons.of_node[one.left], persons.of_node[one.right]))
        known = best.get((left, right))
        if left != right and (known is None or one.weight > known.weight):
            best[left, right] = Scored(left, right, one.weight, one.agreement)
    apart = [(persons.of_node[left], persons.of_node[right]) for left, right in settled.different]
    chosen = choose(persons, list(best.values()), model, apart)
    return by_node(persons, chosen.links), by_node(persons, chosen.questions)
