"""Write a country in one way, so that its people are one group."""

from __future__ import annotations

UNITED_STATES = "US"
_OTHER_NAMES = frozenset({"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "840"})


def country_code(text: str) -> str:
    """Return "US" for every usual way to write it, another code in capitals, and a name as it is written."""
    plain = " ".join(text.split())
    if plain.casefold() in _OTHER_NAMES:
        return UNITED_STATES
    return plain.upper() if len(plain) <= len("USA") else plain
