"""Tell how far the cells of a worksheet reach, before a reader makes a grid of them.

A grid has a place for each cell between the first corner and the farthest cell, full or not: one stray cell in the last
corner of a sheet asks for hundreds of gigabytes, and the process is ended without a word. So the worksheet's XML is
looked through for cells that reach too far; it is not parsed. A cell without content reaches nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

MOST_CELLS = 40_000_000
BLOCK = 1 << 20
LONGEST = 256 << 10  # what stands between two tags is held back up to this length
_FULL = r"""["'][^/>]*>(?:[^<]|<[^/])"""  # the end of the start tag of a cell with content
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)([0-9]+)""" + _FULL.encode())
_UNPLACED = r"<(?:[\w.-]+:)?c(?:\s+[^r\s>/][^\s>]*)*\s*>"  # a cell that does not say where it stands
_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)((?:\s[^>]*)?)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")


@dataclass
class Reach:
    """Hold the farthest row and column of the cells seen, from 1."""

    rows: int = 1
    columns: int = 1

    def too_far(self) -> bool:
        """Tell whether the grid would be too large."""
        return self.rows * self.columns > MOST_CELLS

    def stretch(self, row: int, column: int) -> None:
        """Reach to a cell."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)


def reach_too_far(opened: Callable[[], IO[bytes]]) -> Reach | None:
    """Return how far the cells of a worksheet reach if that is too far; `opened` opens its XML.

    Which row is too far depends on how many columns there are: where those become more, the rows before are seen again.
    """
    reach = Reach()
    placed = _all_placed(opened, reach, 1)  # the first rows tell how many columns there are
    before = 0
    while placed and reach.columns != before and not reach.too_far():
        before = reach.columns
        placed = _all_placed(opened, reach)
    reach = reach if placed else _walk(opened)
    return reach if reach.too_far() else None


def _all_placed(opened: Callable[[], IO[bytes]], reach: Reach, most: int | None = None) -> bool:
    """Stretch over the cells that go beyond the columns or the rows allowed; stop at a cell that has no place."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for piece, after in islice(_pieces(opened), most):
        text = piece + after
        # Arrow's expressions look through a block many times faster than Python's.
        if not pc.match_substring_regex(pa.array([text], pa.binary()), f"{_beyond(reach)}|{_UNPLACED}")[0].as_py():
            continue
        if re.search(_UNPLACED.encode(), text):
            return False
        for letters, digits in _CELL.findall(text):
            reach.stretch(int(digits), _column(letters))
        if reach.too_far():
            break
    return True


def _beyond(reach: Reach) -> str:
    """Return the expression of a full cell beyond the columns of a reach, or beyond the rows allowed with them."""
    letters = "|".join(_after(_letters(reach.columns), "A", "Z"))
    digits = "|".join(_after(str(MOST_CELLS // reach.columns), "0", "9"))
    return rf"""\sr\s*=\s*["'](?:(?i:{letters})[0-9]+|[A-Za-z]+(?:{digits})){_FULL}"""


def _after(word: str, first: str, last: str) -> Iterator[str]:
    """Yield the expressions of the words after `word`, the longer ones and those of its length."""
    sign = f"[{first}-{last}]"
    yield f"{sign}{{{len(word) + 1},}}"
    for place, one in enumerate(word):
        if one < last:
            yield f"{word[:place]}[{chr(ord(one) + 1)}-{last}]{sign * (len(word) - place - 1)}"


def _letters(column: int) -> str:
    """Return the letters of a column, as A, Z, AA."""
    before, place = divmod(column - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + place)


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _walk(opened: Callable[[], IO[bytes]]) -> Reach:
    """Return how far the cells reach, following cells that do not say where they stand: slow and exact."""
    reach = Reach()
    row = column = 0
    for piece, _ in _pieces(opened):
        for kind, told in _TAG.findall(piece):
            place = _PLACE.search(told)
            if kind == b"row":
                row, column = int(place[2]) if place else row + 1, 0
                continue
            column = _column(place[1]) if place else column + 1
            if not told.endswith(b"/"):
                reach.stretch(int(place[2]) if place else row, column)
    return reach


def _pieces(opened: Callable[[], IO[bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the XML in pieces that end before a tag, and the first two bytes of that tag."""
    held = b""
    with opened() as sheet:
        while data := sheet.read(BLOCK):
            text = held + data
            end = text.rfind(b"<", 0, -1)
            if end <= 0 and len(text) < LONGEST:
                held = text
                continue
            end = end if end > 0 else len(text)
            yield text[:end], text[end : end + 2]
            held = text[end:]
    yield held, b""
