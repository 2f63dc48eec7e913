"""Say what many cells hold at once: which are blank, what number, which known word. Cells are spans of one text.

Most cells are plain and short: eight bytes at a time are read as one number of 64 bits, and array operations judge
those of all cells together. The few others (longer, or not ASCII) are judged one by one, by the functions of `text`.
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

WORD_WIDTH = 32  # of a known word: the longest, "percent of total billed charges", has 31 letters
ONE, SEVEN = np.uint64(1), np.uint64(7)
EACH_BYTE = 0x0101010101010101
HIGH_BITS, LOW_BITS = np.uint64(0x80 * EACH_BYTE), np.uint64(0x7F * EACH_BYTE)
ZEROS, DOTS, DOT_TO_ZERO = (
    np.uint64(ord("0") * EACH_BYTE),
    np.uint64(ord(".") * EACH_BYTE),
    np.uint64(ord(".") ^ ord("0")),
)
ABOVE_NINE = np.uint64((0x80 - 10) * EACH_BYTE)
FROM_A, BEYOND_Z = np.uint64((0x80 - ord("A")) * EACH_BYTE), np.uint64((0x80 - ord("Z") - 1) * EACH_BYTE)
BYTE_INDEX = np.uint64(0x0706050403020100)
KEEP_LAST = np.array([0, *((2**64 - 1) ^ (2 ** (8 * (8 - kept)) - 1) for kept in range(1, 9))], dtype=np.uint64)
POWERS = 10.0 ** np.arange(300)
MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)

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


def _value(text: Bytes, start: int, end: int) -> str:
    return cell_value(b'"' + text[start:end].tobytes() + b'"')


def _words_before(text: Bytes, ends: Ints, back: int = 8) -> Words:
    """Return the eight bytes that begin `back` bytes before each end, as one number."""
    every = np.lib.stride_tricks.as_strided(text[:8].view(np.uint64), (len(text) - 7,), (1,))
    return np.asarray(every[ends - back])


def numbers(text: Bytes, starts: Ints, ends: Ints) -> Floats:
    """Return the value of each cell that is a plain decimal number above zero, else not-a-number."""
    length = ends - starts
    if not len(length):
        return np.empty(0)
    if int(np.max(length)) <= 8:
        return _short_numbers(text, ends, length)
    values = np.empty(len(starts))
    short, middle, long = (
        np.flatnonzero(chosen) for chosen in (length <= 8, (length > 8) & (length <= 16), length > 16)
    )
    values[short] = _short_numbers(text, ends[short], length[short])
    values[middle] = _longer_numbers(text, ends[middle], length[middle])
    for cell in long.tolist():
        content = _value(text, int(starts[cell]), int(ends[cell]))
        values[cell] = float(content) if is_positive(content) else np.nan
    return values


def _short_numbers(text: Bytes, ends: Ints, length: Ints) -> Floats:
    """Return the values of numbers of at most eight signs."""
    word = _filled_up(_words_before(text, ends), length)
    dots = _dots(word)
    word ^= (dots >> SEVEN) * DOT_TO_ZERO
    whole = _eight_digits(word)
    good = (_no_digits(word) == 0) & (dots & (dots - ONE) == 0) & (whole > 0) & (length > (dots != 0))
    decimals = (dots >> SEVEN) * BYTE_INDEX >> np.uint64(56)
    return np.where(good, _with_decimals(whole, decimals, dots != 0), np.nan)


def _longer_numbers(text: Bytes, ends: Ints, length: Ints) -> Floats:
    """Return the values of numbers of nine to sixteen signs."""
    low, high = _words_before(text, ends), _filled_up(_words_before(text, ends, 16), length - 8)
    dots_low, dots_high = _dots(low), _dots(high)
    low ^= (dots_low >> SEVEN) * DOT_TO_ZERO
    high ^= (dots_high >> SEVEN) * DOT_TO_ZERO
    whole = _eight_digits(high) * np.uint64(10**8) + _eight_digits(low)
    one_dot = (
        (dots_low & (dots_low - ONE) == 0) & (dots_high & (dots_high - ONE) == 0) & ((dots_low == 0) | (dots_high == 0))
    )
    good = (_no_digits(low) | _no_digits(high) == 0) & one_dot & (whole > 0)
    in_low = (dots_low >> SEVEN) * BYTE_INDEX >> np.uint64(56)
    in_high = ((dots_high >> SEVEN) * BYTE_INDEX >> np.uint64(56)) + np.uint64(8)
    decimals = np.where(dots_high != 0, in_high, in_low)
    return np.where(good, _with_decimals(whole, decimals, (dots_low | dots_high) != 0), np.nan)


def _filled_up(word: Words, length: Ints) -> Words:
    """Return words of which the last `length` bytes are kept and those before are the digit 0."""
    kept = KEEP_LAST[length]
    return np.asarray((word & kept) | (ZEROS & ~kept))


def _dots(word: Words) -> Words:
    """Return words with the highest bit of a byte set where the byte is a dot."""
    other = word ^ DOTS
    return np.asarray(~(((other & LOW_BITS) + LOW_BITS) | other | LOW_BITS))


def _no_digits(word: Words) -> Words:
    """Return words that are 0 where all eight bytes are digits."""
    digit = word ^ ZEROS
    return np.asarray(((digit + ABOVE_NINE) | digit) & HIGH_BITS)


def _eight_digits(words: Words) -> Words:
    """Return the number that eight ASCII digits spell, for each word of eight bytes."""
    found = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    found = (found & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    found = (found & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return np.asarray(found)


def _with_decimals(whole: Words, decimals: Words, dotted: Bools) -> Floats:
    """Return the value of digits whose dot was read as one more digit, a zero."""
    value = whole.astype(np.float64)
    scale = POWERS[decimals]
    left = np.floor(value / (scale * 10))
    return np.where(dotted, left + (value - left * scale * 10) / scale, value)


def words(text: Bytes, starts: Ints, ends: Ints) -> NDArray[np.uint8]:
    """Return the number of the known word that each cell holds, in any capitals; 0 for any other content."""
    length = ends - starts
    found = np.zeros(len(starts), dtype=np.uint8)
    for most, parts in ((8, 1), (16, 2), (WORD_WIDTH, 4)):
        chosen = np.flatnonzero((length <= most) & (length > (0 if most == 8 else most // 2)))
        if len(chosen):
            found[chosen] = _known(text, starts[chosen], ends[chosen], length[chosen], parts)
    return found


def _known(text: Bytes, starts: Ints, ends: Ints, length: Ints, parts: int) -> NDArray[np.uint8]:
    hashed = np.zeros(len(starts), dtype=np.uint64)
    foreign = np.zeros(len(starts), dtype=np.uint64)
    for part in range(parts):
        word = _words_before(text, ends, 8 * (part + 1)) & KEEP_LAST[np.clip(length - 8 * part, 0, 8)]
        foreign |= word & HIGH_BITS
        hashed = _mixed(hashed, _lower(word), part)
    place = np.minimum(np.searchsorted(WORD_HASHES, hashed), len(WORDS) - 1)
    known = np.where(WORD_HASHES[place] == hashed, WORD_NUMBERS[place], 0).astype(np.uint8)
    for cell in np.flatnonzero(foreign).tolist():
        known[cell] = LOUD.get(_value(text, int(starts[cell]), int(ends[cell])).upper(), 0)
    return known


def _lower(word: Words) -> Words:
    """Return words with their ASCII capitals made small."""
    low = word & LOW_BITS
    capital = ((low + FROM_A) ^ (low + BEYOND_Z)) & ~word & HIGH_BITS
    return np.asarray(word | (capital >> np.uint64(2)))


def _mixed(hashed: Words, word: Words, part: int) -> Words:
    """Return 64-bit hashes with one more word of eight bytes mixed in."""
    mixed = word * MIX[part]
    return np.asarray(hashed + (mixed ^ (mixed >> np.uint64(29))) * MIX[part - 1])


def _word_table() -> tuple[Words, NDArray[np.uint8]]:
    content = bytes(WORD_WIDTH) + b",".join(word.encode().rjust(WORD_WIDTH, b",") for word in WORDS)
    ends = np.arange(1, len(WORDS) + 1) * (WORD_WIDTH + 1) - 1 + WORD_WIDTH
    length = np.array([len(word) for word in WORDS])
    text = np.frombuffer(content + bytes(WORD_WIDTH), dtype=np.uint8)
    hashed = np.zeros(len(WORDS), dtype=np.uint64)
    for part in range(4):
        word = _words_before(text, ends, 8 * (part + 1)) & KEEP_LAST[np.clip(length - 8 * part, 0, 8)]
        some = 8 * part < np.maximum(8, 2 ** np.ceil(np.log2(length)))
        hashed = np.where(some, _mixed(hashed, _lower(word), part), hashed)
    order = np.argsort(hashed)
    return hashed[order], (order + 1).astype(np.uint8)


WORD_HASHES, WORD_NUMBERS = _word_table()


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
