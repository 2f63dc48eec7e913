"""Local times of a zone as SQL: between two changes of the clock the offset is constant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from percapita.sources.calendar import MICROSECOND

START = datetime(1970, 1, 1)  # noqa: DTZ001 - local time without zone
DAY = timedelta(days=1)
MOST_DAYS = 80_000


@dataclass(frozen=True)
class LocalTimes:
    """Hold offsets by local time: `segments` are (local microseconds from which it holds, offset in microseconds).

    `gaps` are the local times that do not exist, as half-open ranges. Of ambiguous local times the first is meant.
    """

    segments: tuple[tuple[int, int], ...]
    gaps: tuple[tuple[int, int], ...]

    def utc(self, local: int) -> int:
        """Return the instant of a local time, in microseconds."""
        return local - [offset for begin, offset in self.segments if begin <= local or begin == self.segments[0][0]][-1]

    def sql(self, local: str) -> str:
        """Return the instant of a local time as SQL; NULL for one that does not exist."""
        gaps = "".join(f" WHEN {local} >= {begin} AND {local} < {end} THEN NULL" for begin, end in self.gaps)
        later = "".join(
            f" WHEN {local} >= {begin} THEN {local} - ({offset})" for begin, offset in reversed(self.segments[1:])
        )
        first = f"{local} - ({self.segments[0][1]})"
        return f"CASE{gaps}{later} ELSE {first} END" if gaps or later else first


def local_times(zone: str, low: int, high: int) -> LocalTimes:
    """Return the offsets of a zone between two local times in microseconds since 1970."""
    info = ZoneInfo(zone)
    first, last = (START + edge * MICROSECOND for edge in (low, high))
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    segments = [(_micro(day), _offset(info, day))]
    gaps = []
    while day <= last and len(segments) <= MOST_DAYS:
        before, after = _offset(info, day), _offset(info, day + DAY)
        if before != after:
            change = _change(info, day)
            segments.append((_micro(change), after))
            if after > before:
                gaps.append((_micro(change) - (after - before), _micro(change)))
        day += DAY
    return LocalTimes(tuple(segments), tuple(gaps))


def _change(info: ZoneInfo, day: datetime) -> datetime:
    """Return the local second of a day from which its later offset holds."""
    low, high = 0, 86_400
    before = _offset(info, day)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(info, day + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    return day + timedelta(seconds=high)


def _offset(info: ZoneInfo, local: datetime) -> int:
    offset = local.replace(tzinfo=info).utcoffset()
    return (offset or timedelta()) // MICROSECOND


def _micro(local: datetime) -> int:
    return (local - START) // MICROSECOND
