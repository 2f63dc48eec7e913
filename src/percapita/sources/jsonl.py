"""Read JSON lines: a decoder made from the named fields passes over all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.raw import RawBatch, ReadTotals
from percapita.sources.rejects import Reject
from percapita.sources.streams import head_of, open_stream, sniff_encoding

BATCH = 20_000
LONGEST_LINE = 16 << 20


def columns_of(file: SourceFile) -> list[str]:
    """Return the fields of the first lines."""
    names: dict[str, None] = {}
    head = head_of(file)
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    for line in head.decode(encoding, "ignore").removeprefix("\ufeff").encode("utf-8").split(b"\n")[:100]:
        try:
            found = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        names |= dict.fromkeys(found) if isinstance(found, dict) else {}
    return list(names)


def read_raw(
    file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
) -> Iterator[RawBatch]:
    """Yield the named fields as texts, numbers as they are written; a line that is no object is a reject.

    Raises InputError for a field that no line of the file's beginning has.
    """
    import pyarrow as pa

    _check_names(file, names)
    decode = _decoder(names)
    numbers: list[int] = []
    rows: list[tuple[str | None, ...]] = []
    for number, line in lines(file, progress):
        totals.rows += 1
        values = decode(line)
        if values is None:
            totals.reject(Reject(file.path, number, "", "the line is no JSON object of plain values"))
            continue
        numbers.append(number)
        rows.append(values)
        if len(rows) == BATCH:
            yield _batch(pa, names, numbers, rows)
            numbers, rows = [], []
    if rows:
        yield _batch(pa, names, numbers, rows)


def _batch(pa: Any, names: list[str], numbers: list[int], rows: list[tuple[str | None, ...]]) -> RawBatch:
    columns = zip(*rows, strict=True) if names else ()
    return RawBatch(
        pa.array(numbers, pa.int64()),
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)},
    )


def _check_names(file: SourceFile, names: list[str]) -> None:
    from percapita.sources.raw import place_columns

    header = columns_of(file)
    if not header and head_of(file).strip():
        raise InputError(
            "the file holds no JSON objects", file.path, 'give one object a line, or write format = "json"'
        )
    if header:
        place_columns(file, names, header)


def _decoder(names: list[str]) -> Callable[[bytes], tuple[str | None, ...] | None]:
    """Return what turns a line into the texts of the named fields, or None for a bad line."""
    fields = [
        (f"field{place}", msgspec.Raw, msgspec.field(default=msgspec.Raw(), name=name))
        for place, name in enumerate(names)
    ]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Line", fields))

    def decode(line: bytes) -> tuple[str | None, ...] | None:
        try:
            row = decoder.decode(line)
            return tuple(_text(getattr(row, f"field{place}")) for place in range(len(names)))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            return None

    return decode


def _text(raw: msgspec.Raw) -> str | None:
    """Return a plain value as text: a string's content, a number as it is written. Raises ValueError for others."""
    written = bytes(raw)
    first = written[:1]
    if first == b'"':
        return msgspec.json.decode(written, type=str)
    if first in (b"[", b"{"):
        raise ValueError("nested")
    return None if written in (b"", b"null") else written.decode("ascii")


def lines(file: SourceFile, progress: Callable[[int], None]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers."""
    head = head_of(file)
    if not head:
        raise InputError("the file is empty", file.path, "give one JSON object a line")
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    with open_stream(file, encoding, progress) as stream:
        rest = b""
        number = 0
        while data := stream.read(1 << 20):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise InputError(
                    f"a line is longer than {LONGEST_LINE >> 20} MB", file.path, "give one JSON object a line"
                )
            for line in lines:
                number += 1
                if line.strip():
                    yield number, line
        if rest.strip():
            yield number + 1, rest
