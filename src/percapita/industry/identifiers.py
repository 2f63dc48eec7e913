"""Identifiers of providers as files write them: what is whole, what can be mended without a doubt, what is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Six characters: two of the state, then the number of the facility. A letter in third place marks a unit, in last place
# an emergency or federal hospital, in first place an older health center. Ten characters: surgery centers and others.
CCN = re.compile(r"[0-9]{6}|[0-9]{2}[A-Z][0-9]{3}|[0-9]{5}[A-Z]|[A-Z][0-9]{5}|[0-9]{2}[A-Z][0-9]{7}")
CCN_SHORT = re.compile(r"[1-9][0-9]{4}|[1-9][A-Z][0-9]{3}|[1-9][0-9]{3}[A-Z]|[1-9][A-Z][0-9]{7}")
SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?E[+-]?[0-9]+")
NPI = re.compile(r"[12][0-9]{9}")
CEHRT = re.compile(r"00(14|15)[CEH][0-9A-HJ-NP-Z]{10}")
LOST_ZERO = "leading zero restored"
FRACTION = "decimals of a spreadsheet removed"


class IdentifierError(Exception):
    """Say in one clause why a text is no identifier."""


@dataclass(frozen=True)
class Identifier:
    """Hold an identifier, and what was mended in it, if anything."""

    value: str
    mended: str = ""


def read_ccn(text: str) -> Identifier:
    """Return the CMS certification number that a cell holds. Raises IdentifierError.

    A lost leading zero can be restored, because a state's code has two digits and is never 00: what lacks one character
    lacks that zero. What lacks two, or was written in scientific form, is lost. Source: CMS State Operations Manual,
    section 2779.
    """
    word = text.strip().strip("'").upper()
    if SCIENTIFIC.fullmatch(word) and not CCN.fullmatch(word):
        raise IdentifierError("a spreadsheet wrote the CCN in scientific form; its digits are lost")
    plain = re.sub(r"\.0+", "", word) if re.fullmatch(r"[0-9]+\.0+", word) else word
    mended = FRACTION if plain != word else ""
    if CCN.fullmatch(plain) and not plain.startswith("00"):
        return Identifier(plain, mended)
    if CCN_SHORT.fullmatch(plain):
        return Identifier(f"0{plain}", LOST_ZERO)
    raise IdentifierError("not a CCN of 6 characters, or 10 for a surgery center")


def read_npi(text: str) -> Identifier:
    """Return the NPI that a cell holds. Raises IdentifierError. Source: 45 CFR 162.406, ISO/IEC 7812."""
    word = text.strip()
    plain = re.sub(r"\.0+", "", word) if re.fullmatch(r"[0-9]+\.0+", word) else word
    if SCIENTIFIC.fullmatch(word.upper()):
        raise IdentifierError("a spreadsheet wrote the NPI in scientific form; its digits are lost")
    if not NPI.fullmatch(plain):
        raise IdentifierError("not an NPI of 10 digits")
    if not luhn("80840" + plain):
        raise IdentifierError("the check digit of the NPI is wrong")
    return Identifier(plain, FRACTION if plain != word else "")


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def read_other(text: str) -> Identifier:
    """Return an identifier without a form of its own."""
    return Identifier(text.strip())


def cehrt_forms(text: str) -> list[str]:
    """Return the well-formed ids that a mistyped CEHRT id may stand for: O for 0, I or l for 1, l for L too.

    A well-formed id has one form, itself. Source: CHPL, CertificationIdDAO: 0-9 and A-Z without I and O.
    """
    word = text.strip()
    if CEHRT.fullmatch(word):
        return [word]
    forms = [""]
    for sign in word:
        options = {"l": "1L", "I": "1", "i": "1", "O": "0", "o": "0"}.get(sign, sign.upper())
        forms = [form + one for form in forms for one in options][:256]
    return [form for form in forms if CEHRT.fullmatch(form)]


def zip5(text: str) -> str:
    """Return the five digits of a ZIP code, its leading zero restored; nothing if it is none."""
    found = re.match(r"[0-9]{3,5}(?![0-9])|[0-9]{8,9}(?![0-9])", re.sub(r"\.0+$", "", text.strip()))
    if not found:
        return ""
    digits = found[0]
    return digits.zfill(9)[:5] if len(digits) > 5 else digits.zfill(5)


def kind_of_ccn(ccn: str) -> str:
    """Return the kind of hospital that a CCN's number is of, as cost reports call it; nothing if it is of none.

    Source: CMS State Operations Manual, section 2779A1.
    """
    if len(ccn) != 6 or not ccn[2:].isdigit():
        return ""
    number = int(ccn[2:])
    for low, high, kind in RANGES:
        if low <= number <= high:
            return kind
    return ""


RANGES = (
    (1, 879, "STH"),
    (1300, 1399, "CAH"),
    (2000, 2299, "LTCH"),
    (3025, 3099, "RH"),
    (3300, 3399, "CH"),
    (4000, 4499, "PH"),
)
