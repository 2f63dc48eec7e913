"""Say what many cells hold at once: which are blank, what number, which known word. Cells are spans of one text.

Most cells are plain and short; they are judged by array operations on windows of fixed width that end where the cell
ends. The few others (longer, or not ASCII) are judged one by one, by the functions of `text`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percapita.chargemaster.split import QUOTE, Bools, Bytes, Ints, cell_value
from percapita.chargemaster.text import BLANKS, is_positive

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

WIDTH = 24  # of a number; longer ones are rare
WORD_WIDTH = 32  # of a known word: the longest, "percent of total billed charges", has 31 letters
DOT, ZERO, NINE = 46, 48, 57
EACH_BYTE = np.uint64(0x0101010101010101)
HIGH_BITS = np.uint64(0x8080808080808080)
BYTE_INDEX = np.uint64(0x0706050403020100)
TEN = np.array([10**power for power in range(20)], dtype=np.uint64)

SETTINGS = ("inpatient", "outpatient", "both")
METHODOLOGIES = ("case rate", "fee schedule", "percent of total billed charges", "per diem", "other")
DRUG_TYPES = ("GR", "ME", "ML", "UN", "F2", "EA", "GM")
CODE_TYPES = (
    "CPT", "HCPCS", "ICD", "DRG", "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG", "APC", "NDC", "HIPPS",
    "LOCAL", "EAPG", "CDT", "RC", "CDM", "TRIS-DRG",
)  # fmt: skip
CODE_TYPES_3 = (*CODE_TYPES, "CMG", "MS-LTC-DRG")
COUNT_WORDS = ("0", "1 through 10")
WORDS = (*SETTINGS, *METHODOLOGIES, *DRUG_TYPES, *CODE_TYPES_3, *COUNT_WORDS)
NUMBER_OF = {word: number for number, word in enumerate(WORDS, start=1)}  # 0 is no known word
LOUD = {word.upper(): number for word, number in NUMBER_OF.items()}


def trim(text: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return where the content of each cell begins and ends: within its quotes, without the blanks around it."""
    starts, ends = starts.copy(), ends.copy()
    _trim_right(text, starts, ends)
    quoted = np.flatnonzero((text[starts] == QUOTE) & (ends > starts))
    if len(quoted):
        closed = quoted[(text[ends[quoted] - 1] == QUOTE) & (ends[quoted] > starts[quoted] + 1)]
        starts[quoted] += 1
        ends[closed] -= 1
        _trim_right(text, starts, ends)
    _trim_left(text, starts, ends)
    _trim_wide_blanks(text, starts, ends)
    return starts, ends


def _blank_sign(signs: Bytes) -> Bools:
    return np.asarray((signs == 32) | ((signs >= 9) & (signs <= 13)))


def _trim_right(text: Bytes, starts: Ints, ends: Ints) -> None:
    left = np.flatnonzero(_blank_sign(text[ends - 1]) & (ends > starts))
    while len(left):
        ends[left] -= 1
        left = left[_blank_sign(text[ends[left] - 1]) & (ends[left] > starts[left])]


def _trim_left(text: Bytes, starts: Ints, ends: Ints) -> None:
    left = np.flatnonzero(_blank_sign(text[starts]) & (ends > starts))
    while len(left):
        starts[left] += 1
        left = left[_blank_sign(text[starts[left]]) & (ends[left] > starts[left])]


def _trim_wide_blanks(text: Bytes, starts: Ints, ends: Ints) -> None:
    """Trim the blanks that are not ASCII, such as the no-break space."""
    odd = ((text[starts] >= 0xC2) | (text[ends - 1] >= 0x80)) & (ends > starts)
    for cell in np.flatnonzero(odd).tolist():
        content = text[starts[cell] : ends[cell]].tobytes().decode("utf-8", "surrogateescape")
        lead = len(content) - len(content.lstrip(BLANKS))
        tail = len(content.rstrip(BLANKS))
        starts[cell] += len(content[:lead].encode("utf-8"))
        ends[cell] -= len(content[max(tail, lead) :].encode("utf-8", "surrogateescape"))


def _windows(text: Bytes, starts: Ints, ends: Ints, width: int, fill: int) -> Bytes:
    """Return the last `width` bytes of each cell, filled up on the left where the cell is shorter."""
    found = np.lib.stride_tricks.sliding_window_view(text, width)[ends - width]
    outside = np.arange(width) < (width - (ends - starts))[:, None]
    found[outside] = fill
    return found


def _value(text: Bytes, start: int, end: int) -> str:
    return cell_value(b'"' + text[start:end].tobytes() + b'"')


def numbers(text: Bytes, starts: Ints, ends: Ints) -> Floats:
    """Return the value of each cell that is a plain decimal number above zero, else not-a-number."""
    values = np.full(len(starts), np.nan)
    short = ends - starts <= WIDTH
    if not short.all():
        for cell in np.flatnonzero(~short).tolist():
            content = _value(text, int(starts[cell]), int(ends[cell]))
            values[cell] = float(content) if is_positive(content) else np.nan
        values[short] = _short_numbers(text, starts[short], ends[short])
        return values
    return _short_numbers(text, starts, ends)


def _short_numbers(text: Bytes, starts: Ints, ends: Ints) -> Floats:
    if not len(starts):
        return np.empty(0)
    signs = _windows(text, starts, ends, WIDTH, ZERO)
    dots = signs == DOT
    digits = (signs - np.uint8(ZERO)) <= 9
    other = (~(dots | digits)).view(np.uint64)
    dotted = dots.view(np.uint64)
    places = dotted[:, 0] + dotted[:, 1] + dotted[:, 2]
    dot_count = (places * EACH_BYTE) >> np.uint64(56)
    signs[dots] = ZERO
    words = signs.view(np.uint64)
    whole = np.uint64(10**8) * _eight_digits(words[:, 1]) + _eight_digits(words[:, 2])
    lead = _eight_digits(words[:, 0])
    plain = (other[:, 0] | other[:, 1] | other[:, 2]) == 0
    good = plain & (dot_count <= 1) & ((ends - starts) > dot_count) & ((whole > 0) | (lead > 0))
    values = _with_decimals(whole, dotted, dot_count)
    long = np.flatnonzero(good & ((ends - starts) > 16))
    for cell in long.tolist():
        values[cell] = float(text[starts[cell] : ends[cell]].tobytes())
    values[~good] = np.nan
    return values


def _eight_digits(words: Words) -> Words:
    """Return the number that eight ASCII digits spell, for each word of eight bytes."""
    found = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    found = (found & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    return np.asarray((found & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32))


def _with_decimals(whole: Words, dotted: Words, dot_count: Words) -> Floats:
    """Return the value of digits whose dot was read as one more digit, a zero."""
    last, before = dotted[:, 2], dotted[:, 1]
    decimals = np.where(
        last > 0, (last * BYTE_INDEX) >> np.uint64(56), ((before * BYTE_INDEX) >> np.uint64(56)) + np.uint64(8)
    )
    decimals = np.minimum(decimals, np.uint64(17))
    scale = TEN[decimals]
    left, right = np.divmod(whole, scale * np.uint64(10))
    return np.where(
        dot_count == 1, left.astype(np.float64) + right.astype(np.float64) / scale, whole.astype(np.float64)
    )


MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)


def _hashes(signs: Bytes) -> Words:
    """Return a 64-bit hash of each window of `WORD_WIDTH` bytes."""
    words = signs.view(np.uint64) * MIX
    words ^= words >> np.uint64(29)
    found = words[:, 0] + words[:, 1] * MIX[1] + words[:, 2] * MIX[2] + words[:, 3] * MIX[3]
    found = found ^ (found >> np.uint64(32))
    return np.asarray(found)


def _word_table() -> tuple[Words, NDArray[np.uint8]]:
    spelled = b"".join(bytes(WORD_WIDTH - len(word)) + word.lower().encode() for word in WORDS)
    found = _hashes(np.frombuffer(spelled, dtype=np.uint8).reshape(-1, WORD_WIDTH))
    order = np.argsort(found)
    return found[order], (order + 1).astype(np.uint8)


WORD_HASHES, WORD_NUMBERS = _word_table()


def words(text: Bytes, starts: Ints, ends: Ints) -> NDArray[np.uint8]:
    """Return the number of the known word that each cell holds, in any capitals; 0 for any other content."""
    if not len(starts):
        return np.empty(0, dtype=np.uint8)
    signs = _windows(text, starts, ends, WORD_WIDTH, 0)
    foreign = (np.bitwise_or.reduce(signs.view(np.uint64), axis=1) & HIGH_BITS) != 0
    signs += ((signs - np.uint8(65)) < 26).view(np.uint8) * np.uint8(32)
    found = _hashes(signs)
    place = np.minimum(np.searchsorted(WORD_HASHES, found), len(WORDS) - 1)
    known = np.where((WORD_HASHES[place] == found) & (ends - starts <= WORD_WIDTH), WORD_NUMBERS[place], 0).astype(
        np.uint8
    )
    for cell in np.flatnonzero(foreign).tolist():
        known[cell] = LOUD.get(_value(text, int(starts[cell]), int(ends[cell])).upper(), 0)
    return known


def one_by_one(text: Bytes, starts: Ints, ends: Ints, good: Callable[[str], Any]) -> Bools:
    """Return what `good` says of each cell; each content is asked about once."""
    said: dict[bytes, bool] = {}
    found = np.empty(len(starts), dtype=np.bool_)
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        raw = text[start:end].tobytes()
        if raw not in said:
            said[raw] = bool(good(cell_value(b'"' + raw + b'"')))
        found[place] = said[raw]
    return found
