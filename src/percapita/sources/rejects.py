"""A row that could not be read: where it is and why, never what stood in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, order=True)
class Reject:
    """Name a rejected row. `row` counts records from 1, header and blank lines included; 0 if not known."""

    path: str
    row: int
    column: str
    reason: str

    @property
    def says(self) -> str:
        """Return column and reason; what is wrong with a whole row has no column."""
        return f"{self.column}: {self.reason}" if self.column else self.reason


def shape(text: str) -> str:
    """Return the form of a text without its content: letters as `a`, digits as `9`.

    A column may hold a patient's name where a time was expected, so no message ever repeats a value.
    """
    masked = _DIGIT.sub("9", _LETTER.sub("a", text))
    printable = "".join(sign if sign.isprintable() else "?" for sign in masked)
    return printable[:40] + ("..." if len(printable) > 40 else "")
