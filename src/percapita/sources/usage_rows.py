"""Give each row of a grouped log its bucket: the month it names, or the one its first and last time lie in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from percapita.sources.calendar import Calendar, month_start
from percapita.sources.rejects import shape
from percapita.sources.values import month

if TYPE_CHECKING:
    import pyarrow as pa


class _NoBucketError(ValueError):
    """Say why a row belongs to no single bucket."""


def usage_buckets(
    months: list[str | None] | None, first: pa.Array, last: pa.Array, calendar: Calendar, undated: bool
) -> tuple[list[date | None], dict[int, str]]:
    """Return the bucket of each row, and why a row has none, by place. `months` is None when no column names them."""
    import pyarrow as pa

    firsts, lasts = (column.cast(pa.int64()).to_pylist() for column in (first, last))
    named = months or [None] * len(firsts)
    found: list[date | None] = []
    bad: dict[int, str] = {}
    for place, (text, begin, end) in enumerate(zip(named, firsts, lasts, strict=True)):
        try:
            found.append(None if undated else _bucket(text, begin, end, calendar))
        except _NoBucketError as error:
            bad[place] = str(error)
            found.append(None)
    return found, bad


def _bucket(text: str | None, begin: int | None, end: int | None, calendar: Calendar) -> date:
    named = None if text is None else month(text)
    if text is not None and named is None:
        raise _NoBucketError(f"not a month: {shape(text)}")
    if (begin is None) != (end is None):
        raise _NoBucketError("first or last time is missing")
    if begin is None or end is None:
        return _of_month(named, calendar)
    if end < begin:
        raise _NoBucketError("the last time is before the first")
    buckets = {calendar.bucket_at(begin), calendar.bucket_at(end)}
    if named is not None and {month_start(bucket) for bucket in buckets} != {named}:
        raise _NoBucketError("first or last time lies outside the month")
    if len(buckets) > 1:
        raise _NoBucketError("first and last time lie in different months, or on both sides of the period's edge")
    return buckets.pop()


def _of_month(named: date | None, calendar: Calendar) -> date:
    if named is None:
        raise _NoBucketError("missing")
    if not calendar.is_whole_month(named):
        raise _NoBucketError("the period begins or ends inside this month: first and last time are needed")
    return named
