"""Make the twelve hospitals: people, accounts and a year of use; then their files, and the truth about them."""

from __future__ import annotations

from pathlib import Path
from random import Random

from percapita.demo.hospitals import files
from percapita.demo.hospitals.estate import Application, applications
from percapita.demo.hospitals.people import Worker, make_workers
from percapita.demo.hospitals.plan import plan_text
from percapita.demo.hospitals.truth import HospitalsTruth, truth_of
from percapita.demo.hospitals.use import make_accounts, make_events, make_recipients, make_sign_ins, of_hospitals
from percapita.errors import InputError

SIZE = 3_000
FEWEST, MOST = 200, 20_000
_LISTED = ("accounts", "last_login")


def make_hospitals(folder: Path, seed: int = 2026, people: int = SIZE) -> HospitalsTruth:
    """Write "Twelve Rivers Health (demo)" into `folder` and return the truth about some of its figures.

    The same seed and size give the same bytes. Raises InputError for a size that makes no sense or a folder that cannot
    be written.
    """
    if not FEWEST <= people <= MOST:
        raise InputError(f"hospitals of {people} people cannot be made", "people", f"use {FEWEST} to {MOST}")
    rng = Random(seed)  # noqa: S311 - repeatable on purpose; nothing here is a secret
    try:
        return _make(rng, folder, people)
    except OSError as error:
        raise InputError(
            f"the demo cannot be written ({error.strerror})", str(folder), "choose a folder that you may write to"
        ) from None


def _make(rng: Random, folder: Path, people: int) -> HospitalsTruth:
    for name in files.FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    workers, systems = make_workers(rng, people), applications()
    events = make_events(rng, workers)
    files.write_logs(events, folder)
    there = of_hospitals(workers)
    accounts = {one.id: make_accounts(rng, there[one.hospital], one) for one in systems if _has_list(one)}
    for system, listed in accounts.items():
        files.write_accounts(listed, folder / "accounts" / f"{system}.csv")
    _write_lists(rng, workers, systems, folder / "lists")
    plan = plan_text(one for one in systems if _has_list(one))
    (folder / "percapita.toml").write_text(plan, encoding="utf-8", newline="\n")
    return truth_of(workers, events, accounts)


def _has_list(application: Application) -> bool:
    return application.family.evidence in _LISTED or application.id == "ehr"


def _write_lists(rng: Random, workers: list[Worker], systems: list[Application], folder: Path) -> None:
    files.write_workforce(rng, workers, folder / "workforce.csv")
    files.write_directory(workers, folder / "directory.csv")
    signed_in = [one for one in systems if one.family.evidence == "sso"]
    files.write_sign_ins(make_sign_ins(rng, workers, signed_in), folder / "sign-ins.csv")
    files.write_recipients(make_recipients(rng, workers), folder / "recipients.csv")
    files.write_systems(systems, folder / "systems.csv")
    files.write_owners(systems, folder / "owners.csv")
    files.write_rules(folder / "rules.csv")
    files.write_outputs(folder / "outputs.csv")
    files.write_declared(rng, systems, folder / "declared.csv")
