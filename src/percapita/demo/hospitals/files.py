"""Write the files of the twelve hospitals: all of them CSV, in UTF-8, with a header."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

from percapita.demo.files import write_table
from percapita.demo.hospitals.estate import MISSING_MONTH, UNLISTED, Application
from percapita.demo.hospitals.people import Contract, Worker
from percapita.demo.hospitals.rules import RULES
from percapita.demo.hospitals.use import OUTPUTS, Event, Listed

BY_MONTH = ("ehr", "encoder")  # the logs with a file for each month
FOLDERS = ("lists", "accounts", "logs", "late")
DECLARED_ON = date(2026, 11, 2)


def write_workforce(rng: Random, workers: Iterable[Worker], path: Path) -> None:
    """Write a row for each contract; some do not say the kind of worker."""
    header = (
        "employee", "given", "family", "email", "hospital", "worker_type", "employer", "country", "job", "department",
        "from", "to",
    )  # fmt: skip
    rows = [_contract(rng, worker, contract) for worker in workers for contract in worker.contracts]
    write_table(path, header, rows)


def _contract(rng: Random, worker: Worker, contract: Contract) -> tuple[object, ...]:
    alone = len(worker.contracts) == 1
    kind = rng.choices((contract.worker_type, "", "PRN"), weights=(95, 4, 1))[0] if alone else contract.worker_type
    return (
        worker.employee,
        worker.given,
        worker.family,
        worker.email,
        contract.entity,
        kind,
        contract.employer,
        worker.country,
        worker.job.title,
        worker.job.department,
        contract.start,
        contract.end or "",
    )


def write_directory(workers: Iterable[Worker], path: Path) -> None:
    """Write the accounts with which people sign in to most applications."""
    rows = [(one.login, one.employee, one.email, "", "no" if one.left else "yes") for one in workers]
    rows += [("svc-interface", "", "", "service", "yes"), ("test-nurse", "", "", "test", "yes")]
    write_table(path, ("login", "employee", "email", "kind", "enabled"), rows)


def write_accounts(listed: Iterable[Listed], path: Path) -> None:
    """Write the list of accounts of one application."""
    rows = [
        (
            one.account,
            one.worker.employee if one.worker and one.keyed else "",
            one.role,
            one.kind,
            "yes" if one.enabled else "no",
            one.last_login or "",
        )
        for one in listed
    ]
    write_table(path, ("login", "employee", "role", "kind", "enabled", "last_login"), rows)


def write_logs(events: dict[str, list[Event]], folder: Path) -> None:
    """Write the logs; the file of one month is late, so it lies in another folder."""
    for log, rows in events.items():
        if log not in BY_MONTH:
            _write_log(log, rows, folder / "logs" / f"{log}-2026.csv")
            continue
        for month in range(1, 13):
            late = log == "encoder" and month == MISSING_MONTH
            path = folder / ("late" if late else "logs") / f"{log}-2026-{month:02d}.csv"
            _write_log(log, [row for row in rows if row[0].month == month], path)


def _write_log(log: str, rows: Iterable[Event], path: Path) -> None:
    cells = ((f"{day}T{at // 60:02d}:{at % 60:02d}", login, log, activity) for day, at, login, activity in rows)
    write_table(path, ("time", "login", "application", "activity"), cells)


def write_sign_ins(rows: list[tuple[date, str, str]], path: Path) -> None:
    """Write the log of the single sign-on; some rows are of an application that nobody listed."""
    strange = [(day, login, UNLISTED) for day, login, _ in rows[::400]]
    write_table(path, ("day", "login", "application"), sorted(rows + strange))


def write_recipients(rows: Iterable[tuple[date, Worker, str]], path: Path) -> None:
    """Write who got which output."""
    write_table(path, ("sent", "employee", "output"), [(day, worker.employee, output) for day, worker, output in rows])


def write_systems(applications: Iterable[Application], path: Path) -> None:
    """Write the list of applications, as a configuration database exports it."""
    rows = [(one.id, one.name, one.family.kind, one.family.part_of, one.family.environment) for one in applications]
    write_table(path, ("id", "name", "kind", "part_of", "environment"), rows)


def write_owners(applications: Iterable[Application], path: Path) -> None:
    """Write who is in charge of which application; of some nobody knows it."""
    rows = [(one.id, one.family.owner) for one in applications if one.family.owner]
    write_table(path, ("system", "owner"), rows)


def write_rules(path: Path) -> None:
    """Write what is use, with a column for everything that a rule may ask for."""
    header = ("system", "use_type", "activity", "role", "job", "department", "worker_type", "entity")
    rows = [(*(getattr(rule, key) for key in header), "true" if rule.signed_in else "") for rule in RULES]
    write_table(path, (*header, "signed_in"), rows)


def write_outputs(path: Path) -> None:
    """Write which reports of the data warehouse are made with codes."""
    rows = [("warehouse", output, answer, "Analytics") for output, answer in OUTPUTS.items()]
    write_table(path, ("system", "output", "contains_codes", "owner"), rows)


def write_declared(rng: Random, applications: Iterable[Application], path: Path) -> None:
    """Write the numbers for which somebody answers."""
    rows = [
        (one.id, rng.randrange(4, 60), f"Head of {one.family.owner}", DECLARED_ON, "list kept by the department")
        for one in applications
        if one.family.evidence == "declared"
    ]
    write_table(path, ("system", "number", "by", "date", "evidence"), rows)
