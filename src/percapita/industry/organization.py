"""Several sites of one organization: their persons are added under a stated assumption about those whom sites share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.industry.expect import Expected, Input, Interval, NothingLoadedError, expect
from percapita.industry.facts import Facts
from percapita.industry.identifiers import IdentifierError, read_npi
from percapita.industry.tables import read_table
from percapita.policy.industry_prior import IndustryPriors, Prior
from percapita.wording import many

COLUMNS = ("name", "ccn", "npi", "pac", "clinicians", "persons")
KEYS = ("ccn", "npi", "pac")


@dataclass(frozen=True)
class Site:
    """Hold one row of the file of sites; what is not filled in is empty."""

    row: int
    name: str
    ccn: str
    npi: str
    pac: str
    clinicians: str
    persons: str


@dataclass(frozen=True)
class OrganizationExpected:
    """Hold the sites with a range, those without any, the shared people assumed, and the persons of all of them."""

    persons: Interval
    sites: tuple[Expected, ...]
    unknown: tuple[str, ...]
    shared: Prior
    usable_for: str

    def as_json(self) -> dict[str, Any]:
        """Return the expectation as JSON values."""
        return {
            "low": round(self.persons.low),
            "expected": round(self.persons.expected),
            "high": round(self.persons.high),
            "method": self.method,
            "shared": vars(self.shared),
            "sites": [site.as_json() for site in self.sites],
            "unknown_sites": list(self.unknown),
            "usable_for": self.usable_for,
        }

    @property
    def method(self) -> str:
        """Return in one sentence how the sites were added up."""
        shared = self.shared
        unknown = f"; nothing is known of {len(self.unknown)} more, so it is a lower end" if self.unknown else ""
        return (
            f"the persons of {many(len(self.sites), 'site')}, less {shared.expected:.0%} "
            f"({shared.low:.0%} to {shared.high:.0%}, declared, not found) whom two sites share{unknown}"
        )


def read_sites(path: Path) -> list[Site]:
    """Return the rows of a file of sites. Raises InputError for a file without known columns or a row without a key."""
    sites = [Site(number, **cells) for number, cells in read_table(path, COLUMNS)]
    for site in sites:
        if not any((site.ccn, site.npi, site.pac, site.clinicians, site.persons)):
            raise InputError(
                "a site has nothing to go by", f"{path.name}, row {site.row}", "give its ccn, npi or clinicians"
            )
    if not sites:
        raise InputError("the file names no site", str(path), f"write rows with the columns {', '.join(COLUMNS)}")
    _refuse_twice(sites, path)
    return sites


def _refuse_twice(sites: Sequence[Site], path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for site in sites:
        for key in KEYS:
            value = getattr(site, key)
            if value and seen.setdefault((key, value.lstrip("0")), site.row) != site.row:
                first = seen[key, value.lstrip("0")]
                raise InputError(
                    f"the site of row {first} stands there again", f"{path.name}, row {site.row}", "keep one"
                )


def expect_organization(
    facts: Facts, sites: Sequence[Site], priors: IndustryPriors, where: str
) -> OrganizationExpected:
    """Return the persons of an organization. Raises InputError when nothing is known of any site."""
    found: list[Expected] = []
    unknown: list[str] = []
    for site in sites:
        one = _site(facts, site, priors, where)
        if one is None or one.ccn in {other.ccn for other in found if other.ccn}:
            unknown += [] if one is not None else [site.name or site.ccn or site.npi or site.pac]
        else:
            found.append(one)
    shared = priors.assumptions.get("shared")
    if not found:
        raise InputError("nothing is loaded about any of the sites", where, "load files that name them")
    if shared is None:
        raise InputError("no share of shared people is declared", f"table {priors.id}", 'add the assumption "shared"')
    persons = add_up([one.persons for one in found], shared if len(found) > 1 else Prior(0.0, 0.0, 0.0, shared.source))
    weak = unknown or any(
        one.usable_for == "context" and one.persons.expected > 0.2 * persons.expected for one in found
    )
    return OrganizationExpected(
        persons, tuple(found), tuple(unknown), shared, "context" if weak else persons.usable_for
    )


def add_up(parts: Sequence[Interval], shared: Prior) -> Interval:
    """Return the interval of a sum less those shared between the parts.

    How far sites are off may have one cause, so half of each deviation is taken as common to all: the ends lie between
    the sum of the ends and the root of the sum of squares.
    """
    total = sum(part.expected for part in parts)
    down = [part.expected - part.low for part in parts]
    up = [part.high - part.expected for part in parts]
    low, high = ((sum(side) + math.sqrt(sum(one * one for one in side))) / 2 for side in (down, up))
    expected = total * (1 - shared.expected)
    return Interval(
        max(expected - math.hypot(low, total * (shared.high - shared.expected)), 0.0),
        expected,
        expected + math.hypot(high, total * (shared.expected - shared.low)),
    )


def _site(facts: Facts, site: Site, priors: IndustryPriors, where: str) -> Expected | None:
    place = f"{where}, row {site.row}"
    if site.persons:
        persons = _count(site.persons, "persons", place)
        inputs = (Input("persons", persons, 0, where),)
        return Expected(site.ccn, Interval(persons, persons, persons), "stated", "stated by the organization", inputs)
    if site.ccn:
        return _known(facts, site.ccn, priors, place)
    if site.clinicians:
        return _clinic(_count(site.clinicians, "clinicians", place), "stated by the organization", where, 0, priors)
    if site.npi:
        try:
            npi = read_npi(site.npi).value
        except IdentifierError as error:
            raise InputError(str(error), f"{place}, column 'npi'", "correct it") from None
        for ccn in facts.ccns_of_npi(npi):
            return _known(facts, ccn, priors, place)
    return _group(facts, site, priors)


def _known(facts: Facts, ccn: str, priors: IndustryPriors, place: str) -> Expected | None:
    try:
        return expect(facts, ccn, priors)
    except NothingLoadedError:
        return None
    except InputError as error:
        raise InputError(error.what, f"{place}, column 'ccn'", error.cure) from None


def _group(facts: Facts, site: Site, priors: IndustryPriors) -> Expected | None:
    found = facts.clinicians(site.pac) if site.pac else None
    return None if found is None else _clinic(found.value, "clinicians who reassigned", found.file, found.year, priors)


def _clinic(clinicians: float, said: str, file: str, year: int, priors: IndustryPriors) -> Expected | None:
    assumed = priors.assumptions.get("clinician")
    if assumed is None:
        return None
    persons = Interval(clinicians * assumed.low, clinicians * assumed.expected, clinicians * assumed.high)
    method = f"clinicians ({said}) x {assumed.expected:g} ({assumed.low:g} to {assumed.high:g}, declared, not found)"
    inputs = (Input("clinicians", clinicians, year, file),)
    return Expected("", persons, "clinicians", method, inputs, usable_for=persons.usable_for)


def _count(text: str, column: str, place: str) -> float:
    if not (text.isascii() and text.replace(",", "").isdigit()) or int(text.replace(",", "")) == 0:
        raise InputError(
            f"{text!r} is no number of {column}", f"{place}, column {column!r}", "write a whole number above 0"
        )
    return float(text.replace(",", ""))
