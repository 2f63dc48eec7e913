"""A form as data: sheets of cells, each locked or an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Value = str | int | Decimal | date | None
Style = Literal["title", "head", "text", "answer", "result"]
Kind = Literal["text", "whole", "decimal", "day", "choice"]
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class Cell:
    """Hold one cell. An `answer` may be filled in, and takes what `kind` says; every other cell is locked.

    `formula` computes a `result`, and `value` is what it gives for the form as it is written.
    """

    value: Value = None
    style: Style = "text"
    formula: str = ""
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Sheet:
    """Hold a sheet: cells by reference such as `B4`, widths of columns by letter, the first cell that scrolls."""

    name: str
    cells: Mapping[str, Cell]
    widths: Mapping[str, int] = field(default_factory=dict)
    scrolls_from: str = ""

    def answers(self) -> list[str]:
        """Return the references of the cells that may be filled in."""
        return [place for place, cell in self.cells.items() if cell.style == "answer"]


@dataclass(frozen=True)
class Filled:
    """Hold what stands in a cell of a form that came back: its text, and whether a formula made it."""

    text: str
    formula: bool = False


def letters(column: int) -> str:
    """Return the letters of a column, counted from 1."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def reference(row: int, column: int) -> str:
    """Return the reference of a cell, row and column counted from 1."""
    return f"{letters(column)}{row}"


def place_of(name: str) -> tuple[int, int]:
    """Return row and column, counted from 1, of a reference. Raises ValueError for what is none."""
    match = REFERENCE.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no reference")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def as_text(value: Value) -> str:
    """Return a value as a form that comes back shows it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
