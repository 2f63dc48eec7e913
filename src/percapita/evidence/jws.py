"""Carry JSON in a token that anybody can verify offline: a compact JWS, signed with Ed25519.

Source: RFC 7515 (compact serialization), RFC 8037 (EdDSA). Only what `sign` writes is accepted: no other algorithm, no
critical header, no second way to write the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from percapita.evidence.canonical import canonical_json
from percapita.evidence.signatures import is_signed, key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST = 1 << 20


class MalformedTokenError(ValueError):
    """Say that a text is no token of the kind that is wanted."""


class ForeignSignatureError(ValueError):
    """Say that a token was not signed with the key it is held against."""


def sign(payload: dict[str, Any], key: Ed25519PrivateKey, kind: str = "JWT") -> str:
    """Return the token of a payload; `kind` is written into its header, so that none is taken for another."""
    header = {"alg": "EdDSA", "kid": key_id(key.public_key()), "typ": kind}
    message = f"{_encode(canonical_json(header))}.{_encode(canonical_json(payload))}"
    return f"{message}.{_encode(key.sign(message.encode()))}"


def verify(token: str, key: Ed25519PublicKey, kind: str = "JWT") -> bytes:
    """Return the payload of a token of that kind.

    Raises MalformedTokenError if it is none, ForeignSignatureError if another key signed it or somebody changed it.
    """
    parts = token.strip().split(".")
    if len(parts) != 3 or len(token) > LONGEST:
        raise MalformedTokenError("not three parts with dots between them")
    header, payload, signature = (_decode(part) for part in parts)
    _check_header(header, kind)
    if not is_signed(key, signature, f"{parts[0]}.{parts[1]}".encode()):
        raise ForeignSignatureError("another key signed it, or it was changed")
    return payload


def _check_header(content: bytes, kind: str) -> None:
    try:
        header = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("alg") != "EdDSA" or "crit" in header:
        raise MalformedTokenError("not signed with EdDSA")
    if header.get("typ", "JWT") != kind:
        raise MalformedTokenError("a token of another kind")


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
