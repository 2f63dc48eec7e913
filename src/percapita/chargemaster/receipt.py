"""The receipt of a check before publishing: what was checked, on what grounds, with which verdict, signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from percapita.chargemaster.gate import PURPOSE, Decision, Request
from percapita.evidence import jws

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SCHEMA = "percapita/posting-receipt/1"
KIND = "posting-receipt"


@dataclass(frozen=True)
class Override:
    """Hold who lets a file go out against a stop, and why."""

    by: str
    reason: str


def receipt(
    decision: Decision, request: Request, *, name: str, sha256: str, license_number: str, override: Override | None
) -> dict[str, Any]:
    """Return the content of a receipt; a stop that was overridden stays in it as a finding."""
    return {
        "schema": SCHEMA,
        "file": name,
        "sha256": sha256,
        "license": license_number,
        "purpose": PURPOSE,
        "system": request.system,
        "entity": request.entity,
        "basis": request.basis.id,
        "rules": {"id": request.rules.id, "sha256": request.rules.sha256},
        "on": request.on.isoformat(),
        "verdict": decision.verdict,
        "findings": sorted({one.code for one in decision.reasons if one.severity != "info"}),
        "override": None if override is None else {"by": override.by, "reason": override.reason},
    }


def sign_receipt(content: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Return a receipt as a signed text."""
    return jws.sign(content, key, KIND)


def open_receipt(text: str, key: Ed25519PublicKey) -> dict[str, Any]:
    """Return the content of a signed receipt.

    Raises MalformedTokenError if it is none, ForeignSignatureError if another key signed it or somebody changed it.
    """
    content = json.loads(jws.verify(text, key, KIND).decode("utf-8"))
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise jws.MalformedTokenError("not a posting receipt")
    return content
