"""Columns of messages: what each form of a path finds, and the same of XML as of JSON."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.sources import atna
from percapita.sources.paths import compile_path, plain

EVENT: dict[str, Any] = {
    "actor": {"alternateId": "ann", "n": 7, "big": 12345678901234567890, "on": True, "off": False, "none": None},
    "emails": [{"value": "a@x", "type": "home"}, {"value": "b@x", "primary": True}, {"other": 1}],
    "nested": [{"list": [{"v": ""}, {"v": "first"}]}, {"list": [{"v": "second"}]}],
    "status": {"code": 0},
    "error": {"code": 53},
    "urn:a.b": {"number": "17"},
    "two words": "here",
    "ref": [{"reference": "https://x.example/fhir/ChargeItem/77/_history/2"}, {"reference": "Smith/John"}],
    "name": [{"reference": "Smith/John"}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("actor.alternateId", "ann"),
        ("actor.n", "7"),
        ("actor.big", "12345678901234567890"),
        ("actor.on", "true"),
        ("actor.off", "false"),
        ("actor.none", None),
        ("actor", None),
        ("actor.alternateId.deeper", None),
        ("nothing.at.all", None),
        ("emails.value", "a@x"),
        ("emails[primary=true].value", "b@x"),
        ("emails[type=work,home].value", "a@x"),
        ("emails[type!=home].value", None),
        ("emails[!type].value", "b@x"),
        ("emails[value~=b@].value", "b@x"),
        ("emails[other].value", None),
        ("nested.list.v", "first"),
        ("nested[list.v=second].list.v", "second"),
        ("actor.none | actor.n | actor.alternateId", "7"),
        ("actor.alternateId + actor.none + actor.n", "ann 7"),
        ("actor.none + actor.none", None),
        ("status[code!=0] => failed", None),
        ("error[code!=0] => failed", "failed"),
        ("actor.alternateId + error[code!=0] => it failed | status => ok", "ann it failed"),
        ("actor[.=x] => no | actor => yes", "yes"),
        ("'urn:a.b'.number", "17"),
        ("two words", "here"),
        ("ref.reference:type", "ChargeItem"),
        ("name.reference:type", None),
    ],
)
def test_a_path_finds(path: str, found: str | None) -> None:
    assert compile_path(path).find(EVENT) == found


NAMES = st.sampled_from(["a", "b", "c"])
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "x", "y"]))
VALUES = st.recursive(PLAIN, lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(NAMES, one, max_size=3)))


def naive(value: Any, names: list[str]) -> list[Any]:
    """Return everything that stands under names, lists taken apart once, in order."""
    if not names:
        return [value]
    inner = value.get(names[0]) if isinstance(value, dict) else None
    parts = inner if isinstance(inner, list) else [] if inner is None else [inner]
    return [found for part in parts for found in naive(part, names[1:])]


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(NAMES, VALUES, max_size=3), st.lists(NAMES, min_size=1, max_size=3))
def test_any_message_is_walked_as_the_naive_way_does(message: dict[str, Any], names: list[str]) -> None:
    texts = [text for value in naive(message, names) if (text := plain(value))]
    assert compile_path(".".join(names)).find(message) == (texts[0] if texts else None)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8
)
ELEMENTS = st.lists(
    st.tuples(
        NAMES, st.dictionaries(NAMES, WORDS, max_size=3), WORDS.filter(lambda word: not word or bool(word.strip()))
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=200)
@given(ELEMENTS, st.sampled_from(["", "x:"]))
def test_any_xml_message_becomes_nested_values(elements: list[tuple[str, dict[str, str], str]], prefix: str) -> None:
    text = "".join(
        f"<{prefix}{name}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>{escape(body)}</{prefix}{name}>"
        for name, attributes, body in elements
    )
    found = atna._Parser(frozenset("ab")).parse(f"<{prefix}AuditMessage>{text}</{prefix}AuditMessage>".encode())
    wanted: dict[str, list[dict[str, str]]] = {}
    for name, attributes, body in elements:
        if name != "c":  # no column begins with it
            wanted.setdefault(name, []).append(attributes | ({"#text": body} if body else {}))
    assert found == wanted
