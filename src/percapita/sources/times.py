"""Read times: ISO 8601, epoch numbers, or a told format; nothing is guessed.

`TimeReader.instant` is the definition, for one text; `TimeReader.instants` reads a column at once and must agree.

- ISO: `YYYY-MM-DD`, then optionally `T` or a blank and `HH:MM[:SS[.digits]]`, then optionally `Z`, `+HH:MM`, `+HHMM` or
  `+HH`. Digits beyond microseconds are cut off.
- Epoch: 9 or 10 digits are seconds, 12 or 13 are milliseconds.
- With a told format (strptime) only that is read; cells that are typed times need none.
- Without a zone it is local time in the source's zone. Of an ambiguous local time the first is meant; one that does not
  exist (spring forward) is refused. A date alone begins at midnight, or at the first instant of that day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percapita.sources.calendar import EPOCH, MICROSECOND, microseconds
from percapita.sources.rejects import shape

if TYPE_CHECKING:
    import pyarrow as pa

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
QUICK = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?"
QUICK_LOCAL = QUICK + "$"
QUICK_ZONED = QUICK + r"(Z|[+-]\d\d:\d\d)$"
FIRST_YEAR, LAST_YEAR = 1900, 2200


class NotATimeError(ValueError):
    """Say why a text is no time, without repeating it."""


@dataclass(frozen=True)
class TimeReader:
    """Read the times of a source. Instants are microseconds since 1970-01-01 UTC."""

    timezone: str
    date_format: str | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone of local times."""
        return ZoneInfo(self.timezone)

    def instant(self, text: str) -> int:
        """Return the instant that a text means. Raises NotATimeError."""
        if self.date_format is not None:
            return self._told(text)
        if text.isdigit() and text.isascii():
            return self.of_epoch(int(text))
        match = ISO.fullmatch(text)
        if match is None:
            raise NotATimeError(f"not a time: {shape(text)}")
        return self._iso(match)

    def of_epoch(self, number: int) -> int:
        """Return the instant of seconds or milliseconds since 1970. Raises NotATimeError for other magnitudes."""
        digits = len(str(number))
        if number < 0 or digits not in (9, 10, 12, 13):
            raise NotATimeError(f"not a time: a number of {digits} digits is neither seconds nor milliseconds")
        return number * (1_000_000 if digits <= 10 else 1_000)

    def _told(self, text: str) -> int:
        try:
            found = datetime.strptime(text, self.date_format or "")  # noqa: DTZ007 - the zone is added below
        except ValueError:
            raise NotATimeError(f"not in the told format: {shape(text)}") from None
        return microseconds(found) if found.tzinfo is not None else self.of_local(found)

    def _iso(self, match: re.Match[str]) -> int:
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        if zone is not None and hour is None:
            raise NotATimeError("not a time: a date with a zone")
        micro = int((fraction or "")[:6].ljust(6, "0"))
        try:
            local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)  # noqa: DTZ001
            if zone is not None:
                return _in_years(microseconds(local.replace(tzinfo=UTC)) - _offset(zone))
        except (ValueError, OverflowError):
            raise NotATimeError("not a time: no such day or hour") from None
        return self.of_day(local.date()) if hour is None else self.of_local(local)

    def of_local(self, local: datetime) -> int:
        """Return the instant of a local time without zone. Raises NotATimeError if it does not exist."""
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            raise NotATimeError("not a time of our era")
        found = microseconds(local.replace(tzinfo=self.zone))
        back = (EPOCH + found * MICROSECOND).astimezone(self.zone).replace(tzinfo=None)
        if back != local:
            raise NotATimeError(f"no such local time in {self.timezone}: the clock was put forward")
        return found

    def of_day(self, day: date) -> int:
        """Return the first instant of a local day."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise NotATimeError("not a time of our era")
        # Where the clock is put forward at midnight, the offset before the change leads to the change itself.
        return microseconds(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def instants(self, column: pa.Array, typed: pa.Array | None = None) -> tuple[pa.Array, dict[int, str]]:
        """Return timestamps (microseconds, UTC) of a column of any type, and why each bad row is one, by place.

        Missing values stay missing and are not bad. Texts that are `typed` are ISO, whatever format is told.
        """
        import pyarrow as pa

        if typed is not None:
            return self._mixed(column, typed)
        kind = column.type
        if pa.types.is_timestamp(kind):
            return self._stamps(column)
        if pa.types.is_date(kind):
            return self._each(column.cast(pa.date32()), self.of_day)
        if pa.types.is_integer(kind):
            return self._each(column, self.of_epoch)
        return self._texts(column)

    def _mixed(self, column: pa.Array, typed: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        import pyarrow as pa
        import pyarrow.compute as pc

        nothing = pa.scalar(None, column.type)
        told, wrong = self.instants(pc.if_else(typed, nothing, column))
        iso, more = TimeReader(self.timezone).instants(pc.if_else(typed, column, nothing))
        return pc.coalesce(told, iso), wrong | more

    def _stamps(self, column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if column.type.tz is not None:
            return column.cast(pa.timestamp("us", tz="UTC"), safe=False), {}
        local = column.cast(pa.timestamp("us"), safe=False)
        zoned = pc.assume_timezone(local, self.timezone, ambiguous="earliest", nonexistent="latest")
        wrong = pc.not_equal(pc.local_timestamp(zoned), local)
        found = zoned.cast(pa.timestamp("us", tz="UTC"))
        if not pc.any(wrong).as_py():
            return found, {}
        reason = f"no such local time in {self.timezone}: the clock was put forward"
        places = [place for place, bad in enumerate(wrong.to_pylist()) if bad]
        return pc.if_else(wrong, pa.scalar(None, found.type), found), dict.fromkeys(places, reason)

    def _texts(self, column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.date_format is None and len(column) > column.null_count:
            try:
                if pc.all(pc.match_substring_regex(column, QUICK_ZONED)).as_py():
                    return self._in_era(column.cast(pa.timestamp("us", tz="UTC")))
                if pc.all(pc.match_substring_regex(column, QUICK_LOCAL)).as_py():
                    return self._stamps(self._in_era(column.cast(pa.timestamp("us")))[0])
            except pa.ArrowInvalid:
                pass  # some row is no such day or hour: read them one by one
        return self._each(column, self.instant)

    def _in_era(self, column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        """Return the column; raise ArrowInvalid when some year is out of range, so that rows are read one by one."""
        import pyarrow as pa
        import pyarrow.compute as pc

        years = pc.min_max(pc.year(column)).as_py()
        if years["min"] is not None and not FIRST_YEAR <= years["min"] <= years["max"] <= LAST_YEAR:
            raise pa.ArrowInvalid("year")
        return column, {}

    def _each(self, column: pa.Array, read: object) -> tuple[pa.Array, dict[int, str]]:
        """Read each distinct value once."""
        import pyarrow as pa

        known: dict[object, int | NotATimeError] = {}
        found: list[int | None] = []
        bad: dict[int, str] = {}
        for place, value in enumerate(column.to_pylist()):
            if value is not None and value not in known:
                known[value] = _tried(read, value)
            result = known[value] if value is not None else None
            if isinstance(result, NotATimeError):
                bad[place] = str(result)
                result = None
            found.append(result)
        return pa.array(found, pa.int64()).cast(pa.timestamp("us", tz="UTC")), bad


def _tried(read: object, value: object) -> int | NotATimeError:
    try:
        return read(value)  # type: ignore[operator, no-any-return]
    except NotATimeError as error:
        return error


def _offset(zone: str) -> int:
    """Return the microseconds by which a zone is ahead of UTC. Raises ValueError."""
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError("offset")
    ahead = timedelta(hours=hours, minutes=minutes) // MICROSECOND
    return ahead if zone[0] == "+" else -ahead


def _in_years(instant: int) -> int:
    year = (EPOCH + instant * MICROSECOND).year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotATimeError("not a time of our era")
    return instant
