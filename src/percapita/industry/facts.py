"""Ask what is loaded: reports, headcounts and names of providers, the newest first, superseded files never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from percapita.industry.identifiers import kind_of_ccn

if TYPE_CHECKING:
    import duckdb

REPORTS = ("hcris-puf", "hcris-raw", "hcris-ime-gme", "aha-survey", "himss-analytics", "finding")
COST_REPORTS = ("hcris-puf", "hcris-raw", "hcris-ime-gme")
HEADCOUNTS = ("timely-effective", "va-timely-effective", "asc-quality", "finding")
FIELDS = ("fte", "beds", "discharges", "residents_fte", "salaries")
PIVOT = ", ".join(f"max(number) FILTER (metric = '{name}') AS {name}" for name in FIELDS)


@dataclass(frozen=True)
class Report:
    """Hold one cost report: figures are None where they are missing; `days` is the length of its period."""

    ccn: str
    kind: str
    year: int
    days: int
    file: str
    fte: float | None
    beds: float | None
    discharges: float | None
    residents_fte: float | None
    salaries: float | None

    @property
    def yearly_discharges(self) -> float | None:
        """Return the discharges of a whole year."""
        return self.discharges * 365 / self.days if self.discharges and self.days else None


@dataclass(frozen=True)
class Headcount:
    """Hold a count of persons, the year of its last day, and its file."""

    value: float
    year: int
    file: str


class Facts:
    """Answer questions about providers from an open connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep the connection."""
        self._connection = connection
        self._kept: dict[str, Any] = {}  # answers about all providers: what is loaded does not change while it is open

    def _once(self, name: str, ask: Callable[[], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = ask()
        return self._kept[name]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(query, list(values)).fetchall()

    def reports(self, ccn: str | None = None) -> list[Report]:
        """Return the cost reports of a provider, or of all, the newest and then the longest first."""
        where = "" if ccn is None else "AND id = ?"
        kinds = ", ".join(f"'{kind}'" for kind in REPORTS)
        found = self.rows(
            f"SELECT id, max(text) FILTER (metric = 'facility_type'), any_value(begins), any_value(ends), "
            f"any_value(file), any_value(coverage), {PIVOT} FROM current_facts "
            f"WHERE kind IN ({kinds}) AND scheme = 'ccn' {where} GROUP BY id, load, row "
            "ORDER BY id, any_value(ends) DESC NULLS LAST, any_value(begins), load, row",
            *([] if ccn is None else [ccn]),
        )
        made = [_report(row) for row in found]
        return sorted(made, key=lambda one: (one.ccn, -one.year, -one.days))

    def newest_reports(self) -> list[Report]:
        """Return for each provider the longest report of the newest year."""
        found: list[Report] = self._once("newest", self._newest)
        return found

    def _newest(self) -> list[Report]:
        newest: dict[str, Report] = {}
        for report in self.reports():
            newest.setdefault(report.ccn, report)
        return list(newest.values())

    def _pairs(self, name: str, query: str) -> dict[str, Any]:
        """Return the answer of a query of two columns, asked once."""
        found: dict[str, Any] = self._once(name, lambda: dict(self.rows(query)))
        return found

    def headcount(self, ccn: str) -> Headcount | None:
        """Return the newest headcount of a provider."""
        kinds = ", ".join(f"'{kind}'" for kind in HEADCOUNTS)
        found = self.rows(
            f"SELECT number, coalesce(year(ends), 0), file FROM current_facts WHERE kind IN ({kinds}) "
            "AND metric = 'headcount' AND id = ? AND number > 0 ORDER BY ends DESC NULLS LAST, load DESC LIMIT 1",
            ccn,
        )
        return Headcount(*found[0]) if found else None

    def headcounts(self) -> dict[str, float]:
        """Return the newest headcount of each hospital."""
        return self._pairs(
            "headcounts",
            "SELECT id, arg_max(number, ends) FROM current_facts WHERE metric = 'headcount' AND number > 0 "
            "AND kind = 'timely-effective' GROUP BY id",
        )

    def names(self) -> dict[str, str]:
        """Return a name for each CCN, of the newest file that has one."""
        return self._pairs(
            "names",
            "SELECT p.id, arg_max(p.name, (l.superseded_by = 0, l.release, l.number)) FROM places p "
            "JOIN loads l ON l.number = p.load WHERE p.scheme = 'ccn' AND l.kind <> 'ehr-incentive' GROUP BY p.id",
        )

    def clinicians(self, pac: str) -> Headcount | None:
        """Return the number of clinicians of a group."""
        found = self.rows(
            "SELECT max(number), 0, any_value(file) FROM current_facts WHERE metric = 'clinicians' AND id = ?", pac
        )
        return Headcount(*found[0]) if found and found[0][0] else None

    def states(self) -> dict[str, str]:
        """Return the state of each CCN."""
        return self._pairs(
            "states",
            "SELECT id, arg_max(state, load) FROM places WHERE scheme = 'ccn' AND state <> '' GROUP BY id",
        )

    def known(self, ccn: str) -> bool:
        """Tell whether any loaded file names a provider."""
        return bool(
            self.rows("SELECT 1 FROM places WHERE id = ? UNION SELECT 1 FROM facts WHERE id = ? LIMIT 1", ccn, ccn)
        )

    def ccns_of_npi(self, npi: str) -> list[str]:
        """Return the CCNs that files name beside an organization's NPI."""
        found = self.rows("SELECT DISTINCT id FROM places WHERE npi = ? AND scheme = 'ccn' ORDER BY id", npi)
        return [ccn for (ccn,) in found]


def _report(row: tuple[Any, ...]) -> Report:
    ccn, kind, begins, ends, file, coverage, *figures = row
    days = (ends - begins).days + 1 if begins and ends and ends > begins else 365
    year = int(coverage) if coverage else ends.year if ends else 0
    return Report(ccn, kind or kind_of_ccn(ccn), year, days, file, *figures)
