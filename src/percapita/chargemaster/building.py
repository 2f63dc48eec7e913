"""Build the files of standard charges of a hospital from its chargemaster, rates and remittances.

Everything is written beside the folder that is asked for, checked, and moved there when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from percapita.chargemaster.check import check_file
from percapita.chargemaster.findings import Findings
from percapita.chargemaster.intake import ItemIntake, Refused, Row, problem_of, rate_of, remittance_of, rows_of
from percapita.chargemaster.layouts import Layout
from percapita.chargemaster.model import Survey
from percapita.chargemaster.placing import write_text
from percapita.chargemaster.pricing import BETWEEN, WITHIN, Workshop, workshop
from percapita.chargemaster.profile import Profile, Rates, Remittances, hospital_from, load_profile
from percapita.chargemaster.tables import LeftOut, Problem, Problems, Progress, TableFile, Used
from percapita.chargemaster.webpage import INDEX, footer_link, index_text, listed_by, page
from percapita.chargemaster.writing import WRITERS
from percapita.errors import InputError
from percapita.wording import many

SCHEMA = "percapita/charges-build/1"
MANIFEST, LEFT_OUT, FOOTER, PAGE = "manifest.json", "left-out.csv", "footer-link.html", "page.html"


class BadRowsError(InputError):
    """Say that rows cannot be used; `problems` lists them."""

    def __init__(self, problems: Problems) -> None:
        """Keep the problems; the first one is in the sentence."""
        first = problems.found[0]
        where = f"{first.file}, row {first.row}"
        what = f"{many(problems.count, 'row')} cannot be used; the first, {first.column}: {first.message}"
        super().__init__(what, where, 'correct them, or write bad_rows = "leave out"')
        self.problems = problems


@dataclass(frozen=True)
class Written:
    """Hold one file that was built. `rows` are those below row 3 of a CSV file, the items of a JSON file."""

    layout: Layout
    path: str
    rows: int
    bytes: int
    sha256: str
    found: Findings


@dataclass(frozen=True)
class Built:
    """Hold what was built: the files, the survey of their entries, what was read and what was left out."""

    files: tuple[Written, ...]
    survey: Survey
    sources: tuple[Used, ...]
    left_out: dict[str, int]
    publish: str

    @property
    def error_count(self) -> int:
        """Return how many errors the check found in all files."""
        return sum(one.found.error_count for one in self.files)


def build(chargemasters: Sequence[Path], profile_path: Path, out: Path, progress: Progress) -> Built:
    """Build everything into the folder `out`. Raises InputError, or BadRowsError with every row that is wrong."""
    profile = load_profile(profile_path)
    _check_place(out)
    with _aside(out) as folder, workshop(folder) as shop:
        left = LeftOut(folder / LEFT_OUT)
        try:
            intake = _Intake(profile, profile_path.absolute().parent, shop, left, progress)
            sources = intake.read(chargemasters)
            progress("joining", 0, 1)
            _join(shop, profile, left)
        finally:
            left.close()
        survey = shop.survey()
        files = tuple(_write(one, profile, shop, survey, folder, progress) for one in _layouts(profile, survey))
        publish = next(one.path for one in files if one.layout is profile.output.publish)
        built = Built(files, survey, sources, left.counts, publish)
        _write_beside(built, profile, profile_path, folder)
    return built


def _layouts(profile: Profile, survey: Survey) -> Iterator[Layout]:
    if not survey.entries:
        raise InputError(
            "no item has a charge of any kind", "the chargemaster", "map the columns gross, cash, or [rates]"
        )
    for one in profile.output.layouts:
        if survey.payers or one is not Layout.WIDE:
            yield one
        elif profile.output.publish is Layout.WIDE:
            raise InputError("a wide file has a payer at least, and no rate fits an item", "rates", "publish it tall")


def _check_place(out: Path) -> None:
    """Raise InputError for a folder that holds something else than a build."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise InputError("this is a link or a file", str(out), "name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise InputError("the folder holds something else than a build", str(out), "name a new folder")


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """Yield a folder to build in; it takes the place of `out` when the block is left without an error."""
    folder = out.with_name(f".{out.name}.{os.getpid()}.part")
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    try:
        _recover(out)
        folder.mkdir(parents=True)
        yield folder
        shutil.rmtree(folder / "spill", ignore_errors=True)
        if out.exists():
            out.rename(old)
        folder.rename(out)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"the build cannot be written ({why})", str(out), "check the folder and its space") from None
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        for one in (folder, old):
            shutil.rmtree(one, ignore_errors=True)


def _recover(out: Path) -> None:
    """Clear up after builds that were killed: what stood in the place comes back, what was not whole goes."""
    for one in sorted(out.parent.glob(f".{out.name}.*.*")):
        pid, kind = one.name.removeprefix(f".{out.name}.").rpartition(".")[::2]
        if kind not in ("old", "part") or not pid.isdigit() or _runs(int(pid)):
            continue
        if kind == "old" and not out.exists():
            one.rename(out)
        else:
            shutil.rmtree(one, ignore_errors=True)


def _runs(pid: int) -> bool:
    """Tell whether a process runs; where that cannot be asked without harm, say that it does."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


class _Intake:
    """Read all tables into the workshop."""

    def __init__(self, profile: Profile, base: Path, shop: Workshop, left: LeftOut, progress: Progress) -> None:
        self._profile, self._base, self._shop = profile, base, shop
        self._left, self._progress = left, progress
        self._problems = Problems()
        self._items = self._rates = 0

    def read(self, chargemasters: Sequence[Path]) -> tuple[Used, ...]:
        """Read everything. Raises BadRowsError if rows are wrong that may not be left out."""
        used = [self._read_items(path) for path in chargemasters]
        if self._profile.rates is not None:
            used.append(self._read_rates(self._profile.rates))
        if self._profile.remittances is not None:
            used.append(self._read_remittances(self._profile.remittances))
        if self._problems.count:
            raise BadRowsError(self._problems)
        return tuple(used)

    def _read(
        self, path: Path, rules: dict[str, Any], told: Any, take: Callable[[list[tuple[int, Row]], TableFile], None]
    ) -> Used:
        file = TableFile(path, rules, told)
        for batch in file.batches(self._progress):
            take(list(rows_of(batch)), file)
        for one in file.rejects():
            self._bad(one, leave_out=_leaves_out(told))
        return file.used()

    def _bad(self, problem: Problem, *, leave_out: bool) -> None:
        """Leave a row out, or stop at it once all are read."""
        if leave_out:
            reason = f"{problem.column}: {problem.message}"
            self._left.add(problem.file, problem.row, reason, counted_as="a row that cannot be used")
        else:
            self._problems.add(problem)

    def _usable(
        self, rows: list[tuple[int, Row]], file: TableFile, told: Any, make: Callable[[Row], Any]
    ) -> Iterator[tuple[int, Any]]:
        for number, row in rows:
            try:
                yield number, make(row)
            except Refused as refused:
                self._bad(problem_of(file, number, refused), leave_out=_leaves_out(told))

    def _read_items(self, path: Path) -> Used:
        intake = ItemIntake(self._profile)
        told = self._profile.items

        def take(rows: list[tuple[int, Row]], file: TableFile) -> None:
            items, codes = [], []
            for number, item in self._usable(rows, file, told, intake.item):
                self._items += 1
                coded = BETWEEN.join(WITHIN.join(one) for one in item["codes"])
                items.append({**item, "n": self._items, "file": file.file.path, "row": number, "coded": coded})
                codes += [{"n": self._items, "code": code, "type": kind} for code, kind in item["codes"]]
            self._shop.take("items", items)
            self._shop.take("codes", codes)

        return self._read(path, intake.rules(self._profile), told, take)

    def _read_rates(self, told: Rates) -> Used:
        by_type = told.columns.code_type is not None

        def take(rows: list[tuple[int, Row]], file: TableFile) -> None:
            rates = []
            for number, rate in self._usable(rows, file, told, lambda row: rate_of(row, by_type)):
                self._rates += 1
                rates.append({**rate, "r": self._rates, "file": file.file.path, "row": number})
                if self._profile.remittances is None and _needs_remittances(rate):
                    words = "a percentage or an algorithm needs count, low, median and high, or [remittances]"
                    self._bad(problem_of(file, number, Refused("count", words)), leave_out=False)
            self._shop.take("rates", rates)

        return self._read(self._base / told.path, _rules_of(told.columns), told, take)

    def _read_remittances(self, told: Remittances) -> Used:
        by_type = told.columns.code_type is not None

        def take(rows: list[tuple[int, Row]], file: TableFile) -> None:
            found = []
            for _, (remittance, reason) in self._usable(
                rows, file, told, lambda row: remittance_of(row, told, by_type)
            ):
                if reason:
                    self._left.count(f"remittance: {reason}")
                else:
                    found.append(remittance)
            self._shop.take("remits", found)

        return self._read(self._base / told.path, _rules_of(told.columns), told, take)


def _leaves_out(told: Any) -> bool:
    """Tell whether the profile wants wrong rows of a table left out; of remittances none may be."""
    return getattr(told, "bad_rows", "stop") == "leave out"


def _rules_of(columns: Any) -> dict[str, Any]:
    return {name: rule for name in columns.__struct_fields__ if (rule := getattr(columns, name)) is not None}


def _needs_remittances(rate: dict[str, Any]) -> bool:
    formula = rate["percentage"] is not None or rate["algorithm"]
    given = rate["count"] == "0" or (
        rate["count"] and all(rate[name] is not None for name in ("median", "low", "high"))
    )
    return bool(formula and not given)


def _join(shop: Workshop, profile: Profile, left: LeftOut) -> None:
    """Join the tables. Raises BadRowsError for charges without remittances that nobody explains."""
    shop.join(profile.remittances.none_note if profile.remittances else "")
    problems = Problems()
    for file, row in shop.unexplained():
        problems.add(
            Problem(file, row, "notes", "no remittance was found; explain it here, or write none_note for all")
        )
    if problems.count:
        raise BadRowsError(problems)
    for file, row in shop.without_charge():
        left.add(file, row, "no charge of any kind")
    for file, row in shop.unmatched():
        left.add(file, row, "rate: no item has this id, code and setting")


def _write(
    layout: Layout, profile: Profile, shop: Workshop, survey: Survey, folder: Path, progress: Progress
) -> Written:
    name = f"{layout.value}/{profile.file_stem}{layout.suffix}"
    path = folder / name
    path.parent.mkdir()
    title = f"writing {layout.value}"
    rows = WRITERS[layout](
        path, hospital_from(profile), survey, shop.entries(), lambda seen: progress(title, seen, survey.entries)
    )
    progress(f"checking {layout.value}", 0, 1)
    found = check_file(path, today=profile.hospital.updated_on)
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Written(layout, name, rows, path.stat().st_size, sha256, found)


def _write_beside(built: Built, profile: Profile, profile_path: Path, folder: Path) -> None:
    name = Path(built.publish).name
    write_text(folder / INDEX, index_text(listed_by(profile, name)))
    write_text(folder / FOOTER, footer_link(profile))
    write_text(folder / PAGE, page(profile, name))
    manifest = {
        "schema": SCHEMA,
        "hospital": profile.hospital.name,
        "updated_on": profile.hospital.updated_on.isoformat(),
        "publish": built.publish,
        "files": [
            {"path": one.path, "layout": one.layout.value, "rows": one.rows, "bytes": one.bytes, "sha256": one.sha256,
             "valid": not one.found.error_count}
            for one in built.files
        ],
        "entries": built.survey.entries,
        "payer_charges": built.survey.payer_entries,
        "payers": len(built.survey.payers),
        "profile": hashlib.sha256(profile_path.read_bytes()).hexdigest(),
        "sources": [asdict(one) for one in built.sources],
        "left_out": dict(sorted(built.left_out.items())),
    }  # fmt: skip
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
