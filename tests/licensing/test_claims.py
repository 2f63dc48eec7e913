"""Claims say every key once and right, or which one is wrong."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.licensing.claims import License, parse_license
from tests.licensing.samples import CLAIMS, RECORDED, text


def test_signed_claims() -> None:
    found = parse_license(text(CLAIMS), "c.json")
    assert (found.number, found.issuer, found.recorded) == ("L-1", "licensor", None)
    assert found.systems == {"rcm": "revenue_cycle", "ehr": "emr"}
    assert (found.not_before, found.expires) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_recorded_license() -> None:
    found = parse_license(text(RECORDED), "c.json")
    assert found.recorded is not None
    assert (found.number, found.recorded.attested_by, found.recorded.attested_on) == (
        "K-77",
        "Ann Lee",
        date(2026, 2, 1),
    )


@pytest.mark.parametrize("claims", [CLAIMS, RECORDED], ids=["signed", "recorded"])
def test_every_key_is_needed(claims: dict[str, Any]) -> None:
    for key in set(claims) - {"recorded"}:
        with pytest.raises(InputError, match=f"the key '{key}' is missing · c.json"):
            parse_license(text({name: value for name, value in claims.items() if name != key}), "c.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expire": "2026-12-31"}, "the key 'expire' is not known · c.json · did you mean 'expires'?"),
        ({"expires": "2026-02-30"}, "'expires' is not a date"),
        ({"expires": 20261231}, "'expires' is not a date"),
        ({"expires": "2025-12-31"}, "'expires' is before 'not_before'"),
        ({"purposes": ["posting"]}, "'posting' is not known in 'purposes'"),
        ({"content": []}, "'content' is not a list"),
        ({"content": "cpt"}, "'content' is not a list"),
        ({"releases": ["2026"]}, "'releases' is not a list of years"),
        ({"releases": [True]}, "'releases' is not a list of years"),
        ({"units": {"users": -1}}, "'units' has a unit that is not a whole number"),
        ({"units": {"users": 1.5}}, "'units' has a unit that is not a whole number"),
        ({"units": {}}, "'units' is not a table of units"),
        ({"systems": [{"id": "rcm"}]}, "'systems' has an entry without id and kind"),
        ({"systems": [{"id": "rcm", "kind": "revenue"}]}, "'revenue' is not a kind of system · c.json · did you mean 'revenue_cycle'?"),
        ({"systems": CLAIMS["systems"] * 2}, "'systems' has 'rcm' twice"),
        ({"number": " "}, "'number' is not a text"),
        ({"grace_days": -1}, "'grace_days' is not a number of days"),
        ({"recorded": "yes"}, "'recorded' is not true or false"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_license(text(CLAIMS | change), "c.json")
    assert words in str(caught.value)


def test_a_hash_of_an_agreement_is_a_hash() -> None:
    with pytest.raises(InputError, match="'agreement_sha256' is not a SHA-256"):
        parse_license(text(RECORDED | {"agreement_sha256": "AB" * 32}), "c.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"iss": "a", "iss": "b"}', b"[" * 100_000, b"null"])
def test_no_claims_at_all(content: bytes) -> None:
    with pytest.raises(InputError, match=r"c\.json"):
        parse_license(content, "c.json")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "kind", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from(sorted(CLAIMS | RECORDED | {"grace_days": 0})), VALUES, st.booleans())
def test_any_value_is_accepted_or_named(key: str, value: Any, recorded: bool) -> None:
    with suppress(InputError):
        assert isinstance(parse_license(text((RECORDED if recorded else CLAIMS) | {key: value}), "c.json"), License)
