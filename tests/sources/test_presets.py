"""A preset fills in columns; what the plan says wins; what is wrong is one line with the nearest word."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from percapita.counting import schema
from percapita.counting.load import load_plan
from percapita.counting.plan import Plan
from percapita.errors import InputError
from percapita.sources.paths import compile_path
from percapita.sources.presets import presets, with_presets
from tests.sources.reading import FORMATS, read, read_text
from tests.support.plans import HEAD, RULES, SYSTEMS, statement

MESSAGES = ("json", "atna", "ldif")


def plan_with(source: str) -> dict[str, Any]:
    return tomllib.loads(HEAD + SYSTEMS + source + RULES)


def sources(source: str) -> Any:
    return msgspec.convert(with_presets(plan_with(source), "p.toml"), Plan).source


ACCESS = '[[source]]\ntype = "access"\npath = "x"\nsystem = "ehr"\n'


def test_columns_of_the_plan_win() -> None:
    (found,) = sources(
        ACCESS + 'preset = "touchworks-audit"\ncolumns = { activity = "RecordType", object = { value = "" } }\n'
    )
    assert (found.columns.account_id, found.columns.activity) == ("UserID", "RecordType")
    assert found.columns.object.value == ""
    (found,) = sources(ACCESS + 'preset = "fhir-auditevent"\nrecords = "item"\n')
    assert (found.format, found.records) == ("json", "item")


def test_a_format_with_a_preset_of_its_name_stands_for_it() -> None:
    by_format = sources(ACCESS + 'format = "fhir-auditevent"\n')
    assert by_format == sources(ACCESS + 'preset = "fhir-auditevent"\n')
    assert sources(ACCESS + 'format = "atna"\n') == sources(ACCESS + 'preset = "atna"\n')
    (own,) = sources(ACCESS + 'format = "atna"\ncolumns = { account_id = "A.b", occurred_at = "A.c" }\n')
    assert (own.preset, own.columns.activity) == (None, None)


def test_recipients_are_named_by_what_the_plan_says() -> None:
    text = '[[source]]\ntype = "recipients"\npath = "x"\nsystem = "ehr"\npreset = "group-members"\n'
    (found,) = sources(text + 'columns = { account_id = "login" }\n')
    assert (found.columns.email, found.columns.account_id, found.columns.output) == (None, "login", "group")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            ACCESS + 'preset = "okta-logs"',
            "'okta-logs' is not a known preset · percapita.toml, [[source]] 1 · did you mean 'okta-log'?",
        ),
        (ACCESS + 'preset = "scim"', 'write type = "accounts"'),
        (ACCESS + "preset = 7", "7 is not a known preset"),
        (ACCESS, "let a preset do it: atna, entra-sign-ins"),
        (ACCESS + 'preset = "okta-log"\ncolumns = { activty = "x" }', "did you mean 'activity'?"),
        (ACCESS + 'preset = "okta-log"\ncolumns = 3', "this is not a table · percapita.toml, [[source]] 1, columns"),
        (ACCESS + 'preset = "okta-log"\nformat = "okta"', "is not a known format"),
        ('[[source]]\ntype = "acces"\npath = "x"', "did you mean 'access'?"),
        ('[[source]]\npath = "x"\npreset = "okta-log"', "the key 'type' is missing"),
    ],
)
def test_what_is_wrong_is_one_line(source: str, says: str, tmp_path: Path) -> None:
    plan = tmp_path / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + source + "\n" + RULES, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_plan(plan)
    assert says in str(error.value)


@pytest.mark.parametrize("name", presets())
def test_a_preset_makes_a_plan_that_fits_the_schema(name: str) -> None:
    preset = presets()[name]
    source = f'[[source]]\ntype = "{preset.type}"\npath = "x"\npreset = "{name}"\n'
    source += "" if preset.type == "workforce" else 'system = "ehr"\n'
    assert complaints(source) == []
    assert sources(source)[0].preset == name
    if preset.source.get("format") in MESSAGES:
        for rule in preset.columns.values():
            compile_path(rule if isinstance(rule, str) else rule["column"])


def complaints(source: str) -> list[str]:
    document = plan_with(source)
    document["period"] |= {"start": "2026-01-01", "end": "2026-12-31"}
    return [error.message for error in Draft202012Validator(schema.shipped("plan")).iter_errors(document)]


def test_the_schema_still_asks_plain_sources_for_columns() -> None:
    assert complaints(ACCESS) != []
    assert complaints(ACCESS + 'columns = { activity = "A" }') != []
    assert complaints(ACCESS + 'columns = { account_id = "A", occurred_at = "T" }') == []
    assert complaints(ACCESS + 'format = "fhir-auditevent"') == []
    assert complaints(ACCESS + 'preset = "okta-logs"') != []


@pytest.mark.parametrize("path", ["", "a[", "a[b=c", "a.", ".a", "a | ", "a b => ", "a[b]c", "'a"])
def test_what_is_no_path_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the column is no path"):
        read(tmp_path, FORMATS / "okta-log.json", "okta-log", f'columns = {{ object = "{path}" }}')


def test_one_log_of_many_systems_is_mapped(tmp_path: Path) -> None:
    """The sign-in log of a directory names the application; the plan says which system that is."""
    plan = tmp_path / "percapita.toml"
    mapped = 'columns = { system = { column = "target[type=AppInstance].displayName", map = { "Epic Hyperspace" = "ehr" } } }'
    log = f'[[source]]\ntype = "access"\npath = "{FORMATS}/okta-log.json"\npreset = "okta-log"\n{mapped}\n'
    users = f'[[source]]\ntype = "accounts"\npath = "{FORMATS}/okta-users.json"\npreset = "okta-users"\nsystem = "*"\n'
    rules = '[[use]]\nsystem = "ehr"\nactivity = ["*.sso SUCCESS"]\nuse_type = "product_reliance"\n'
    plan.write_text(HEAD + SYSTEMS + log + users + rules, encoding="utf-8")
    for engine in ("reference", "duckdb"):
        found = statement(plan, engine)
        ehr = found["systems"][0]
        assert (ehr["users"], ehr["undetermined"]["events"]) == (1, 1)
        assert [one["rejected"] for one in found["inputs"]] == [1, 0]  # a sign-in to no application


def test_flags_are_read_from_numbers(tmp_path: Path) -> None:
    text = "sAMAccountName,userAccountControl\na,512\nb,514\nc,66050\nd,\ne,x\n"
    columns = 'columns = { employee_id = "sAMAccountName", given_name = { value = "" }, family_name = { value = "" }, email = { value = "" }, role = { value = "" } }'
    found = read_text(tmp_path, text, "ad.csv", "active-directory-csv", columns)
    assert found.column("enabled") == [True, False, False, None, None]
