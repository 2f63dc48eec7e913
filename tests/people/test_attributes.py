"""What the workforce says of a person on the last day of the period: dated rows, leavers, re-hires, two entities."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.people.attributes import attribute_on, is_sound
from percapita.people.identities import Employment
from percapita.people.profiles import Organization, profiles_of
from tests.people.draw import account, numbered, people, workforce

DAY = date(2026, 12, 31)


def row(begin: str, end: str, entity: str | None) -> Employment:
    return Employment(
        date.fromisoformat(begin) if begin else None, date.fromisoformat(end) if end else None, entity, "US", None
    )


@pytest.mark.parametrize(
    ("title", "rows", "entity"),
    [
        ("nothing known", [], None),
        ("open row", [("", "", "A")], "A"),
        ("in force", [("2026-01-01", "2026-12-31", "A")], "A"),
        ("ends the day before", [("2026-01-01", "2026-12-30", "A")], "A"),
        ("begins on the day", [("2025-01-01", "", "A"), ("2026-12-31", "", "B")], "B"),
        ("begins a day later", [("2025-01-01", "", "A"), ("2027-01-01", "", "B")], "A"),
        ("not yet here", [("2027-01-01", "", "A")], None),
        ("leaver: the last known", [("2025-01-01", "2026-03-31", "A"), ("2026-04-01", "2026-06-30", "B")], "B"),
        ("re-hire", [("2024-01-01", "2024-12-31", "A"), ("2026-05-01", "", "B"), ("2025-01-01", "2025-12-31", "C")], "B"),
        ("re-hire after the period", [("2025-01-01", "2026-05-31", "A"), ("2027-02-01", "", "B")], "A"),
        ("in force before later ended", [("2020-01-01", "", "A"), ("2026-11-01", "2026-12-30", "B")], "A"),
        ("two entities: the one begun last", [("2020-01-01", "", "A"), ("2024-01-01", "", "B")], "B"),
        ("two entities since one day: the first row", [("2024-01-01", "", "B"), ("2024-01-01", "", "A")], "B"),
        ("ends beyond the period", [("2020-01-01", "2030-01-01", "A"), ("2019-01-01", "", "B")], "A"),
        ("in force but silent: the last known", [("2020-01-01", "2024-12-31", "A"), ("2025-01-01", "", None)], "A"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_the_row_that_holds(title: str, rows: list[tuple[str, str, str | None]], entity: str | None) -> None:
    assert attribute_on(DAY, [row(*one) for one in rows], "entity") == entity


DAYS = st.one_of(st.none(), st.integers(-4, 4).map(lambda days: DAY + timedelta(days=days)))
ROWS = st.lists(
    st.builds(Employment, DAYS, DAYS, st.sampled_from([None, "A", "B", "C"]), st.none(), st.none()), max_size=5
)


@given(ROWS)
def test_a_row_in_force_beats_one_that_ended_and_the_later_begun_beats_the_earlier(rows: list[Employment]) -> None:
    """The same in words: of the rows that have begun and say something, those in force, else those that ended last."""
    begun = [one for one in rows if one.entity and is_sound(one) and (one.valid_from or date.min) <= DAY]
    in_force = [one for one in begun if one.valid_to is None or one.valid_to >= DAY]
    last = max((one.valid_to for one in begun if one.valid_to), default=None)
    chosen = in_force or [one for one in begun if one.valid_to == last]
    latest = max((one.valid_from or date.min for one in chosen), default=None)
    expected = next((one.entity for one in chosen if (one.valid_from or date.min) == latest), None)
    assert attribute_on(DAY, rows, "entity") == expected


def test_attributes_come_from_all_rows_of_a_person() -> None:
    rows = numbered(
        [
            workforce(
                employee_id="17", entity="A", country="US", valid_from=date(2020, 1, 1), valid_to=date(2025, 6, 30)
            ),
            workforce(employee_id="017", entity="B", worker_type="agency", valid_from=date(2026, 1, 1)),
            account("a", employee_id="17"),
            account("b"),
        ]
    )
    persons = people(rows)
    profiles = profiles_of(persons, Organization({}, {}, {}), (DAY, DAY))
    found = [profiles.of(person) for person in range(len(persons.anchors))]
    known = {anchor: (one.entity, one.country) for anchor, one in zip(persons.anchors, found, strict=True)}
    assert known == {"employee_id:17": ("B", "US"), "account:ad:b": ("unknown", "unknown")}
    assert profiles.strange == {"agency": 1}
