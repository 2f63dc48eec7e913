"""Turn memberships, from day to day, into the buckets of the period in which somebody was a member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from percapita.sources.calendar import Calendar, next_month


def buckets_of_period(calendar: Calendar) -> list[tuple[date, date]]:
    """Return the first and last day of each bucket of the period."""
    firsts = [max(month, calendar.start) for month in calendar.months]
    return [(first, min(calendar.end, next_month(first) - timedelta(days=1))) for first in firsts]


def member_buckets(
    begins: Sequence[date | None], ends: Sequence[date | None], calendar: Calendar
) -> Iterator[tuple[int, date]]:
    """Yield (place, bucket) for each membership and each bucket in which it held; None is open.

    A membership that lies outside the period has one bucket there, so that it is shown and not lost.
    """
    buckets = buckets_of_period(calendar)
    for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        held = [first for first, last in buckets if (begin is None or begin <= last) and (end is None or end >= first)]
        for bucket in held or [calendar.bucket_of(begin or end or calendar.start)]:
            yield place, bucket
