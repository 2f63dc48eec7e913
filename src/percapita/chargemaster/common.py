"""What rules of CSV and of JSON files share: NPIs, lists between pipes, the form of a modifier, file names."""

from __future__ import annotations

import re

from percapita.chargemaster.text import trimmed

MODIFIER = re.compile(r"[A-Z0-9]{2}", re.IGNORECASE)
BETWEEN_MODIFIERS = re.compile(r"[|,;/\s]+")
FILE_NAME = re.compile(r"(\d{2}-?\d{7})(-\d{10})?(_.+_)(standardcharges)\.(csv|json)", re.IGNORECASE | re.ASCII)
NPI_PREFIX_SUM = 24  # what the prefix 80840 of a US NPI adds to the Luhn sum


def pieces(value: str) -> list[str]:
    """Return the parts of a value that a pipe separates, trimmed."""
    return [trimmed(part) for part in value.split("|")]


def npi_is_good(npi: str) -> str:
    """Return why a text is no NPI, or nothing when it is one.

    Source: 45 CFR 162.406, ten digits of which the last is a Luhn check digit over 80840 and the number.
    """
    if not re.fullmatch(r"[0-9]{10}", npi):
        return "an NPI has ten digits"
    total = NPI_PREFIX_SUM
    for place, digit in enumerate(map(int, reversed(npi))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return "" if total % 10 == 0 else "the check digit does not fit"


def modifiers_are_good(value: str) -> bool:
    """Tell whether a text is a list of modifiers: two letters or digits each."""
    return all(MODIFIER.fullmatch(part) for part in BETWEEN_MODIFIERS.split(trimmed(value)) if part)


def name_is_good(name: str) -> bool:
    """Tell whether a file name is as CMS asks: EIN, perhaps NPI, hospital name, `standardcharges`."""
    return FILE_NAME.fullmatch(name) is not None
