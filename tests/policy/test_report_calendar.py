"""Calendars of reports: every key is known, and the periods fill the year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.report_calendar import SHELF, load_report_calendars, parse_report_calendars

TEXT = SHELF.text("2026")


@pytest.mark.parametrize("name", SHELF.ids())
def test_shipped(name: str) -> None:
    assert load_report_calendars(name, Path()).id == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('{ ends = "06-30"', '{ ends = "02-29"', "'02-29' is not a month and a day"),
        ('{ ends = "06-30"', '{ end = "06-30"', "the key 'end' is not known"),
        (
            'due = "07-31" }, { ends = "12-31"',
            'due = "07-31" }, { ends = "11-30"',
            "do not follow one another to 12-31",
        ),
        ('source = "S2"', 'source = "S9"', "'S9' is not a known source"),
        ('name = "annual"', 'name = "quarterly"', "two entries for 'quarterly'"),
    ],
)
def test_broken_tables(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=says):
        parse_report_calendars(TEXT.replace(old, new, 1).encode(), "x")


def test_a_period_that_is_none() -> None:
    calendar = load_report_calendars(None, Path()).calendar("semi-annual")
    with pytest.raises(InputError, match="use one of: 2026-06-30, 2026-12-31"):
        calendar.period(date(2026, 3, 31))


def test_a_calendar_that_is_none() -> None:
    with pytest.raises(InputError, match="did you mean 'annual'"):
        load_report_calendars(None, Path()).calendar("anual")
