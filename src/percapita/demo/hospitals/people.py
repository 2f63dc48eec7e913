"""Who works in the twelve hospitals: leavers, those who replace them, moves, second contracts, re-hires."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random

from percapita.demo.hospitals.estate import (
    DOMAIN,
    HOSPITALS,
    JOBS,
    JOINED,
    MISSING_MONTH,
    ORGANIZATION,
    SOLD,
    Hospital,
    Job,
)
from percapita.demo.people import NEW_YEAR, YEAR_DAYS, Names, plain

LAST = date(2026, 12, 31)
YEAR = [NEW_YEAR + timedelta(days=day) for day in range(YEAR_DAYS)]
_EMPLOYERS = {
    "contractor": ("Northlight Coding",),
    "locum": ("Ferry Medical Agency", "Meadow Staffing"),
    "student": ("Riverbend College",),
    "vendor": ("Lumen Systems",),
    "affiliate": ("Independent practice",),
    "volunteer": ("",),
}
_BACKLOG = (date(2026, MISSING_MONTH, 1), date(2026, MISSING_MONTH, 30))
_ABROAD = {"contractor": ("US", "PH", "IN"), "vendor": ("US", "US", "CA")}


@dataclass(frozen=True)
class Contract:
    """Hold one row of the workforce; both days are included, an end of None is open."""

    hospital: str
    start: date
    end: date | None = None
    worker_type: str = "employee"
    employer: str = ORGANIZATION

    @property
    def entity(self) -> str:
        """Return the hospital as the workforce file tells it: nobody says where engineers of a vendor work."""
        return "" if self.worker_type == "vendor" else self.hospital

    def holds(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass
class Worker:
    """Hold one person with all contracts, and the login of the enterprise directory."""

    employee: str
    login: str
    given: str
    family: str
    email: str
    job: Job
    country: str
    contracts: list[Contract]

    @property
    def hospital(self) -> str:
        """Return where the person was first."""
        return self.contracts[0].hospital

    @property
    def left(self) -> bool:
        """Tell whether nothing holds on the last day of the year."""
        return all(one.end is not None and one.end < LAST for one in self.contracts)

    @cached_property
    def days(self) -> list[date]:
        """Return the days of the year on which some contract is in force."""
        return [day for day in YEAR if any(one.holds(day) for one in self.contracts)]


class Roster:
    """Make workers, each with a number and a login of their own."""

    def __init__(self, rng: Random) -> None:
        """Draw everything from `rng`."""
        self._rng, self._names = rng, Names(rng, DOMAIN)
        self._numbers = iter(rng.sample(range(1_001, 99_999), 20_000))
        self._logins: dict[str, int] = {}

    def hire(self, job: Job, contracts: list[Contract]) -> Worker:
        """Return a new worker."""
        given, family, email = self._names.draw()
        stem = plain(given)[:1] + plain(family)[:7]
        again = self._logins[stem] = self._logins.get(stem, 0) + 1
        login = f"{stem}{again if again > 1 else ''}"
        country = self._rng.choice(_ABROAD.get(job.worker_type, ("US",)))
        return Worker(f"{next(self._numbers):07d}", login, given, family, email, job, country, contracts)


def make_workers(rng: Random, size: int) -> list[Worker]:
    """Return about `size` people and those who replaced leavers, hospital by hospital."""
    roster, workers = Roster(rng), []
    for hospital in HOSPITALS:
        for job in JOBS:
            for _ in range(max(1, round(size * hospital.share * job.share))):
                workers += _career(rng, roster, hospital, job)
    return workers


def _career(rng: Random, roster: Roster, hospital: Hospital, job: Job) -> list[Worker]:
    """Return a worker with the contracts of a year, and the one who came after a leaver."""
    employer = rng.choice(_EMPLOYERS.get(job.worker_type, (ORGANIZATION,)))
    start = date(2012, 1, 1) + timedelta(days=rng.randrange(13 * 365))
    first = Contract(hospital.id, start, None, job.worker_type, employer)
    if hospital.id in (JOINED, SOLD):
        return [roster.hire(job, [first])]
    chance = rng.random()
    if job.title == "Agency coder" and chance < 0.4:  # to clear a backlog, in the month of which the log is late
        return [
            roster.hire(job, [replace(first, start=date(2026, MISSING_MONTH, 1), end=date(2026, MISSING_MONTH, 30))])
        ]
    if chance < 0.06:
        return _replaced(rng, roster, first, job)
    if chance < 0.08:
        return [roster.hire(job, _move(rng, first))]
    if chance < 0.10:
        return [roster.hire(job, _return(rng, first))]
    if chance < 0.13 and job.title == "Nurse":
        second = Contract(_other(rng, hospital.id), _day(rng, 60, 200), None, "contractor", "Meadow Staffing")
        return [roster.hire(job, [first, second])]
    return [roster.hire(job, [first])]


def _day(rng: Random, first: int, last: int) -> date:
    return NEW_YEAR + timedelta(days=rng.randrange(first, last))


def _other(rng: Random, hospital: str) -> str:
    return rng.choice([one.id for one in HOSPITALS if one.id not in (hospital, JOINED, SOLD)])


def _replaced(rng: Random, roster: Roster, first: Contract, job: Job) -> list[Worker]:
    end = _day(rng, 20, 320)
    after = replace(first, start=end + timedelta(days=rng.randrange(7, 40)))
    return [roster.hire(job, [replace(first, end=end)]), roster.hire(job, [after])]


def _move(rng: Random, first: Contract) -> list[Contract]:
    day = _day(rng, 30, 300)
    return [
        replace(first, end=day - timedelta(days=1)),
        replace(first, start=day, hospital=_other(rng, first.hospital)),
    ]


def _return(rng: Random, first: Contract) -> list[Contract]:
    """Return two contracts with a gap: someone who left and was hired again under the same number."""
    end = _day(rng, 20, 150)
    return [replace(first, end=end), replace(first, start=end + timedelta(days=rng.randrange(60, 150)))]
