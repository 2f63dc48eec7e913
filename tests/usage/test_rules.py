"""Globs against a naive matcher and against DuckDB; the first rule that fits decides."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from percapita.usage.rules import (
    UNDETERMINED,
    UseRule,
    first_rule,
    glob_regex,
    is_glob,
    is_undetermined,
    literal,
    matches,
)

SIGNS = st.sampled_from([*"ab*?.[]()\\^$+{}|-/_ \n\r\tÄß", "\u0301", "\U0001f600", "\u2028"])
TEXTS = st.text(SIGNS, max_size=8)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
GLOBS = st.one_of(TEXTS, ANY_TEXT, st.text(st.sampled_from("a*?"), max_size=6))


def fits(glob: str, text: str) -> bool:
    """Tell whether a text fits a glob, trying every share of the text for a star."""
    if not glob:
        return not text
    if glob[0] == "*":
        return any(fits(glob[1:], text[skipped:]) for skipped in range(len(text) + 1))
    return bool(text) and glob[0] in ("?", text[0]) and fits(glob[1:], text[1:])


@settings(max_examples=300)
@given(GLOBS, st.one_of(TEXTS, st.text(st.sampled_from("ab"), max_size=6)))
@example("?", "\n")
@example("*", "")
@example("a*b", "a\nb")
@example("[a]", "a")
def test_globs_mean_what_the_naive_matcher_says(glob: str, text: str) -> None:
    assert matches(glob, text) == fits(glob, text)


@given(TEXTS)
def test_a_text_without_wildcards_fits_itself_only(text: str) -> None:
    if is_glob(text):
        assert fits(text, text) == matches(text, text)
    else:
        assert matches(text, text)
        assert not matches(text, text + "x")
        assert not matches(text, text.swapcase()) or text == text.swapcase()


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(GLOBS, st.one_of(TEXTS, ANY_TEXT)), min_size=1, max_size=8))
@example([("*_x", "a_x"), ("?", "\U0001f600"), ("??", "e\u0301"), ("a.b", "axb"), ("a\\*", "a\\b"), ("", "")])
def test_duckdb_reads_the_regular_expression_alike(
    connection: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]]
) -> None:
    for glob, text in pairs:
        row = connection.execute("SELECT regexp_full_match(?, ?)", [text, glob_regex(glob)]).fetchone()
        assert row == (matches(glob, text),), (glob, text)


def test_every_ascii_sign_is_literal_in_both(connection: duckdb.DuckDBPyConnection) -> None:
    for sign in map(chr, range(1, 128)):
        if sign in "*?":
            continue
        for text, expected in ((sign, True), ("Z" if sign != "Z" else "Y", False), (sign * 2, False), ("", False)):
            row = connection.execute("SELECT regexp_full_match(?, ?)", [text, glob_regex(sign)]).fetchone()
            assert row == (expected,)
            assert matches(sign, text) is expected


RULES = (
    UseRule("ehr", ("order",), "direct_access", ("charge*",)),
    UseRule("*", ("order", "bill"), "product_reliance"),
    UseRule("e?r", ("*",), "none"),
)


@pytest.mark.parametrize(
    ("system", "activity", "object_", "index"),
    [
        ("ehr", "order", "charge 1", 0),
        ("ehr", "order", "menu", 1),
        ("rcm", "order", "charge 1", 1),
        ("rcm", "bill", "", 1),
        ("ehr", "bill", "", 1),
        ("ehr", "login", "", 2),
        ("ehr", "", "", 2),
        ("rcm", "login", "", UNDETERMINED),
        ("rcm", "Order", "", UNDETERMINED),
        ("", "order", "", 1),
    ],
)
def test_the_first_rule_that_fits_decides(system: str, activity: str, object_: str, index: int) -> None:
    assert first_rule(RULES, system, activity, object_) == index


def test_no_rules_decide_nothing() -> None:
    assert first_rule((), "ehr", "order", "") == UNDETERMINED


WORDS = st.sampled_from(["ehr", "rcm", "order", "o*", "*", "?cm", "bill"])
DRAWN = st.lists(
    st.builds(UseRule, WORDS, st.lists(WORDS, min_size=1, max_size=2).map(tuple), st.just("none"), st.lists(WORDS, min_size=1, max_size=2).map(tuple)),
    max_size=5,
)  # fmt: skip


@given(DRAWN, WORDS, WORDS, WORDS)
def test_a_rule_fits_when_system_one_activity_and_one_object_do(
    rules: list[UseRule], system: str, activity: str, object_: str
) -> None:
    fitting = [
        index
        for index, rule in enumerate(rules)
        if fits(rule.system, system)
        and any(fits(glob, activity) for glob in rule.activity)
        and any(fits(glob, object_) for glob in rule.object)
    ]
    assert first_rule(rules, system, activity, object_) == (fitting[0] if fitting else UNDETERMINED)
    for rule in rules:
        assert not rule.any_object or all(fits(rule.object[rule.object.index("*")], text) for text in ("", object_))


@given(GLOBS, TEXTS)
def test_a_literal_fits_its_own_text_only(text: str, other: str) -> None:
    rule = UseRule("ehr", ("*",), "none", (literal(text),))
    assert matches(literal(text), text)
    assert matches(literal(text), other) == (text == other) == rule.fits("ehr", "view", other)
    assert not is_glob(literal(text))


def test_a_rule_may_say_that_nobody_knows() -> None:
    rules = [UseRule("ehr", ("view",), "undetermined"), UseRule("ehr", ("*",), "none")]
    found = [first_rule(rules, "ehr", "view", ""), first_rule(rules, "ehr", "bill", ""), UNDETERMINED]
    assert [is_undetermined(rules, index) for index in found] == [True, False, True]
