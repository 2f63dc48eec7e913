"""Tables that a person writes: known columns, numbered rows, an exact error for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.industry.tables import read_table


def test_rows_are_numbered_as_a_person_counts(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffb , a\r\n 1 ,\r\n\r\n,x\r\nPeña\r\n".encode())
    assert read_table(path, ("a", "b", "c")) == [
        (2, {"a": "", "b": "1", "c": ""}), (4, {"a": "x", "b": "", "c": ""}), (5, {"a": "", "b": "Peña", "c": ""}),
    ]  # fmt: skip
    path.write_bytes("a\nPeña\n".encode("cp1252"))
    assert read_table(path, ("a",)) == [(2, {"a": "Peña"})]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,x\n", "the column 'x' is not known · t.csv, row 1"),
        ("a,a\n", "the column 'a' is there twice"),
        ("c\n", "the column 'a' is missing · t.csv, row 1 · write the columns a, b, c"),
        ("a,b\n1,2,3\n", "the row has more cells than the header · t.csv, row 2"),
        ('a\n"x\n', "this is no CSV file · t.csv"),
        ('a\n"x"y\n', "this is no CSV file"),
        ("z" * 500 + "\n", "z" * 60 + "' is not known"),
    ],
)
def test_what_is_wrong(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(path, ("a", "b", "c"), ("a",))
    assert words in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(b"a,b\n" + content)
    try:
        for number, cells in read_table(path, ("a", "b")):
            assert number >= 2
            assert set(cells) == {"a", "b"}
    except InputError:
        pass
