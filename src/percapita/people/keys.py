"""Exact keys: what stands for the same employee, provider or mailbox however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_NUMBERED = re.compile(r"([A-Z]*)([0-9]+)")
_MAILBOX = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")

EmployeeId = tuple[str, str]  # (letter prefix or "", number without leading zeros); other texts are ("", text)


def employee_id(text: str | None) -> EmployeeId | None:
    """Return the parts of an employee id, or None when it is missing or all zeros. Leading zeros are presentation."""
    cleaned = (text or "").strip().upper()
    numbered = _NUMBERED.fullmatch(cleaned)
    if numbered is None:
        return ("", cleaned) if cleaned else None
    number = numbered[2].lstrip("0")
    return (numbered[1], number) if number else None


def employee_keys(ids: Iterable[EmployeeId]) -> dict[EmployeeId, str]:
    """Return the key of each employee id among all of them.

    A letter prefix is ignored only where one side has none: a bare number takes the prefix of the only prefixed id
    with that number; where several prefixes share the number it stays an id of its own.
    """
    prefixes: defaultdict[str, set[str]] = defaultdict(set)
    for prefix, number in ids:
        prefixes[number].add(prefix)
    return {
        (prefix, number): (prefix if prefix or len(found - {""}) != 1 else next(iter(found - {""}))) + number
        for number, found in prefixes.items()
        for prefix in found
    }


def npi(text: str | None) -> str | None:
    """Return the NPI, or None when it is missing or its check digit is wrong.

    Source: CMS, NPI check digit: Luhn over 80840 and the NPI.
    """
    digits = (text or "").strip()
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit() or digits[0] not in "12":
        return None
    return digits if luhn_holds("80840" + digits) else None


def luhn_holds(digits: str) -> bool:
    """Tell whether the last of `digits` is the Luhn check digit of the others."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def email(text: str | None) -> str | None:
    """Return the mailbox of an e-mail address, without case and plus-tag, or None when it is none."""
    address = (text or "").strip().lower()
    if not _MAILBOX.fullmatch(address):
        return None
    local, _, domain = address.partition("@")
    local = local.partition("+")[0]
    return f"{local}@{domain}" if local else None


def name(given: str | None, family: str | None) -> str | None:
    """Return a comparable name, or None unless both parts are known: no case, accents or punctuation."""
    parts = [_letters(given), _letters(family)]
    return " ".join(parts) if all(parts) else None


def _letters(text: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold())
    return "".join(sign for sign in decomposed if sign.isalnum())
