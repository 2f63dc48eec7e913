"""Make the demo organization: people, accounts, a year of use, its troubles; then its files and the truth."""

from __future__ import annotations

from pathlib import Path
from random import Random

from percapita.demo.accounts import World, make_accounts
from percapita.demo.activity import lose_a_month, make_events
from percapita.demo.files import write_identities
from percapita.demo.logs import write_logs
from percapita.demo.people import make_people
from percapita.demo.plan import plan_text, readme_text
from percapita.demo.troubles import plant
from percapita.demo.truth import DemoTruth, truth_of
from percapita.errors import InputError

__all__ = ["DemoTruth", "make_demo"]

FEWEST, MOST = 100, 15_000
FOLDERS = ("workforce", "directory", "ehr", "billing", "lab", "gateway", "pacs", "reports")


def make_demo(folder: Path, seed: int = 2026, people: int = 1500) -> DemoTruth:
    """Write "Riverbend Health (demo)" into `folder` and return the truth about it.

    The same seed and size give the same bytes. `people` is about how many are made; every job and trouble is there
    however small the number. Raises InputError for a size that makes no sense or a folder that cannot be written.
    """
    if not FEWEST <= people <= MOST:
        raise InputError(f"a demo of {people} people cannot be made", "people", f"use {FEWEST} to {MOST}")
    rng = Random(seed)  # noqa: S311 - repeatable on purpose; nothing here is a secret
    world = World(rng, make_people(rng, people))
    make_accounts(world)
    make_events(world)
    troubles = plant(world)
    lose_a_month(world)
    try:
        rows, unreadable = _write(world, folder)
    except OSError as error:
        raise InputError(
            f"the demo cannot be written ({error.strerror})", str(folder), "choose a folder that you may write to"
        ) from None
    return truth_of(world, {**troubles, "unreadable_rows": unreadable}, rows)


def _write(world: World, folder: Path) -> tuple[int, int]:
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_identities(world, folder)
    written = write_logs(world, folder)
    (folder / "percapita.toml").write_text(plan_text(), encoding="utf-8", newline="\n")
    (folder / "README.txt").write_text(readme_text(), encoding="utf-8", newline="\n")
    return written
