"""Who did what in which application in the year, and who has an account of which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from percapita.demo.hospitals.estate import Application
from percapita.demo.hospitals.people import Worker
from percapita.demo.people import NEW_YEAR, YEAR_DAYS

Event = tuple[date, int, str, str]  # day, minute of the day, login, activity

# What each log writes, with how often; whether it is use is said by the rules.
ACTIVITIES: dict[str, dict[str, int]] = {
    "ehr": {
        "login": 20, "order.enter": 20, "charge.capture": 12, "visit.close": 6, "flowsheet.enter": 30, "chart.view": 12,
    },
    "surgery": {"login": 6, "case.book": 40, "case.view": 30, "block.view": 24},
    "billing": {"login": 10, "charge.entry": 40, "claim.edit": 40, "payment.post": 10},
    "clinic_pm": {"login": 10, "charge.entry": 10, "schedule.view": 80},
    "encoder": {"login": 5, "code.search": 65, "record.view": 30},
    "denials": {"login": 10, "claim.view": 60, "appeal.write": 30},
    "chargemaster": {"login": 8, "item.view": 60, "price.edit": 32},
    "lab": {"login": 10, "order.create": 20, "result.enter": 60, "charge.drop": 10},
}  # fmt: skip
# Which output of the data warehouse is made with codes.
OUTPUTS = {
    "Charges by department": "yes",
    "Procedure volumes": "yes",
    "Denials by payer": "yes",
    "Staffing by unit": "unknown",
}


@dataclass(frozen=True)
class Listed:
    """Hold one row of a list of accounts; `worker` is None for what is no person."""

    account: str
    worker: Worker | None
    role: str = ""
    kind: str = ""
    enabled: bool = True
    keyed: bool = True  # the list tells the employee id
    last_login: date | None = None


def make_events(rng: Random, workers: list[Worker]) -> dict[str, list[Event]]:
    """Return the rows of each log, in the order of time; the laboratory of each hospital has its own."""
    events: dict[str, list[Event]] = {}
    for worker in workers:
        days = worker.days
        for family, rows in worker.job.rows.items():
            if days and rng.random() < 0.93:
                log = f"lab-{worker.hospital.lower()}" if family == "lab" else family
                events.setdefault(log, []).extend(_rows(rng, worker.login, days, ACTIVITIES[family], rows))
    return {log: sorted(rows) for log, rows in sorted(events.items())}


def _rows(rng: Random, login: str, days: list[date], mix: dict[str, int], rows: int) -> list[Event]:
    number = 1 + int(rng.gammavariate(2.0, rows / 2.0) * len(days) / YEAR_DAYS)
    picked = rng.choices(list(mix), cum_weights=list(accumulate(mix.values())), k=number)
    return [(rng.choice(days), rng.randrange(6 * 60, 22 * 60), login, activity) for activity in picked]


def make_sign_ins(rng: Random, workers: list[Worker], applications: list[Application]) -> list[tuple[date, str, str]]:
    """Return when who signed in to which application, from the single sign-on of the organization."""
    by_hospital = of_hospitals(workers)
    rows = []
    for application in applications:
        for worker in by_hospital[application.hospital]:
            days = worker.days
            if worker.job.title in application.family.jobs and days and rng.random() < 0.8:
                rows += [(rng.choice(days), worker.login, application.id) for _ in range(rng.randrange(4, 24))]
    return sorted(rows)


def make_accounts(rng: Random, workers: list[Worker], application: Application) -> list[Listed]:
    """Return the accounts of an application: by job, with leavers disabled or forgotten, and one of a service.

    `workers` are those of its hospital.
    """
    jobs = application.family.jobs
    people = [one for one in workers if "*" in jobs or (one.job.title in jobs and rng.random() < 0.7)]
    listed = [_listed(rng, application, worker) for worker in people]
    return [*listed, Listed(f"svc-{application.id}", None, jobs.get("*", "Interface"), "service")]


def _listed(rng: Random, application: Application, worker: Worker) -> Listed:
    jobs, days = application.family.jobs, worker.days
    return Listed(
        worker.login,
        worker,
        jobs.get(worker.job.title, jobs.get("*", "")),
        enabled=not worker.left or rng.random() < 0.2,
        keyed=rng.random() < 0.99,
        last_login=rng.choice(days)
        if days and rng.random() < 0.8
        else NEW_YEAR - timedelta(days=rng.randrange(1, 300)),
    )


def make_recipients(rng: Random, workers: list[Worker]) -> list[tuple[date, Worker, str]]:
    """Return who got which output of the data warehouse on which day."""
    readers = [one for one in workers if one.job.title in ("Manager", "Quality analyst", "Charge analyst")]
    rows = []
    for worker in readers:
        days = [day for day in worker.days if day.day == 5]
        for output in rng.sample(list(OUTPUTS), rng.randrange(1, 3)):
            rows += [(day, worker, output) for day in days]
    return sorted(rows, key=lambda row: (row[0], row[1].employee, row[2]))


def of_hospitals(workers: list[Worker]) -> dict[str, list[Worker]]:
    """Return the workers by the hospital where they were first; under "" are all."""
    found: dict[str, list[Worker]] = {"": workers}
    for worker in workers:
        found.setdefault(worker.hospital, []).append(worker)
    return found
