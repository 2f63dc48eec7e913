"""Turn raw columns into canonical values: trimmed texts, constants, translations, numbers, months, yes and no."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from percapita.sources.raw import RawBatch, file_column
from percapita.sources.spec import Column, ColumnRule

if TYPE_CHECKING:
    import pyarrow as pa

BLANK = " \t\r\n"
NUMBER = re.compile(r"-?[0-9]{1,20}")
WHOLE = re.compile(r"[0-9]{1,15}")
MONTH = re.compile(r"([0-9]{4})-?(0[1-9]|1[0-2])(?:-[0-9]{2}(?:[T ].*)?)?")
YES = {"true", "t", "1", "yes", "y", "active", "enabled"}
NO = {"false", "f", "0", "no", "n", "inactive", "disabled"}


def texts(batch: RawBatch, rule: Column) -> pa.Array:
    """Return a column as trimmed text; what is empty is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = len(batch.numbers)
    if isinstance(rule, ColumnRule) and rule.value is not None:
        return pa.repeat(pa.scalar(rule.value.strip(BLANK) or None, pa.string()), rows)
    column = as_text(batch.columns[file_column(rule) or ""])
    trimmed = pc.utf8_trim(column, characters=BLANK)
    found = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if not isinstance(rule, ColumnRule):
        return found
    if rule.without_bit is not None:
        found = _without_bit(found, rule.without_bit)
    return _translated(found, rule.map) if rule.map else found


def _without_bit(column: pa.Array, bit: int) -> pa.Array:
    """Return "yes" for numbers in which no bit of `bit` is set, "no" for others; what is no number stays."""
    import pyarrow as pa

    encoded = column.dictionary_encode()
    words = [
        text if text is None or not NUMBER.fullmatch(text) else "no" if int(text) & bit else "yes"
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(words, pa.string()).take(encoded.indices)


def _translated(column: pa.Array, words: dict[str, str]) -> pa.Array:
    import pyarrow as pa

    encoded = column.dictionary_encode()
    meant = pa.array([words.get(word, word) for word in encoded.dictionary.to_pylist()], pa.string())
    return meant.take(encoded.indices)


def as_text(column: pa.Array) -> pa.Array:
    """Return a column of any type as text: whole numbers without a fraction, times in ISO form."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        written = column.cast(pa.string())
        return pc.replace_substring_regex(written, r"\.0*$", "")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array(
            [None if one is None else one.decode("utf-8", "replace") for one in column.to_pylist()], pa.string()
        )
    return column.cast(pa.string())


def whole(text: str | None) -> int | None:
    """Return a positive whole number, or None."""
    number = int(text) if text is not None and WHOLE.fullmatch(text) else 0
    return number or None


def month(text: str) -> date | None:
    """Return the first day of a month written 2026-01, 202601, 2026-01-31 or as a time, or None."""
    match = MONTH.fullmatch(text)
    year = int(match[1]) if match else 0
    return date(year, int(match[2]), 1) if match and 1900 <= year <= 2200 else None


def yes(text: str) -> bool | None:
    """Return what a word for yes or no means, or None."""
    word = text.casefold()
    return True if word in YES else False if word in NO else None
