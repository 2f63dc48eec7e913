"""Cut a JSON text of any size into its objects, in flat memory: a list of objects, a document with a list, or both.

Strings are stepped over whole, and only braces are counted, so that cutting costs little; what stands in an object is
checked by its decoder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from percapita.errors import InputError

LONGEST = 16 << 20  # bytes of one object, and of what stands before the list of a document
CHUNK = 1 << 20
LINE = 32 << 10  # how far the end of a line is looked for
BLANK, COMMAS = re.compile(rb"[ \t\r\n]*+"), re.compile(rb"[ \t\r\n,]*+")
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
SCALAR = re.compile(rb"[^\s,\]}]++")
BRACES = re.compile(rb'[^"{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}]*+)*+([{}"]?)', re.DOTALL)
BRACKETS = re.compile(rb'[^"\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]]*+)*+([\[\]"]?)', re.DOTALL)
OPENING, CLOSING = (b"{", b"["), (b"}", b"]")
WHOLE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.defstruct("Whole", []))
STRAY = "something else than an object stands in the list"


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold the bytes of an object; `inner` if it is of the list of a document. Without bytes it is none."""

    text: bytes
    inner: bool = False


class Scanner:
    """Cut the bytes that `read(size)` gives; `key` is the name under which a document has its list."""

    def __init__(self, read: Callable[[int], bytes], path: str, key: str | None) -> None:
        """Begin; nothing is read yet."""
        self._read = read
        self._path = path
        self._key = None if key is None else f'"{key}"'.encode()
        self._buffer = b""
        self._at = 0
        self._mark = 0  # what stands before is not needed any more

    def pieces(self) -> Iterator[Piece]:
        """Yield the objects. Raises InputError for a text that is cut off or is no JSON."""
        while (sign := self._next(COMMAS)) is not None:
            if sign == b"[":
                self._at += 1
                yield from self._list(inner=False)
            elif sign == b"{":
                yield from self._object()
            else:
                raise self._broken()

    def _list(self, inner: bool) -> Iterator[Piece]:
        while (sign := self._next(COMMAS)) != b"]":
            if sign is None:
                raise self._cut_off()
            value = self._value(sign)
            yield Piece(value if sign == b"{" else b"", inner)
        self._at += 1

    def _object(self) -> Iterator[Piece]:
        """Yield the elements of the document's list, or the object itself if it has none."""
        if self._key is None:
            yield Piece(self._value(b"{"))
            return
        listed = False
        self._at += 1
        while (sign := self._next(COMMAS, keep=not listed)) != b"}":
            name = self._name(sign, keep=not listed)
            sign = self._next(BLANK, keep=not listed)
            if name == self._key and sign == b"[":
                listed = True
                self._at += 1
                yield from self._list(inner=True)
            else:
                self._value(sign, keep=not listed)
        self._at += 1
        if not listed:
            yield Piece(self._buffer[self._mark : self._at])

    def _name(self, sign: bytes | None, keep: bool) -> bytes:
        """Return the name of a member with its quotes, and step over the colon."""
        if sign is None:
            raise self._cut_off()
        begin = self._at - self._mark
        if sign != b'"':
            raise self._broken()
        self._value(sign, keep=True)
        name = self._buffer[self._mark + begin : self._at]
        if self._next(BLANK, keep=keep) != b":":
            raise self._broken()
        self._at += 1
        return name

    def _next(self, skipped: re.Pattern[bytes], keep: bool = False) -> bytes | None:
        """Return the next sign that is not skipped, None at the end; what was read is dropped unless kept."""
        while True:
            found = skipped.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if not keep:
                self._mark = self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more():
                return None

    def _more(self) -> bool:
        if len(self._buffer) - self._mark > LONGEST:
            raise InputError(
                f"an object is longer than {LONGEST >> 20} MB", self._path, "say where the rows are: records"
            )
        data = self._read(CHUNK)
        self._buffer = self._buffer[self._mark :] + data
        self._at -= self._mark
        self._mark = 0
        return bool(data)

    def _value(self, sign: bytes | None, keep: bool = False) -> bytes:
        """Step over a value that begins with `sign` and return its bytes."""
        if sign is None:
            raise self._cut_off()
        begin = self._at - self._mark
        if sign == b"{" and self._line():
            pass
        elif sign in OPENING:
            self._nested(BRACES if sign == b"{" else BRACKETS)
        elif sign == b'"':
            self._until(STRING)
        else:
            self._scalar()
        if keep:
            return b""
        return self._buffer[self._mark + begin : self._at]

    def _line(self) -> bool:
        """Step over an object that ends with its line: what decodes is whole, and needs no counting of braces."""
        end = self._buffer.find(b"\n", self._at, self._at + LINE)
        if end < 0:
            return False
        line = self._buffer[self._at : end].rstrip(b", \t\r")
        try:
            WHOLE.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return False
        self._at += len(line)
        return True

    def _nested(self, pattern: re.Pattern[bytes]) -> None:
        depth = 0
        while True:
            for found in pattern.finditer(self._buffer, self._at):
                sign = found[1]
                if sign in OPENING:
                    depth += 1
                elif sign in CLOSING:
                    depth -= 1
                    if not depth:
                        self._at = found.end()
                        return
                else:  # the end of what was read; a quote there opens a string that goes on
                    self._at = found.end() - len(sign)
                    break
            if not self._more():
                raise self._cut_off()

    def _until(self, pattern: re.Pattern[bytes]) -> None:
        while not (found := pattern.match(self._buffer, self._at)):
            if not self._more():
                raise self._cut_off()
        self._at = found.end()

    def _scalar(self) -> None:
        while True:
            found = SCALAR.match(self._buffer, self._at)
            if found is None:
                raise self._broken()
            if found.end() < len(self._buffer) or not self._more():
                break
        found = SCALAR.match(self._buffer, self._at)
        self._at = found.end() if found else self._at

    def _cut_off(self) -> InputError:
        return InputError("the JSON text is cut off: its end is missing", self._path, "copy it again")

    def _broken(self) -> InputError:
        return InputError("the file holds no JSON objects", self._path, "give a list of objects, or one object a line")
