"""One rule, one test: each says no, or shows something, and the first that fits decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.licensing.claims import parse_license
from percapita.licensing.validity import RULES, Question, check
from tests.licensing.samples import CLAIMS, RECORDED, text

LICENSE = parse_license(text(CLAIMS | {"grace_days": 30}), "x")
JUNE = date(2026, 6, 1)

CASES: list[tuple[dict[str, Any], str, bool]] = [
    ({}, "VALID", True),
    ({"on": date(2026, 1, 1)}, "VALID", True),
    ({"on": date(2025, 12, 31)}, "NOT_YET_VALID", False),
    ({"on": date(2026, 12, 31)}, "VALID", True),
    ({"on": date(2027, 1, 1)}, "GRACE", True),
    ({"on": date(2027, 1, 30)}, "GRACE", True),
    ({"on": date(2027, 1, 31)}, "EXPIRED", False),
    ({"state": "suspended"}, "SUSPENDED", False),
    ({"state": "revoked", "on": date(2030, 1, 1)}, "REVOKED", False),
    ({"system": "rcm"}, "VALID", True),
    ({"system": "lab"}, "SYSTEM_NOT_COVERED", False),
    ({"entity": "RMC"}, "VALID", True),
    ({"entity": "OTHER"}, "ENTITY_NOT_COVERED", False),
    ({"content": "cpt"}, "VALID", True),
    ({"content": "rvu"}, "CONTENT_NOT_COVERED", False),
    ({"release": 2026}, "VALID", True),
    ({"release": 2027}, "RELEASE_NOT_COVERED", False),
    ({"purpose": "chargemaster_posting"}, "VALID", True),
    ({"purpose": "resale"}, "PURPOSE_NOT_PERMITTED", False),
    ({"users": 100}, "VALID", True),
    ({"users": 101}, "OVER_USE", True),
    ({"users": 101, "system": "lab"}, "SYSTEM_NOT_COVERED", False),
]


@pytest.mark.parametrize(("asked", "code", "valid"), CASES)
def test_rules(asked: dict[str, Any], code: str, valid: bool) -> None:
    found = check(LICENSE, Question(**({"on": JUNE} | asked)))
    assert (found.code, found.valid) == (code, valid)
    assert found.message


def test_every_rule_has_a_case() -> None:
    assert {code for _, code, _ in CASES} == {*RULES, "VALID"}


def test_every_entity() -> None:
    license = replace(LICENSE, entities=("*",))
    assert check(license, Question(on=JUNE, entity="ANY")).valid


def test_without_grace_the_day_after_is_over() -> None:
    found = check(replace(LICENSE, grace_days=0), Question(on=date(2027, 1, 1)))
    assert (found.code, found.until) == ("EXPIRED", date(2026, 12, 31))


@given(st.sampled_from(CASES))
def test_a_recorded_license_always_says_so(case: tuple[dict[str, Any], str, bool]) -> None:
    license = parse_license(text(RECORDED | {"grace_days": 30}), "x")
    found = check(license, Question(**({"on": JUNE} | case[0])))
    assert (found.code, found.valid) == case[1:]
    assert found.message.startswith("recorded, not verified: ")
