"""A receipt says what was decided and cannot be changed afterwards."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from percapita.chargemaster.receipt import Override, open_receipt, receipt, sign_receipt
from percapita.evidence.jws import ForeignSignatureError, MalformedTokenError, sign
from tests.chargemaster.test_gate import FACTS, REQUEST, decided

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def made(override: Override | None = None, **facts: object) -> dict[str, object]:
    found = decided(facts, overridden=override is not None)
    return receipt(found, REQUEST, name=FACTS.name, sha256="ab" * 32, license_number="L-1", override=override)


def test_there_and_back() -> None:
    content = made()
    assert content["verdict"] == "pass"
    assert (content["findings"], content["override"]) == ([], None)
    assert open_receipt(sign_receipt(content, KEY), KEY.public_key()) == content


def test_what_was_overridden_stays_open() -> None:
    content = made(Override("Avery Stone", "the deadline is today"), attested=False)
    assert (content["verdict"], content["findings"]) == ("overridden", ["NOT_ATTESTED"])
    assert content["override"] == {"by": "Avery Stone", "reason": "the deadline is today"}


def test_another_key() -> None:
    with pytest.raises(ForeignSignatureError):
        open_receipt(sign_receipt(made(), KEY), Ed25519PrivateKey.generate().public_key())


def test_a_license_is_no_receipt() -> None:
    for token in (sign(made(), KEY), sign({"schema": "x"}, KEY, "posting-receipt")):
        with pytest.raises(MalformedTokenError):
            open_receipt(token, KEY.public_key())
