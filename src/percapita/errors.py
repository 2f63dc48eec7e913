"""The errors people see: what is wrong, where, what to do. Each kind has its exit code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class PercapitaError(Exception):
    """Carry one line for a person: what is wrong, where, what to do."""

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str, where: str, cure: str) -> None:
        """Keep the three parts; each is a clause without a full stop."""
        super().__init__(what, where, cure)
        self.what, self.where, self.cure = what, where, cure

    def __str__(self) -> str:
        """Return `what · where · what to do`."""
        return " · ".join(" ".join(part.split()) for part in (self.what, self.where, self.cure) if part)


class InputError(PercapitaError):
    """Say that the input or the command line is wrong (exit 2)."""

    exit_code = 2


class MissingPartError(PercapitaError):
    """Say that a part that is not installed is needed (exit 3)."""

    exit_code = 3


def nearest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the sentence that suggests the nearest known word, or says `otherwise`, or lists a few of them."""
    names = sorted(set(known))
    if not names:
        return "none is known here"
    lowered = {name.casefold(): name for name in reversed(names)}
    close = difflib.get_close_matches(word.casefold(), lowered, n=1, cutoff=0.6)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    if otherwise:
        return otherwise
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"use one of: {shown}"
