"""Read who pays: the dated table of what is licensed through a vendor, a distributor or an outsourcer.

A CSV file, a row for each agreement and system: `system, entity, employer, payer, name, units, from, to, document,
upstream_end`. An empty `to` is open. What is passed on ends with the vendor's own agreement, `upstream_end`, even when
`to` is later or open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from percapita.errors import InputError, nearest
from percapita.policy.csv_table import CellError, Column, Row, day, one_of, read_csv, whole
from percapita.royalty.figures import Figures, System

OWN = "own_license"
PAYERS = (OWN, "vendor", "distributor", "outsourcer")
ALL, REST = "all", "rest"
FAR = date.max


def _units(cell: str) -> int | str:
    """Return a number of units, or the word `all` or `rest`."""
    word = cell.casefold()
    if word in (ALL, REST):
        return word
    try:
        return whole(cell)
    except CellError as error:
        raise CellError(error.what, "write a whole number, all or rest") from None


COLUMNS = (
    Column("system", required=True),
    Column("entity"),
    Column("employer"),
    Column("payer", one_of(*PAYERS), required=True),
    Column("name"),
    Column("units", _units, required=True),
    Column("from", day, required=True),
    Column("to", day),
    Column("document"),
    Column("upstream_end", day),
)


@dataclass(frozen=True, kw_only=True)
class PayerRow:
    """Hold one row: who pays for how many `units` of a system, of one entity or employer or of all, on which days.

    `units` is a number, `all` (everybody the row is about) or `rest` (whom no other row covers).
    """

    system: str
    payer: str
    units: int | str
    begins: date
    entity: str = ""
    employer: str = ""
    name: str = ""
    ends: date = FAR
    document: str = ""
    upstream_end: date = FAR
    where: str = ""

    @property
    def own(self) -> bool:
        """Tell whether it is the organization's own license."""
        return self.payer == OWN

    @property
    def last_day(self) -> date:
        """Return the last day on which it holds: its own, or that of the agreement it is passed on from."""
        return min(self.ends, self.upstream_end)

    @property
    def scope(self) -> tuple[str, str]:
        """Return the entity and the employer, "" for all."""
        return self.entity, self.employer

    def holds(self, on: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.begins <= on <= self.last_day

    def says(self) -> str:
        """Return who pays, in words."""
        payer = "the own license" if self.own else f"{self.payer} {self.name}".strip()
        return f"{payer} ({self.document})" if self.document else payer


def read_payers(path: Path) -> tuple[PayerRow, ...]:
    """Return the rows of a table of who pays. Raises InputError that names the row and the column."""
    return tuple(_row(row) for row in read_csv(path, COLUMNS, "table of who pays"))


def _row(row: Row) -> PayerRow:
    said = row.values
    found = PayerRow(
        system=said["system"],
        entity=said["entity"] or "",
        employer=said["employer"] or "",
        payer=said["payer"],
        name=said["name"] or "",
        units=said["units"],
        begins=said["from"],
        ends=said["to"] or FAR,
        document=said["document"] or "",
        upstream_end=said["upstream_end"] or FAR,
        where=row.where,
    )
    _check(found)
    return found


def _check(row: PayerRow) -> None:
    if row.ends < row.begins:
        raise InputError(f"it ends ({row.ends}) before it begins ({row.begins})", f"{row.where}, to", "exchange them")
    if row.own and row.upstream_end != FAR:
        raise InputError("the own license is not passed on by anybody", f"{row.where}, upstream_end", "leave it empty")
    if row.employer and not isinstance(row.units, int):
        raise InputError(
            "a user count report does not tell users by employer", f"{row.where}, units", "write their number"
        )


def rows_of(rows: Sequence[PayerRow], system: System) -> list[PayerRow]:
    """Return the rows about a system."""
    return [row for row in rows if row.system == system.id]


def check_systems(rows: Sequence[PayerRow], figures: Figures) -> None:
    """Raise InputError for a row about a system that the statement does not have."""
    for row in rows:
        if figures.system(row.system) is None:
            cure = nearest(row.system, figures.ids())
            raise InputError(f"the user count report has no application {row.system!r}", f"{row.where}, system", cure)


def units_on(system: System, rows: Sequence[PayerRow], on: date) -> list[tuple[PayerRow, int]]:
    """Return the rows in force on a day with the units each stands for; `rest` is what the others leave."""
    held = [row for row in rows if row.holds(on)]
    told = {id(row): _told(system, row) for row in held if row.units != REST}
    found = []
    for row in held:
        if row.units == REST:
            others = sum(told.get(id(one), 0) for one in held if row.entity in ("", one.entity))
            told[id(row)] = max(0, users_of(system, row) - others)
        found.append((row, told[id(row)]))
    return found


def _told(system: System, row: PayerRow) -> int:
    return row.units if isinstance(row.units, int) else users_of(system, row)


def users_of(system: System, row: PayerRow) -> int:
    """Return the users that a row is about: of its entity, or all."""
    return system.by_entity.get(row.entity, 0) if row.entity else system.users or 0
