"""Read CSV and TSV: encoding, delimiter and header sniffed, compressed or not, in flat memory.

Only the named columns become arrays; the others are split off and dropped. A row with too few or too many cells is a
reject without content. A quote that is never closed would swallow rows, so it stops the reading.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.raw import RawBatch, ReadTotals, place_columns, wanted
from percapita.sources.rejects import Reject
from percapita.sources.streams import HEAD, ByteStream, head_of, open_stream, scan_records, sniff_encoding

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 4 << 20
WIDEST_CELL = 16 << 20
DELIMITERS = ",;\t|"
_PAIRS = (b"\n\n", b"\n\r", b"\r\r")  # with one of these a blank line begins


@dataclass(frozen=True)
class Dialect:
    """Hold how a text file is written. `header` are the names of its columns: "1", "2", ... when it has none."""

    encoding: str
    delimiter: str
    header: list[str]
    has_header: bool


def sniff(file: SourceFile) -> Dialect:
    """Return how a text file is written. Raises InputError when it is empty or no text."""
    head = head_of(file)
    encoding = getattr(file.source, "encoding", None) or sniff_encoding(head, file.path)
    text = _decoded(head, encoding)
    if not text.strip("\ufeff\r\n \t"):
        raise InputError("the file is empty", file.path, "a header row at least is needed")
    names = wanted(file.source)
    delimiter = file.source.delimiter or _delimiter(text, names, file)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"{delimiter!r} cannot be a delimiter", file.path, "write one sign, such as delimiter = ';'")
    first = [cell.strip() for cell in _first_rows(text, delimiter, 1)[0]]
    numbered = [str(number) for number in range(1, len(first) + 1)]
    has_header = file.source.header
    if has_header is None:
        has_header = not (names and set(names) <= set(numbered) and not set(names) & set(first))
    return Dialect(encoding, delimiter, first if has_header else numbered, has_header)


def _decoded(head: bytes, encoding: str) -> str:
    text = head.decode(encoding, errors="ignore" if len(head) >= HEAD else "replace")
    return text.removeprefix("\ufeff")


def _first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    csv.field_size_limit(WIDEST_CELL)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:
        pass
    return rows or [[""]]


def _delimiter(text: str, names: list[str], file: SourceFile) -> str:
    """Return the delimiter that shows most of the named columns, then that which gives most columns."""
    if file.format == "tsv":
        return "\t"

    def score(delimiter: str) -> tuple[int, int]:
        rows = _first_rows(text, delimiter, 5)
        header = [cell.strip() for cell in rows[0]]
        return sum(name in header for name in names), min(len(row) for row in rows)

    return max(DELIMITERS, key=score)


def columns_of(file: SourceFile) -> list[str]:
    """Return the names of a file's columns."""
    return sniff(file).header


def read_raw(
    file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
) -> Iterator[RawBatch]:
    """Yield the named columns as texts. Raises InputError for a cell that is too wide or a quote never closed."""
    import pyarrow as pa

    dialect = sniff(file)
    places = place_columns(file, names, dialect.header)
    with open_stream(file, dialect.encoding, progress) as stream:
        lines = _Lines(stream, file, dialect.delimiter)
        numbers = _Numbers(1 if dialect.has_header else 0, lines)
        ragged: list[int] = []
        try:
            for batch in _batches(lines, dialect, list(places.values()), len(dialect.header), ragged):
                yield _raw(file, batch, places, numbers, ragged, totals)
        except pa.ArrowInvalid as error:
            raise _broken(file, str(error)) from None
        _reject_ragged(file, lines.in_file(ragged), len(dialect.header), totals)
        totals.rows += numbers.records - (1 if dialect.has_header else 0) + len(ragged)
        stream.check_quotes(dialect.delimiter)


class _Lines:
    """Hand a text to the parser without the blank lines at its beginning, and notice whether it has blank lines.

    The parser would take the first of them for the header, and it numbers records as if no blank line were there.
    """

    def __init__(self, stream: ByteStream, file: SourceFile, delimiter: str) -> None:
        self._stream = stream
        self._scan = partial(scan_records, file, delimiter)
        self._begins = True
        self._last = b""
        self._has_blank = False
        self.closed = False

    @cached_property
    def _blanks(self) -> Sequence[int]:
        return self._scan().blanks

    def in_file(self, records: list[int]) -> list[int]:
        """Return the numbers in the file of records that were read already, counted without blank lines."""
        if not self._has_blank:
            return records
        return [record + bisect_left(self._blanks, record) for record in records]

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; none at the end."""
        while data := self._stream.read(size):
            text = data.lstrip(b"\r\n") if self._begins else data
            self._has_blank |= len(text) < len(data) or self._blank(text)
            if text:
                self._begins = False
                self._last = text[-1:]
                return text
        return b""

    def _blank(self, text: bytes) -> bool:
        """Tell whether there may be a blank line; one that stands in a quoted cell does no harm."""
        meets = self._last + text[:1]
        return meets in _PAIRS or any(pair in text for pair in _PAIRS)

    def close(self) -> None:
        """Close the text."""
        self._stream.close()
        self.closed = True


@dataclass
class _Numbers:
    """Give rows the numbers they have in the file, blank lines counted.

    `records` are those read so far, without ragged and blank ones.
    """

    records: int
    lines: _Lines
    _passed: int = 0

    def take(self, count: int, ragged: list[int]) -> list[int]:
        """Return the numbers of the next `count` rows; `ragged` records are passed over."""
        first = self.records + 1
        self.records += count
        found = list(self._passing(first, count, ragged)) if ragged else list(range(first, first + count))
        return self.lines.in_file(found)

    def _passing(self, first: int, count: int, ragged: list[int]) -> Iterator[int]:
        """Yield the records of the rows `first`, ... counted without the ragged records, in order."""
        for row in range(first, first + count):
            while self._passed < len(ragged) and ragged[self._passed] <= row + self._passed:
                self._passed += 1
            yield row + self._passed


def _batches(
    stream: _Lines, dialect: Dialect, places: list[int], width: int, ragged: list[int]
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.csv as pc

    def skip(row: Any) -> str:
        ragged.append(row.number)
        return "skip"

    columns = [str(place) for place in range(width)]
    reader = pc.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=pc.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=columns, skip_rows_after_names=int(dialect.has_header)
        ),
        parse_options=pc.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, ignore_empty_lines=True, invalid_row_handler=skip
        ),
        convert_options=pc.ConvertOptions(
            include_columns=[columns[place] for place in places] or columns[:1],
            column_types=dict.fromkeys(columns, pa.binary()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    yield from reader


def _raw(
    file: SourceFile,
    batch: pa.RecordBatch,
    places: dict[str, int],
    numbers: _Numbers,
    ragged: list[int],
    totals: ReadTotals,
) -> RawBatch:
    import pyarrow as pa

    rows = numbers.take(batch.num_rows, ragged)
    columns: dict[str, pa.Array] = {}
    bad: dict[int, str] = {}
    for name, place in places.items():
        columns[name], wrong = _as_text(batch.column(str(place)))
        bad |= dict.fromkeys(wrong, name)
    if bad:
        return _without(file, rows, columns, bad, totals)
    return RawBatch(pa.array(rows, pa.int64()), columns)


def _without(
    file: SourceFile, rows: list[int], columns: dict[str, pa.Array], bad: dict[int, str], totals: ReadTotals
) -> RawBatch:
    import pyarrow as pa

    for place, name in sorted(bad.items()):
        totals.reject(Reject(file.path, rows[place], name, "not UTF-8 text"))
    keep = pa.array([place not in bad for place in range(len(rows))])
    return RawBatch(
        pa.array(rows, pa.int64()).filter(keep), {name: column.filter(keep) for name, column in columns.items()}
    )


def _as_text(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """Return a column of bytes as text, and the places where it is none."""
    import pyarrow as pa

    try:
        return column.cast(pa.string()), []
    except pa.ArrowInvalid:
        texts = [_utf8(value) for value in column.to_pylist()]
        return pa.array(texts, pa.string()), [place for place, text in enumerate(texts) if text is None]


def _utf8(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _reject_ragged(file: SourceFile, ragged: list[int], width: int, totals: ReadTotals) -> None:
    for number in ragged:
        totals.reject(Reject(file.path, number, "", f"the row has more or fewer cells than the header ({width})"))


def _broken(file: SourceFile, error: str) -> InputError:
    """Return the error for text that cannot be split; the parser's own words may quote a row and are not repeated."""
    if "straddl" in error:
        return InputError(
            f"a cell is wider than {BLOCK >> 20} MB, or a quote is never closed", file.path, "look for a stray quote"
        )
    return InputError("the text cannot be split into rows and cells", file.path, "check the delimiter and the quotes")
