"""Read ATNA audit messages (DICOM PS3.15 A.5, RFC 3881): XML, alone, one after another, or inside syslog (RFC 5424).

The messages are cut out of the text by their tags and parsed one by one, so that one that is broken or cut off by the
network costs only itself, and declarations around them (DOCTYPE, entities) are never seen by the parser. The parser
refuses them all the same, and elements nested too deeply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.messages import Message, header_of, reader_of
from percapita.sources.streams import head_of, open_stream, sniff_encoding

CHUNK = 1 << 20
LONGEST = 1 << 20  # bytes of one message
DEEPEST = 32
TAG = re.compile(rb"<(/?)(?:[\w.-]+:)?AuditMessage(?=[\s/>])[^<>]*>")
SYSLOG = re.compile(rb"^(?:\d+ )?<\d{1,3}>\d* ?\S", re.MULTILINE)
CUT_OFF, NOT_XML, NO_MESSAGE = (
    "the audit message is cut off",
    "not valid XML",
    "a syslog message without an audit message",
)
TOO_LONG, TOO_DEEP = f"the audit message is longer than {LONGEST >> 20} MB", "nested too deeply"


class _DeepError(SAXException):
    """Say that elements are nested too deeply."""


class _Builder(ContentHandler):
    """Make nested values of the elements: attributes and children by name, an element that only holds text is it."""

    def __init__(self, roots: frozenset[str]) -> None:
        super().__init__()
        self._roots = roots
        self._stack: list[dict[str, Any]] = []
        self._passed = 0  # depth inside an element that no column begins with
        self.done: list[dict[str, Any]] = []

    @property
    def level(self) -> int:
        """Return how many elements are open."""
        return len(self._stack) + self._passed

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name that the parser calls
        """Open an element."""
        stack = self._stack
        if len(stack) + self._passed >= DEEPEST:
            raise _DeepError("")
        local = name if ":" not in name else name.rpartition(":")[2]
        if self._passed or (len(stack) == 2 and local not in self._roots):
            self._passed += 1
            return
        element: dict[str, Any] = dict(attrs.items())
        if stack:
            stack[-1].setdefault(local, []).append(element)
        stack.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that the parser calls
        """Close an element."""
        if self._passed:
            self._passed -= 1
            return
        element = self._stack.pop()
        if len(self._stack) == 1:
            self.done.append(element)
            self._stack[0].clear()

    def characters(self, content: str) -> None:
        """Add text to the element that is open."""
        if not self._passed and self._stack and content.strip():
            element = self._stack[-1]
            element["#text"] = element.get("#text", "") + content


class _Parser:
    """Parse messages under one root, begun anew after one that is broken."""

    def __init__(self, roots: frozenset[str]) -> None:
        self._roots = roots
        self._begin()

    def _begin(self) -> None:
        from defusedxml.expatreader import DefusedExpatParser

        self._builder = _Builder(self._roots)
        self._parser = DefusedExpatParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self._parser.setContentHandler(self._builder)
        self._parser.feed("<messages>")

    def parse(self, text: bytes) -> Message:
        """Return the values of a message, or why it has none."""
        try:
            self._parser.feed(text)
        except _DeepError:
            self._begin()
            return TOO_DEEP
        except (SAXException, ValueError):
            self._begin()
            return NOT_XML
        done, self._builder.done = self._builder.done, []
        if len(done) != 1 or self._builder.level != 1:
            self._begin()
            return NOT_XML
        return done[0]


def messages(file: SourceFile, roots: frozenset[str], progress: Callable[[int], None]) -> Iterator[tuple[int, Message]]:
    """Yield the audit messages of a file. Raises InputError if it holds none."""
    head = head_of(file)
    if not head.strip():
        raise InputError("the file is empty", file.path, "give AuditMessage elements, alone or in syslog")
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    parser = _Parser(roots)
    number = 0
    with open_stream(file, encoding, progress) as stream:
        for number, piece in enumerate(_pieces(stream.read), start=1):
            yield number, parser.parse(piece) if isinstance(piece, bytes) else piece
    if not number:
        raise InputError("the file holds no AuditMessage", file.path, "give the XML messages, or correct the format")


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes | str]:
    """Yield the bytes of each message, or why there is none."""
    cutter = _Cutter()
    while data := read(CHUNK):
        yield from cutter.cut(data)
    yield from cutter.end()


class _Cutter:
    """Cut messages out of a text that comes in parts."""

    def __init__(self) -> None:
        self._buffer = b""
        self._open = False  # a message begins where the buffer does
        self._long = False  # ... and is too long to be kept
        self._seen = 0  # up to where the buffer's tags were seen

    def cut(self, data: bytes) -> Iterator[bytes | str]:
        """Yield what is whole now."""
        self._buffer += data
        done, seen = 0, self._seen
        for tag in TAG.finditer(self._buffer, self._seen):
            seen = tag.end()
            if not tag[1]:
                yield from self._before(self._buffer[done : tag.start()])
                done, self._open = tag.start(), True
            if tag[1] or tag[0].endswith(b"/>"):
                yield from self._closed(self._buffer[done : tag.end()])
                done, self._open = tag.end(), False
        self._buffer = self._buffer[done:]
        self._seen = max(0, seen - done)
        yield from self._shorten()

    def _before(self, text: bytes) -> Iterator[str]:
        """Judge what stands before a message: one that was never closed, and syslog messages of another kind."""
        if self._open:
            yield TOO_LONG if self._long else CUT_OFF
            text = text.partition(b"\n")[2]
        self._long = False
        others = SYSLOG.findall(text)
        yield from [NO_MESSAGE] * max(0, len(others) - 1)

    def _closed(self, text: bytes) -> Iterator[bytes | str]:
        if not self._open:
            yield NOT_XML
        elif self._long or len(text) > LONGEST:
            yield TOO_LONG
        else:
            yield text
        self._long = False

    def _shorten(self) -> Iterator[str]:
        """Keep the buffer small: of an open message that is too long, and of text between messages, only the end."""
        if len(self._buffer) <= LONGEST:
            return
        if self._open:
            self._long = True
        else:
            whole = self._buffer.rpartition(b"\n")[0]
            yield from [NO_MESSAGE] * len(SYSLOG.findall(whole))
        self._buffer = self._buffer[-4096:] if self._open else self._buffer.rpartition(b"\n")[2][-4096:]
        self._seen = 0

    def end(self) -> Iterator[str]:
        """Judge what is left at the end."""
        if self._open:
            yield TOO_LONG if self._long else CUT_OFF
        else:
            yield from [NO_MESSAGE] * len(SYSLOG.findall(self._buffer))


read_raw = reader_of(messages)
columns_of = header_of(messages)
