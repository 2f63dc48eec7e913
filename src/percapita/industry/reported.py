"""Bare reported numbers, and statements, as subjects of questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from percapita.errors import InputError, nearest
from percapita.industry.expect import Expected, NothingLoadedError, checked_ccn, expect
from percapita.industry.facts import Facts
from percapita.industry.organization import OrganizationExpected, expect_organization, read_sites
from percapita.industry.questions import Subject
from percapita.industry.tables import read_table
from percapita.industry.users import Reported, expected_users, read_statement
from percapita.policy.industry_prior import IndustryPriors
from percapita.policy.vocabulary import SYSTEM_KINDS

NEEDED = ("ccn", "kind", "users")
COLUMNS = ("organization", "system", *NEEDED, "proxy")


def read_reported(path: Path) -> dict[str, tuple[str, list[Reported]]]:
    """Return name and reported figures by CCN. Raises InputError that names row and column of what is wrong."""
    found: dict[str, tuple[str, list[Reported]]] = {}
    for number, cells in read_table(path, COLUMNS, NEEDED):
        ccn = checked_ccn(cells["ccn"], f"{path.name}, row {number}, column 'ccn'")
        _, reported = found.setdefault(ccn, (cells["organization"] or ccn, []))
        reported.append(_reported(cells, f"{path.name}, row {number}"))
    if not found:
        raise InputError("the file reports nothing", str(path), f"write rows with {', '.join(COLUMNS)}")
    return found


def _reported(cells: dict[str, str], place: str) -> Reported:
    if cells["kind"] not in SYSTEM_KINDS:
        what = f"{cells['kind']!r} is not a kind of application"
        raise InputError(what, f"{place}, column 'kind'", nearest(cells["kind"], SYSTEM_KINDS))
    name = cells["system"] or cells["kind"]
    users = _users(cells["users"], "users", place)
    proxy = _users(cells["proxy"], "proxy", place) if cells["proxy"] else None
    return Reported(name, name, cells["kind"], users, "declared", 0.0, proxy)


def _users(cell: str, column: str, place: str) -> int:
    digits = cell.replace(",", "")
    if not (digits.isascii() and digits.isdigit()):
        raise InputError(f"{cell!r} is no number of users", f"{place}, column {column!r}", "write a whole number")
    return int(digits)


def subjects_reported(facts: Facts, path: Path, priors: IndustryPriors) -> tuple[list[Subject], list[str]]:
    """Return a subject for each organization of a file of reported figures, and those of which nothing is loaded.

    Raises InputError when nothing is loaded of any of them.
    """
    subjects, unknown = [], []
    for ccn, (name, reported) in read_reported(path).items():
        try:
            expected = expect(facts, ccn, priors)
        except NothingLoadedError:
            unknown.append(name if name == ccn else f"{name} ({ccn})")
            continue
        subjects.append(_subject(facts, name, (ccn,), reported, expected, priors))
    if not subjects:
        raise InputError("nothing is loaded about any of the organizations", str(path), "load files that name them")
    return subjects, unknown


def subject_of_statement(facts: Facts, path: Path, ccn: str, sites: Path | None, priors: IndustryPriors) -> Subject:
    """Return the subject of a statement; a CCN or a file of sites says whose it is. Raises InputError without."""
    name, reported = read_statement(path)
    if bool(ccn) == (sites is not None):
        raise InputError("a statement does not say which hospitals it is about", str(path), "give --ccn, or --org FILE")
    if sites is None:
        found: Expected | OrganizationExpected = expect(facts, ccn, priors)
        ccns: tuple[str, ...] = (found.ccn,) if isinstance(found, Expected) else ()
    else:
        found = expect_organization(facts, read_sites(sites), priors, sites.name)
        ccns = tuple(site.ccn for site in found.sites if site.ccn)
    return _subject(facts, name, ccns, reported, found, priors)


def _subject(
    facts: Facts,
    name: str,
    ccns: tuple[str, ...],
    reported: Sequence[Reported],
    expected: Expected | OrganizationExpected,
    priors: IndustryPriors,
) -> Subject:
    """Return a subject. Its own log corrects no range here: a number must not be compared with itself."""
    users = {one.kind: one for one in expected_users(expected.persons, priors)}
    return Subject(name, ccns, reported, expected, users, {ccn: facts.reports(ccn) for ccn in ccns}, facts)
