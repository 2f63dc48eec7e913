"""Blocks of bytes become records as CMS's parser makes them, wherever the blocks are cut."""

from __future__ import annotations

import io
import random

import pytest

from percapita.chargemaster import split
from percapita.chargemaster.split import BLOCK, records_of


def rows(content: bytes, block: int = BLOCK) -> list[list[str]]:
    return [records.row(place) for records in records_of(io.BytesIO(content), block) for place in range(len(records))]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"a,b\n", [["a", "b"]]),
        (b"a,b\n\n", [["a", "b"], [""]]),
        (b"a,b", [["a", "b"]]),
        (b"a,\r\n,b", [["a", ""], ["", "b"]]),
        (b'"a,b","c""d"\n', [["a,b", 'c"d']]),
        (b'"a\nb",c\n', [["a\nb", "c"]]),
        (b'" a "  ,b\n', [["a", "b"]]),
        (b'a"b,c"\n', [['a"b', 'c"']]),
        (b'"a"b,c",d\n', [['a"b,c', "d"]]),
        (b' "a",b\n', [['"a"', "b"]]),
        (b"a\rb,c\n", [["a\rb", "c"]]),
        (b"\xef\xbb\xbf \na,b\n", [["a", "b"]]),
        (b'""\n"",""\n', [[""], ["", ""]]),
    ],
)
def test_records(content: bytes, expected: list[list[str]]) -> None:
    assert rows(content) == expected


def test_blocks_do_not_matter() -> None:
    draw = random.Random(1)
    for _ in range(4000):
        content = bytes(draw.choice(b'ab,"\n\r ') for _ in range(draw.randint(1, 14)))
        exact = split._split_exactly(content, 0, final=True)
        expected = [exact.row(place) for place in range(len(exact))]
        for block in (3, 5, 100):
            assert rows(content, block) == expected, (content, block)


@pytest.mark.parametrize(
    ("content", "swallows"),
    [
        (b'a,"b\nc,d\n', True),
        (b'a,"b\nc,"d",e\n', True),
        (b'a,"b\nc",d\n', False),
        (b'a,"b"c",d\n', False),
        (b'a,"b"', False),
    ],
)
def test_quotes_that_swallow_rows(content: bytes, swallows: bool) -> None:
    assert any(records.unclosed for records in records_of(io.BytesIO(content))) is swallows


def test_a_record_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "LONGEST_RECORD", 1000)
    found = list(records_of(io.BytesIO(b'a,b\nc,"' + b"x,\n" * 5000), 100))
    assert sum(map(len, found)) == 2
    assert found[-1].unclosed
    assert len(found[-1].text) < 3000
