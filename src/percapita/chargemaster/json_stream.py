"""Read a JSON file of any size piece by piece: the properties of its root, and the items of its long array one batch
at a time.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from percapita.chargemaster.text import BLANKS

BLOCK = 128 << 10  # what a processor keeps close; larger blocks are slower
LARGEST_BATCH = 4 << 20
LONGEST_VALUE = 16 << 20
SPACE = re.compile(r"[ \t\r\n]*")
OPENING = re.compile(r'\{[ \t\r\n]*"[^"\\]{0,80}"')
NEAR_THE_END = 16  # a literal, number or escape that a block cuts is no longer than this


class NotJsonError(Exception):
    """Say why a text is not JSON, and where: `place` counts characters from 0. `kind` names the rule it breaks."""

    def __init__(self, why: str, place: int, kind: str = "") -> None:
        """Keep the reason and the place."""
        super().__init__(why)
        self.why, self.place, self.kind = why, place, kind


class RepeatedKeys(dict[str, Any]):
    """Be an object that has a key twice; `again` names such a key."""

    again = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    marked = RepeatedKeys(found)
    marked.again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return marked


def _constant(name: str) -> Any:
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


class JsonStream:
    """Hold the part of the text that is being read."""

    def __init__(self, stream: BinaryIO, block: int = BLOCK) -> None:
        """Begin at the start of the file, behind a byte-order mark and the blanks after it."""
        self._stream, self._block = stream, block
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text, self._at, self._passed = "", 0, 0
        self._ended = False
        self.more()
        if self._text.startswith("\ufeff"):
            self._text = self._text[1:].lstrip(BLANKS)

    def more(self) -> bool:
        """Read more text; return False at the end of the file."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._passed, self._at = self._passed + self._at, 0
        data = self._stream.read(max(self._block, len(self._text)))
        self._ended = not data
        self._text += self._utf8.decode(data, final=not data)
        return True

    def _fail(self, why: str, place: int, kind: str = "") -> NotJsonError:
        return NotJsonError(why, self._passed + place, kind)

    def place(self) -> int:
        """Return how many characters were passed."""
        return self._passed + self._at

    def peek(self) -> str:
        """Return the next sign that is no white space, nothing at the end of the file."""
        while True:
            found = SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self.more():
                return ""

    def take(self, sign: str) -> bool:
        """Pass over a sign if it comes next."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def wanted(self, what: str) -> NotJsonError:
        """Return the error for something else than `what` coming next."""
        found = self.peek()
        return self._fail(
            f"{what} was expected, not {found!r}" if found else f"the file ends where {what} was expected", self._at
        )

    def value(self) -> Any:
        """Return the next value. Raises NotJsonError."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - NEAR_THE_END
                if not cut or len(self._text) > LONGEST_VALUE or not self.more():
                    raise self._fail(error.msg.lower(), min(error.pos, len(self._text))) from None
                continue
            except (ValueError, RecursionError) as error:
                why = "the nesting is too deep" if isinstance(error, RecursionError) else f"{error} is no value of JSON"
                raise self._fail(why, self._at) from None
            if end < len(self._text) or not self.more():
                self._at = end
                return found

    def properties(self, array: str, items: Callable[[JsonStream], None]) -> Iterator[tuple[str, Any]]:
        """Yield (key, value) of the root object; where the key is `array` and an array follows, `items` reads it
        instead.
        """
        self.take("{")
        if self.take("}"):
            return
        while True:
            if self.peek() != '"':
                kind = "comma" if self.peek() == "}" else ""
                raise self._fail(
                    "a key in quotes was expected" + (", for there is a comma before" if kind else ""), self._at, kind
                )
            key = self.value()
            if not self.take(":"):
                raise self.wanted("a colon")
            if key == array and self.peek() == "[":
                items(self)
            else:
                yield key, self.value()
            if self.take("}"):
                return
            if not self.take(","):
                raise self.wanted("a comma or }")

    def elements(self, decode: Callable[[str], Any]) -> Iterator[tuple[Any, list[Any] | None]]:
        """Yield the elements of the array that comes next, as (what `decode` makes of many, None) or (None, elements).

        `decode` is given the text of an array of many elements, and returns None when it cannot take them; then they
        come one by one as plain values.
        """
        self.take("[")
        if self.take("]"):
            return
        while True:
            end = self._batch_end()
            if end > self._at:
                text = self._text[self._at : end].rstrip(" \t\r\n")
                found = decode(f"[{text[:-1]}]") if text.endswith(",") else None
                if found is not None:
                    self._at = end
                    yield found, None
                    continue
            ended, values = self._one_by_one(self._passed + end)
            yield None, values
            if ended:
                return

    def _batch_end(self) -> int:
        """Return where the last element that begins in the text begins; it is before the next one if there is none."""
        self.peek()
        if len(self._text) - self._at < self._block // 2:
            self.more()
            self.peek()
        opening = OPENING.match(self._text, self._at)
        end = self._text.rfind(opening.group(), self._at + 1) if opening else -1
        while opening and end < 0 and len(self._text) < LARGEST_BATCH and self.more():
            end = self._text.rfind(opening.group(), self._at + 1)
        return end

    def _one_by_one(self, end: int) -> tuple[bool, list[Any]]:
        """Return whether the array ended, and its next elements: those before `end`, at least one."""
        values = []
        while True:
            values.append(self.value())
            if self.take("]"):
                return True, values
            if not self.take(","):
                raise self.wanted("a comma or ]")
            self.peek()
            if self._passed + self._at >= end:
                return False, values
