"""The row of a CSV reject is the record that a person finds in the file: the header is 1, blank lines count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percapita.sources import text
from percapita.sources.raw import ReadTotals
from tests.sources.files import log_file, read

ROW = "2026-02-01,{},v"
LINES = ["at,who,act", ROW.format("ana"), "", ROW.format("ben") + ",more", ROW.format("cyd"), "", "", ROW.format("dov")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"], ids=["LF", "CRLF", "CR", "CRCRLF"])
def test_blank_lines_are_counted(end: str, tmp_path: Path) -> None:
    events, totals = read(log_file(tmp_path / "log.csv", end.join([*LINES, ""]).encode()))
    numbers = [2, 4, 5, 8] if end != "\r\r\n" else [3, 7, 9, 15]
    assert events == [(numbers[0], "ana"), (numbers[2], "cyd"), (numbers[3], "dov")]
    assert [(one.row, one.column, one.reason) for one in totals.rejects] == [
        (numbers[1], "", "the row has more or fewer cells than the header (3)")
    ]
    assert (totals.rows, totals.rejected) == (4, 1)


def test_blank_lines_before_the_header_are_counted_and_no_header(tmp_path: Path) -> None:
    events, totals = read(log_file(tmp_path / "log.csv", "\n".join(["", "", *LINES]).encode("utf-8-sig")))
    assert events == [(4, "ana"), (7, "cyd"), (10, "dov")]
    assert [one.row for one in totals.rejects] == [6]
    assert totals.rows == 4


def test_blank_lines_right_after_the_header(tmp_path: Path) -> None:
    events, totals = read(log_file(tmp_path / "log.csv", "\n".join([LINES[0], "", "", LINES[1]]).encode()))
    assert (events, totals.rejects) == ([(4, "ana")], [])


def test_a_file_without_header_begins_with_row_one(tmp_path: Path) -> None:
    names = {"account_id": "2", "occurred_at": "1", "activity": "3"}
    events, totals = read(log_file(tmp_path / "log.csv", "\n".join(LINES[1:]).encode(), names))
    assert events == [(1, "ana"), (4, "cyd"), (7, "dov")]
    assert [one.row for one in totals.rejects] == [3]


def test_a_record_of_many_lines_is_one_row(tmp_path: Path) -> None:
    lines = [*LINES[:3], '2026-02-01,"e\n\n\nva",v', "", LINES[-1]]
    assert read(log_file(tmp_path / "log.csv", "\n".join(lines).encode()))[0] == [
        (2, "ana"),
        (4, "e\n\n\nva"),
        (6, "dov"),
    ]


def test_a_cell_of_one_column_that_is_quoted_is_no_blank_line(tmp_path: Path) -> None:
    file = log_file(tmp_path / "log.csv", b'who\n"ana"\n\n""\nben\n', {"account_id": "who"}, undated=True)
    events, totals = read(file)
    assert events == [(2, "ana"), (5, "ben")]
    assert [(one.row, one.reason) for one in totals.rejects] == [(4, "missing")]


CELLS = st.sampled_from(["ana", '"ana"', '"a\n\nb"', '"a,""b"', 'a"b', '"a"b"c', '""', ""])
RECORDS = st.one_of(st.just(""), st.tuples(CELLS, CELLS).map(",".join), st.tuples(CELLS, CELLS, CELLS).map(",".join))


def numbered(records: list[str]) -> tuple[list[int], list[int]]:
    """Return the numbers of the full and of the ragged records, the obvious way."""
    full = [
        number
        for number, (record, wide) in enumerate(zip(records, map(width, records), strict=True), 2)
        if record and wide == 2
    ]
    ragged = [
        number
        for number, (record, wide) in enumerate(zip(records, map(width, records), strict=True), 2)
        if record and wide != 2
    ]
    return full, ragged


def width(record: str) -> int:
    """Return how many cells a record has: the cells drawn hold one comma at most, always in `"a,""b"`."""
    return record.replace('"a,""b"', "x").count(",") + 1


@given(st.lists(RECORDS, max_size=30), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_are_numbered_as_they_stand(tmp_path: Path, records: list[str], end: str) -> None:
    content = end.join(["who,act", *records, ""]).encode()
    file = log_file(
        tmp_path / "log.csv", content, {"account_id": "who", "activity": "act"}, undated=True, delimiter=","
    )
    full, ragged = numbered(records)
    totals = ReadTotals()
    batches = list(text.read_raw(file, ["who", "act"], totals, lambda units: None))
    assert [number for batch in batches for number in batch.numbers.to_pylist()] == full
    assert [one.row for one in totals.rejects] == ragged
    assert totals.rows == len(full) + len(ragged)
