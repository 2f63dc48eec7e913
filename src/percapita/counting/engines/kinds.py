"""What a fact says of its account: the kind of fact, the use types and the months, as numbers that SQL can gather."""

from __future__ import annotations

from datetime import date

from percapita.counting.digest import rules_of
from percapita.counting.load import LoadedPlan
from percapita.policy.vocabulary import USE_TYPES

COUNTED, UNDETERMINED_KIND, NO_USE, OUTSIDE = 0, 2, 3, 4  # 1 is counted use of an account left out

# One number holds a bit for each month of the period, at most 60, and above them one for each use type.
USE_SHIFT = 60
MONTHS = (1 << USE_SHIFT) - 1


def kinds_of(loaded: LoadedPlan, system: str) -> list[tuple[int, int]]:
    """Return for "no rule" and for each rule of a system, in order: the kind of fact and its use bit."""
    kinds = [(UNDETERMINED_KIND, 0)]
    kinds += [kind_of(loaded, loaded.rules[index].use_type) for index in rules_of(loaded.rules, system)]
    return kinds


def kind_of(loaded: LoadedPlan, use: str) -> tuple[int, int]:
    """Return the kind of fact that a use type makes and its use bit."""
    if use == "undetermined":
        return UNDETERMINED_KIND, 0
    return (COUNTED, 1 << USE_SHIFT + USE_TYPES.index(use)) if loaded.definition.counts(use) else (NO_USE, 0)


def month_bits(loaded: LoadedPlan) -> dict[date, int]:
    """Return the month bit of each bucket of the period; other buckets are outside."""
    calendar = loaded.calendar
    buckets = {calendar.bucket_of(max(month, calendar.start)): place for place, month in enumerate(calendar.months)}
    return {bucket: 1 << place for bucket, place in buckets.items()}
