"""A statement is read exactly, and one that was changed is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from percapita.errors import InputError
from percapita.royalty.figures import as_billed, parse_figures, read_figures
from tests.royalty.samples import statement, write_statement

EHR: dict[str, Any] = {
    "id": "ehr",
    "users": 7,
    "range": [6, 7],
    "by_entity": {"A": 7},
    "undetermined": {"events": 2, "persons": 1},
}


def test_figures(tmp_path: Path) -> None:
    found = read_figures(
        write_statement(tmp_path / "s.json", EHR, {"id": "old", "users": None, "basis": "none", "range": None})
    )
    ehr, old = found.systems
    assert (ehr.users, ehr.range, ehr.undetermined, ehr.by_entity) == (7, (6, 7), 1, {"A": 7})
    assert (old.users, old.range, found.persons, found.end.year) == (None, None, 100, 2024)


def test_what_is_billed_is_what_the_definition_says(tmp_path: Path) -> None:
    test = {**EHR, "id": "test", "billed": None, "not_billed": "UD-31: a copy"}
    path = write_statement(tmp_path / "s.json", {**EHR, "billed": 5, "not_billed": ""}, test, {**EHR, "id": "rcm"})
    found = read_figures(path)
    assert [(one.id, one.users, one.billed) for one in found.systems] == [
        ("ehr", 7, 5),
        ("test", 7, None),
        ("rcm", 7, 7),
    ]
    assert [(one.id, one.users) for one in as_billed(found).systems] == [("ehr", 5), ("rcm", 7)]


def test_a_changed_statement_is_refused() -> None:
    said = statement(EHR)
    said["systems"][0]["users"] = 5
    with pytest.raises(InputError, match="changed after it was counted"):
        parse_figures(json.dumps(said).encode(), "s.json")


@pytest.mark.parametrize("users", [-1, 1.5, 10**10, True, "7", [7], float("nan")])
def test_numbers_that_are_none(users: object) -> None:
    text = json.dumps(
        {**statement(EHR), "systems": [{**EHR, "name": "E", "kind": "emr", "basis": "log", "users": users}]}
    )
    with pytest.raises(InputError, match=r"systems\[0\].users is not a whole number|no JSON"):
        parse_figures(text.encode(), "s.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no user count report"),
        (b'{"schema": "percapita/quote/1"}', "no user count report"),
        (b'{"schema": "percapita/statement/1"}', "organization is not a table"),
        (json.dumps(statement(EHR, EHR)).encode(), "systems has 'ehr' twice"),
        (json.dumps({**statement(EHR), "systems": [1]}).encode(), "is not a table"),
        (json.dumps({**statement(EHR), "systems": {}}).encode(), "systems is not a list"),
        (json.dumps(statement({**EHR, "undetermined": 3})).encode(), "undetermined is not a table"),
        (json.dumps(statement({**EHR, "range": [1]})).encode(), "is not a pair"),
    ],
)
def test_no_statement(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("[", r"\[")):
        parse_figures(content, "s.json")


def test_a_folder_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        read_figures(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_figures(tmp_path / "none.json")
