"""Say numbers of things as people read them."""

from __future__ import annotations


def many(number: int, thing: str, things: str = "") -> str:
    """Return a number of things in words: `1 row`, `2,000 rows`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def signed(change: int) -> str:
    """Return a difference with its sign: `+2,000`, `-1`, `0`."""
    return f"{change:+,}" if change else "0"
