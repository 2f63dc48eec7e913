"""A workbook is refused when its cells reach too far, not when it is merely large; a real date is a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.sources import reach
from percapita.sources import read as reading
from percapita.sources.inventory import take_inventory
from percapita.sources.raw import ReadTotals
from percapita.sources.spec import WorkforceColumns, WorkforceSource
from tests.sources.files import YEAR, log_file, read
from tests.sources.workbooks import MAIN, cell, workbook

HEADER = f'<row r="1">{cell("A1", "at")}{cell("B1", "who")}{cell("C1", "act")}</row>'
ANA = f'<row r="2">{cell("A2", "2026-02-01")}{cell("B2", "ana")}{cell("C2", "v")}</row>'
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRAY = {
    "last corner": f'<row r="1048576">{cell("XFD1048576", "x")}</row>',
    "many columns, last row": f'<row r="9">{cell("DP9", 1)}</row><row r="1048576">{cell("A1048576", 1)}</row>',
    "last row, many columns": f'<row r="1048576">{cell("A1048576", 1)}</row><row r="9">{cell("DP9", 1)}</row>',
    "lower case": f'<row r="1048576">{cell("xfd1048576", "x")}</row>',
    "other quotes and blanks": "<row r='1048576'><c\n s='0'  r = 'XFD1048576' ><v>1</v></c></row>",
    "no place of the cell": f'<row r="1048576">{cell("", 1)}</row><row>{cell("DP9", 1)}</row>',
    "no place after an empty cell": '<row r="1048576"><c r="XFC1048576" s="1"/><c><v>1</v></c></row>',
}


@pytest.mark.parametrize("rows", STRAY.values(), ids=STRAY)
@pytest.mark.parametrize("block", [reach.BLOCK, 50], ids=["one block", "blocks"])
def test_a_stray_cell_is_told(rows: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "BLOCK", block)
    file = log_file(workbook(tmp_path / "log.xlsx", HEADER + ANA + rows))
    for one in (read, reading.columns_of):
        with pytest.raises(
            InputError, match=r"the cells of sheet 'One' reach to row .*log.xlsx · delete the stray cells"
        ):
            one(file)


def test_prefixes_are_seen_through(tmp_path: Path) -> None:
    for number, main in enumerate((STRICT, MAIN)):
        rows = f'<x:row r="1048576">{cell("XFD1048576", "x", prefix="x:")}</x:row>'
        path = workbook(tmp_path / f"{number}.xlsx", rows, main=main, prefix="x:")
        with pytest.raises(InputError, match="column 16384"):
            read(log_file(path))


NOTHING_STRAY = {
    "an empty cell with a style": '<row r="1048576"><c r="XFD1048576" s="1"/></row>',
    "an empty row": '<row r="1048576" ht="15"/><row r="9"></row>',
    "a wide row": f'<row r="3">{cell("XFD3", "x")}</row>',
    "cells without places": f"<row>{cell('', '2026-02-02')}{cell('', 'ben')}{cell('', 'v')}</row>",
}


@pytest.mark.parametrize("rows", NOTHING_STRAY.values(), ids=NOTHING_STRAY)
def test_what_does_no_harm_is_read(rows: str, tmp_path: Path) -> None:
    events, _ = read(log_file(workbook(tmp_path / "log.xlsx", HEADER + ANA + rows)))
    assert events[0] == (2, "ana")


def test_a_stray_cell_of_another_sheet_does_no_harm(tmp_path: Path) -> None:
    path = workbook(tmp_path / "log.xlsx", STRAY["last corner"], HEADER + ANA)
    assert read(log_file(path, sheet="Two"))[0] == [(2, "ana")]
    with pytest.raises(InputError, match="sheet 'One'"):
        read(log_file(path))


def test_a_sheet_that_begins_elsewhere_is_read_from_its_first_row_and_column(tmp_path: Path) -> None:
    rows = HEADER.replace("A1", "D1").replace("B1", "E1").replace("C1", "F1")
    more = ANA.replace("A2", "D2").replace("B2", "E2").replace("C2", "F2")
    assert read(log_file(workbook(tmp_path / "log.xlsx", rows + more)))[0] == [(2, "ana")]


DATES = [cell("A2", 46054.4375, 1), cell("A3", "02/03/2026 11:15"), cell("A4", "2026-02-04"), cell("A5", 46058, 1)]


def test_a_real_date_is_a_time_whatever_format_is_told(tmp_path: Path) -> None:
    """Of texts only the told format is read; the cell of a real date has no format of its own."""
    rows = "".join(f'<row r="{row}">{one}{cell(f"B{row}", "ana")}</row>' for row, one in enumerate(DATES, 2))
    file = log_file(workbook(tmp_path / "log.xlsx", HEADER + rows), date_format="%m/%d/%Y %H:%M")
    totals = ReadTotals()
    times = [at for batch in reading.read_events(file, YEAR, totals) for at in batch.column("first_seen").to_pylist()]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in times] == ["2026-02-01 16:30", "2026-02-03 17:15", "2026-02-05 06:00"]
    assert [(one.row, one.reason) for one in totals.rejects] == [(4, "not in the told format: 9999-99-99")]


def test_a_real_date_of_a_workforce_is_a_day_whatever_format_is_told(tmp_path: Path) -> None:
    header = f'<row r="1">{cell("A1", "from")}{cell("B1", "id")}</row>'
    rows = [cell("A2", 46054, 1), cell("A3", "02/03/2026")]
    body = "".join(f'<row r="{row}">{one}{cell(f"B{row}", "7")}</row>' for row, one in enumerate(rows, 2))
    path = workbook(tmp_path / "people.xlsx", header + body)
    columns = WorkforceColumns(employee_id="id", valid_from="from")
    source = WorkforceSource(path=path.name, columns=columns, date_format="%m/%d/%Y")
    found = reading.read_identities(take_inventory([source], tmp_path)[0], ReadTotals())
    assert found.column("valid_from").to_pylist() == [date(2026, 2, 1), date(2026, 2, 3)]
