"""Industry data: how many legal names are linked rightly, how good expected ranges are, how long loading takes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import itertools
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.run import PERCAPITA, run
from percapita.industry.fit import cross_validate, quality_table, shipped_rows
from percapita.industry.identifiers import IdentifierError, read_ccn
from percapita.industry.link import Hospitals, Link, Organization, Weights, known_places
from percapita.industry.link_words import place
from percapita.industry.load import load_files
from percapita.industry.store import opened

DATA = Path(__file__).parents[1] / "tests" / "data" / "industry"
NAMES = DATA / "ehr_incentive_eh_2013-09.csv.gz"
HOSPITALS = DATA / "cms_hospital_general_information_c2019.csv.gz"


@dataclass(frozen=True)
class Quality:
    """Hold what links are worth: of the organizations whose hospital is there, matched rightly, wrongly, to review."""

    organizations: int
    right: float
    wrong: float
    review: float
    elsewhere: int  # organizations whose CCN is not among the hospitals, and were matched all the same


def legal_names(phone: bool) -> Iterator[tuple[str, Organization]]:
    """Yield the CCN, which linking does not see, and the organization, once for each CCN."""
    seen = set()
    with gzip.open(NAMES, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                ccn = read_ccn(row["PROVIDER CCN"]).value
            except IdentifierError:
                continue
            if ccn not in seen:
                seen.add(ccn)
                name, address, city, state, zip5 = (row[column] for column in COLUMNS)
                number = row["PROVIDER PHONE NUM"] if phone else ""
                yield ccn, Organization(ccn, place(name, address, city, state, zip5, number))


COLUMNS = ("PROVIDER / ORG NAME", "PROVIDER  ADDRESS", "PROVIDER CITY", "PROVIDER STATE", "PROVIDER ZIP 5 CD")


def half(ccn: str) -> int:
    """Return the half that a hospital is in: weights were chosen on half 0, half 1 is the test."""
    return hashlib.sha256(ccn.encode()).digest()[0] % 2


def judged(links: Sequence[Link], known: set[str], part: int | None) -> Quality:
    """Return what links are worth on one half, or on both; ids are the true CCNs."""
    chosen = [link for link in links if part is None or half(link.id) == part]
    inside = [link for link in chosen if link.id in known]
    matches = [link for link in inside if link.decision == "match"]
    right = sum(link.ccn == link.id for link in matches)
    outside = sum(link.decision == "match" and link.id not in known for link in chosen)
    review = sum(link.decision != "match" for link in inside)
    count = max(len(inside), 1)
    return Quality(len(inside), right / count, (len(matches) - right) / count, review / count, outside)


def linked(home: Path, phone: bool, weights: Weights) -> tuple[list[Link], set[str], float]:
    """Return links of all legal names, the CCNs to link to, and seconds."""
    with opened(home) as connection:
        begin = time.perf_counter()
        hospitals = Hospitals(known_places(connection))
        links = hospitals.link([one for _, one in legal_names(phone)], weights)
    return links, set(hospitals.ccns), time.perf_counter() - begin


def measure(folder: Path) -> None:
    """Print all figures."""
    home = folder / "home" / "industry"
    load_files([HOSPITALS], home)
    print("| legal names linked to hospitals | organizations | right | wrong | left to a human | seconds |")
    print("|---|---|---|---|---|---|")
    for phone, (title, part) in itertools.product((False, True), (("chosen on", 0), ("test half", 1), ("both", None))):
        links, known, seconds = linked(home, phone, Weights())
        found = judged(links, known, part)
        what = f"{title}, {'with' if phone else 'without'} phone"
        print(
            f"| {what} | {found.organizations:,} | {found.right:.2%} | {found.wrong:.2%} | {found.review:.2%} "
            f"| {seconds:.1f} |"
        )
    print()
    for line in quality_table(cross_validate(shipped_rows())):
        print(line)
    _measure_loading(folder)


def _measure_loading(folder: Path) -> None:
    """Print how long a cost-report year of a nation takes: the shipped rows, repeated to six thousand."""
    source = gzip.decompress((DATA / "hcris_puf_costreport_fy2021.csv.gz").read_bytes()).decode().splitlines()
    path = folder / "CostReport_2021_Final.csv"
    rows = list(itertools.islice(itertools.cycle(source[1:]), 6_100))
    path.write_text("\n".join([source[0], *rows]) + "\n", encoding="utf-8")
    shutil.rmtree(folder / "national", ignore_errors=True)  # what was loaded before is not read again
    done = run((*PERCAPITA, "industry", "load", "--format", "json", str(path)), folder / "national")
    told = json.loads(done.printed)
    print(f"\na cost-report year of {told[0]['rows']:,} reports: loaded in {done.seconds:.1f} s, {done.memory} MB")
