"""Carry a license in a token that anybody can verify offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percapita.errors import InputError
from percapita.evidence import jws
from percapita.evidence.jws import MalformedTokenError
from percapita.licensing.claims import BrokenClaimError, License, license_of, read_claims

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(token: str, key: Ed25519PublicKey) -> License:
    """Return the license of a token.

    Raises MalformedTokenError if it is none, ForeignSignatureError if another key signed it or somebody changed it.
    """
    payload = jws.verify(token, key)
    try:
        return license_of(read_claims(payload, "token"), strict=False)
    except (BrokenClaimError, InputError) as error:
        raise MalformedTokenError(str(error).partition(" · ")[0]) from None
