"""Write the logs, each as its system would: Parquet by month, US dates, epoch milliseconds, grouped, by e-mail."""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from percapita.demo.accounts import World
from percapita.demo.activity import DAY
from percapita.demo.estate import UNLISTED
from percapita.demo.files import write_table
from percapita.demo.people import NEW_YEAR

ZONE = "America/Chicago"
GATEWAY = ("or_schedule", "clinic_pm", "cdm", "denials", "encoder", "scrubber", UNLISTED)
_EDGE = 3  # days before and after the year for which clocks are known
_CLOCK = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)]
_SECOND = [f"{second:02d}" for second in range(60)]


class Clock:
    """Turn seconds of local clock since the period began into what logs write.

    On the two days when the clock is changed the later hours are an hour off; no row is near a month's end then.
    """

    def __init__(self) -> None:
        """Know the days of the year and those around it."""
        zone = ZoneInfo(ZONE)
        days = [NEW_YEAR + timedelta(days=day) for day in range(-_EDGE, 365 + _EDGE)]
        self.midnights = [int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) for day in days]
        self.us_dates = [f"{day:%m/%d/%Y}" for day in days]
        self.iso_dates = [day.isoformat() for day in days]
        self.first_utc_day = self.midnights[0] // DAY
        self.utc_dates = [
            (date(1970, 1, 1) + timedelta(days=self.first_utc_day + day)).isoformat() for day in range(len(days) + 1)
        ]

    def instant(self, second: int) -> int:
        """Return seconds since 1970 UTC."""
        day, rest = divmod(second, DAY)
        return self.midnights[day + _EDGE] + rest

    def us_minute(self, second: int) -> str:
        """Return local time as 01/31/2026 14:05."""
        day, rest = divmod(second, DAY)
        return f"{self.us_dates[day + _EDGE]} {_CLOCK[rest // 60]}"

    def iso_minute(self, second: int) -> str:
        """Return local time as 2026-01-31 14:05."""
        day, rest = divmod(second, DAY)
        return f"{self.iso_dates[day + _EDGE]} {_CLOCK[rest // 60]}"

    def iso_utc(self, second: int) -> str:
        """Return UTC as 2026-01-31T20:05:00Z."""
        day, rest = divmod(self.instant(second), DAY)
        return f"{self.utc_dates[day - self.first_utc_day]}T{_CLOCK[rest // 60]}:{_SECOND[rest % 60]}Z"


def write_logs(world: World, folder: Path) -> tuple[int, int]:
    """Write all logs and return the number of their data rows and of the unreadable ones among them."""
    for events in world.events.values():
        events.sort()
    clock = Clock()
    written = [
        _write_ehr(world, clock, folder / "ehr"),
        _write_billing(world, clock, folder / "billing" / "access-2026.csv"),
        _write_lab(world, clock, folder / "lab" / "audit-2026.jsonl.gz"),
        _write_gateway(world, clock, folder / "gateway" / "sign-on-2026.csv.gz"),
        _write_pacs(world, clock, folder / "pacs" / "usage-by-month.csv"),
        _write_recipients(world, clock, folder / "reports" / "recipients-2026.csv"),
    ]
    return sum(rows for rows, _ in written), sum(bad for _, bad in written)


def _write_ehr(world: World, clock: Clock, folder: Path) -> tuple[int, int]:
    """Write a Parquet file for each month in UTC, as its vendor cuts them; the patient is in it, and stays in it."""
    events = world.events["ehr"]
    instants = [clock.instant(second) for second, _, _ in events]
    starts = [datetime(2026 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(13)]
    cuts = [bisect_left(instants, int(start.timestamp())) for start in starts]
    logins = [account.login for account in world.accounts]
    for start, first, last in zip(starts, [0, *cuts[1:]], [*cuts[1:], len(events)], strict=True):
        _write_ehr_month(
            folder / f"access-{start:%Y-%m}.parquet",
            [1000 * instant for instant in instants[first:last]],
            [logins[account] for _, account, _ in events[first:last]],
            [activity for _, _, activity in events[first:last]],
            world.rng.choices(range(1_000_000, 1_040_000), k=last - first),
        )
    return len(events), 0


def _write_ehr_month(path: Path, times: list[int], users: list[str], actions: list[str], patients: list[int]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "EVENT_TIME": pa.array(times, pa.int64()).cast(pa.timestamp("ms", tz="UTC")),
        "USER_ID": pa.array(users, pa.string()),
        "ACTION": pa.array(actions, pa.string()),
        "PATIENT_ID": pa.array(patients, pa.int32()),
    }
    pq.write_table(pa.table(columns), path)


def _write_billing(world: World, clock: Clock, path: Path) -> tuple[int, int]:
    """Write local US times and logins in capitals, as billing does; some rows are damaged.

    Item: five digits as a charge line shows them, drawn at random. They are synthetic and mean nothing.
    """
    events = world.events["billing"]
    logins = [account.login.upper() for account in world.accounts]
    pool = [f"{number:05d}" for number in world.rng.sample(range(10_000, 100_000), 80)]
    items = world.rng.choices(pool, k=len(events))
    lines = [
        f"{clock.us_minute(second)},{logins[account]},{activity},{item}"
        for (second, account, activity), item in zip(events, items, strict=True)
    ]
    bad = [
        "00/00/0000 00:00,BATCH,CHG INQ,",
        "02/30/2026 09:15,BATCH,CHG INQ,",
        "2026-04-02 10:00,BATCH,CLM EDIT,",
        "13/45/2026 08:10,BATCH,PMT POST,",
        ",BATCH,PMT POST,",
        "06/11/2026 11:42,,CHG INQ,",
        "06/11/2026 11:42,BATCH",
        "06/12/2026 08:00,BATCH,CHG INQ,,moved,twice",
    ]
    _scatter(world, lines, bad)
    path.write_text("\n".join(["Date/Time,Operator,Function,Item", *lines]) + "\n", encoding="utf-8", newline="\n")
    return len(lines), len(bad)


def _write_lab(world: World, clock: Clock, path: Path) -> tuple[int, int]:
    """Write epoch milliseconds as compressed JSON lines; some lines are damaged."""
    logins = [account.login for account in world.accounts]
    lines = [
        f'{{"ts":{clock.instant(at)}{at % 997:03d},"user":"{logins[account]}","event":"{activity}","n":{number}}}'
        for number, (at, account, activity) in enumerate(world.events["lab"])
    ]
    bad = ['{"ts":1770000000000,"user":"LB', '{"ts":17,"user":"LB00000","event":"ORDER_ENTRY"}', "-- rotated --"]
    _scatter(world, lines, bad)
    _write_gzip(path, lines)
    return len(lines), len(bad)


def _write_gateway(world: World, clock: Clock, path: Path) -> tuple[int, int]:
    """Write the log of the sign-on gateway: many systems, one of them not in the plan; times in UTC."""
    logins = [account.login for account in world.accounts]
    events = sorted(
        (at, system, account, activity) for system in GATEWAY for at, account, activity in world.events[system]
    )
    lines = [
        f"{clock.iso_utc(second)},{system},{logins[account]},{activity}" for second, system, account, activity in events
    ]
    _write_gzip(path, ["time,app,login,action", *lines])
    return len(lines), 0


def _write_pacs(world: World, clock: Clock, path: Path) -> tuple[int, int]:
    """Write what a colleague's query grouped: user, activity, month, number."""
    months = Counter(
        (clock.iso_dates[second // DAY + _EDGE][:7], world.accounts[account].login, activity)
        for second, account, activity in world.events["pacs"]
    )
    rows: list[Sequence[object]] = [(*key, count) for key, count in sorted(months.items())]
    bad: list[Sequence[object]] = [("2026-05", "total", "study.view", "n/a")]
    write_table(path, ("month", "user", "activity", "n"), rows + bad)
    return len(rows) + len(bad), len(bad)


def _write_recipients(world: World, clock: Clock, path: Path) -> tuple[int, int]:
    rows = sorted((clock.iso_minute(second), to, report) for second, to, report, _ in world.received)
    write_table(path, ("sent", "to", "report"), rows)
    return len(rows), 0


def _scatter(world: World, lines: list[str], bad: Iterable[str]) -> None:
    """Put damaged lines between the others."""
    for line in bad:
        lines.insert(world.rng.randrange(100, len(lines)), line)


def _write_gzip(path: Path, lines: Iterable[str]) -> None:
    """Compress without a name and a time, so that the same content is the same file."""
    content = ("\n".join(lines) + "\n").encode("utf-8")
    path.write_bytes(gzip.compress(content, compresslevel=4, mtime=0))
