"""A token is what its key signed, to the last bit, or nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from percapita.evidence.jws import ForeignSignatureError, MalformedTokenError, sign
from percapita.licensing.claims import parse_license
from percapita.licensing.token import verify
from tests.licensing.samples import CLAIMS, text

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TOKEN = sign(CLAIMS, KEY)


def encoded(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def forged(header: Any, claims: Any = CLAIMS) -> str:
    """Return a token that the right key signed, with another header or other claims."""
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(KEY.sign(message.encode()))}"


def test_there_and_back() -> None:
    assert verify(TOKEN, KEY.public_key()) == parse_license(text(CLAIMS), "x")
    assert verify(f" {TOKEN}\n", KEY.public_key()) == parse_license(text(CLAIMS), "x")


def test_the_same_claims_give_the_same_token() -> None:
    assert sign(dict(reversed(CLAIMS.items())), KEY) == TOKEN


def test_another_key() -> None:
    with pytest.raises(ForeignSignatureError):
        verify(TOKEN, Ed25519PrivateKey.generate().public_key())


def test_a_newer_release_may_say_more() -> None:
    assert verify(sign(CLAIMS | {"color": "blue"}, KEY), KEY.public_key()).number == "L-1"


@pytest.mark.parametrize(
    "token",
    [
        forged({"alg": "none"}), forged({"alg": "HS256"}), forged({}), forged([]), forged(b"{"), forged(b"\xff"),
        forged({"alg": "EdDSA", "crit": ["exp"], "exp": 1}), sign(CLAIMS, KEY, "posting-receipt"), forged({"alg": "EdDSA"}, b"x"), forged({"alg": "EdDSA"}, []),
        forged({"alg": "EdDSA"}, {"iss": "x"}), forged({"alg": "EdDSA"}, b'{"iss": "a", "iss": "b"}'),
        "", ".", "..", "a.b.c", TOKEN.replace(".", "..", 1), TOKEN + ".x", TOKEN + "=", "\u00e9" + TOKEN, "a" * (1 << 21),
    ],
)  # fmt: skip
def test_no_token(token: str) -> None:
    with pytest.raises(MalformedTokenError):
        verify(token, KEY.public_key())


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_no_sign_can_be_changed(place: int, sign_: str) -> None:
    changed = TOKEN[:place] + sign_ + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises((MalformedTokenError, ForeignSignatureError)):
            verify(changed, KEY.public_key())


@given(st.text(max_size=200))
def test_any_text_is_no_token(token: str) -> None:
    with pytest.raises(MalformedTokenError):
        verify(token, KEY.public_key())
