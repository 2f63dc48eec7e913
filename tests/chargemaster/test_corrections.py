"""Where CMS's validator is blind or too strict, and what is promised of every file whatever is in it."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from percapita.chargemaster.check import check_file
from percapita.chargemaster.common import name_is_good
from percapita.chargemaster.findings import Findings
from tests.chargemaster.book import DATA, Book, document, tall, wide
from tests.chargemaster.old import old_document

TODAY = date(2026, 6, 1)


def check(content: bytes, folder: Path, name: str = "x.csv", limit: int = 1000) -> Findings:
    path = folder / name
    path.write_bytes(content)
    return check_file(path, limit=limit, today=TODAY)


def test_blank_columns_of_a_spreadsheet(tmp_path: Path) -> None:
    book = tall()
    for _ in range(3):
        book.add_column("").add_column("", at=2)
    assert check(book.text().encode(), tmp_path).errors == []


def test_rows_are_checked_after_errors_in_the_headers(tmp_path: Path) -> None:
    book = (
        tall().set(2, 0, "").set(3, "count", "counts").set(6, "setting", "home").set(7, "standard_charge|gross", "-1")
    )
    found = check(book.text().encode(), tmp_path)
    assert [one.path for one in found.errors] == ["A2", "row 3", "F6", "I7"]


def test_a_missing_column_is_not_said_of_every_row(tmp_path: Path) -> None:
    for column in range(len(tall().rows[2])):
        found = check(tall().drop_column(column).text().encode(), tmp_path)
        assert {one.rule for one in found.errors} in ({"CSV-C02"}, {"CSV-C01", "CSV-C05"}), column


def test_gzip(tmp_path: Path) -> None:
    assert check(gzip.compress(wide().text().encode()), tmp_path, "x.csv.gz").errors == []
    assert check(gzip.compress(json.dumps(document()).encode()), tmp_path, "x.json.gz").errors == []
    cut = gzip.compress(wide().text().encode())[:-20]
    assert [one.rule for one in check(cut, tmp_path).errors] == ["FILE-E01"]


def test_content_decides_the_format_not_the_name(tmp_path: Path) -> None:
    assert check(json.dumps(document()).encode(), tmp_path, "x.csv").errors == []
    assert check(tall().text().encode(), tmp_path, "x.json").errors == []


def test_errors_are_capped_and_counted(tmp_path: Path) -> None:
    book = tall()
    for row in range(4, 49):
        book.set(row, "description", "")
    found = check(book.text().encode(), tmp_path, limit=7)
    assert (len(found.errors), found.error_count) == (7, 45)
    assert [one.path for one in found.errors] == [f"A{row}" for row in range(4, 11)]


def test_auto_is_the_version_that_the_file_states(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(tall().set(2, 2, "2.0.0").text(), encoding="utf-8")
    assert check_file(path, "v3.0.0", today=TODAY).errors == []
    assert "CSV-H01" in {one.rule for one in check_file(path, "auto", today=TODAY).errors}


@pytest.mark.parametrize("first", [True, False])
def test_auto_finds_the_version_of_a_json_file_anywhere(first: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    found = old_document()
    stated = {"version": found.pop("version")}
    path.write_text(json.dumps({**stated, **found} if first else {**found, **stated}), encoding="utf-8")
    assert check_file(path, "auto", today=TODAY).errors == []
    assert check_file(path, "v3.0.0", today=TODAY).errors != []


@pytest.mark.parametrize("size", [1, 7, 40])
def test_json_in_small_blocks(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(document()).replace('"setting": "outpatient"', '"setting": "home"', 1)
    expected = check(text.encode(), tmp_path)
    from percapita.chargemaster import json_stream

    monkeypatch.setattr(json_stream.JsonStream.__init__, "__defaults__", (size * 50,))
    assert check(text.encode(), tmp_path) == expected
    assert expected.error_count == 1


def test_batches_and_single_items_find_the_same(tmp_path: Path) -> None:
    found = document()
    items = found["standard_charge_information"] * 60
    for number, item in enumerate(items):
        items[number] = {**item, "description": f"{item['description']} {number}"}
    found["standard_charge_information"] = items
    assert check(json.dumps(found).encode(), tmp_path).errors == []
    items[100]["description"] = ""
    items[200] = 5
    places = [one.path for one in check(json.dumps(found, indent=1).encode(), tmp_path).errors]
    assert places == ["/standard_charge_information/100/description", "/standard_charge_information/200"]


def test_file_of_many_blocks(tmp_path: Path) -> None:
    rows = tall().rows
    body = [[f"{row[0]} {number}", *row[1:]] for number in range(300) for row in rows[3:]]
    body[10_000][5] = "home"
    text = Book([*rows[:3], *body]).text(quote=True, end="\r\n")
    found = check(text.encode(), tmp_path)
    assert [one.path for one in found.errors] == ["F10004"]


def test_file_names() -> None:
    rows = [line.split("\t") for line in (DATA / "filenames.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert len(rows) > 20
    assert [name for name, verdict in rows if name_is_good(name) != (verdict == "valid")] == []


def test_a_file_of_one_long_line_takes_little_memory(tmp_path: Path) -> None:
    found = check(tall().text().encode() + b'"' + b"x,\n" * 6_000_000, tmp_path)
    assert [one.rule for one in found.errors if one.rule.startswith("CSV-E")] == ["CSV-E01"]
