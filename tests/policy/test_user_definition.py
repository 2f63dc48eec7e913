"""The definition of a user: the shipped one, a table of one's own, and every way to break one."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.policy.user_definition import SHELF, load_user_definition, parse_user_definition
from percapita.policy.vocabulary import ACCOUNT_KINDS, USE_TYPES

TEXT = SHELF.text("2026")
OWN = TEXT.replace('id = "2026"', 'id = "own"').replace("events = 1", "events = 3")


def message(text: str | bytes) -> str:
    """Return the one line that a broken definition gives."""
    with pytest.raises(InputError) as caught:
        parse_user_definition(text if isinstance(text, bytes) else text.encode(), "own.toml")
    said = str(caught.value)
    assert "\n" not in said
    assert "own.toml" in caught.value.where
    assert caught.value.cure
    assert caught.value.exit_code == 2
    return said


@pytest.mark.parametrize("name", SHELF.ids())
def test_a_shipped_definition_is_whole(name: str) -> None:
    found = load_user_definition(name, Path())
    assert found.id == name
    assert re.fullmatch(r"[0-9a-f]{64}", found.sha256)
    assert {use.use_type for use in found.uses} == set(USE_TYPES)
    assert {kind.kind for kind in found.kinds} == set(ACCOUNT_KINDS)
    cited = {source for source, _, _ in found.sources}
    assert {use.source for use in found.uses} | {kind.source for kind in found.kinds} == cited


def test_bots_patients_and_ai_agents_need_a_determination() -> None:
    """No published rule was found about them, so none is shipped."""
    found = load_user_definition("2026", Path())
    waiting = {kind.kind for kind in found.kinds if kind.treatment == "determination"}
    assert waiting == {"bot", "patient", "ai_agent"}


def test_absent_means_the_newest_shipped_one() -> None:
    assert load_user_definition(None, Path()) == load_user_definition(SHELF.ids()[-1], Path())


def test_what_the_shipped_definition_says() -> None:
    found = load_user_definition("2026", Path())
    assert [use for use in USE_TYPES if found.counts(use)] == list(USE_TYPES)
    assert found.use_rule("direct_access") == "UD-1"
    assert (found.counts("none"), found.use_rule("none"), found.kind("nurse")) == (False, "", None)
    assert found.admits_country(None)
    assert found.admits_country("CA")
    assert (found.effective, found.minimum_events) == (date(2026, 1, 1), 1)


def test_a_file_of_ones_own_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "own.toml").write_text(OWN, encoding="utf-8")
    found = load_user_definition("tables/own.toml", tmp_path)
    assert (found.id, found.minimum_events) == ("own", 3)
    assert found == load_user_definition(str(tmp_path / "tables" / "own.toml"), Path("/"))


def test_an_own_definition_decides_what_counts(tmp_path: Path) -> None:
    own = OWN.replace('countries = ["*"]', 'countries = ["us", "PR"]').replace("counted = true", "counted = false", 1)
    found = parse_user_definition(own.encode(), "own.toml")
    assert [use for use in USE_TYPES if found.counts(use)] == ["product_reliance", "output_reliance"]
    assert [found.admits_country(country) for country in (None, "US", "pr", "CA", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_line_ends_do_not_change_the_hash() -> None:
    windows = parse_user_definition(TEXT.replace("\n", "\r\n").encode(), "x")
    assert windows == parse_user_definition(TEXT.encode(), "x")
    assert windows.sha256 != parse_user_definition(OWN.encode(), "x").sha256


@pytest.mark.parametrize(("name", "hint"), [("2062", "'2026'"), ("none.toml", "2026"), ("", "2026"), (".", "2026"), ("a\0b", "2026")])  # fmt: skip
def test_neither_shipped_nor_a_file(name: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither shipped nor a file") as caught:
        load_user_definition(name, tmp_path)
    assert hint in caught.value.cure


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        load_user_definition("own.toml", tmp_path)


def swap(old: str, new: str) -> str:
    """Return the shipped definition with the first place of a text changed."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("= nothing", ["is not TOML"]),
        (b"\xff\xfe", ["is not TOML"]),
        ("x = " + "[" * 3000, ["is not TOML"]),
        ("x = " + "1" * 5000, ["is not TOML"]),
        ("", ["schema None", "percapita/user-definition/1"]),
        (swap("definition/1", "definition/2"), ["schema 'percapita/user-definition/2'"]),
        (swap('id = "2026"', ""), ["'id' is missing"]),
        (swap('id = "2026"', "id = 2026"), ["'id' is not a text"]),
        (swap('id = "2026"', 'id = ""'), ["'id' is not a text"]),
        (swap("effective = 2026-01-01", 'effective = "2026-01-01"'), ["'effective' is not a date"]),
        (swap("effective = 2026-01-01", "effective = 2026-01-01T00:00:00"), ["'effective' is not a date"]),
        (swap("title = ", "tilte = "), ["'tilte' is not known", "'title'"]),
        (swap("counted = true", 'counted = "no"'), ["[[use]] 1", "'counted' is not true or false"]),
        (swap("counted = true", "counted = 1"), ["'counted' is not true or false"]),
        (swap("counted = true", ""), ["[[use]] 1", "'counted' is missing"]),
        (swap("counted = true", "count = true"), ["'count' is not known", "'counted'"]),
        (swap('"direct_access"', '"direct_acces"'), ["not a known use type", "'direct_access'"]),
        (swap('"direct_access"', '"none"'), ["'none' is not a known use type"]),
        (swap('"direct_access"', "7"), ["'use_type' is not a text"]),
        (swap('"direct_access"', '"product_reliance"'), ["two entries for 'product_reliance'"]),
        (swap('kind = "service"', 'kind = "servcie"'), ["not a known account kind", "'service'"]),
        (swap('kind = "service"', 'kind = "human"'), ["two entries for 'human'"]),
        (swap('treatment = "never"', 'treatment = "nevr"'), ["not a known treatment", "'never'"]),
        (swap('treatment = "never"', "treatment = []"), ["'treatment' is not a text"]),
        (swap('source = "S2"', 'source = "S9"'), ["'S9' is not a known source"]),
        (swap('id = "S2"', 'id = "S1"'), ["'S2' is not a known source"]),
        (swap('rule = "UD-2"', 'rule = "UD-1"'), ["two entries for 'UD-1'"]),
        (swap("events = 1", "events = 0"), ["[minimum]", "at least 1"]),
        (swap("events = 1", "events = true"), ["'events' is not a whole number"]),
        (swap("events = 1", "events = 1.5"), ["'events' is not a whole number"]),
        (swap('events = 1\nsource = "S1"', 'events = 1\nsource = "S9"'), ["'S9' is not a known source"]),
        (swap('countries = ["*"]', 'countries = "US"'), ["[location]", "'countries' is not a list"]),
        (swap('countries = ["*"]', "countries = []"), ["'countries' is not a list of texts"]),
        (swap('countries = ["*"]', "countries = [1]"), ["'countries' is not a list of texts"]),
        (swap("[minimum]", "[minimun]"), ["'minimun' is not known", "'minimum'"]),
        (swap("[location]", "[[location]]"), ["'location' is not a table"]),
        (TEXT.replace("[[use]]", "[use]", 1), ["is not TOML"]),
        ('schema = "percapita/user-definition/1"\nuse = 5\n', ["'id' is missing"]),
        (TEXT.replace("[[source]]", "[[sources]]"), ["'sources' is not known", "'source'"]),
        (TEXT[: TEXT.index("[[account_kind]]")], ["'account_kind' is missing"]),
    ],
)
def test_a_broken_definition_gives_one_clear_line(text: str | bytes, words: list[str]) -> None:
    said = message(text)
    assert [word for word in words if word not in said] == []


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text("ab*", max_size=3), st.floats(allow_nan=False),
    st.just([]), st.just({}), st.just(["x"]), st.just([{}]), st.just(date(2026, 1, 1)), st.sampled_from(ACCOUNT_KINDS),
)  # fmt: skip


@settings(max_examples=200)
@given(st.data())
def test_a_changed_value_is_accepted_or_gives_one_line(data: st.DataObject) -> None:
    """Whatever single value is put in place of another."""
    lines = TEXT.splitlines()
    places = [number for number, line in enumerate(lines) if re.match(r"[a-z_]+ = [^\"]|[a-z_]+ = \"[^\"]", line)]
    place = data.draw(st.sampled_from(places))
    value = data.draw(VALUES)
    written = f"{value}" if isinstance(value, date | int | float) and not isinstance(value, bool) else _toml(value)
    lines[place] = lines[place].split(" = ")[0] + " = " + written
    text = "\n".join(lines)
    if lines[place].endswith('"""') or '"""' in lines[place]:
        return
    try:
        found = parse_user_definition(text.encode(), "own.toml")
    except InputError:
        message(text)
    else:
        assert found.id == tomllib.loads(text)["id"]
        assert isinstance(found.counts("direct_access"), bool)
        assert isinstance(found.admits_country("US"), bool)


def _toml(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return "{}" if isinstance(value, dict) else f'"{value}"'
