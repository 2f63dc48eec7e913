"""Fit how many persons work in a hospital from what cost reports say: `python -m percapita.industry.fit`.

Two models, both in logarithms. *fte*: headcount from FTE and
discharges, and from FTE alone, on hospitals that report both. *beds*: FTE from beds and
discharges for each kind of hospital, with an effect of the state that shrinks to none where it has few hospitals; its
residuals are added to those of *fte*. The interval is from the 5th to the 95th percentile of residuals, each of a
hospital that the fit left out. The rows ship (`fit_rows.csv.gz`), so do the coefficients (`expected.toml`).
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEAST_DAYS = 300  # a shorter report does not tell a year
LEAST_ROWS = 60  # of a kind, for a fit of its own
LEAST_YEAR = 2020
SHRINK = 5.0  # hospitals' worth of weight of "no effect of the state"
SALARY = (20_000, 300_000)  # dollars for each FTE outside which a row teaches nothing
TAILS = (0.05, 0.5, 0.95)
ROWS = "fit_rows.csv.gz"


@dataclass(frozen=True)
class Hospital:
    """Hold one hospital's year: `discharges` are of a full year, `headcount` is None where nobody counted."""

    ccn: str
    kind: str
    beds: float
    discharges: float
    fte: float
    headcount: float | None

    @property
    def state(self) -> str:
        """Return the state's code, as the CCN has it."""
        return self.ccn[:2]


@dataclass(frozen=True)
class FteModel:
    """Hold ln persons = base + slope x ln FTE + volume x ln discharges, and the residuals' percentiles 5, 50, 95.

    `volume` is 0 in the model of FTE alone; `span` is the least and the most FTE that taught it.
    """

    base: float
    slope: float
    volume: float
    tails: tuple[float, float, float]
    residuals: Floats
    span: tuple[float, float]

    def center(self, ln_fte: float, discharges: float | None) -> float:
        """Return ln persons."""
        volume = self.volume * float(np.log(discharges)) if discharges and self.volume else 0.0
        return self.base + self.slope * ln_fte + volume


@dataclass(frozen=True)
class BedsModel:
    """Hold ln FTE as a quadratic form of ln beds and ln discharges, about their means, plus the state's effect.

    `tails` are of ln FTE, `chained` of ln persons when the FTE model follows.
    """

    kind: str
    means: tuple[float, float]
    coefficients: tuple[float, ...]
    states: dict[str, float]
    tails: tuple[float, float, float]
    chained: tuple[float, float, float]
    rows: int

    def center(self, beds: float, discharges: float, state: str) -> float:
        """Return ln FTE."""
        terms = design(np.log([[beds, discharges]]), np.array(self.means))[0]
        return float(terms @ np.array(self.coefficients)) + self.states.get(state, 0.0)


def design(logs: Floats, means: Floats) -> Floats:
    """Return the terms of the quadratic form: rows x 6."""
    beds, discharges = (logs - means).T
    return np.column_stack([np.ones(len(logs)), beds, discharges, beds**2, discharges**2, beds * discharges])


def shipped_rows() -> list[Hospital]:
    """Return the hospitals that ship: half of the cost reports of FY2020 and FY2021, New York headcounts of 2024-25."""
    packed = (resources.files("percapita.industry") / ROWS).read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))
    return [
        Hospital(
            row["ccn"], row["kind"], float(row["beds"]), float(row["discharges"]), float(row["fte"]),
            float(row["headcount"]) if row["headcount"] else None,
        )
        for row in rows
    ]  # fmt: skip


def fit_fte(rows: Sequence[Hospital], alone: bool = False) -> FteModel:
    """Fit headcount on FTE and discharges, or on FTE alone."""
    both = [row for row in rows if row.headcount]
    terms = np.column_stack([np.ones(len(both)), np.log([row.fte for row in both])])
    if not alone:
        terms = np.column_stack([terms, np.log([row.discharges for row in both])])
    target = np.log([row.headcount for row in both if row.headcount])
    solution, left_out = _least_squares(terms, target)
    base, slope, *volume = map(float, solution)
    span = (min(row.fte for row in both), max(row.fte for row in both))
    return FteModel(base, slope, volume[0] if volume else 0.0, _tails(left_out), left_out, span)


def fit_beds(rows: Sequence[Hospital], kind: str, fte: FteModel) -> BedsModel:
    """Fit FTE on beds and discharges for one kind of hospital."""
    chosen = [row for row in rows if row.kind == kind]
    logs = np.log([[row.beds, row.discharges] for row in chosen])
    means = logs.mean(axis=0)
    target = np.log([row.fte for row in chosen])
    solution, left_out = _least_squares(design(logs, means), target)
    states: dict[str, float] = {}
    final = left_out.copy()
    codes = np.array([row.state for row in chosen])
    for state in sorted(set(codes)):
        own = codes == state
        total = float(left_out[own].sum())
        states[state] = total / (own.sum() + SHRINK)
        final[own] = left_out[own] - (total - left_out[own]) / (own.sum() - 1 + SHRINK)  # the effect without the row
    chained = (fte.slope * final[:, None] + fte.residuals[None, :]).ravel()
    return BedsModel(
        kind, (float(means[0]), float(means[1])), tuple(map(float, solution)), states, _tails(final), _tails(chained),
        len(chosen),
    )  # fmt: skip


def _least_squares(terms: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Return the solution, and for each row the residual of a fit without it."""
    solution = np.linalg.lstsq(terms, target, rcond=None)[0]
    leverage = np.einsum("ij,ji->i", terms, np.linalg.pinv(terms))
    left_out: Floats = (target - terms @ solution) / (1 - np.minimum(leverage, 0.9))
    return np.asarray(solution, np.float64), left_out


def _tails(residuals: Floats) -> tuple[float, float, float]:
    found = np.quantile(residuals, TAILS)
    return float(found[0]), float(found[1]), float(found[2])


@dataclass(frozen=True)
class Fitted:
    """Hold both models."""

    fte: FteModel
    fte_alone: FteModel
    beds: dict[str, BedsModel]
    rows: int

    def as_toml(self) -> str:
        """Return the table that ships."""
        lines = [
            "# Made by `python -m percapita.industry.fit` from fit_rows.csv.gz; do not edit.",
            "# Source: CMS Hospital Provider Cost Report FY2020 and FY2021; CMS Timely and Effective Care, IMM_3,",
            "# New York, October 2024 to March 2025.",
            'schema = "percapita/expected/1"',
            f"rows = {self.rows}",
        ]
        for name, one in (("fte", self.fte), ("fte_alone", self.fte_alone)):
            lines += [
                "",
                f"[{name}]  # ln persons = base + slope x ln FTE + volume x ln discharges; tails: percentiles",
                f"base = {one.base:.4f}",
                f"slope = {one.slope:.4f}",
                f"volume = {one.volume:.4f}",
                f"tails = {_numbers(one.tails)}",
                f"span = {_numbers(one.span)}",
                f"rows = {len(one.residuals)}",
            ]
        for model in self.beds.values():
            lines += [
                "",
                f"[beds.{model.kind}]  # ln FTE; `chained` are the tails of ln persons",
                f"means = {_numbers(model.means)}",
                f"coefficients = {_numbers(model.coefficients)}",
                f"tails = {_numbers(model.tails)}",
                f"chained = {_numbers(model.chained)}",
                f"rows = {model.rows}",
                "states = { " + ", ".join(f'"{code}" = {value:.3f}' for code, value in model.states.items()) + " }",
            ]
        return "\n".join(lines) + "\n"


def _numbers(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{value:.4f}" for value in values) + "]"


def fit(rows: Sequence[Hospital]) -> Fitted:
    """Fit both models; a kind of hospital with few rows has no model."""
    fte = fit_fte(rows)
    kinds = sorted({row.kind for row in rows})
    beds = {kind: fit_beds(rows, kind, fte) for kind in kinds if sum(row.kind == kind for row in rows) >= LEAST_ROWS}
    return Fitted(fte, fit_fte(rows, alone=True), beds, len(rows))


@dataclass(frozen=True)
class Checked:
    """Hold what cross-validation found of an interval: how often it covers, and its half-width as a factor."""

    what: str
    rows: int
    covered: float
    half_width: float


def cross_validate(rows: Sequence[Hospital], rounds: int = 20, folds: int = 5, seed: int = 1) -> list[Checked]:
    """Return coverage and half-width of the 90 % intervals on hospitals that the fit had not seen.

    The headcounts are folded `rounds` times `folds`; every hospital that is left out is left out of both models.
    """
    random = np.random.default_rng(seed)
    found: dict[str, list[tuple[bool, float]]] = {}
    for _ in range(rounds):
        order = random.permutation(len(rows))
        for fold in range(folds):
            out = set(order[fold::folds].tolist())
            models = fit([row for place, row in enumerate(rows) if place not in out])
            for place in sorted(out):
                for what, inside, width in _judge(models, rows[place]):
                    found.setdefault(what, []).append((inside, width))
    return [
        Checked(
            what, len(seen) // rounds, float(np.mean([one for one, _ in seen])),
            float(np.exp(np.mean([width for _, width in seen]))),
        )
        for what, seen in sorted(found.items())
    ]  # fmt: skip


def _judge(models: Fitted, row: Hospital) -> list[tuple[str, bool, float]]:
    """Return, for each interval that a hospital can judge: what, whether it covers, half its width in logarithms."""
    judged = []

    def add(what: str, center: float, tails: tuple[float, float, float], truth: float) -> None:
        low, _, high = tails
        judged.append((what, low <= float(np.log(truth)) - center <= high, (high - low) / 2))

    model = models.beds.get(row.kind)
    if model is not None:
        center = model.center(row.beds, row.discharges, row.state)
        add(f"FTE from beds and discharges, {row.kind}", center, model.tails, row.fte)
        if row.headcount:
            add(
                "persons from beds and discharges",
                models.fte.center(center, row.discharges),
                model.chained,
                row.headcount,
            )
    if row.headcount:
        for what, one in (("FTE and discharges", models.fte), ("FTE alone", models.fte_alone)):
            add(f"persons from {what}", one.center(float(np.log(row.fte)), row.discharges), one.tails, row.headcount)
    return judged


def rows_of_home(home: Path) -> list[Hospital]:
    """Return the hospitals of what is loaded: the longest report of the newest year, and headcounts beside it."""
    from percapita.industry.facts import Facts
    from percapita.industry.store import opened

    with opened(home) as connection:
        facts = Facts(connection)
        headcounts = facts.headcounts()
        reports = facts.newest_reports()
    rows = []
    for report in reports:
        kind, salary = report.kind, report.salaries / report.fte if report.salaries and report.fte else None
        sound = salary is None or SALARY[0] < salary < SALARY[1]
        if report.year < LEAST_YEAR:
            continue
        if report.fte and report.fte > 1 and report.beds and report.discharges and report.days >= LEAST_DAYS and sound:
            yearly = report.discharges * 365 / report.days
            rows.append(Hospital(report.ccn, kind, report.beds, yearly, report.fte, headcounts.get(report.ccn)))
    return sorted(rows, key=lambda row: row.ccn)


def write_rows(path: Path, rows: Sequence[Hospital]) -> None:
    """Write the rows of a fit; the same rows give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("ccn", "kind", "beds", "discharges", "fte", "headcount"))
    for row in rows:
        head = "" if row.headcount is None else f"{row.headcount:g}"
        writer.writerow((row.ccn, row.kind, f"{row.beds:g}", f"{row.discharges:.0f}", f"{row.fte:.8g}", head))
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def main(arguments: Sequence[str]) -> None:
    """Print coefficients and how good the intervals are; `--write` writes the table, `--home DIR` takes other rows."""
    here = Path(__file__).parent
    given: dict[str, Any] = dict(zip(arguments, [*arguments[1:], ""], strict=True))
    if "--home" in given:
        write_rows(here / ROWS, rows_of_home(Path(given["--home"]) / "industry"))
    rows = shipped_rows()
    table = fit(rows).as_toml()
    print(table)
    if "--write" in given:
        (here / "expected.toml").write_text(table, encoding="utf-8")
    for line in quality_table(cross_validate(rows)):
        print(line)


def quality_table(checked: Sequence[Checked]) -> list[str]:
    """Return the lines of a table of what cross-validation found."""
    head = ["| interval of 90 % | hospitals | covers | half-width, factor |", "|---|---|---|---|"]
    return head + [f"| {one.what} | {one.rows:,} | {one.covered:.1%} | {one.half_width:.2f} |" for one in checked]


if __name__ == "__main__":
    main(sys.argv[1:])
