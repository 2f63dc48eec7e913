"""Users of a kind: a declared share of persons, corrected by the own log; never more than persons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.industry.expect import Interval
from percapita.industry.users import Reported, corrected_by, expected_users, largest_by_kind, read_statement
from percapita.policy.industry_prior import IndustryPriors

PERSONS = Interval(3000.0, 4500.0, 6600.0)


def test_shares_are_declared(priors: IndustryPriors) -> None:
    told = {one.kind: one for one in expected_users(PERSONS, priors)}
    assert set(told) == {"emr", "patient_billing", "practice_management", "revenue_cycle"}
    emr = told["emr"].as_json()
    assert (emr["expected"], emr["status"], emr["usable_for"]) == (2925, "declared, not found", "question")
    assert told["patient_billing"].usable_for == "context"  # too wide, and says so
    assert told["emr"].users.high <= PERSONS.high


def test_the_own_log_corrects(priors: IndustryPriors) -> None:
    log = {"emr": Reported("ehr", "Charting", "emr", 1800, "log", 1.0)}
    told = next(one for one in expected_users(PERSONS, priors, log) if one.kind == "emr")
    plain = next(one for one in expected_users(PERSONS, priors) if one.kind == "emr")
    assert 1750 < told.users.expected < 1950
    assert told.users.factor < plain.users.factor
    assert told.as_json()["status"] == "declared, corrected by the own log"
    declared = {"emr": Reported("ehr", "Charting", "emr", 1800, "declared", 0.0)}
    assert next(one for one in expected_users(PERSONS, priors, declared) if one.kind == "emr").log is None


@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0, 1))
def test_more_months_weigh_more(users: int, fewer: float, more: float) -> None:
    fewer, more = sorted((fewer, more))
    prior = Interval(1300.0, 2900.0, 5000.0)
    weak, strong = corrected_by(prior, users, fewer), corrected_by(prior, users, more)
    for one in (weak, strong):
        assert one.low <= one.expected <= one.high
        assert min(users, prior.expected) * 0.999 <= one.expected <= max(users, prior.expected) * 1.001
        assert one.factor <= prior.factor * 1.001
    assert abs(strong.expected - users) <= abs(weak.expected - users) + 1e-6


def test_a_statement_is_read(tmp_path: Path) -> None:
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(statement_of()), encoding="utf-8")
    name, systems = read_statement(path)
    assert name == "Lakeside"
    assert [(one.id, one.users, one.basis, one.coverage) for one in systems] == [
        ("ehr", 900, "log", 0.75), ("bill", None, "none", 0.0), ("ehr2", 40, "log", 1.0),
    ]  # fmt: skip
    assert largest_by_kind(systems)["emr"].id == "ehr"


def statement_of() -> dict[str, object]:
    systems = [
        {"id": "ehr", "name": "Charting", "kind": "emr", "basis": "log", "users": 900,
         "months_covered": ["a", "b", "c"], "months_missing": ["d"]},
        {"id": "bill", "name": "Billing", "kind": "patient_billing", "basis": "none", "users": None,
         "months_covered": [], "months_missing": []},
        {"id": "ehr2", "name": "Eye clinic", "kind": "emr", "basis": "log", "users": 40, "months_covered": ["a"]},
    ]  # fmt: skip
    return {"schema": "percapita/statement/1", "organization": {"id": "l", "name": "Lakeside"}, "systems": systems}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "the statement is not JSON"),
        ("[]", "this is no statement"),
        ('{"schema": "percapita/quote/1"}', "this is no statement"),
        ('{"schema": "percapita/statement/1"}', "the statement lacks something"),
        (json.dumps({**statement_of(), "systems": [{"id": 1}]}), "the statement lacks something"),
        (json.dumps(statement_of()).replace("900", "-9"), "the statement lacks something"),
        (json.dumps(statement_of()).replace("900", "1.5"), "the statement lacks something"),
        ("[" * 100_000, "the statement is not JSON"),
    ],
)
def test_what_is_no_statement(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "statement.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_statement(path)
