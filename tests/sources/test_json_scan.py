"""Any JSON text, however it is laid out and in whatever parts it comes, is cut into the same objects."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.sources import json_scan
from percapita.sources.json_scan import Piece, Scanner

TEXTS = st.text(alphabet='ab"\\{}[],: \n\u00fc\U0001f600', max_size=6)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), TEXTS)
VALUES = st.recursive(PLAIN, lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(TEXTS, one, max_size=3)))
OBJECTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=6)
INDENTS = st.sampled_from([None, 0, 2])


def in_parts(text: bytes, size: int) -> Callable[[int], bytes]:
    stream = io.BytesIO(text)
    return lambda wanted: stream.read(size)


def cut(text: bytes, key: str | None = None, size: int = 1 << 20) -> list[Piece]:
    return list(Scanner(in_parts(text, size), "x.json", key).pieces())


def values(pieces: list[Piece]) -> list[Any]:
    return [json.loads(piece.text) for piece in pieces]


@settings(deadline=None, max_examples=300)
@given(OBJECTS, INDENTS, st.integers(1, 40))
def test_a_list_is_its_objects(objects: list[dict[str, Any]], indent: int | None, size: int) -> None:
    text = json.dumps(objects, indent=indent).encode()
    assert values(cut(text, "entry", size)) == objects
    assert not any(piece.inner for piece in cut(text, None, size))


@settings(deadline=None, max_examples=300)
@given(OBJECTS, st.dictionaries(TEXTS, VALUES, max_size=3), st.booleans(), INDENTS, st.integers(1, 40))
def test_a_document_is_the_objects_of_its_list(
    objects: list[dict[str, Any]], others: dict[str, Any], first: bool, indent: int | None, size: int
) -> None:
    document = {"entry": objects, **others} if first else {**others, "entry": objects}
    pieces = cut(json.dumps(document, indent=indent, ensure_ascii=False).encode(), "entry", size)
    assert values(pieces) == objects
    assert all(piece.inner for piece in pieces)


@settings(deadline=None)
@given(OBJECTS, st.sampled_from(["\n", "", " ", ",\n", "\r\n"]), st.integers(1, 40))
def test_objects_one_after_another(objects: list[dict[str, Any]], between: str, size: int) -> None:
    text = between.join(json.dumps(one) for one in objects).encode()
    assert values(cut(text, "no such list", size)) == objects


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='{}[]",:\\ab1 \n', max_size=40), st.integers(1, 9), st.sampled_from([None, "a"]))
def test_any_text_is_cut_or_refused(text: str, size: int, key: str | None) -> None:
    try:
        whole = cut(text.encode(), key)
    except InputError:
        return
    assert cut(text.encode(), key, size) == whole


@pytest.mark.parametrize("text", ['[{"a": 1}', '{"entry": [{"a": 1},', '[{"a": "x', '{"entry": [', '[{"a": "x\\'])
def test_a_text_that_is_cut_off_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cut off"):
        cut(text.encode(), "entry", 3)


@pytest.mark.parametrize("text", ["hello", "1", '"a"', '{"a" 1}', "{a: 1}", "]"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no JSON objects"):
        cut(text.encode(), "entry")


def test_something_else_in_a_list_has_no_bytes() -> None:
    pieces = cut(b'[{"a":1}, 5, "x", [[{"b":2}]], null, {"c":3}]')
    assert [piece.text for piece in pieces] == [b'{"a":1}', b"", b"", b"", b"", b'{"c":3}']


def test_an_object_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scan, "LONGEST", 1000)
    long = json.dumps([{"a": "x" * 5000}]).encode()
    with pytest.raises(InputError, match="longer than"):
        cut(long, None, 100)
    assert len(cut(json.dumps([{"a": "x" * 100}] * 500).encode(), None, 100)) == 500
