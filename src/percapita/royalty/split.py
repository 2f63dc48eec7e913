"""Divide the users of a system among those who pay for them, and find where the table of who pays does not add up.

The rules, each with its id:

- WP-1: A row holds from its first day to its last, or to the end of the agreement that it is passed on from.
- WP-2: Users whom no row covers are due under the own license.
- WP-3: A year is charged whole. The day on which most users are due under the own license decides.
- WP-4: More units than users on one day is money spent twice (`paid_twice`), for nobody (`unused_units`), or two rows
  that contradict one another (`conflict`).
- WP-5: Units that a row covered, and nobody after it, are a `lapse`; nobody before it, a `gap`.

Source of WP-3: a public contract that began on 29 July was charged for the whole year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from percapita.royalty.figures import System
from percapita.royalty.payers import ALL, FAR, PayerRow, units_on, users_of
from percapita.wording import many

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """Hold what does not add up: `units` are what is at stake, at the rate of an individual user."""

    rule: str
    code: str
    system: str
    message: str
    units: int


@dataclass(frozen=True)
class Split:
    """Hold who pays for the users of a system in a year.

    `own` is what is due under the own license, None where the users are not known; `through` are the rows of others
    with their units, on the day that decides. `own_by_entity` are the users due under the own license by entity.
    """

    system: System
    own: int | None
    through: tuple[tuple[PayerRow, int], ...]
    own_by_entity: dict[str, int]
    findings: tuple[Finding, ...]


def split(system: System, rows: Sequence[PayerRow], year: int) -> Split:
    """Return who pays for a system in a calendar year; `rows` are those about this system."""
    if system.users is None:
        through = tuple((row, row.units) for row in rows if isinstance(row.units, int) and not row.own)
        return Split(system, None, through, {}, ())
    days = _days(rows, year)
    decides = max(days, key=lambda on: (_own(system, rows, on), -on.toordinal()))
    through = tuple((row, units) for row, units in units_on(system, rows, decides) if not row.own)
    findings = (*_surplus(system, rows, days), *_lapses(system, rows, year), *_gaps(system, rows, year))
    return Split(system, _own(system, rows, decides), through, _own_by_entity(system, through), findings)


def _days(rows: Sequence[PayerRow], year: int) -> list[date]:
    """Return the days of a year on which something changes, its first day included."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    changes = {row.begins for row in rows} | {row.last_day + ONE_DAY for row in rows if row.last_day < FAR}
    return sorted({first, *(on for on in changes if first < on <= last)})


def _own(system: System, rows: Sequence[PayerRow], on: date) -> int:
    """Return the users due under the own license on a day."""
    through = sum(units for row, units in units_on(system, rows, on) if not row.own)
    return max(0, (system.users or 0) - through)


def _open(system: System, rows: Sequence[PayerRow], on: date) -> int:
    """Return the users of whom no row says who pays on a day."""
    return max(0, (system.users or 0) - sum(units for _, units in units_on(system, rows, on)))


def _own_by_entity(system: System, through: Sequence[tuple[PayerRow, int]]) -> dict[str, int]:
    """Return the users by entity without those whom somebody else pays for at that entity."""
    left = dict(system.by_entity)
    for row, units in through:
        if row.entity in left:
            left[row.entity] = max(0, left[row.entity] - units)
    return {entity: users for entity, users in left.items() if users}


# ---- findings


def _surplus(system: System, rows: Sequence[PayerRow], days: Sequence[date]) -> Iterator[Finding]:
    """Yield one finding for the day with most units beyond the users. Source: rule WP-4."""
    found = [(units, on, held) for on in days for units, held in [_beyond(system, units_on(system, rows, on))]]
    units, on, held = max(found, key=lambda one: (one[0], -one[1].toordinal()))
    if not units:
        return
    code = _code(held)
    payers = " and ".join(dict.fromkeys(row.says() for row in held))
    says = {
        "conflict": f"{payers} each say that they cover the same users: {many(units, 'unit')} on {on} contradict",
        "paid_twice": f"{payers} cover {many(units, 'unit')} more than there are users on {on}: people paid for twice",
        "unused_units": f"{payers} covers {many(units, 'unit')} more than there are users on {on}: paid for nobody",
    }
    yield Finding("WP-4", code, system.id, says[code], units)


def _beyond(system: System, held: Sequence[tuple[PayerRow, int]]) -> tuple[int, list[PayerRow]]:
    """Return the units beyond the users, of the system or of single entities, and the rows that make them."""
    whole = max(0, sum(units for _, units in held) - (system.users or 0))
    by_entity: defaultdict[str, list[tuple[PayerRow, int]]] = defaultdict(list)
    for row, units in held:
        if row.entity:
            by_entity[row.entity].append((row, units))
    parts = {
        entity: max(0, sum(units for _, units in some) - system.by_entity.get(entity, 0))
        for entity, some in by_entity.items()
    }
    if sum(parts.values()) > whole:
        rows = [row for entity, some in by_entity.items() if parts[entity] for row, units in some if units]
        return sum(parts.values()), rows
    return whole, [row for row, units in held if units]


def _code(held: Sequence[PayerRow]) -> str:
    """Return which of the three it is."""
    if len(held) == 1:
        return "unused_units"
    claims = [row.scope for row in held if row.units == ALL]
    return "conflict" if len(claims) > len(set(claims)) else "paid_twice"


def _lapses(system: System, rows: Sequence[PayerRow], year: int) -> Iterator[Finding]:
    """Yield what others covered and nobody does afterwards. Source: rule WP-5."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    counted: defaultdict[date, int] = defaultdict(int)
    for row in sorted((row for row in rows if not row.own and row.last_day < last), key=lambda row: row.last_day):
        after = row.last_day + ONE_DAY
        open_then = min(_open(system, rows, after), _open(system, rows, max(after, first)))
        covered = next((units for one, units in units_on(system, rows, row.last_day) if one is row), 0)
        lost = min(covered, users_of(system, row), open_then - counted[max(after, first)])
        if lost > 0:
            counted[max(after, first)] += lost
            because = "the agreement it is passed on from ends" if row.upstream_end < row.ends else "it ends"
            says = f"{row.says()} covers {many(lost, 'unit')} until {row.last_day}, when {because}, and nobody after it"
            yield Finding("WP-5", "lapse", system.id, says, lost)


def _gaps(system: System, rows: Sequence[PayerRow], year: int) -> Iterator[Finding]:
    """Yield what others cover only from a day of the year on, and nobody before. Source: rule WP-5."""
    others = [row for row in rows if not row.own]
    for row in others:
        earlier = any(one.scope == row.scope and one.last_day < row.begins for one in others)
        if not date(year, 1, 1) < row.begins <= date(year, 12, 31) or earlier:
            continue
        covered = next((units for one, units in units_on(system, rows, row.begins) if one is row), 0)
        missing = min(covered, users_of(system, row), _open(system, rows, row.begins - ONE_DAY))
        if missing > 0:
            says = f"{row.says()} covers {many(missing, 'unit')} from {row.begins} on: no row says who pays before"
            yield Finding("WP-5", "gap", system.id, says, missing)
