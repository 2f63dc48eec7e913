"""Small tables: cells of a kind, errors by cell, nothing guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.csv_table import (
    CellError,
    Column,
    day,
    decimal,
    lines_of,
    one_of,
    read_csv,
    read_row,
    text,
    whole,
)

COLUMNS = (Column("name", required=True), Column("units", whole), Column("on", day))


def table(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_rows(tmp_path: Path) -> None:
    rows = read_csv(
        table(tmp_path, 'Name,units\r\n\'=x,3\r\n\r\n"a\nb",\r\nc,4\r\n'.replace('"a\nb"', '"a b"')), COLUMNS, "table"
    )
    assert [(row.values["name"], row.values["units"], row.where) for row in rows] == [
        ("=x", 3, "t.csv, row 2"),
        ("a b", None, "t.csv, row 4"),
        ("c", 4, "t.csv, row 5"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the column 'name' is missing"),
        ("nmae\nx\n", "the column 'nmae' is not known · t.csv, row 1 · did you mean 'name'?"),
        ("name,name\nx,y\n", "the column 'name' is there twice"),
        (b"name\n\xe9\n", "not UTF-8 text"),
        (b"name\nx\0\n", "not text"),
        ("name,units\n,3\n", "this must not be empty · t.csv, row 2, name"),
        ("name,units\nx,9999999999\n", "not a whole number"),
        ("name\n" + "x" * 501 + "\n", "longer than 500 signs"),
        ("name\nx\x07y\n", "cannot be printed"),
        ('name\n"x', "cannot be split into cells"),
    ],
)
def test_bad_tables(content: str | bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_csv(table(tmp_path, content), COLUMNS, "table")
    assert says in str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_exported_table(encoding: str, delimiter: str, tmp_path: Path) -> None:
    content = f'a{delimiter}b\r\n"x\r\ny"{delimiter}\u00e9\u2026\r\nz\r\n'.encode(encoding)
    found = list(lines_of(table(tmp_path, content), "table", exported=True))
    assert found == [(1, ["a", "b"]), (2, ["x\r\ny", "\u00e9\u2026"]), (4, ["z"])]


@pytest.mark.parametrize("cell", ["", "-1", "+1", "1.0", "1e3", "1,000", " 1", "٣", "NaN", "1" * 10])
def test_no_whole_numbers(cell: str) -> None:
    with pytest.raises(CellError):
        whole(cell)


@pytest.mark.parametrize("cell", ["", "-1", "1.23456", "inf", "NaN", "1e9", "0x1", "1" * 10, "."])
def test_no_decimals(cell: str) -> None:
    with pytest.raises(CellError):
        decimal(cell)


def test_kinds() -> None:
    assert (whole("0120"), decimal("37.5"), day("2024-02-29"), one_of("a", "b")("A"), text("x")) == (
        120,
        Decimal("37.5"),
        date(2024, 2, 29),
        "a",
        "x",
    )


def test_every_problem_of_a_row_is_told() -> None:
    values, problems = read_row({"units": "x", "on": "y"}, COLUMNS)
    assert values == {"name": None, "units": None, "on": None}
    assert [one.column for one in problems] == ["name", "units", "on"]
