"""Claims of a license, to be changed by the tests."""

from __future__ import annotations

import json
from typing import Any

CLAIMS: dict[str, Any] = {
    "iss": "licensor", "number": "L-1", "organization": "riverbend",
    "systems": [{"id": "rcm", "kind": "revenue_cycle"}, {"id": "ehr", "kind": "emr"}],
    "entities": ["RMC"], "content": ["cpt"], "releases": [2026], "units": {"users": 100},
    "purposes": ["use", "chargemaster_posting"], "not_before": "2026-01-01", "expires": "2026-12-31",
}  # fmt: skip
RECORDED: dict[str, Any] = {key: value for key, value in CLAIMS.items() if key not in ("iss", "number")} | {
    "recorded": True, "contract_id": "K-77", "agreement_sha256": "ab" * 32, "attested_by": "Ann Lee",
    "attested_on": "2026-02-01",
}  # fmt: skip


def text(claims: dict[str, Any]) -> bytes:
    return json.dumps(claims).encode()
