"""List everything that is undecided about a plan, the most users at stake first, each with what settles it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from percapita.counting.check import PlanCheck, check
from percapita.counting.open_points import Point, in_order, points_of, unanswered
from percapita.counting.run import Settings, count
from percapita.counting.task import no_progress

MOST_ACTIVITIES = 8  # of one system, in the line that settles them


def undecided(plan_file: Path, progress: Callable[[str, int, int], None] = no_progress) -> list[Point]:
    """Return the open points of a plan: it is counted, and its files are sampled for what no rule fits."""
    run = count(plan_file, Settings(progress=progress))
    points = [*points_of(run.case), *unanswered(run.case)]
    rules = _lines(check(plan_file)) if any(point.kind == "no rule" for point in points) else {}
    return [
        replace(point, settle=rules[point.system]) if point.kind == "no rule" and point.system in rules else point
        for point in in_order(points)
    ]


def _lines(found: PlanCheck) -> dict[str | None, str]:
    """Return for each system the rule that would decide the activities without one; their use is for a human to say."""
    activities: defaultdict[str, list[str]] = defaultdict(list)
    for system, activity, _ in found.without_rule:
        if activity not in activities[system]:
            activities[system].append(activity)
    return {
        system: f'[[use]] system = "{system}" activity = [{_quoted(words)}] use_type = ...'
        for system, words in activities.items()
    }


def _quoted(words: list[str]) -> str:
    shown = ", ".join(f'"{word}"' for word in words[:MOST_ACTIVITIES])
    return shown + (", ..." if len(words) > MOST_ACTIVITIES else "")
