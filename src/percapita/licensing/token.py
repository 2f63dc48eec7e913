"""Carry a license in a token that anybody can verify offline: a compact JWS, signed with Ed25519.

Source: RFC 7515 (compact serialization), RFC 8037 (EdDSA). Only what `sign` writes is accepted: no other algorithm, no
critical header, no second way to write the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError
from percapita.evidence.canonical import canonical_json
from percapita.evidence.signatures import is_signed, key_id
from percapita.licensing.claims import BrokenClaimError, License, license_of, read_claims

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST = 1 << 20


class MalformedTokenError(ValueError):
    """Say that a text is no token of a license."""


class ForeignSignatureError(ValueError):
    """Say that a token was not signed with the key it is held against."""


def sign(claims: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Return the token of claims that describe a license."""
    header = {"alg": "EdDSA", "kid": key_id(key.public_key()), "typ": "JWT"}
    message = f"{_encode(canonical_json(header))}.{_encode(canonical_json(claims))}"
    return f"{message}.{_encode(key.sign(message.encode()))}"


def verify(token: str, key: Ed25519PublicKey) -> License:
    """Return the license of a token.

    Raises MalformedTokenError if it is none, ForeignSignatureError if another key signed it or somebody changed it.
    """
    parts = token.strip().split(".")
    if len(parts) != 3 or len(token) > LONGEST:
        raise MalformedTokenError("not three parts with dots between them")
    header, payload, signature = (_decode(part) for part in parts)
    try:
        algorithm = read_header(header)
    except (ValueError, RecursionError):
        raise MalformedTokenError("its header is not JSON") from None
    if algorithm != "EdDSA":
        raise MalformedTokenError("not signed with EdDSA")
    if not is_signed(key, signature, f"{parts[0]}.{parts[1]}".encode()):
        raise ForeignSignatureError("another key signed it, or it was changed")
    try:
        return license_of(read_claims(payload, "token"), strict=False)
    except (BrokenClaimError, InputError) as error:
        raise MalformedTokenError(str(error).partition(" · ")[0]) from None


def read_header(header: bytes) -> object:
    """Return the algorithm a header names, None where it asks for something that only others understand."""
    found = json.loads(header.decode("utf-8"))
    return found.get("alg") if isinstance(found, dict) and "crit" not in found else None


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decode(part: str) -> bytes:
    """Return the bytes of a part; what is not written the one way that `_encode` writes it is refused."""
    try:
        content = base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (UnicodeEncodeError, binascii.Error):
        content = b""
    if not content or _encode(content) != part:
        raise MalformedTokenError("a part is not base64url")
    return content
