"""Read JSON whose rows are nested: one a line, a list, or a document with a list, such as a FHIR Bundle."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.json_scan import STRAY, Piece, Scanner
from percapita.sources.jsonl import lines
from percapita.sources.messages import Message, header_of, reader_of
from percapita.sources.streams import head_of, open_stream, sniff_encoding

NOT_JSON, TOO_DEEP, NO_OBJECT = "not valid JSON", "nested too deeply", "not a JSON object"

Decode = Callable[[bytes], Message]


def messages(file: SourceFile, roots: frozenset[str], progress: Callable[[int], None]) -> Iterator[tuple[int, Message]]:
    """Yield the messages of a file. Raises InputError for a text that is cut off."""
    key, _, inner = (getattr(file.source, "records", None) or "").partition(".")
    plain = _decoder(roots)
    decoders = {False: plain, True: _inside(inner, plain) if inner else plain}
    pieces = _lines(file, key, progress) if _one_a_line(file) else _document(file, key, progress)
    for number, piece in enumerate(pieces, start=1):
        yield number, decoders[piece.inner](piece.text) if piece.text else STRAY


def _one_a_line(file: SourceFile) -> bool:
    """Tell whether the file begins with objects, one a line; a few of them may be broken."""
    head = head_of(file)
    if not head.strip():
        raise InputError("the file is empty", file.path, "give JSON objects, one a line or in a list")
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    whole = head.decode(encoding, "ignore").encode("utf-8").rstrip()
    first = [line.strip().removeprefix(b"\xef\xbb\xbf") for line in whole.split(b"\n")[:50] if line.strip()]
    closed = [line for line in first if line[:1] == b"{" and line[-1:] == b"}"]
    decode = _decoder(frozenset())
    return (
        first[0][:1] == b"{" and 2 * len(closed) >= len(first) and any(isinstance(decode(one), dict) for one in closed)
    )


def _document(file: SourceFile, key: str, progress: Callable[[int], None]) -> Iterator[Piece]:
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head_of(file), file.path)
    with open_stream(file, encoding, progress) as stream:
        yield from Scanner(stream.read, file.path, key or None).pieces()


def _lines(file: SourceFile, key: str, progress: Callable[[int], None]) -> Iterator[Piece]:
    """Yield the objects of lines; a line may itself be a document with a list, such as a page of an interface."""
    page = re.compile(b'"%s"[ \t]*:[ \t]*\\[' % re.escape(key.encode())) if key else None
    for _, line in lines(file, progress):
        if page is None or not page.search(line):
            yield Piece(line)
            continue
        try:
            yield from list(Scanner(io.BytesIO(line).read, file.path, key).pieces())
        except InputError:
            yield Piece(line)


def _decoder(roots: frozenset[str]) -> Decode:
    """Return what decodes the named parts of an object, and passes over all others."""
    names = sorted(roots)
    fields = [(f"field{place}", Any, msgspec.field(default=None, name=name)) for place, name in enumerate(names)]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Message", fields), float_hook=str)

    def decode(text: bytes) -> Message:
        try:
            found = decoder.decode(text)
        except RecursionError:
            return TOO_DEEP
        except msgspec.ValidationError:
            return NO_OBJECT
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            return NOT_JSON
        return {name: getattr(found, f"field{place}") for place, name in enumerate(names)}

    return decode


def _inside(name: str, decode: Decode) -> Decode:
    """Return what decodes the object that stands under a name in another."""
    outer: Any = msgspec.json.Decoder(
        msgspec.defstruct("Outer", [("inner", msgspec.Raw, msgspec.field(default=msgspec.Raw(b"null"), name=name))])
    )

    def decode_inner(text: bytes) -> Message:
        try:
            return decode(bytes(outer.decode(text).inner))
        except RecursionError:
            return TOO_DEEP
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            return NOT_JSON

    return decode_inner


read_raw = reader_of(messages)
columns_of = header_of(messages)
