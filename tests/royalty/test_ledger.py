"""The ledger: each once a year, net new never negative, and a past period costs the same whenever it is rated."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.policy.rate_card import load_rate_card
from percapita.policy.report_calendar import load_report_calendars
from percapita.royalty.ledger import (
    Agreement,
    Item,
    Report,
    check_report,
    known_units,
    net_new,
    opening_kind,
    periods,
    replacing,
    standing,
    superseded,
)
from percapita.royalty.ledger_file import append_report, read_ledger, start_ledger
from percapita.royalty.rating import rate

CARD = load_rate_card(None, Path())
CALENDAR = load_report_calendars(None, Path()).calendar("semi-annual")
AGREEMENT = Agreement(
    id="D-1", organization="X", use="distributor", calendar="semi-annual", calendars={"id": "2026", "sha256": "0"}
)
ENDS = [period.end for year in (2023, 2024) for period in CALENDAR.periods(year)]


def report(number: int, kind: str, end: date, items: dict[str, int], **more: str) -> Report:
    return Report(
        number=number, kind=kind, start=CALENDAR.period(end).start, end=end, posted=date(2026, 1, number),
        items=tuple(Item(name, "", units) for name, units in items.items()),
        rate_card={"id": CARD.id, "sha256": CARD.sha256}, **more,
    )  # fmt: skip


def post(reports: list[Report], kind: str, end: date, items: dict[str, int], **more: str) -> list[Report]:
    new = report(len(reports) + 1, kind, end, items, **more)
    check_report(AGREEMENT, reports, new)
    return [*reports, new]


FIRST, SECOND = ENDS[2], ENDS[3]
FIRST_OF_YEAR = post([], "initial", FIRST, {"a": 1, "b": 1})


def told(items: dict[str, int]) -> list[Item]:
    return [Item(name, "", units) for name, units in items.items()]


def test_the_first_report_lists_all_and_later_ones_what_is_new() -> None:
    assert opening_kind([], FIRST) == "initial"
    assert opening_kind(FIRST_OF_YEAR, SECOND) == "net_new"
    assert opening_kind(FIRST_OF_YEAR, date(2025, 6, 30)) == "initial"
    change = net_new(FIRST_OF_YEAR, 2024, told({"a": 1, "b": 3, "c": 2}))
    assert [(one.name, one.units) for one in change.new] == [("b", 2), ("c", 2)]


def test_net_new_is_never_negative() -> None:
    change = net_new(FIRST_OF_YEAR, 2024, told({"a": 0, "b": 1}))
    assert (change.new, [(one.name, one.units) for one in change.fewer]) == ((), [("a", 1)])


def test_a_merge_of_identities_is_a_correction() -> None:
    """585 were reported, two of them turn out to be one person, then 590 are there: 6 people are new."""
    rows = post([], "initial", FIRST, {"ehr": 585})
    rows = post(rows, "correction", FIRST, {"ehr": 1}, comment="a and b are one person")
    assert known_units(rows, 2024) == {("ehr", ""): 584}
    change = net_new(rows, 2024, told({"ehr": 590}))
    assert [one.units for one in change.new] == [6]
    before = rate(AGREEMENT, rows[:1], FIRST, CARD)
    after = rate(AGREEMENT, rows, FIRST, CARD)
    assert before.due == after.due == Decimal("82.50") + 585 * 18
    assert after.corrected is not None
    assert after.corrected.amount == 18


def test_an_addendum_adds_and_a_replacement_erases() -> None:
    rows = post(FIRST_OF_YEAR, "addendum", FIRST, {"c": 4})
    assert sum(one.units for one in standing(rows, FIRST)) == 6
    rows = post(rows, "replacement", FIRST, {"a": 1}, comment="b is no customer", approved_by="M. Ray")
    assert sum(one.units for one in standing(rows, FIRST)) == 1
    rows = post(rows, "addendum", FIRST, {"d": 2})
    assert (sum(one.units for one in standing(rows, FIRST)), superseded(rows)) == (3, {1, 2})
    assert len(rows) == 4


def test_a_replacement_is_compared_with_the_periods_before() -> None:
    rows = post(FIRST_OF_YEAR, "net_new", SECOND, {"c": 9})
    assert [(one.name, one.units) for one in replacing(rows, SECOND, told({"a": 1, "b": 2, "c": 1})).new] == [
        ("b", 1),
        ("c", 1),
    ]
    assert [(one.name, one.units) for one in replacing(rows, FIRST, told({"a": 5})).new] == [("a", 5)]


def test_a_replacement_states_anew_what_was_corrected() -> None:
    rows = post([], "initial", FIRST, {"a": 5})
    rows = post(rows, "correction", FIRST, {"a": 4}, comment="one person")
    rows = post(rows, "replacement", FIRST, {"a": 2}, comment="x", approved_by="y")
    assert known_units(rows, 2024) == {("a", ""): 2}
    assert rate(AGREEMENT, rows, FIRST, CARD).corrected is None


@pytest.mark.parametrize(
    ("rows", "kind", "end", "items", "more", "says"),
    [
        ([], "net_new", FIRST, {"a": 1}, {}, "this is the initial report of 2024"),
        (FIRST_OF_YEAR, "initial", SECOND, {"c": 1}, {}, "this is the net_new report of 2024"),
        (FIRST_OF_YEAR, "initial", FIRST, {"c": 1}, {}, "reported already"),
        (FIRST_OF_YEAR, "net_new", SECOND, {"c": -1}, {}, "net new is never negative"),
        ([], "addendum", FIRST, {"a": 1}, {}, "has no report yet"),
        ([], "replacement", FIRST, {"a": 1}, {"comment": "x", "approved_by": "y"}, "has no report yet"),
        (FIRST_OF_YEAR, "replacement", FIRST, {"a": 1}, {"approved_by": "y"}, "needs a comment"),
        (FIRST_OF_YEAR, "replacement", FIRST, {"a": 1}, {"comment": "x"}, "needs approval"),
        (FIRST_OF_YEAR, "correction", FIRST, {"a": 1}, {}, "needs a comment"),
        (FIRST_OF_YEAR, "correction", FIRST, {"a": 2}, {"comment": "x"}, "has 1 reported units, not 2"),
        (FIRST_OF_YEAR, "refund", FIRST, {"a": 2}, {"comment": "x"}, "'refund' is no kind of report"),
        (FIRST_OF_YEAR, "addendum", FIRST, {"": 2}, {}, "has no name"),
        (post([], "initial", SECOND, {"a": 1}), "net_new", FIRST, {"b": 2}, {}, "the later period that ends on 2024-12-31 is reported"),
    ],
)  # fmt: skip
def test_rows_that_may_not_be_added(
    rows: list[Report], kind: str, end: date, items: dict[str, int], more: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        post(rows, kind, end, items, **more)


def test_rows_in_order() -> None:
    for number, posted in ((1, date(2026, 5, 1)), (3, date(2026, 5, 1)), (2, date(2025, 1, 1))):
        new = Report(number=number, kind="addendum", start=FIRST, end=FIRST, posted=posted, items=())
        with pytest.raises(InputError):
            check_report(AGREEMENT, FIRST_OF_YEAR, new)


COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 40), max_size=4)
STEPS = st.lists(
    st.tuples(st.sampled_from(["open", "addendum", "replacement", "correction"]), st.sampled_from(ENDS), COUNTS),
    max_size=9,
)


def tried(rows: list[Report], kind: str, end: date, items: dict[str, int]) -> list[Report]:
    """Post what the rules admit: a full list by its difference, anything else as it is."""
    try:
        if kind == "open":
            new = {one.name: one.units for one in net_new(rows, end.year, told(items)).new}
            return post(rows, opening_kind(rows, end), end, new)
        return post(rows, kind, end, items, comment="x", approved_by="y")
    except InputError:
        return rows


@given(steps=STEPS)
def test_a_past_period_costs_the_same_whenever_it_is_rated(steps: list[tuple[str, date, dict[str, int]]]) -> None:
    rows: list[Report] = []
    told_then: list[tuple[int, date, Decimal | None]] = []
    for kind, end, items in steps:
        before = {one: rate(AGREEMENT, rows, one, CARD).due for one in periods(rows)}
        rows = tried(rows, kind, end, items)
        after = {one: rate(AGREEMENT, rows, one, CARD).due for one in periods(rows)}
        told_then += [(len(rows), one, due) for one, due in after.items()]
        assert {one: after[one] for one in before if one != end} == {
            one: due for one, due in before.items() if one != end
        }
    assert all(rate(AGREEMENT, rows[:length], end, CARD).due == due for length, end, due in told_then)
    assert all(item.units >= 0 for row in rows for item in row.items)
    assert all(units >= 0 for year in (2023, 2024) for units in known_units(rows, year).values())


@given(lists=st.lists(COUNTS, min_size=1, max_size=4))
def test_net_new_adds_up_to_the_most_that_was_told(lists: list[dict[str, int]]) -> None:
    rows: list[Report] = []
    calendar = load_report_calendars(None, Path()).calendar("quarterly")
    for period, items in zip(calendar.periods(2024), lists, strict=False):
        new = {one.name: one.units for one in net_new(rows, 2024, told(items)).new}
        number = len(rows) + 1
        rows.append(
            Report(
                number=number,
                kind=opening_kind(rows, period.end),
                start=period.start,
                end=period.end,
                posted=date(2026, 1, number),
                items=tuple(told(new)),
            )
        )
    most = {name: max(items.get(name, 0) for items in lists) for name in "abcd"}
    known = {name: units for (name, _), units in known_units(rows, 2024).items()}
    assert known == {name: units for name, units in most.items() if units}


def test_another_rate_card_does_not_rate_a_posted_period() -> None:
    other = CARD.__class__(**{**CARD.__dict__, "sha256": "0"})
    with pytest.raises(InputError, match="which reads otherwise"):
        rate(AGREEMENT, FIRST_OF_YEAR, FIRST, other)


# ---- due dates


def test_due_dates() -> None:
    table = load_report_calendars(None, Path())
    due = {
        name: [(str(one.end), str(one.due)) for one in calendar.periods(2026)]
        for name, calendar in table.calendars.items()
    }
    assert due == {
        "semi-annual": [("2026-06-30", "2026-07-31"), ("2026-12-31", "2027-01-31")],
        "quarterly": [("2026-03-31", "2026-04-30"), ("2026-06-30", "2026-07-31"), ("2026-09-30", "2026-10-31"), ("2026-12-31", "2027-01-31")],
        "annual": [("2026-12-31", "2027-01-31")],
    }  # fmt: skip


@given(year=st.integers(1990, 2100), name=st.sampled_from(["annual", "semi-annual", "quarterly"]))
def test_the_periods_of_a_year_are_the_year(year: int, name: str) -> None:
    found = load_report_calendars(None, Path()).calendar(name).periods(year)
    days = sum((one.end - one.start).days + 1 for one in found)
    assert days == (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert all(0 < (one.due - one.end).days < 40 for one in found)


# ---- the file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "ledger.jsonl"
    start_ledger(found, AGREEMENT)
    for one in post(FIRST_OF_YEAR, "net_new", SECOND, {"c": 2}):
        append_report(read_ledger(found), one)
    return found


def test_a_ledger_comes_back(path: Path) -> None:
    found = read_ledger(path)
    assert found.agreement == AGREEMENT
    assert list(found.reports) == post(FIRST_OF_YEAR, "net_new", SECOND, {"c": 2})


def edited(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "old", "new", "says"),
    [
        (0, "D-1", "D-2", "line 2 ·"),
        (1, '"a",""', '"z",""', "line 3 ·"),
        (2, '["c","",2]', '["c","",2.5]', "no report"),
        (2, '["c","",2]', '["c","",-2]', "never negative"),
        (2, '["c","",2]', '["c","",true]', "no report"),
        (2, '"kind":"net_new"', '"kind":"initial"', "this is the net_new report"),
        (2, '"number":2', '"number":"2"', "no report"),
        (2, "{", "", "no JSON object"),
        (0, "percapita/ledger/1", "percapita/ledger/9", "no ledger"),
        (0, '"use":"distributor"', '"use":"both"', "the agreement cannot be read"),
    ],
)
def test_a_changed_ledger_is_refused(line: int, old: str, new: str, says: str, path: Path) -> None:
    edited(path, line, old, new)
    with pytest.raises(InputError, match=says):
        read_ledger(path)


def test_a_line_cut_off_or_taken_out(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    with pytest.raises(InputError, match="does not follow from the line before"):
        read_ledger(path)
    path.write_text("\n".join(lines)[:-30], encoding="utf-8")
    with pytest.raises(InputError, match="the last line is cut off"):
        read_ledger(path)


def test_two_at_once(path: Path) -> None:
    ledger = read_ledger(path)
    new = report(3, "addendum", SECOND, {"d": 1})
    append_report(ledger, new)
    with pytest.raises(InputError, match="somebody else added"):
        append_report(ledger, new)


def test_one_writer_at_a_time(path: Path) -> None:
    ledger = read_ledger(path)
    lock = path.with_name(f".{path.name}.lock")
    lock.touch()
    with pytest.raises(InputError, match=r"somebody else is adding .* remove \.ledger"):
        append_report(ledger, report(3, "addendum", SECOND, {"d": 1}))
    lock.unlink()
    append_report(ledger, report(3, "addendum", SECOND, {"d": 1}))
    assert not lock.exists()
    assert len(read_ledger(path).reports) == 3


def test_a_ledger_is_not_overwritten(path: Path) -> None:
    with pytest.raises(InputError, match="there is a ledger already"):
        start_ledger(path, AGREEMENT)


def test_every_line_is_canonical(path: Path) -> None:
    for line in path.read_bytes().splitlines():
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == line
