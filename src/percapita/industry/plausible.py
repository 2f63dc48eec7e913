"""Whether a cost report's FTE can be full-time equivalents at all: rules that need nothing but the reports."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from percapita.industry.facts import Report

HOURS_A_YEAR = 2080  # paid hours of one full-time equivalent: 52 weeks of 40 hours
SALARY = (22_870.0, 203_083.0)  # 1 % and 99 % of salaries for each FTE, cost reports of FY2021
JUMP = 3.0
MEDIAN_YEARS = 5
LEAST_YEARS = 3
BED_LIMIT = 120.0  # no hospital has more FTE for a bed; hours have 2080 times as many


def fte_doubts(report: Report, own: Sequence[Report]) -> list[str]:
    """Return why the FTE of a report cannot be taken, nothing if it can; `own` are the provider's reports."""
    if doubt := hours_as_fte(report, own):
        return [doubt]
    return [doubt for check in (jump, salary) if (doubt := check(report, own))]


def own_median(report: Report, own: Sequence[Report]) -> float | None:
    """Return the median FTE of the five years of the provider nearest to a report's, None with fewer than three.

    Years whose FTE look like paid hours are left out.
    """
    values: dict[int, float] = {}
    for one in own:
        if one.fte and one.fte > 1 and abs(one.year - report.year) < MEDIAN_YEARS and not hours_as_fte(one, own):
            values.setdefault(one.year, one.fte)
    nearest = sorted(values, key=lambda year: (abs(year - report.year), year))[:MEDIAN_YEARS]
    return median(values[year] for year in nearest) if len(nearest) >= LEAST_YEARS else None


def salary_per_fte(report: Report) -> float | None:
    """Return dollars for each FTE, None where one of both is missing."""
    return report.salaries / report.fte if report.salaries and report.salaries > 0 and report.fte else None


def hours_as_fte(report: Report, own: Sequence[Report]) -> str:
    """Paid hours stand where full-time equivalents belong: they are plausible only when divided by 2080.

    Source: the state psychiatric hospitals of Minnesota, cost reports of FY2020 and FY2021.
    """
    if not report.fte:
        return ""
    pay = salary_per_fte(report)
    hourly = pay is not None and SALARY[0] <= pay * HOURS_A_YEAR <= SALARY[1]
    dense = bool(report.beds) and report.fte / (report.beds or 1) > BED_LIMIT
    if (pay is None and dense and report.fte > 10 * HOURS_A_YEAR) or hourly:
        equivalents = report.fte / HOURS_A_YEAR
        return f"FTE {report.fte:,.0f} of {report.year} look like paid hours; / {HOURS_A_YEAR} = {equivalents:,.0f}"
    return ""


def jump(report: Report, own: Sequence[Report]) -> str:
    """The FTE is more than three times, or less than a third, of the provider's own five-year median."""
    usual = own_median(report, own)
    if not report.fte or not usual or 1 / JUMP <= report.fte / usual <= JUMP:
        return ""
    return f"FTE {report.fte:,.0f} of {report.year} against a five-year median of {usual:,.0f}"


def salary(report: Report, own: Sequence[Report]) -> str:
    """Salaries for each FTE lie outside what 1 % to 99 % of hospitals pay."""
    pay = salary_per_fte(report)
    if pay is None or SALARY[0] <= pay <= SALARY[1]:
        return ""
    return f"${pay:,.0f} of salaries for each FTE of {report.year}, outside ${SALARY[0]:,.0f} to ${SALARY[1]:,.0f}"
