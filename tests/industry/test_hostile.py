"""Files that are damaged, cut off, of another year or made to harm get an exact error and change nothing."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.industry.load import load_files
from tests.industry.conftest import DATA

PUF = DATA / "hcris_puf_costreport_fy2021.csv.gz"


def puf() -> list[str]:
    return gzip.decompress(PUF.read_bytes()).decode().splitlines(keepends=True)


def refused(path: Path, words: str) -> InputError:
    home = path.parent / "industry"
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        load_files([path], home)
    assert not home.exists()
    return caught.value


def test_an_archive_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(PUF.read_bytes()[:6000])
    assert str(refused(path, "cut off or damaged")).endswith("copy it again")


def test_a_text_that_is_cut_off_in_its_last_row(tmp_path: Path) -> None:
    path = tmp_path / "CostReport_2021_Final.csv"
    path.write_text("".join(puf())[:-40], encoding="utf-8", newline="")
    error = refused(path, "cut off in its last row")
    assert error.where == f"CostReport_2021_Final.csv, row {len(puf())}"


def test_another_year_than_the_name_says(tmp_path: Path) -> None:
    path = tmp_path / "CostReport_2019_Final.csv"
    path.write_text("".join(puf()), encoding="utf-8", newline="")
    refused(path, "the name says 2019, but 216 of 216 rows are of fiscal year 2021")


def test_rows_of_many_years(tmp_path: Path) -> None:
    head, *rows = puf()
    mixed = [re.sub(r"/20(20|21|22),", f"/{2005 + number % 12},", row) for number, row in enumerate(rows)]
    path = tmp_path / "mixed.csv"
    path.write_text(head + "".join(row for row in mixed if ",1/1/" in row), encoding="utf-8", newline="")
    refused(path, "the rows are of many years")


@pytest.mark.parametrize("cell", ["4.40E+03", "4.4E+5", "123", "CCN"])
def test_a_ccn_that_a_spreadsheet_damaged(cell: str, tmp_path: Path) -> None:
    head, *rows = puf()
    broken = [re.sub(r"^([^,]*),[^,]*,", rf"\1,{cell},", row) for row in rows[:20]]
    path = tmp_path / "damaged.csv"
    path.write_text(head + "".join([*broken, *rows[20:]]), encoding="utf-8", newline="")
    error = refused(path, "20 of 216 rows cannot be read")
    assert error.where == "damaged.csv, row 2, column 'Provider CCN'"


def test_a_few_damaged_rows_are_rejects(tmp_path: Path) -> None:
    head, *rows = puf()
    rows[4] = re.sub(r"^([^,]*),[^,]*,", r"\1,4.40E+03,", rows[4])
    path = tmp_path / "few.csv"
    path.write_text(head + "".join(rows), encoding="utf-8", newline="")
    (one,) = load_files([path], tmp_path / "industry")
    assert [(reject.row, reject.column) for reject in one.rejects] == [(6, "Provider CCN")]
    assert "its digits are lost" in one.rejects[0].reason
    assert one.load.mended.startswith("leading zero restored: ")


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("FTE - Employees on Payroll", "about 40", "not a number"),
        ("FTE - Employees on Payroll", "-40", "a count below zero"),
        ("Number of Beds", "1e999", "not a number"),
        ("Number of Beds", "NaN", "not a number"),
        ("Fiscal Year End Date", "2021-09-30", "not a date such as 09/30/2021"),
        ("Fiscal Year End Date", "1/1/2001", "the period ends before it begins"),
    ],
)
def test_a_cell_that_cannot_be_read(column: str, cell: str, words: str, tmp_path: Path) -> None:
    head, first, *rows = puf()
    place = head.rstrip("\n").split(",").index(column)
    cells = first.rstrip("\n").split(",")
    assert len(cells) == len(head.split(","))
    cells[place] = cell
    path = tmp_path / "cells.csv"
    path.write_text(head + ",".join(cells) + "\n" + "".join(rows), encoding="utf-8", newline="")
    (one,) = load_files([path], tmp_path / "industry")
    assert [(reject.row, reject.reason) for reject in one.rejects] == [(2, words)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02\x03" * 100, "not a text file"),
        (b"a,b\n1,2\n", "no kind of industry file has these columns"),
        (b"Provider CCN,FTE - Employees on Payroll\n010001,5\n", "columns are missing: 'Fiscal Year Begin Date'"),
        (b"Provider CCN,FTE - Employees on Payroll,Fiscal Year Begin Date\n", "no row with a figure"),
        (b'Provider CCN,FTE - Employees on Payroll,Fiscal Year Begin Date\n"010001,5,1/1/2021\n', "quote"),
    ],
)
def test_what_is_no_industry_file(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    refused(path, words)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.csv", "there is no such file")
    refused(tmp_path, "this is a folder")
