"""Turn instants into buckets: months of the period's time zone, cut where the period does not begin or end with one."""

from __future__ import annotations

import bisect
import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """Return the microseconds of an aware instant since 1970-01-01 UTC, exactly."""
    return (instant - EPOCH) // MICROSECOND


def month_start(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after that of `day`."""
    return (month_start(day) + timedelta(days=calendar.monthrange(day.year, day.month)[1])).replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of all months from that of `first` to that of `last`."""
    months = [month_start(first)]
    while months[-1] < month_start(last):
        months.append(next_month(months[-1]))
    return months


@dataclass(frozen=True)
class Calendar:
    """Know the period: `start` to `end`, both inclusive, in `timezone`.

    A bucket is named by its first day. It is a month, or, when the period starts or ends inside a month, a part of
    one: so every bucket lies wholly inside or wholly outside the period.
    """

    start: date
    end: date
    timezone: str

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the period's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def cuts(self) -> tuple[date, ...]:
        """Return the days, other than first days of months, on which a bucket begins."""
        after = self.end + timedelta(days=1)
        return tuple(day for day in (self.start, after) if day.day != 1)

    def bucket_of(self, day: date) -> date:
        """Return the bucket of a local day."""
        first = month_start(day)
        return max([first, *(cut for cut in self.cuts if first <= cut <= day)])

    def holds(self, bucket: date) -> bool:
        """Tell whether a bucket lies in the period."""
        return self.start <= bucket <= self.end

    def is_whole_month(self, month: date) -> bool:
        """Tell whether no cut divides the month that begins on `month`."""
        return not any(month_start(cut) == month for cut in self.cuts)

    def begins_at(self, day: date) -> int:
        """Return the microseconds since 1970 UTC at which a local day begins."""
        return microseconds(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    @cached_property
    def months(self) -> tuple[date, ...]:
        """Return the first days of the period's months, the partial ones included."""
        return tuple(months_between(self.start, self.end))

    def boundaries(self, first: date, last: date) -> list[tuple[int, date]]:
        """Return (microseconds since 1970 UTC, bucket) for the buckets from that of `first` to that of `last`."""
        days = {day for day in (*months_between(first, last), *self.cuts) if month_start(first) <= day <= last}
        return [(self.begins_at(day), day) for day in sorted(days)]

    def bucket_at(self, instant: int) -> date:
        """Return the bucket of an instant in microseconds since 1970 UTC.

        Times such as the year 9999 mean "never" and lie outside of any period: they share the farthest buckets.
        """
        held = min(max(instant, microseconds(EARLIEST)), microseconds(LATEST))
        return self.bucket_of((EPOCH + held * MICROSECOND).astimezone(self.zone).date())


def locate(boundaries: list[tuple[int, date]], instant: int) -> date | None:
    """Return the bucket of an instant among sorted boundaries, or None before the first."""
    at = bisect.bisect_right(boundaries, instant, key=lambda boundary: boundary[0])
    return boundaries[at - 1][1] if at else None
