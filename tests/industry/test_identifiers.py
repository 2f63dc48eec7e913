"""Identifiers: what is whole, what can be mended without a doubt, what is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.industry.identifiers import (
    CEHRT,
    LOST_ZERO,
    IdentifierError,
    cehrt_forms,
    kind_of_ccn,
    luhn,
    read_ccn,
    read_npi,
    zip5,
)
from percapita.industry.states import CODES, state_code


@pytest.mark.parametrize(
    ("cell", "ccn", "mended"),
    [
        ("010001", "010001", ""),
        (" 330214 ", "330214", ""),
        ("10001", "010001", LOST_ZERO),
        ("10001.0", "010001", LOST_ZERO),
        ("330214.0", "330214", "decimals of a spreadsheet removed"),
        ("34T005", "34T005", ""),
        ("01014f", "01014F", ""),
        ("1T005", "01T005", LOST_ZERO),
        ("05C0001831", "05C0001831", ""),
        ("5C0001831", "05C0001831", LOST_ZERO),
        ("A01000", "A01000", ""),
    ],
)
def test_a_ccn(cell: str, ccn: str, mended: str) -> None:
    found = read_ccn(cell)
    assert (found.value, found.mended) == (ccn, mended)


@pytest.mark.parametrize(
    "cell", ["4.40E+03", "4.4E+05", "440E3", "1001", "0", "1234567", "x", "33-0214", "000001", "٣٣٠٢١٤"]
)
def test_no_ccn(cell: str) -> None:
    with pytest.raises(IdentifierError):
        read_ccn(cell)


def test_a_letter_ccn_that_looks_scientific_is_whole() -> None:
    assert read_ccn("44E003").value == "44E003"


@given(st.integers(1, 99), st.integers(0, 9999))
def test_a_lost_leading_zero_comes_back(state: int, number: int) -> None:
    ccn = f"{state:02}{number:04}"
    assert read_ccn(str(int(ccn))).value == ccn


@given(st.integers(100_000_000, 299_999_999))
def test_an_npi_has_one_check_digit(first: int) -> None:
    good = [digit for digit in range(10) if luhn(f"80840{first}{digit}")]
    assert len(good) == 1
    if str(first)[0] in "12":
        assert read_npi(f"{first}{good[0]}").value == f"{first}{good[0]}"
        with pytest.raises(IdentifierError, match="check digit"):
            read_npi(f"{first}{(good[0] + 1) % 10}")


def test_an_npi_of_a_spreadsheet() -> None:
    with pytest.raises(IdentifierError, match="scientific"):
        read_npi("1.36E+09")
    with pytest.raises(IdentifierError, match="10 digits"):
        read_npi("135634491")


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        ("0015CAN28DKT47C", ["0015CAN28DKT47C"]),
        ("0015C8Xcn16r6v5", ["0015C8XCN16R6V5"]),
        ("OO15CAN28DKT47C", ["0015CAN28DKT47C"]),
        ("0015CAN28DKT4lC", ["0015CAN28DKT41C", "0015CAN28DKT4LC"]),
        ("0015CAN28DKT47", []),
        ("EPIC", []),
        ("l" * 300, []),
    ],
)
def test_forms_of_a_cehrt_id(written: str, forms: list[str]) -> None:
    assert cehrt_forms(written) == forms


@given(st.from_regex(CEHRT, fullmatch=True).filter(str.isascii))
def test_mending_finds_what_was_mistyped(right: str) -> None:
    assert right in cehrt_forms(right.lower().replace("0", "O").replace("1", "I"))


@pytest.mark.parametrize(
    ("cell", "digits"),
    [("06610", "06610"), ("6610", "06610"), ("35501-8907", "35501"), ("066104567", "06610"), ("66104567", "06610"),
     ("35976-", "35976"), ("6610.0", "06610"), ("", ""), ("x", "")],
)  # fmt: skip
def test_a_zip(cell: str, digits: str) -> None:
    assert zip5(cell) == digits


def test_kinds_of_ccns() -> None:
    numbers = ("330214", "331316", "332005", "333025", "333301", "334001", "33T214", "330900", "05C0001831")
    assert [kind_of_ccn(ccn) for ccn in numbers] == ["STH", "CAH", "LTCH", "RH", "CH", "PH", "", "", ""]


def test_states() -> None:
    assert len(set(CODES.values())) == 56
    assert (state_code("new  York"), state_code("NY"), state_code("Elsewhere")) == ("NY", "NY", "ELSEWHERE")
