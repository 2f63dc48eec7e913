"""Know on which days a log has rows of a system: a day without any may be a file that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from percapita.sources.calendar import Calendar, next_month

if TYPE_CHECKING:
    import pyarrow as pa

Days = dict[str, set[date]]
MOST_DAYS = 40_000  # times scattered over more than a century


@lru_cache(maxsize=MOST_DAYS)
def begin_of(calendar: Calendar, day: date) -> int:
    """Return the microseconds since 1970 UTC at which a day begins."""
    return calendar.begins_at(day)


def days_of(buckets: Iterable[date], calendar: Calendar) -> list[date]:
    """Return the days of some buckets."""
    days: list[date] = []
    for bucket in sorted(buckets):
        end = min(cut for cut in (next_month(bucket), *calendar.cuts) if cut > bucket)
        days += [bucket + timedelta(days=number) for number in range((end - bucket).days)]
    return days


def add_days(days: Days, batch: pa.RecordBatch, calendar: Calendar) -> None:
    """Add the systems and days of a batch of events to `days`; rows without a bucket have none."""
    import numpy as np
    import pyarrow.compute as pc

    dated = batch.filter(pc.and_(pc.is_valid(batch.column("bucket")), pc.is_valid(batch.column("first_seen"))))
    if dated.num_rows == 0:
        return
    known = days_of(pc.unique(dated.column("bucket")).to_pylist(), calendar)
    begins = np.array([begin_of(calendar, day) for day in known])
    instants = dated.column("first_seen").cast("int64").to_numpy()
    systems = dated.column("system").dictionary_encode()
    place = np.maximum(np.searchsorted(begins, instants, side="right") - 1, 0)
    pairs = np.unique(systems.indices.to_numpy().astype(np.int64) * len(known) + place)
    names = systems.dictionary.to_pylist()
    for pair in pairs.tolist():
        system, number = divmod(pair, len(known))
        days.setdefault(names[system], set()).add(known[number])


def as_text(days: set[date]) -> str:
    """Return days as the first one and a bit for each from there on, in hexadecimal."""
    first = min(days)
    return f"{first.isoformat()} {sum(1 << (day - first).days for day in days):x}"


def from_text(text: str) -> set[date]:
    """Return the days of such a text."""
    begin, _, bits = text.partition(" ")
    first, number = date.fromisoformat(begin), int(bits, 16)
    return {first + timedelta(days=place) for place in range(number.bit_length()) if number >> place & 1}


def in_texts(days: Mapping[str, set[date]]) -> dict[str, str]:
    """Return the days of each system as text, in the order of the systems."""
    return {system: as_text(days[system]) for system in sorted(days) if days[system]}
