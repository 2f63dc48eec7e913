"""The entities of a person over time, against one that goes day by day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from percapita.people.attributes import attribute_on, entities_over, in_force
from percapita.people.identities import Employment
from percapita.people.profiles import NOT_OWNED, Organization, _owned, entities_used

START, END = date(2026, 1, 1), date(2026, 3, 31)
WHOLE = (START, END)
DAYS = [START + timedelta(days=number) for number in range((END - START).days + 1)]


def days() -> st.SearchStrategy[date]:
    return st.integers(-40, 130).map(lambda number: START + timedelta(days=number))


def rows() -> st.SearchStrategy[list[Employment]]:
    one = st.builds(
        Employment,
        st.one_of(st.none(), days()), st.one_of(st.none(), days()), st.sampled_from(["A", "B", None]), st.none(), st.none(),
    )  # fmt: skip
    return st.lists(one, max_size=4)  # some end before they begin, as in real files


def on_day(held: list[Employment], day: date) -> set[str | None]:
    """Return the entities on one day: those of rows in force, else the one known last before."""
    found: set[str | None] = {row.entity for row in held if row.entity is not None and in_force(row, (day, day))}
    return found or {attribute_on(day, held, "entity")}


@given(rows())
def test_spans_say_what_each_day_says(held: list[Employment]) -> None:
    spans = entities_over(held, WHOLE)
    for day in DAYS:
        covering = {entity for entity, (first, last) in spans if first <= day <= last}
        assert covering == on_day(held, day), day


@given(st.lists(st.tuples(days(), days()), max_size=3), days(), days())
def test_an_entity_is_ours_only_on_its_days(owned: list[tuple[date, date]], one: date, other: date) -> None:
    apart: list[tuple[date, date]] = []
    for first, last in sorted((min(pair), max(pair)) for pair in owned):
        if not apart or first > apart[-1][1]:
            apart.append((first, last))
    span = (min(one, other), max(one, other))
    parts = list(_owned("A", span, Organization({}, {}, {"A": apart})))
    length = (span[1] - span[0]).days + 1
    assert sum((last - first).days + 1 for _, (first, last) in parts) == length
    for number in range(length):
        day = span[0] + timedelta(days=number)
        ours = any(first <= day <= last for first, last in apart)
        labels = [label for label, (first, last) in parts if first <= day <= last]
        assert labels == ["A" if ours else NOT_OWNED]


def test_a_window_meets_the_spans_it_overlaps() -> None:
    spans = [("A", (date(2026, 1, 1), date(2026, 1, 14))), ("B", (date(2026, 1, 15), END))]
    assert entities_used(spans, [(date(2026, 1, 3), date(2026, 1, 3))]) == {"A"}
    assert entities_used(spans, [(date(2026, 1, 14), date(2026, 1, 15))]) == {"A", "B"}
    assert entities_used(spans, []) == set()
