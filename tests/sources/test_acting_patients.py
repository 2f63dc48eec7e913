"""A patient who acts is one account without a name, wherever the message says that it is a patient."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from percapita.sources.paths import compile_path
from percapita.sources.presets import presets

SECRET = {"value": "MRN0001"}
STAFF = {"who": {"identifier": {"value": "alee"}}, "requestor": True}


def account(preset: str, message: dict[str, Any]) -> str | None:
    found = presets()[preset].columns["account_id"]
    path = found if isinstance(found, str) else msgspec.to_builtins(found)["column"]
    return compile_path(path).find(message)


AGENTS: list[dict[str, Any]] = [
    {"who": {"reference": "Patient/1"}},
    {"who": {"reference": "https://x.example/fhir/Patient/1"}},
    {"who": {"reference": "Patient?identifier=urn:mrn|MRN0001"}},
    {"who": {"reference": "patient/MRN0001"}},
    {"who": {"reference": "Person/MRN0001"}},
    {"who": {"type": "Patient", "identifier": SECRET}},
    {"who": {"type": "http://hl7.org/fhir/StructureDefinition/Patient", "identifier": SECRET}},
    {"who": {"reference": "RelatedPerson/MRN0001"}},
    {"type": {"coding": [{"code": "PAT"}]}, "who": {"identifier": SECRET}},
    {"role": [{"coding": [{"code": "PAT"}]}], "who": {"identifier": SECRET}},
]


@pytest.mark.parametrize("requestor", [{"requestor": True}, {}], ids=["requestor", "not said"])
@pytest.mark.parametrize("agent", AGENTS)
def test_fhir(agent: dict[str, Any], requestor: dict[str, Any]) -> None:
    assert account("fhir-auditevent", {"agent": [agent | requestor]}) == "(patient)"


def test_staff_in_fhir() -> None:
    assert account("fhir-auditevent", {"agent": [STAFF]}) == "alee"
    other = {"who": {"type": "Practitioner", "reference": "Practitioner/77"}, "requestor": True}
    assert account("fhir-auditevent", {"agent": [other]}) == "Practitioner/77"


@pytest.mark.parametrize("role", [{"csd-code": "PAT"}, {"code": "PAT"}, {"code": "Patient"}])
@pytest.mark.parametrize("requestor", [{"UserIsRequestor": "true"}, {}], ids=["requestor", "not said"])
def test_atna(role: dict[str, str], requestor: dict[str, str]) -> None:
    who = {"UserID": "MRN0001", "RoleIDCode": [role]}
    assert account("atna", {"ActiveParticipant": [who | requestor]}) == "(patient)"
    assert account("atna", {"ActiveParticipant": [{"UserID": "alee"} | requestor]}) == "alee"
