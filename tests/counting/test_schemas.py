"""The JSON Schemas that ship are those of the types; every statement and every plan fits them."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from percapita.counting import schema
from percapita.counting.load import load_plan
from percapita.errors import InputError
from tests.spec.cases import CHAPTERS
from tests.support.plans import ENGINES, Case, statement

CASES = [case for chapter in CHAPTERS.values() for case in chapter]
VALIDATORS = {name: Draft202012Validator(schema.shipped(name)) for name in schema.SHIPPED}


def complaints(name: str, document: Any) -> list[str]:
    return sorted(f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(document))


def plan_as_json(text: str) -> Any:
    """Return a plan as JSON values: TOML's dates become texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


@pytest.mark.parametrize("name", schema.SHIPPED)
def test_shipped_schemas_are_current(name: str) -> None:
    assert schema.shipped(name) == schema.generate(name), "run python -m percapita.counting.schema"


@pytest.mark.parametrize("name", schema.SHIPPED)
def test_shipped_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(schema.shipped(name))


def test_writing_the_schemas_again_changes_nothing() -> None:
    for name, (package, file) in schema.SHIPPED.items():
        assert (resources.files(package) / file).read_text(encoding="utf-8") == schema.as_text(name)


@pytest.mark.slow
def test_every_statement_and_plan_of_the_spec_fits(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        plan = case.write(folder)
        assert complaints("plan", plan_as_json(plan.read_text(encoding="utf-8"))) == [], case.title
        assert complaints("statement", statement(plan, "reference")) == [], case.title


def some_case() -> Case:
    """Return the case of the spec with the most figures."""
    return max((case for case in CASES if case.log and case.accounts), key=lambda case: len(case.expect))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_written_statement_fits(engine: str, tmp_path: Path) -> None:
    statement(some_case().write(tmp_path), engine, out=tmp_path / "out")
    found = json.loads((tmp_path / "out" / "statement.json").read_text(encoding="utf-8"))
    assert complaints("statement", found) == []
    assert found["schema"] == "percapita/statement/1"


# The keys of the contract: more may be added, none renamed.
CONTRACT = {
    "": {"schema", "organization", "period", "policy", "systems", "persons", "idle_accounts", "unlisted_systems",
         "inputs", "engine", "digest"},
    "organization": {"id", "name"},
    "period": {"start", "end", "timezone"},
    "systems": {"id", "name", "kind", "basis", "users", "range", "by_use", "by_entity", "by_month", "events",
                "accounts_seen", "idle_accounts", "unknown_accounts", "excluded", "undetermined", "months_covered",
                "outside_period"},
    "inputs": {"path", "sha256", "rows", "rejected"},
    "engine": {"name", "version"},
}  # fmt: skip


def test_the_keys_of_the_contract_are_there(tmp_path: Path) -> None:
    found = statement(some_case().write(tmp_path), "reference")
    for name, keys in CONTRACT.items():
        parts = [found] if not name else found[name] if isinstance(found[name], list) else [found[name]]
        assert parts
        for part in parts:
            assert keys <= set(part), name
    assert set(found["policy"]["user_definition"]) >= {"id", "sha256"}
    assert set(found["systems"][0]["by_use"]) == {"direct_access", "product_reliance", "output_reliance"}
    assert set(found["systems"][0]["undetermined"]) == {"events", "persons"}


def broken(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield copies of a statement, each with one thing wrong."""
    for name in CONTRACT[""] - {"digest"}:
        yield name, {key: value for key, value in found.items() if key != name}
    for path, value in (
        (("persons",), "3"),
        (("persons",), None),
        (("systems", 0, "users"), 1.5),
        (("systems", 0, "kind"), "ehr"),
        (("systems", 0, "basis"), "guess"),
        (("systems", 0, "by_month"), [1]),
        (("systems", 0, "environment"), "prod"),
        (("inputs", 0, "rows"), None),
    ):
        other = copy.deepcopy(found)
        at: Any = other
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        yield ".".join(map(str, path)), other


def test_a_broken_statement_does_not_fit(tmp_path: Path) -> None:
    found = statement(some_case().write(tmp_path), "reference")
    assert [what for what, other in broken(found) if not complaints("statement", other)] == []


WRONG = [
    ('timezone = "America/Chicago"', ""),
    ("start = 2026-01-01", 'start = "January"'),
    ('kind = "emr"', 'kind = "ehr"'),
    ('type = "access"', 'type = "acess"'),
    ("columns = {", "colums = {"),
    ("max_rejects = 1.0", 'max_rejects = "1 %"'),
    ('use_type = "direct_access"', 'use_type = "direct"'),
    ('activity = ["bill"]', 'activity = "bill"'),
    ("[count]", "[counting]"),
    ('link = "exact"', 'link = "close"'),
    ('path = "log.csv"', "path = 7"),
]


@pytest.mark.parametrize(("old", "new"), WRONG, ids=[new or old for old, new in WRONG])
def test_schema_and_loader_refuse_the_same_plans(old: str, new: str, tmp_path: Path) -> None:
    plan = some_case().write(tmp_path)
    text = plan.read_text(encoding="utf-8")
    assert complaints("plan", plan_as_json(text)) == []
    assert old in text
    plan.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError):
        load_plan(plan)
    format_checked = Draft202012Validator(schema.shipped("plan"), format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(format_checked.iter_errors(plan_as_json(plan.read_text(encoding="utf-8"))))


def test_the_template_fits() -> None:
    text = (resources.files("percapita.counting") / "template.toml").read_text(encoding="utf-8")
    assert complaints("plan", plan_as_json(text)) == []
