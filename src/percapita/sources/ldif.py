"""Read LDIF (RFC 2849): entries of a directory. Names of attributes are the columns, in any case.

Continued lines, base64 and comments are understood. A value that stands behind an address (`attribute:< file:...`) is
never fetched. A change that is no addition is a reject: it describes no entry.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.messages import Message, header_of, reader_of
from percapita.sources.streams import head_of, open_stream, sniff_encoding

CHUNK = 1 << 20
LONGEST = 16 << 20  # bytes of one entry
NO_ENTRY = {"version", "search", "result", "ref"}  # what servers write between entries
BROKEN, NOT_BASE64, A_CHANGE = "the line is no attribute with a value", "not valid base64", "a change, not an entry"


def messages(file: SourceFile, roots: frozenset[str], progress: Callable[[int], None]) -> Iterator[tuple[int, Message]]:
    """Yield the entries of a file. Raises InputError if it is empty or an entry is far too long."""
    head = head_of(file)
    if not head.strip():
        raise InputError("the file is empty", file.path, "give an LDIF export")
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    number = 0
    with open_stream(file, encoding, progress) as stream:
        for lines in _entries(stream.read, file.path):
            entry = _entry(lines, roots)
            if entry is not None:
                number += 1
                yield number, entry


def _entries(read: Callable[[int], bytes], path: str) -> Iterator[list[bytes]]:
    """Yield the unfolded lines of each entry, without comments."""
    rest = b""
    while data := read(CHUNK):
        text = (rest + data).replace(b"\r\n", b"\n")
        *entries, rest = text.split(b"\n\n")
        if len(rest) > LONGEST:
            raise InputError(f"an entry is longer than {LONGEST >> 20} MB", path, "give LDIF with blank lines between")
        for entry in entries:
            yield _unfolded(entry)
    yield _unfolded(rest)


def _unfolded(entry: bytes) -> list[bytes]:
    lines = entry.replace(b"\n ", b"").split(b"\n")
    return [line for line in lines if line.strip() and not line.startswith(b"#")]


def _entry(lines: list[bytes], roots: frozenset[str]) -> Message | None:
    """Return the named attributes of an entry, why there are none, or None where no entry stands."""
    entry: dict[str, Any] = {}
    seen = False
    for line in lines:
        name, colon, value = line.partition(b":")
        key = name.partition(b";")[0].strip().lower().decode("utf-8", "replace")
        if not colon or not key:
            return BROKEN
        if key == "changetype" and value.strip().lower() != b"add":
            return A_CHANGE
        seen = seen or key not in NO_ENTRY
        if key in roots:
            text = _value(value)
            if text is None:
                return NOT_BASE64
            if text:
                entry.setdefault(key, []).append(text)
    return entry if seen else None


def _value(value: bytes) -> str | None:
    """Return a value as text, empty for one that stands elsewhere, None for bad base64."""
    if value.startswith(b"<"):
        return ""
    if not value.startswith(b":"):
        return value.strip().decode("utf-8", "replace")
    try:
        return base64.b64decode(value[1:].strip(), validate=True).decode("utf-8", "replace").strip()
    except binascii.Error:
        return None


read_raw = reader_of(messages, fold=True)
columns_of = header_of(messages, fold=True)
