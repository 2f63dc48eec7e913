"""One rule, one test: what stops a file, what is only said, and what an officer may override."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from percapita.chargemaster.gate import Decision, Facts, Request, decide, months_later
from percapita.licensing.claims import parse_license
from percapita.licensing.validity import Answer, Question, check
from percapita.policy.posting import load_posting_rules
from tests.licensing.samples import CLAIMS, text

POLICY = load_posting_rules(None, Path())
ON = date(2026, 11, 23)
FACTS = Facts(
    name="123456789_west-mercy-hospital_standardcharges.csv",
    valid=True,
    attested=True,
    updated_on=date(2026, 6, 1),
    rows_by_type={"CPT": 4, "HCPCS": 2, "CDM": 9},
    notice_year=2025,
)
REQUEST = Request(POLICY, POLICY.basis("fy2019-ipps"), ON, "rcm", "RMC", release=2026)
LICENSE = parse_license(text(CLAIMS), "x")


def decided(
    facts: dict[str, Any] | None = None,
    asked: dict[str, Any] | None = None,
    license: dict[str, Any] | None = None,
    overridden: bool = False,
) -> Decision:
    def ask(question: Question) -> Answer:
        return check(replace(LICENSE, **(license or {})), question)

    return decide(replace(FACTS, **(facts or {})), replace(REQUEST, **(asked or {})), ask, overridden)


def codes(decision: Decision, *severities: str) -> list[str]:
    return [reason.code for reason in decision.reasons if reason.severity in severities]


def test_a_good_file_under_a_good_license_passes() -> None:
    found = decided()
    assert (found.verdict, found.file_valid, found.license_valid) == ("pass", True, True)
    assert codes(found, "stop", "warning") == []
    assert [reason.message for reason in found.reasons] == [
        "the next update of the published file is due on 2027-06-01"
    ]


@pytest.mark.parametrize(
    ("facts", "asked", "license", "code"),
    [
        ({"valid": False}, {}, {}, "FILE_INVALID"),
        ({"attested": False}, {}, {}, "NOT_ATTESTED"),
        ({"attested": None}, {}, {}, "NOT_ATTESTED"),
        ({"name": "charges.csv"}, {}, {}, "FILE_NAME"),
        ({"updated_on": date(2025, 11, 22)}, {}, {}, "OUTDATED"),
        ({"updated_on": None}, {}, {}, "OUTDATED"),
        ({"copied": 3}, {}, {}, "DESCRIPTOR_COPIED"),
        ({}, {"on": date(2018, 12, 31)}, {"not_before": date(2018, 1, 1)}, "BASIS_NOT_IN_FORCE"),
        ({}, {"basis": POLICY.basis("45-cfr-180"), "strict": True}, {}, "BASIS_NOT_NAMED"),
        ({}, {"system": "lab"}, {}, "LICENSE_SYSTEM_NOT_COVERED"),
        ({}, {"entity": "OTHER"}, {}, "LICENSE_ENTITY_NOT_COVERED"),
        ({}, {"release": 2027}, {}, "LICENSE_RELEASE_NOT_COVERED"),
        ({}, {}, {"purposes": ("use",)}, "LICENSE_PURPOSE_NOT_PERMITTED"),
        ({}, {}, {"expires": date(2026, 11, 22)}, "LICENSE_EXPIRED"),
        ({}, {}, {"content": ("rvu",)}, "LICENSE_CONTENT_NOT_COVERED"),
    ],
)
def test_what_stops(facts: dict[str, Any], asked: dict[str, Any], license: dict[str, Any], code: str) -> None:
    found = decided(facts, asked, license)
    assert (found.verdict, codes(found, "stop")[0]) == ("stop", code)
    assert found.license_valid != code.startswith("LICENSE")
    overridden = decided(facts, asked, license, overridden=True)
    assert overridden.verdict == ("stop" if code == "FILE_INVALID" else "overridden")
    assert overridden.reasons == found.reasons


@pytest.mark.parametrize(
    ("facts", "asked", "license", "code"),
    [
        ({}, {"basis": POLICY.basis("45-cfr-180")}, {}, "BASIS_NOT_NAMED"),
        ({"notice_year": None}, {}, {}, "NOTICE_MISSING"),
        ({"notice_year": 2026}, {}, {}, "NOTICE_YEAR"),
        ({"cpt_under_hcpcs": 5}, {}, {}, "CPT_UNDER_HCPCS"),
        ({"rows_by_type": {"EAPG": 2, "CPT": 1}}, {}, {}, "OTHER_OWNER"),
        ({"updated_on": date(2026, 11, 24)}, {}, {}, "UPDATED_LATER"),
        ({}, {}, {"expires": date(2026, 11, 1), "grace_days": 60}, "LICENSE_GRACE"),
        ({"rows_by_type": {"CDM": 9}}, {"system": "lab"}, {}, "LICENSE_SYSTEM_NOT_COVERED"),
    ],
)
def test_what_is_only_said(facts: dict[str, Any], asked: dict[str, Any], license: dict[str, Any], code: str) -> None:
    found = decided(facts, asked, license)
    assert (found.verdict, codes(found, "warning")) == ("pass", [code])


def test_a_file_without_licensed_codes_needs_no_permission_of_the_licensor() -> None:
    found = decided(
        {"rows_by_type": {"CDM": 9}, "notice_year": None}, {"basis": POLICY.basis("45-cfr-180"), "strict": True}
    )
    assert (found.verdict, codes(found, "stop", "warning")) == ("pass", [])


def test_the_risk_of_waiting_is_said() -> None:
    found = decided(asked={"beds": 140})
    assert "a day without a file may cost up to 1,400.00 dollars (45 CFR 180.90(c)(2)(ii))" in [
        reason.message for reason in found.reasons
    ]


@pytest.mark.parametrize(
    ("day", "later"),
    [("2026-06-01", "2027-06-01"), ("2024-02-29", "2025-02-28"), ("2026-12-31", "2027-12-31")],
)
def test_a_year_later(day: str, later: str) -> None:
    assert months_later(date.fromisoformat(day), 12) == date.fromisoformat(later)


def test_the_end_of_a_shorter_month() -> None:
    assert months_later(date(2026, 8, 31), 1) == date(2026, 9, 30)
