"""The toolkit asks, checks and computes; what comes back is told by cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from percapita.errors import InputError
from percapita.forms.read import read_book
from percapita.forms.write import write_form
from percapita.proxy.estimate import NOT_SUPPLIED
from percapita.proxy.toolkit import FIRST_ROW, read_toolkit, toolkit
from tests.proxy.samples import SHIPPED, with_hospital


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "toolkit.xlsx"
    write_form(found, toolkit(SHIPPED, ["MAIN", "EAST"]))
    return found


GOOD = {"A6": "MAIN", "B6": "ambulatory", "C6": "physicians", "D6": 2.5, "E6": date(2025, 12, 31), "G6": "roster"}


def filled(path: Path, cells: dict[str, Any], sheet: str = "Answers") -> Path:
    book = openpyxl.load_workbook(path)
    for name, content in cells.items():
        book[sheet][name] = content
    book.save(path)
    return path


def test_an_empty_toolkit_has_no_answers(path: Path) -> None:
    assert read_toolkit(read_book(path), SHIPPED, "t") == ([], [])


def test_answers_come_back(path: Path) -> None:
    values, wrong = read_toolkit(read_book(filled(path, {**GOOD, "F6": "ehr, rcm", "H6": "p. 3"})), SHIPPED, "t")
    assert wrong == []
    (found,) = values
    assert (found.entity, str(found.value), found.as_of, found.systems, found.evidence) == (
        "MAIN",
        "2.5",
        date(2025, 12, 31),
        ("ehr", "rcm"),
        "p. 3",
    )


def test_it_says_where_each_number_is_found(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    words = [str(cell.value) for row in book["Questions"].iter_rows() for cell in row if cell.value]
    assert any("Worksheet S-3 Part I, line 14, column 2" in word for word in words)
    assert {metric.question for metric in SHIPPED.metrics.values()} <= set(words)
    answers = book["Answers"]
    lists = {rule.formula1 for rule in answers.data_validations.dataValidation if rule.type == "list"}
    assert lists == {'"MAIN,EAST"', '"hospital,ambulatory"', '"' + ",".join(SHIPPED.metrics) + '"'}
    assert NOT_SUPPLIED in str(answers[f"I{FIRST_ROW}"].value)
    assert str(answers[f"K{FIRST_ROW}"].value).startswith("=IF(")


@pytest.mark.parametrize(
    ("cells", "cell", "says"),
    [
        ({"D6": "=2+1"}, "Answers!D6", "this is a formula"),
        ({"D6": -1}, "Answers!D6", "'-1' is not a number from 0 up"),
        ({"D6": 1e99}, "Answers!D6", "is not a number from 0 up"),
        ({"D6": "NaN"}, "Answers!D6", "is not a number from 0 up"),
        ({"D6": None}, "Answers!D6", "this must not be empty"),
        ({"B6": "clinic"}, "Answers!B6", "'clinic' is not a known word"),
        ({"C6": "beds"}, "Answers!C6", "'beds' is not a known word"),
        ({"C6": "staffed_beds"}, "Answers!C6", "staffed_beds is no metric of ambulatory"),
        ({"E6": "last year"}, "Answers!E6", "'last year' is not a day"),
        ({"G6": None}, "Answers!G6", "this must not be empty"),
        ({"A5": "Site"}, "Answers!A5", "a locked cell was changed"),
        ({"M6": "note"}, "Answers!M6", "nothing belongs into this cell"),
        ({name.replace("6", "9"): content for name, content in GOOD.items()}, "Answers!A9", "this is answered in Answers!A6, too"),
    ],
)  # fmt: skip
def test_errors_by_cell(cells: dict[str, Any], cell: str, says: str, path: Path) -> None:
    _, wrong = read_toolkit(read_book(filled(path, {**GOOD, **cells})), SHIPPED, "t")
    assert [one.cell for one in wrong] == [cell]
    assert says in wrong[0].what


def test_a_factor_cannot_be_changed_in_the_workbook(path: Path) -> None:
    _, wrong = read_toolkit(read_book(filled(path, {"D6": 3}, "Factors")), SHIPPED, "t")
    assert [one.cell for one in wrong] == ["Factors!D6"]


def test_a_toolkit_of_other_factors(path: Path) -> None:
    with pytest.raises(InputError, match="written with the factors '2026', which read otherwise"):
        read_toolkit(read_book(path), with_hospital(), "t")


def test_no_toolkit_at_all(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    _, wrong = read_toolkit(read_book(path), SHIPPED, "t")
    assert [one.what for one in wrong] == ["the sheet is missing"] * 3
