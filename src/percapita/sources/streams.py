"""Open a text file as UTF-8 bytes: decompressed, transcoded, guarded against bombs, with the bytes read reported."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
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
    """Return the record in which a quote is opened that the file never closes, or 0; by the rules of the parser."""
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head_of(file), file.path)
    quotes = _Quotes(ord(delimiter))
    with open_stream(file, encoding, lambda units: None) as stream:
        while data := stream.read(1 << 20):
            for sign in data:
                quotes.see(sign)
    return quotes.opened if quotes.inside else 0


class _Quotes:
    """Follow the quotes of a text: a cell is quoted if it begins with a quote, and then every quote toggles."""

    def __init__(self, delimiter: int) -> None:
        self._delimiter = delimiter
        self._record = 1
        self._start = True
        self._quoted = False
        self.inside = False
        self.opened = 0

    def see(self, sign: int) -> None:
        if sign == 34 and self._start:
            self._quoted = self.inside = True
            self.opened = self._record
        elif sign == 34 and self._quoted:
            self.inside = not self.inside
        elif not self.inside and sign in (10, self._delimiter):
            self._record += sign == 10
            self._start, self._quoted = True, False
            return
        self._start = False
