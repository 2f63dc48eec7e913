"""Load files: recognize each, read it, keep its provenance, let the newest release of a kind and year stand."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.industry import raw_report
from percapita.industry.layouts import YEARLY, Layout, recognize
from percapita.industry.reading import RawFile, open_raw
from percapita.industry.rows import Found, read_rows, refuse_many_rejects
from percapita.industry.store import NAME, UNDATED, Load, loads, locked, rebuild, write_load
from percapita.sources.rejects import Reject

RELEASE = re.compile(
    r"(?<!\d)(20\d\d)(?:[-_.]?(q[1-4]|(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?))?(?!\d)", re.I
)
FINDING_METRICS = ("headcount", "fte", "beds", "discharges", "residents_fte")
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Loaded:
    """Hold what became of one file: `new` is false when it had been loaded before; `notes` say what to know of it.

    `superseded_by` names the file that stands instead of this one, None if this one stands.
    """

    load: Load
    new: bool
    rejects: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()
    superseded_by: str | None = None


@dataclass(frozen=True)
class _Read:
    kind: str
    title: str
    release: str
    coverage: str
    files: tuple[tuple[str, str], ...]
    found: Found
    notes: tuple[str, ...]
    copies: tuple[tuple[Path, str], ...] = ()


def load_files(paths: Sequence[Path], home: Path, release: str = "", most_rejects: float = 0.01) -> list[Loaded]:
    """Load files and return what became of each; either all of them are loaded or none.

    `release` names the publisher's release, such as 2025-07, where the files' names do not. Raises InputError for a
    file that is of no known kind, damaged, of another year than its name says, or with more rejects than allowed.
    """
    known = _known(home)
    told: list[Loaded] = []
    fresh: list[_Read] = []
    for opened in _opened(paths):
        first = next(iter(opened.values()))
        if first.sha256 in known:
            told.append(Loaded(known[first.sha256], new=False))
        elif all(first.sha256 != one.files[0][1] for one in fresh):
            fresh.append(_read(opened, release, most_rejects))
    if not fresh and (home / NAME).exists():
        return [_standing(one, {load.number: load for load in known.values()}) for one in told]
    with locked(home):
        told += _keep_all(home, fresh)
        standing = {load.number: load for load in rebuild(home)}
    return [_standing(one, standing) for one in told]


def _known(home: Path) -> dict[str, Load]:
    """Return what is loaded by the hash of its first file."""
    return {load.files[0][1]: load for load in loads(home)}


def _keep_all(home: Path, fresh: Sequence[_Read]) -> list[Loaded]:
    """Write the loads; those that another process wrote meanwhile were loaded before."""
    known = _known(home)
    told = []
    for one in fresh:
        if one.files[0][1] in known:
            told.append(Loaded(known[one.files[0][1]], new=False))
            continue
        told.append(_keep(home, max((load.number for load in known.values()), default=0) + 1, one))
        known[one.files[0][1]] = told[-1].load
    return told


def _standing(one: Loaded, all_loads: dict[int, Load]) -> Loaded:
    load = all_loads[one.load.number]
    by = all_loads[load.superseded_by].file if load.superseded_by else None
    return Loaded(load, one.new, one.rejects, one.notes, by)


def _opened(paths: Sequence[Path]) -> list[dict[str, RawFile]]:
    """Return the files to read: those of a raw trio together, others alone."""
    trio = [raw_report.open_trio(parts) for parts in raw_report.trios(paths)]
    return [*trio, *({"": open_raw(path)} for path in paths if not raw_report.part_of(path))]


def _read(opened: dict[str, RawFile], release: str, most: float) -> _Read:
    raw = next(iter(opened.values()))
    layout: Layout | None = None
    if "RPT" in opened:
        kind, title, coverage_kind = raw_report.ID, raw_report.TITLE, "fiscal year"
        found = raw_report.read_trio(opened)
    else:
        layout = recognize(raw.header, raw.name)
        kind, title, coverage_kind = layout.id, layout.title, layout.coverage
        found = read_rows(raw, layout)
    refuse_many_rejects(found, raw.name, most)
    if not found.facts["row"] and not found.places["row"]:
        raise InputError("the file has no row with a figure", raw.name, "get the whole file and load it again")
    copies = _copies(found, raw) if kind == "finding" else ()
    coverage = _coverage(found, raw.name, release, coverage_kind)
    named = release or _release(raw.name, coverage)
    if not named and not coverage and found.latest is not None:
        named = f"{found.latest:%Y-%m}"
    notes = () if named or coverage else ("the release is not known: give it with --release, such as 2025-07",)
    files = tuple((one.name, one.sha256) for one in opened.values())
    return _Read(kind, title, named or (coverage if coverage else UNDATED), coverage, files, found, notes, copies)


def _coverage(found: Found, name: str, release: str, kind: str) -> str:
    """Return the year a file is about, by its rows. Raises InputError where its name says another one."""
    if kind not in YEARLY or not found.years:
        return ""
    year = max(found.years, key=lambda one: (found.years[one], one))
    said = [int(one) for one in YEAR.findall(name)]
    if said and year not in said:
        share = f"{found.years[year]:,} of {sum(found.years.values()):,} rows"
        raise InputError(
            f"the name says {said[0]}, but {share} are of {kind} {year}",
            name,
            "get the file of that year, or correct its name",
        )
    strange = sum(count for one, count in found.years.items() if abs(one - year) > 1)
    if strange > 0.2 * sum(found.years.values()):
        raise InputError(f"the rows are of many years, most of {kind} {year}", name, "load the file of one year")
    return str(year)


def _release(name: str, coverage: str) -> str:
    """Return the latest release that a file's name tells, in a form that sorts."""
    told = [""]
    for match in RELEASE.finditer(name):
        year, rest = match[1], (match[2] or "").lower()
        if rest or year != coverage:
            digits = re.sub(r"[^0-9q]", "", rest)
            if digits.startswith("q"):  # the last month of a quarter, so that quarters and months sort together
                told.append(f"{year}-{int(digits[1]) * 3:02}")
            else:
                told.append("-".join([year, *(digits[place : place + 2] for place in range(0, len(digits), 2))]))
    return max(told)


def _keep(home: Path, number: int, one: _Read) -> Loaded:
    found = one.found
    for page, name in one.copies:
        (home / "copies").mkdir(exist_ok=True)
        shutil.copyfile(page, home / "copies" / name)
    mended = ", ".join(f"{what}: {count:,}" for what, count in sorted(found.mended.items()))
    load = Load(
        number=number, kind=one.kind, title=one.title, release=one.release, coverage=one.coverage, files=one.files,
        rows=found.rows, rejected=len(found.rejects), mended=mended,
    )  # fmt: skip
    rejects: dict[str, list[Any]] = {
        "file": [reject.path for reject in found.rejects],
        "row": [reject.row for reject in found.rejects],
        "column": [reject.column for reject in found.rejects],
        "reason": [reject.reason for reject in found.rejects],
    }
    write_load(home, load, {"facts": found.facts, "places": found.places, "rejects": rejects})
    return Loaded(load, True, tuple(found.rejects), one.notes)


def _copies(found: Found, raw: RawFile) -> tuple[tuple[Path, str], ...]:
    """Return the saved copy of each finding, and its name by its hash. Raises InputError where there is none."""
    facts = found.facts
    by_row: dict[int, dict[str, int]] = {}
    for place, (row, metric) in enumerate(zip(facts["row"], facts["metric"], strict=True)):
        by_row.setdefault(row, {})[metric] = place
    named, copies = set(FINDING_METRICS), []
    for row in sorted(set(facts["row"])):
        if not named & set(by_row[row]):
            cure = f"write one of {', '.join(FINDING_METRICS)}"
            raise InputError("a finding has no metric that is known", f"{raw.name}, row {row}, column 'metric'", cure)
    for row, metrics in by_row.items():
        for needed in ("link", "copy"):
            if needed not in metrics:
                raise InputError(
                    f"a finding has no {needed}", f"{raw.name}, row {row}, column {needed!r}", "fill it in"
                )
        place = metrics["copy"]
        page = raw.file.absolute.parent / facts["text"][place]
        if not page.is_file():
            raise InputError(
                "the saved copy of a finding is not there",
                f"{raw.name}, row {row}, column 'copy'",
                "save the page beside the file",
            )
        digest = hashlib.sha256(page.read_bytes()).hexdigest()
        copies.append((page, f"{digest}{page.suffix}"))
        facts["text"][place] = f"sha256:{digest}"
    return tuple(copies)
