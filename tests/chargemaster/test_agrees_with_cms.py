"""The verdicts are those of CMS's own validator, on thousands of broken files, with errors in the same cells and pointers.

Where that validator is blind, ours says more; `OURS` are the rules by which a file may be invalid here and valid there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from percapita.chargemaster.building import build
from percapita.chargemaster.check import check_file
from percapita.chargemaster.converting import Additions, convert
from percapita.chargemaster.findings import Finding, Findings
from percapita.chargemaster.layouts import Layout
from tests.chargemaster import mutations
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, WIDE_EXAMPLE
from tests.chargemaster.hospital import hospital
from tests.chargemaster.mutations import Named

ORACLE = Path(__file__).parent / "oracle"
INSTALLED = ORACLE / "node_modules" / "@cmsgov" / "hpt-validator"
OURS = {"CSV-E01", "CSV-E02", "JSON-E01", "JSON-E02"}
ONLY_THERE = {"ProblemsInHeaderError"}  # "the remaining rows were not evaluated": here they are
TODAY = date(2026, 6, 1)
HEAD_CELL = re.compile(r"[A-Z]+[123]|row [13]")
IN_CI = os.environ.get("CI") == "true"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not IN_CI and (shutil.which("node") is None or not INSTALLED.is_dir()),
        reason="CMS's validator is not installed: it needs Node.js and `make oracle`",
    ),
]


def what_cms_says(files: list[str], folder: Path, version: str) -> Iterator[dict[str, Any]]:
    """Yield the verdict on each file; one process looks at all of them."""
    listed = folder / "list.json.txt"
    listed.write_text(json.dumps(files), encoding="utf-8")
    command = ["node", str(ORACLE / "oracle.mjs"), str(listed), version]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=True, env={**os.environ, "TZ": "UTC"}
    )
    yield from map(json.loads, done.stdout.splitlines())


def places(findings: list[Finding]) -> Counter[str]:
    return Counter(one.path for one in findings if one.rule not in OURS | {"CSV-C05"})


def compared(cms: dict[str, Any], found: Findings) -> tuple[Counter[str], Counter[str]]:
    """Return the places of errors there and here, without what is known to differ."""
    theirs = Counter(one["path"] for one in cms["errors"] if one["class"] not in ONLY_THERE)
    ours = places(found.errors)
    classes = {one["class"] for one in cms["errors"]}
    if classes & {"ProblemsInHeaderError", "HeaderBlankError"}:
        ours = Counter({path: count for path, count in ours.items() if HEAD_CELL.fullmatch(path)})
    if classes & {"HeaderBlankError", "MinRowsError"}:  # that validator forgets the errors it had before
        ours &= theirs
    if cms["file"].endswith(".json"):  # a schema says one thing in many ways
        return Counter(set(theirs)), Counter(set(ours))
    return theirs, ours


def alerts(cms: dict[str, Any], found: Findings) -> tuple[set[str], set[str]]:
    """Return the places of CMS's alerts there and here. Those about row 2 are in row 3 there."""
    theirs = {one["path"] for one in cms["alerts"] if not one["class"].startswith(("CsvVersion", "CsvFalse"))}
    kept = [one for one in found.alerts if "-X" not in one.rule and one.rule not in ("FILE-N01", "CSV-H07", "CSV-H08")]
    return theirs, {one.path for one in kept}


def disagreements(files: Iterator[Named], folder: Path, suffix: str, version: str = "v3.0.0") -> tuple[int, list[str]]:
    """Return how many files were compared, and what differs."""
    names = mutations.write(files, folder, suffix)
    wrong = []
    for cms in what_cms_says(list(names), folder, version):
        name, path = names[cms["file"]], Path(cms["file"])
        found = check_file(path, version.replace("v2.2.0", "v2.x"), 10_000, TODAY)
        assert "crash" not in cms, (name, cms)
        own = [one for one in found.errors if one.rule not in OURS]
        theirs, ours = compared(cms, found)
        if bool(own) == cms["valid"] or theirs != ours:
            wrong.append(f"{name}: only there {theirs - ours}, only here {ours - theirs}")
        only_there, only_here = alerts(cms, found)
        if cms["valid"] and only_there != only_here:
            wrong.append(f"{name}: alerts {only_there ^ only_here}")
    return len(names), wrong


@pytest.mark.parametrize(
    ("make", "suffix", "least"),
    [(mutations.csv_files, ".csv", 3000), (mutations.stray_signs, ".csv", 200), (mutations.json_files, ".json", 800)],
    ids=["cells and headers", "stray signs", "JSON"],
)
def test_version_3(make: Callable[[], Iterator[Named]], suffix: str, least: int, tmp_path: Path) -> None:
    count, wrong = disagreements(make(), tmp_path, suffix)
    assert count >= least
    assert wrong == [], f"{len(wrong)} of {count} files: " + "\n".join(wrong[:20])


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_version_2(suffix: str, tmp_path: Path) -> None:
    make = mutations.old_csv_files if suffix == ".csv" else mutations.old_json_files
    count, wrong = disagreements(make(), tmp_path, suffix, "v2.2.0")
    assert count >= 300
    assert wrong == [], f"{len(wrong)} of {count} files: " + "\n".join(wrong[:20])


def test_what_we_write_is_valid_there(tmp_path: Path) -> None:
    """Turn each example into each layout, and build from tables: CMS's validator finds no fault with any."""
    build([hospital(tmp_path)], tmp_path / "charges.toml", tmp_path / "out", lambda *told: None)
    files = sorted(str(one) for one in (tmp_path / "out").rglob("*_standardcharges.*"))
    for number, source in enumerate((TALL_EXAMPLE, WIDE_EXAMPLE, JSON_EXAMPLE)):
        for layout in Layout:
            target = tmp_path / f"{number}-{layout.value}{layout.suffix}"
            convert(source, target, layout, Additions(), lambda *told: None)
            files.append(str(target))
    said = list(what_cms_says(files, tmp_path, "v3.0.0"))
    assert len(said) == 12
    assert [(one["file"], one["errors"]) for one in said if not one["valid"] or one["errors"]] == []
