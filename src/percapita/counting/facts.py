"""A fact: how often one account did one kind of thing in one system in one bucket of time. Facts of files merge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

FactKey = tuple[str, str, int, date | None]


@dataclass(frozen=True, slots=True)
class Fact:
    """Hold a group of rows: `rule` is the index of the plan's rule, `bucket` None for rows without time."""

    system: str
    account: str
    rule: int
    bucket: date | None
    events: int
    first: datetime | None
    last: datetime | None

    @property
    def key(self) -> FactKey:
        """Return what facts are merged by."""
        return self.system, self.account, self.rule, self.bucket


def merge(facts: dict[FactKey, Fact], new: Fact) -> None:
    """Add a fact to those of its key."""
    old = facts.get(new.key)
    if old is None:
        facts[new.key] = new
        return
    facts[new.key] = replace(
        old,
        events=old.events + new.events,
        first=min((time for time in (old.first, new.first) if time is not None), default=None),
        last=max((time for time in (old.last, new.last) if time is not None), default=None),
    )
