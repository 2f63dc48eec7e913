"""A form comes back as it went out, and everything that was altered is told by cell."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from percapita.errors import InputError
from percapita.forms.answers import check_form, in_order, read_answers, refuse
from percapita.forms.read import read_book
from percapita.forms.sheet import Cell, Filled, Sheet, letters, place_of, reference
from percapita.forms.write import write_form
from percapita.policy.csv_table import Column, day, decimal

SHEET = Sheet(
    "Form",
    {
        "A1": Cell("=Title", "title"),
        "A3": Cell("Name", "head"), "B3": Cell("Units", "head"), "C3": Cell("On", "head"), "D3": Cell("Twice", "head"),
        **{f"A{row}": Cell("preset" if row == 4 else None, "answer") for row in (4, 5, 6)},
        **{f"B{row}": Cell(Decimal("2.5") if row == 4 else None, "answer", kind="decimal") for row in (4, 5, 6)},
        **{f"C{row}": Cell(date(2026, 1, 31) if row == 4 else None, "answer", kind="day") for row in (4, 5, 6)},
        **{f"D{row}": Cell(5, "result", formula=f"=B{row}*2") for row in (4, 5, 6)},
        "E4": Cell("x", "answer", kind="choice", choices=("x", "y"), hint="choose"),
        "F4": Cell(3, "answer", kind="whole"),
    },
    {"A": 20},
    "A4",
)  # fmt: skip
COLUMNS = {"A": Column("name", required=True), "B": Column("units", decimal), "C": Column("on", day)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "form.xlsx"
    write_form(written, [SHEET])
    return written


def changed(path: Path, cells: dict[str, Any]) -> Path:
    """Change cells as a spreadsheet program would, and save."""
    book = openpyxl.load_workbook(path)
    for name, value in cells.items():
        book["Form"][name] = value
    book.save(path)
    return path


def test_what_goes_out_comes_back(path: Path) -> None:
    book = read_book(path)
    assert check_form(book, [SHEET]) == []
    answers, wrong = read_answers(book["Form"], SHEET, COLUMNS, (4, 5, 6))
    assert wrong == []
    assert [one.values for one in answers] == [{"name": "preset", "units": Decimal("2.5"), "on": date(2026, 1, 31)}]


def test_the_same_form_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_form(tmp_path / "again.xlsx", [SHEET])
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_only_answers_are_open_and_each_has_its_rule(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Form"]
    assert sheet.protection.sheet
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == set(SHEET.answers())
    rules = {str(rule.sqref): rule.type for rule in sheet.data_validations.dataValidation}
    assert (rules["B5"], rules["C5"], rules["E4"], rules["F4"]) == ("decimal", "date", "list", "whole")
    assert sheet["A1"].value == "=Title"
    assert sheet["A1"].data_type == "s"  # a text, not a formula
    assert sheet["D4"].value == "=B4*2"


@pytest.mark.parametrize(
    ("cells", "cell", "says"),
    [
        ({"A3": "Naem"}, "Form!A3", "a locked cell was changed"),
        ({"A3": None}, "Form!A3", "a locked cell was changed"),
        ({"A1": "=1+1"}, "Form!A1", "a locked cell was changed"),
        ({"Z9": "stray"}, "Form!Z9", "nothing belongs into this cell"),
    ],
)
def test_altered_forms(cells: dict[str, Any], cell: str, says: str, path: Path) -> None:
    (wrong,) = check_form(read_book(changed(path, cells)), [SHEET])
    assert (wrong.cell, wrong.what) == (cell, says)


@pytest.mark.parametrize(
    ("cells", "cell", "says"),
    [
        ({"A5": "b", "B5": "=1+1"}, "Form!B5", "this is a formula"),
        ({"A5": "b", "B5": -3}, "Form!B5", "'-3' is not a number from 0 up"),
        ({"A5": "b", "B5": 1e300}, "Form!B5", "'1e+300' is not a number"),
        ({"A5": "b", "B5": "NaN"}, "Form!B5", "'NaN' is not a number"),
        ({"A5": "b", "B5": "#DIV/0!"}, "Form!B5", "this is a formula"),
        ({"A5": "b", "B5": True}, "Form!B5", "'true' is not a number"),
        ({"A5": "b", "C5": "soon"}, "Form!C5", "'soon' is not a day"),
        ({"B5": 3}, "Form!A5", "this must not be empty"),
        ({"A5": "x" * 600}, "Form!A5", "this is longer than 500 signs"),
        ({"A5": "=HYPERLINK(1)"}, "Form!A5", "this is a formula"),
    ],
)
def test_wrong_answers(cells: dict[str, Any], cell: str, says: str, path: Path) -> None:
    book = read_book(changed(path, cells))
    answers, wrong = read_answers(book["Form"], SHEET, COLUMNS, (4, 5, 6))
    assert [one.row for one in answers] == [4]
    assert wrong[0].cell == cell
    assert says in wrong[0].what


def test_dates_and_numbers_typed_in_a_spreadsheet(path: Path) -> None:
    book = read_book(changed(path, {"A5": 7, "B5": 12.0, "C5": date(2026, 2, 1)}))
    answers, wrong = read_answers(book["Form"], SHEET, COLUMNS, (5,))
    assert (wrong, answers[0].values) == ([], {"name": "7", "units": Decimal(12), "on": date(2026, 2, 1)})


def test_a_sheet_that_is_gone() -> None:
    assert [one.what for one in check_form({}, [SHEET])] == ["the sheet is missing"]


def test_errors_are_in_order_and_the_first_is_the_line() -> None:
    cells = {"A10": Filled("x"), "A9": Filled("y")}
    wrong = in_order(check_form({"Form": cells}, [Sheet("Form", {})]))
    assert [one.cell for one in wrong] == ["Form!A9", "Form!A10"]
    with pytest.raises(InputError, match=r"and 1 more cell\) · f.xlsx, Form!A9"):
        refuse(wrong, "f.xlsx")


def repacked(path: Path, part: str, change: Any) -> Path:
    """Write the workbook again with one part changed."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    content[part] = change(content[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in content.items():
            new.writestr(name, data)
    return path


SHEET_XML = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
HOSTILE = [
    (SHEET_XML, lambda data: data.replace(b'r="A3"', b'r="XFD1048576"'), "XFD1048576 is far beyond the form"),
    (SHEET_XML, lambda data: data.replace(b"<worksheet", ENTITY + b"<worksheet", 1), "no workbook, or it is damaged"),
    (SHEET_XML, lambda data: data.replace(b'"UTF-8"', b'"UTF-99"', 1), "no workbook, or it is damaged"),
    (SHEET_XML, lambda data: data[:-200], "no workbook, or it is damaged"),
    (SHEET_XML, lambda data: b"<a>" + b" " * (70 << 20) + b"</a>", "far larger than the form"),
    ("xl/workbook.xml", lambda data: b"<workbook/>", ""),
]


@pytest.mark.parametrize(("part", "change", "says"), HOSTILE)
def test_hostile_workbooks(part: str, change: Any, says: str, path: Path) -> None:
    broken = repacked(path, part, change)
    if says:
        with pytest.raises(InputError, match=says):
            read_book(broken)
    else:
        assert check_form(read_book(broken), [SHEET])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04torn", b"name,units\n", b"\xd0\xcf\x11\xe0" * 200])
def test_no_workbooks(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no workbook"):
        read_book(path)


def test_places() -> None:
    names = ["A1", "Z9", "AA10", "XFD1048576"]
    assert [reference(*place_of(name)) for name in names] == names
    assert (letters(27), letters(16384)) == ("AA", "XFD")
    for bad in ("", "a1", "A0", "1A", "AAAA1"):
        with pytest.raises(ValueError, match="no reference"):
            place_of(bad)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_form(tmp_path / "file" / "form.xlsx", [SHEET])
