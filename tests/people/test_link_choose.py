"""Whatever the scores: links never join two employee ids, two NPIs or two accounts of a directory, in any order of pairs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.people.forest import Forest
from percapita.people.link.choose import Chosen, choose
from percapita.people.link.model import shipped_model
from percapita.people.link.score import Scored
from percapita.people.resolve import Persons
from tests.people.draw import people, rows

MODEL = shipped_model()
NAMED = (("given", "same"), ("family", "same"))


@st.composite
def scores(draw: st.DrawFn) -> tuple[Persons, list[Scored]]:
    """Return persons, scores of pairs of them, and pairs that a human keeps apart."""
    persons = people(draw(rows()))
    everybody = range(len(persons.nodes))
    pairs = [(left, right) for left in everybody for right in everybody if left < right]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []
    scored = [Scored(*pair, draw(st.sampled_from((-4.0, 1.0, 3.0, 5.0, 9.0, 20.0))), NAMED) for pair in chosen]
    return persons, scored


def groups(persons: Persons, chosen: Chosen) -> list[list[int]]:
    forest = Forest(len(persons.nodes))
    for one in chosen.links:
        forest.join((one.left, one.right))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for person, root in enumerate(forest.roots()):
        found[root].append(person)
    return list(found.values())


def held(persons: Persons, person: int, values: list[Any]) -> set[Any]:
    return {values[node] for node in persons.nodes[person] if values[node] is not None}


@given(scores())
def test_links_respect_what_nobody_can_have_twice(drawn: tuple[Persons, list[Scored]]) -> None:
    persons, scored = drawn
    nodes = persons.identities
    chosen = choose(persons, scored, MODEL)
    for members in groups(persons, chosen):
        if len(members) == 1:
            continue
        for values in (nodes.employee, nodes.npi):
            assert len(set().union(*(held(persons, person, values) for person in members))) <= 1
        directories = [directory for person in members for directory in held(persons, person, nodes.directory)]
        assert len(directories) == len(set(directories))


@given(scores(), st.randoms())
@settings(max_examples=50)
def test_the_order_of_pairs_does_not_matter(drawn: tuple[Persons, list[Scored]], rng: Any) -> None:
    persons, scored = drawn
    other = list(scored)
    rng.shuffle(other)
    assert choose(persons, scored, MODEL) == choose(persons, other, MODEL)


@given(scores())
def test_a_pair_is_a_link_a_question_or_nothing(drawn: tuple[Persons, list[Scored]]) -> None:
    persons, scored = drawn
    chosen = choose(persons, scored, MODEL)
    assert not set(chosen.links) & set(chosen.questions)
    assert set(chosen.links) | set(chosen.questions) <= set(scored)
    assert all(one.weight >= MODEL.bits("link_above") for one in chosen.links)
