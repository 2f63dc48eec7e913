"""Every preset reads messages shaped after the published examples, and keeps no patient."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from percapita.counting.check import check
from percapita.sources.presets import presets
from percapita.statement.types import as_json
from tests.sources.reading import FORMATS, read, read_text, write_plan
from tests.support.plans import ENGINES, run

PATIENT = "Zqxa"
FILES = {path.name: path.name.partition(".")[0] for path in sorted(FORMATS.iterdir()) if path.name != "README.md"}
FILES["fhir-auditevent-bundle.json"] = "fhir-auditevent"
FILES["atna-syslog.log"] = "atna"

# (account, activity, object) of each row that is read; the rejects by the number of their message.
EVENTS: dict[str, list[tuple[str, str, str]]] = {
    "fhir-auditevent.ndjson": [
        ("95", "110122", ""),
        ("95", "vread", "ChargeItem"),
        ("96", "search-type", "Patient"),
        ("97", "read failed", "Claim"),
        ("(patient)", "read", "ExplanationOfBenefit"),
        ("(patient)", "read", ""),
        ("98", "read", ""),
    ],
    "fhir-auditevent-bundle.json": [("95", "vread", "ChargeItem"), ("99", "update failed", "Procedure")],
    "atna.xml": [
        ("smith@hospital.org", "110114 110122 E", ""),
        ("smith@hospital.org", "110110 R", ""),
        ("jones", "110112 ITI-18 E", ""),
        ("jones", "110110 U failed", ""),
    ],
    "atna-syslog.log": [
        ("smith@hospital.org", "110114 110122 E", ""),
        ("smith@hospital.org", "110110 R", ""),
        ("jones", "110110 U failed", ""),
    ],
    "okta-log.json": [
        ("jo.doe@x.example", "user.session.start SUCCESS", ""),
        ("jo.doe@x.example", "user.authentication.sso SUCCESS", "Epic Hyperspace"),
        ("al.roe@x.example", "user.authentication.sso FAILURE", "Epic Hyperspace"),
    ],
    "entra-sign-ins.json": [
        ("jo.doe@x.example", "sign-in", "Power BI"),
        ("al.roe@x.example", "sign-in failed", "Power BI"),
    ],
    "entra-sign-ins-csv.csv": [
        ("jo.doe@x.example", "Success", "Power BI"),
        ("al.roe@x.example", "Failure", "Power BI"),
    ],
    "epic-clarity.csv": [("1001", "Charge entry viewed", ""), ("1002", "Chart opened", "")],
    "epic-logins.csv": [("1001", "login", ""), ("1002", "login", "")],
    "oracle-p2sentinel.csv": [("jdoe", "View charges", "PowerChart"), ("aroe", "Open chart", "PowerChart")],
    "touchworks-audit.csv": [("501", "W", "Charge"), ("502", "R", "Document")],
    "touchworks-charts.csv": [("501", "open chart", ""), ("502", "open chart", "")],
    "usage-export.csv": [("1001", "Charge entry viewed", ""), ("1002", "Chart opened", "")],
    "tableau-viewers.csv": [("jdoe", "receive", "Charges"), ("aroe", "receive", "Charges")],
    "power-bi-viewers.json": [("jo.doe@x.example", "receive", "Charges")],
}
REJECTS: dict[str, list[tuple[int, str]]] = {
    "fhir-auditevent-bundle.json": [(3, "missing")],  # an OperationOutcome of the search
    "atna-syslog.log": [
        (2, "a syslog message without an audit message"),
        (4, "the audit message is cut off"),
        (5, "not valid XML"),
    ],
    "ldif.ldif": [(3, "a change, not an entry")],
}
IDENTITIES: dict[str, tuple[str, list[Any]]] = {
    "scim.json": ("employee_id", ["701984", "701985"]),
    "okta-users.json": ("enabled", [True, False]),
    "entra-users.json": ("enabled", [True, False]),
    "ldif.ldif": ("email", ["bjensen@x.example", None]),
    "active-directory.ldf": ("enabled", [True, False, True, True, True]),
    "active-directory-csv.csv": ("enabled", [True, False]),
    "epic-clarity-users.csv": ("enabled", [True, False]),
    "touchworks-users.csv": ("enabled", [True, False]),
    "workday.csv": ("valid_to", [None, date(2026, 2, 1)]),
}


@pytest.mark.parametrize("name", FILES)
def test_rows_of_published_messages(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, FORMATS / name, FILES[name])
    assert found.rejects == REJECTS.get(name, [])
    if name in EVENTS:
        assert [(row["account"], row["activity"], row["object"]) for row in found.rows] == EVENTS[name]
        assert all(row["bucket"] is not None for row in found.rows)
    elif name in IDENTITIES:
        column, values = IDENTITIES[name]
        assert found.column(column) == values
    else:
        assert name == "group-members.csv"
    assert PATIENT not in repr(found)


@pytest.mark.parametrize("name", EVENTS)
def test_engines_and_check_agree_on_published_messages(name: str, tmp_path: Path) -> None:
    plan = write_plan(tmp_path, FORMATS / name, FILES[name])
    checked = check(plan).sources[0]
    found = []
    for engine in ENGINES:
        statement = as_json(run(plan, engine).statement)
        assert PATIENT not in repr(statement)
        found.append({key: value for key, value in statement.items() if key not in ("engine", "digest")})
    assert found[0] == found[1]
    assert (checked.sampled_rows, checked.rejected) == (len(EVENTS[name]), len(REJECTS.get(name, [])))
    assert found[0]["inputs"][0]["rejected"] == checked.rejected


def test_lines_in_utf_16(tmp_path: Path) -> None:
    lines = '{"WHO": "a", "AT": "2026-01-05T08:00:00Z"}\n' * 3
    found = read_text(
        tmp_path,
        lines.encode("utf-16"),
        "x.jsonl",
        "epic-clarity",
        'columns = { account_id = "WHO", occurred_at = "AT", activity = { value = "x" } }',
    )
    assert (len(found.rows), found.rejects) == (3, [])


def test_every_preset_has_an_example() -> None:
    assert set(FILES.values()) == set(presets())


def test_users_of_published_lists(tmp_path: Path) -> None:
    first = read(tmp_path, FORMATS / "scim.json", "scim").rows[0]
    assert first == {
        "row": 1,
        "account_id": "bjensen@x.example",
        "employee_id": "701984",
        "given_name": "Barbara",
        "family_name": "Jensen",
        "email": "bjensen@x.example",
        "enabled": True,
        "role": "nurse",
    }
    directory = read(tmp_path, FORMATS / "active-directory.ldf", "active-directory")
    assert directory.column("account_id") == ["jdoe", "aroe", "sqlrunner", "hl7feed$", "kiosk3"]
    assert directory.column("proposed_kind") == [None, None, "service", "service", None]
    second = read(tmp_path, FORMATS / "ldif.ldif", "ldif").rows[1]
    assert (second["account_id"], second["role"], second["proposed_kind"]) == (
        "gernJensen",
        "\u00dcbersetzer",
        "service",
    )


def test_members_count_in_each_month_of_their_membership(tmp_path: Path) -> None:
    found = read(tmp_path, FORMATS / "group-members.csv", "group-members")
    months: dict[str, list[date]] = {}
    for row in found.rows:
        months.setdefault(row["account"].partition(".")[0], []).append(row["bucket"])
    year = [date(2026, month, 1) for month in range(1, 13)]
    assert months == {"jo": year, "al": year[:2], "old": [date(2020, 1, 1)], "sy": year}
    assert found.totals.rows == 4
