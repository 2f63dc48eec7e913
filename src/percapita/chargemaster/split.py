"""Split the bytes of a CSV file into records and cells, as CMS's validator splits them, whole blocks at a time.

A cell that begins with a quote is quoted. It ends at the quote that is followed by a comma or a line end, with or
without blanks between; other quotes in it are content. Line feeds end records, so both LF and CRLF do, and CR alone
does not.
A well-formed block is split with array operations; a block with a stray quote is split by `_split_exactly`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from percapita.chargemaster.text import BLANKS, trimmed

BLOCK = 512 << 10  # what a processor keeps close; larger blocks are slower
LONGEST_RECORD = 4 << 20
PAD = 32  # bytes before and after the text, so that a window may reach over its ends
QUOTE, COMMA, LINE_FEED, CARRIAGE_RETURN = 34, 44, 10, 13
CELL_END = re.compile(rb"[,\n]")
AFTER_QUOTE = re.compile(rb"[ \t\r\v\f]*([,\n])")
BOM = b"\xef\xbb\xbf"

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Records:
    """Hold whole records: cell i is `text[starts[i]:ends[i]]`, record j has the cells `first[j]` to `first[j + 1]`.

    Cells still have their quotes and blanks. `number` is the number of the first record, from 0; `consumed` is how many
    bytes of the block the records take; `unclosed` are the cells whose quote swallows what follows.
    """

    text: Bytes
    starts: Ints
    ends: Ints
    first: Ints
    number: int
    consumed: int
    unclosed: tuple[int, ...] = ()
    cut: bool = False

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.first) - 1

    def raw(self, cell: int) -> bytes:
        """Return the bytes of a cell as they stand in the file."""
        return self.text[self.starts[cell] : self.ends[cell]].tobytes()

    def value(self, cell: int) -> str:
        """Return what a cell says: without its quotes and the blanks around it."""
        return cell_value(self.raw(cell))

    def row(self, record: int) -> list[str]:
        """Return what the cells of a record say."""
        return [self.value(cell) for cell in range(self.first[record], self.first[record + 1])]

    def after(self, skipped: int) -> Records:
        """Return the records without the first ones."""
        return replace(self, first=self.first[skipped:], number=self.number + skipped)


def cell_value(raw: bytes) -> str:
    """Return what the bytes of a cell say."""
    if raw.startswith(b'"'):
        raw = raw.rstrip()
        closed = len(raw) > 1 and raw.endswith(b'"')
        raw = (raw[1:-1] if closed else raw[1:]).replace(b'""', b'"')
    return trimmed(raw.decode("utf-8", "replace"))


def records_of(stream: BinaryIO, block: int = BLOCK) -> Iterator[Records]:
    """Yield the records of a CSV file, block by block; memory does not depend on the size of the file.

    The last record is what follows the last line feed, if anything does. A record longer than `LONGEST_RECORD`
    can only be an unclosed quote: it is the last one.
    """
    rest = _without_mark(stream.read(block))
    number = 0
    more = bool(rest)
    while more:
        data = stream.read(max(block, len(rest)))  # a record that is longer than the block: twice as much each time
        more = bool(data)
        stop = len(rest) > LONGEST_RECORD
        whole = _split_exactly(rest, number, final=True) if stop else _split(rest, number, final=not more)
        whole = replace(whole, cut=stop)
        if len(whole):
            yield whole
        if stop:
            return
        number += len(whole)
        rest = rest[whole.consumed :] + data


def _without_mark(head: bytes) -> bytes:
    """Return the head of a file without byte-order mark; with it go the blanks behind it, as CMS reads them."""
    if not head.startswith(BOM):
        return head
    rest = head[len(BOM) :]
    lead = rest[:4096].decode("utf-8", "ignore")
    return rest[len(lead[: len(lead) - len(lead.lstrip(BLANKS))].encode()) :]


def _split(block: bytes, number: int, *, final: bool) -> Records:
    """Return the whole records of a block; if it is the final one, also the record without line feed."""
    last_line_end = b"\n" if final and block and not block.endswith(b"\n") else b""
    text = np.frombuffer(b"".join((bytes(PAD), block, last_line_end, bytes(PAD))), dtype=np.uint8)
    separators = np.flatnonzero((text == COMMA) | (text == LINE_FEED))
    if b'"' in block:
        quotes = np.flatnonzero(text == QUOTE)
        if not _well_formed(text, quotes, final):
            return _split_exactly(block, number, final=final)
        separators = _outside(separators, quotes)
    last = np.flatnonzero(text[separators] == LINE_FEED)
    separators = separators[: last[-1] + 1] if len(last) else separators[:0]
    starts = np.empty(len(separators), dtype=np.int64)
    if len(separators):
        starts[0] = PAD
        starts[1:] = separators[:-1] + 1
    ends = separators.astype(np.int64)
    line_ends = ends[last]
    ends[last] -= (text[line_ends - 1] == CARRIAGE_RETURN) & (line_ends > starts[last])
    consumed = int(line_ends[-1]) + 1 - PAD if len(line_ends) else 0
    return Records(text, starts, ends, np.concatenate(([0], last + 1)), number, consumed)


def _outside(separators: Ints, quotes: Ints) -> Ints:
    """Return the separators that are not between an opening and a closing quote."""
    pairs = len(quotes) // 2 * 2
    begin, end = (np.searchsorted(separators, quotes[start:pairs:2]) for start in (0, 1))
    if len(quotes) > pairs:  # the last quote is open where the block ends
        separators = separators[: np.searchsorted(separators, quotes[-1])]
    holding = np.flatnonzero(end > begin)
    if not len(holding):
        return separators
    change = np.zeros(len(separators) + 1, dtype=np.int8)
    np.add.at(change, begin[holding], 1)
    np.add.at(change, np.minimum(end[holding], len(separators)), -1)
    return np.asarray(separators[np.cumsum(change[:-1], dtype=np.int8) == 0])


def _well_formed(text: Bytes, quotes: Ints, final: bool) -> bool:
    """Tell whether every quote opens a cell, closes one, or is doubled; then what is quoted follows from counting."""
    opening, closing = quotes[0::2], quotes[1::2]
    if final and len(opening) != len(closing):
        return False
    if not len(quotes):
        return True
    doubled = opening[1:] == closing[: len(opening) - 1] + 1
    before = text[opening[np.concatenate(([True], ~doubled))] - 1]
    if not bool(np.all((before == COMMA) | (before == LINE_FEED) | (before == 0))):
        return False
    ends = np.ones(len(closing), dtype=np.bool_)
    ends[: len(doubled)] = ~doubled
    closes = closing[ends]
    after = text[closes + 1]
    good = (after == COMMA) | (after == LINE_FEED) | ((after == CARRIAGE_RETURN) & (text[closes + 2] == LINE_FEED))
    # The very last quote of a block that goes on may be the first half of a doubled one: the next block will tell.
    return bool(np.all(good | ((after == 0) & (closes + 1 >= len(text) - PAD))))


def _split_exactly(block: bytes, number: int, *, final: bool) -> Records:
    """Split a block sign by sign where quotes stray; slower, and exactly as CMS's parser does."""
    starts: list[int] = []
    ends: list[int] = []
    first = [0]
    unclosed: list[int] = []
    position = consumed = 0
    while position < len(block) or (position == len(block) and len(starts) > first[-1]):
        cell = _cell(block, position, final)
        if cell is None:
            break
        starts.append(position)
        ends.append(cell.end)
        if cell.swallows:
            unclosed.append(len(starts) - 1)
        position = cell.following
        if cell.last:
            first.append(len(starts))
            consumed = position
    whole = first[-1]
    return Records(
        np.frombuffer(b"".join((bytes(PAD), block, bytes(PAD))), dtype=np.uint8),
        np.array(starts[:whole], dtype=np.int64) + PAD,
        np.array(ends[:whole], dtype=np.int64) + PAD,
        np.array(first, dtype=np.int64),
        number,
        consumed,
        tuple(unclosed),
    )


class _Cell(NamedTuple):
    """Hold where a cell ends, where the next one begins, and whether it is the last one of its record.

    `swallows` is true when its quote was never closed, or closed only by the quote of a cell in a later line.
    """

    end: int
    following: int
    last: bool
    swallows: bool


def _cell(block: bytes, start: int, final: bool) -> _Cell | None:
    """Return the cell that begins at `start`, None when the block ends before the cell does."""
    stray = False
    if block[start : start + 1] == b'"':
        found, stray = _quoted_end(block, start)
        open_quote = found is None and not (len(block) > start + 1 and block.rstrip().endswith(b'"') and not stray)
    else:
        found, open_quote = CELL_END.search(block, start), False
    if found is None:
        return _Cell(len(block), len(block) + 1, True, open_quote) if final else None
    end = separator = found.end() - 1
    last = block[separator] == LINE_FEED
    if last and end > start and block[end - 1] == CARRIAGE_RETURN:
        end -= 1
    return _Cell(end, separator + 1, last, stray and b"\n" in block[start:end])


def _quoted_end(block: bytes, start: int) -> tuple[re.Match[bytes] | None, bool]:
    """Return the match that ends with the separator behind a quoted cell, and whether a quote strays in the cell."""
    quote, stray = start, False
    while True:
        quote = block.find(b'"', quote + 1)
        if quote < 0:
            return None, stray
        if block[quote + 1 : quote + 2] == b'"':
            quote += 1
            continue
        found = AFTER_QUOTE.match(block, quote + 1)
        if found is not None:
            return found, stray
        stray = stray or bool(block[quote + 1 :].strip())
