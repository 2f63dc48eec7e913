"""Count a plan as it stands aside, and compare it with the last results: what a changed rule would do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from percapita.counting.compare.comparison import Comparison, compare_results
from percapita.counting.compare.results import STATEMENT, Results, read_results
from percapita.counting.run import Progress, Settings, count
from percapita.counting.task import no_progress
from percapita.errors import InputError

# What people call a rule: a [[use]] or [[exclude]] entry of the plan, or an entry of the definition of a user.
RULE_CAUSES = ("definition", "exclusions", "rules")


def preview(
    plan: Path, results: Path | None = None, before: Path | None = None, progress: Progress = no_progress
) -> Comparison:
    """Return what the plan as it stands changes against results, or against the count of another plan.

    Nothing is written where results are; only digests of the logs are kept, as by every count. Raises InputError when
    there is nothing to compare with.
    """
    old = _counted(before, progress) if before else _last(plan, results)
    return compare_results(old, _counted(plan, progress))


def _counted(plan: Path, progress: Progress) -> Results:
    with tempfile.TemporaryDirectory(prefix="percapita-") as folder:
        try:
            count(plan, Settings(out=Path(folder), progress=progress))
        except InputError as error:  # a list of rejects in the folder is gone with it: do not name it
            cures = [one for one in error.cure.split("; ") if Path(folder).name not in one]
            raise InputError(error.what, error.where, "; ".join(cures)) from None
        return read_results(Path(folder))


def _last(plan: Path, results: Path | None) -> Results:
    folder = results or plan.parent / "results"
    if not folder.exists() or (folder.is_dir() and not (folder / STATEMENT).exists()):
        raise InputError(
            "there are no results to compare with",
            str(folder),
            "name them with --results DIR, or a plan with --before OLD_PLAN",
        )
    return read_results(folder)
