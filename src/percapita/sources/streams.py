"""Open a text file as UTF-8 bytes: decompressed, transcoded, guarded against bombs, with the bytes read reported."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from array import array
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, BinaryIO

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile

HEAD = 256 << 10
BOMB_BYTES = 200 << 20
BOMB_RATIO = 250
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, OSError)


class _Counted(io.RawIOBase):
    """Count the bytes that are read from a file."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], None]) -> None:
        super().__init__()
        self._file = file
        self._progress = progress
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.done += len(data)
        self._progress(len(data))
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class ByteStream(AbstractContextManager["ByteStream"]):
    """Give a file's text as UTF-8 bytes to whoever splits it."""

    def __init__(self, file: SourceFile, encoding: str, progress: Callable[[int], None]) -> None:
        """Open the file; `encoding` is what its text is written in."""
        self._file = file
        self._raw = _Counted(file.absolute.open("rb"), progress)
        self._plain = _decompressed(self._raw, file)
        utf8 = encoding in ("utf-8", "utf-8-sig")
        self._decoder = None if utf8 else codecs.getincrementaldecoder(encoding)(errors="replace")
        self._given = 0
        self._quotes = 0
        self._first = True
        self.closed = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        self.closed = True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most about `size`; none at the end."""
        while True:
            data = self._read(size if size > 0 else 1 << 20)
            text = data if self._decoder is None else self._decoder.decode(data, final=not data).encode("utf-8")
            if self._first and text:
                text = text.removeprefix(codecs.BOM_UTF8)
                self._first = False
            if text or not data:
                self._quotes += text.count(b'"')
                return text

    def _read(self, size: int) -> bytes:
        try:
            data = self._plain.read(size)
        except BROKEN:
            raise InputError("the compressed file is cut off or damaged", self._file.path, "copy it again") from None
        self._given += len(data)
        if self._given > BOMB_BYTES and self._given > BOMB_RATIO * max(self._raw.done, 1):
            raise InputError(
                f"the file unpacks to more than {BOMB_RATIO} times its size",
                self._file.path,
                "unpack it yourself if it is right",
            )
        return data or b""

    def check_quotes(self, delimiter: str) -> None:
        """Raise InputError if the text ended inside a quoted cell. To be called at its end."""
        if self._quotes % 2:
            row = _open_quote(self._file, delimiter)
            if row:
                raise InputError(
                    "a quote is opened and never closed: the rows after it are lost",
                    f"{self._file.path}, row {row}",
                    "correct that row, or copy the file again if it is cut off",
                )


def _decompressed(raw: _Counted, file: SourceFile) -> Any:
    buffered = io.BufferedReader(raw, 1 << 20)
    magic = buffered.peek(4)[:4]
    if magic[:2] == GZIP:
        return gzip.GzipFile(fileobj=buffered)
    if magic == ZSTD:
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(buffered, mode="r"), "zstd")
    return buffered


def open_stream(file: SourceFile, encoding: str, progress: Callable[[int], None]) -> ByteStream:
    """Return the text of a file as UTF-8 bytes, to be used in a `with` block."""
    return ByteStream(file, encoding, progress)


def head_of(file: SourceFile) -> bytes:
    """Return the first bytes of a file, decompressed but not transcoded."""
    parts = []
    size = 0
    with file.absolute.open("rb") as content:
        raw = _Counted(content, lambda units: None)
        plain = _decompressed(raw, file)
        try:
            while size < HEAD and (part := plain.read(HEAD - size)):
                parts.append(part)
                size += len(part)
        except BROKEN:
            raise InputError("the compressed file is cut off or damaged", file.path, "copy it again") from None
    return b"".join(parts)


def sniff_encoding(head: bytes, path: str) -> str:
    """Return the encoding of a text: by its mark, else UTF-8, else cp1252. Raises InputError for what is no text."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    nulls = head[:4096].count(0)
    if nulls:
        even = head[:4096:2].count(0)
        if nulls > len(head[:4096]) * 0.3 and even in (0, nulls):
            return "utf-16-be" if even else "utf-16-le"
        raise InputError("this is not a text file", path, "name the right file, or its format")
    control = sum(byte < 32 and byte not in b"\t\r\n\f\x1a\x1b" for byte in head[:4096])
    if control > len(head[:4096]) * 0.02:
        raise InputError("this is not a text file", path, "name the right file, or its format")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _open_quote(file: SourceFile, delimiter: str) -> int:
    """Return the record in which a quote is opened that the file never closes, or 0."""
    records = scan_records(file, delimiter)
    return records.opened if records.inside else 0


def scan_records(file: SourceFile, delimiter: str) -> Records:
    """Return what a text's quotes and line ends say of its records; the whole file is read."""
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head_of(file), file.path)
    records = Records(delimiter)
    with open_stream(file, encoding, lambda units: None) as stream:
        while data := stream.read(1 << 20):
            records.see(data)
        records.finish()
    return records


class Records:
    """Follow the quotes and records of a text by the parser's rules, a block at a time.

    A cell is quoted if it begins with a quote; the next quote that is not doubled ends that, and what follows up to the
    delimiter is plain. `inside` says whether a quoted cell is open, `opened` in which record, blank lines counted.
    `blanks` holds, for each blank line, how many records that are not blank stand before it.
    """

    def __init__(self, delimiter: str) -> None:
        """Begin before the first record."""
        opening = rb'"(?<=[\n' + re.escape(delimiter.encode()) + rb']")'  # looked behind after: it finds quotes fast
        self._opening = re.compile(opening)
        self._cell = re.compile(opening + rb'[^"]*+(?:""[^"]*+)*+"')
        self._held = b""
        self._before = b"\n"
        self._full = 0
        self.inside = False
        self.opened = 0
        self.blanks = array("q")

    def see(self, data: bytes) -> None:
        """Follow the next bytes."""
        text = self._held + data
        whole = text.rstrip(b'\r"')  # half of a doubled quote or of a line end waits for the other half
        self._held = text[len(whole) :]
        self._follow(whole)

    def finish(self) -> None:
        """Follow what was held back, at the end of the text."""
        self._follow(self._held)

    def _follow(self, text: bytes) -> None:
        begin = 0
        if self.inside:
            rest_of_cell = _QUOTED.match(text)
            begin = rest_of_cell.end() + 1 if rest_of_cell else 1
            if begin > len(text):
                return
            self.inside = False
            self._before = b'"'
        rest = self._before + text[begin:].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        plain = self._cell.sub(b"x", rest)
        opening = self._opening.search(plain)
        outside = plain[: opening.start()] if opening else plain
        self._count(outside)
        if opening:
            self.inside = True
            self.opened = self._full + len(self.blanks) + 1
        self._before = outside[-1:]

    def _count(self, outside: bytes) -> None:
        """Count the line ends after the first byte, which was counted before."""
        done = 1
        for blank in _BLANK.finditer(outside):
            self._full += outside.count(b"\n", done, blank.start())
            self.blanks.append(self._full)
            done = blank.end()
        self._full += outside.count(b"\n", done)


_QUOTED = re.compile(rb'[^"]*+(?:""[^"]*+)*+')
_BLANK = re.compile(rb"\n(?<=\n\n)")
