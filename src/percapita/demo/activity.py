"""What people do in a year: rows by job, on the days they work, in the hours of their shift; and reports they get."""

from __future__ import annotations

from itertools import accumulate

from percapita.demo.accounts import World
from percapita.demo.estate import REPORTS, USES, Work
from percapita.demo.people import YEAR_DAYS, Person

DAY = 86_400
HOUR = 3_600
YEAR = YEAR_DAYS * DAY
LAB_GAP = range(181, 212)  # the laboratory's log of July is missing
_OFFICE = frozenset(day for day in range(YEAR_DAYS) if (day + 3) % 7 < 5)  # 1 January 2026 is a Thursday
_OFFICE_SYSTEMS = frozenset(("billing", "cdm", "denials", "encoder", "scrubber"))


def make_events(world: World) -> None:
    """Draw the rows of all logs, and lose a month of one."""
    world.events = {system: [] for system in USES}
    for person in world.people:
        for work in person.job.work:
            _work(world, person, work)
    _receive(world)


def lose_a_month(world: World) -> None:
    """Take the rows of one month out of the laboratory's log."""
    world.events["lab"] = [event for event in world.events["lab"] if event[0] // DAY not in LAB_GAP]


def in_period(second: int) -> bool:
    """Tell whether a local second lies in the period."""
    return 0 <= second < YEAR


def _work(world: World, person: Person, work: Work) -> None:
    rng = world.rng
    account = world.account_of(person, work.system)
    if account is None or rng.random() > work.reach:
        return
    days = person.days
    if work.system in _OFFICE_SYSTEMS:
        days = [day for day in days if day in _OFFICE]
    if not days:
        return
    rows = 1 + int(rng.gammavariate(2.2, work.rows / 2.2) * len(person.days) / YEAR_DAYS)
    start, width = (19 * HOUR, 12 * HOUR) if person.night else (7 * HOUR, 11 * HOUR)
    names, weights = list(work.mix), list(accumulate(work.mix.values()))
    random = rng.random
    world.events[work.system] += [
        (day * DAY + start + int(random() * width), account, activity)
        for day, activity in zip(
            rng.choices(days, k=rows), rng.choices(names, cum_weights=weights, k=rows), strict=True
        )
    ]


def _receive(world: World) -> None:
    """Send weekly reports by e-mail: to managers, most of whom never sign in anywhere, and to some who do."""
    rng = world.rng
    readers = [one for one in world.people if _gets_reports(world, one)]
    for person in readers:
        reports = rng.sample(list(REPORTS), rng.randrange(1, 4))
        address = rng.choice((person.email, person.email, person.email.upper(), person.email.replace("@", "+rpt@")))
        start = rng.randrange(4, 200) if rng.random() < 0.2 else 4
        for day in range(start, YEAR_DAYS, 7):
            world.received += [(day * DAY + 6 * HOUR, address, report, person) for report in reports]


def _gets_reports(world: World, person: Person) -> bool:
    if person.disputed:
        return False  # the address would mean two persons
    if person.job.title in ("Manager", "Chargemaster analyst"):
        return world.rng.random() < 0.9
    return person.job.title == "Physician" and world.rng.random() < 0.08
