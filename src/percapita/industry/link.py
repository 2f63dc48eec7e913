"""Link organizations to hospitals: exact identifiers first, then name, address and ZIP, one organization a hospital.

The score adds bits: words of a name and an address weigh by how rare they are among the hospitals (Fellegi and Sunter).
An answer is a match only if it leads over every rival on both sides; what is likely but does not is left to a human.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from percapita.errors import InputError
from percapita.industry.identifiers import IdentifierError, read_ccn, read_npi
from percapita.industry.link_words import Place, place
from percapita.industry.tables import read_table

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("id", "name", "address", "city", "state", "zip", "npi", "ccn", "phone")
NEEDED = ("id", "name")
KEPT = 8  # partners of an organization that can be rivals
MATCH, REVIEW, NONE = "match", "review", "none"


@dataclass(frozen=True)
class Weights:
    """Hold what agreement and difference say, in bits; chosen on one half of the known pairs, see the explanation."""

    name: float = 0.9
    name_missing: float = 0.22
    name_most: float = 14.0
    address: float = 0.8
    address_missing: float = 0.25
    address_most: float = 14.0
    other_number: float = -2.0
    zips: tuple[float, float, float, float] = (6.0, 2.5, 0.5, -3.0)  # five digits the same, four, three, fewer
    city: tuple[float, float] = (0.6, -2.0)  # for each bit of how rare the city is; another city
    phone: tuple[float, float] = (9.0, -1.0)
    specialty: float = -5.0  # psychiatric, children's, a clinic, a pharmacy: named by one side only
    elsewhere: float = 4.0  # times that, where the address does not agree either
    match_from: float = -6.0
    review_from: float = -12.0
    margin: float = 1.0


@dataclass(frozen=True)
class Organization:
    """Hold one row to link: what it says of itself; `fault` is why its identifiers cannot be read."""

    id: str
    told: Place
    npi: str = ""
    ccn: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Link:
    """Hold the answer for one organization: the hospital, or none; `score` in bits, empty for an exact identifier."""

    id: str
    ccn: str
    score: float | None
    decision: str
    reason: str


def read_organizations(path: Path) -> list[Organization]:
    """Return the organizations of a CSV file. Raises InputError for unknown or missing columns, or an id that is
    missing or there twice.
    """
    found: dict[str, Organization] = {}
    for number, cells in read_table(path, COLUMNS, NEEDED):
        if not cells["id"] or cells["id"] in found:
            what = "the id is missing" if not cells["id"] else "the id is there twice"
            raise InputError(what, f"{path.name}, row {number}, column 'id'", "give each row an id of its own")
        found[cells["id"]] = _organization(cells)
    return list(found.values())


def _organization(cells: dict[str, str]) -> Organization:
    faults = []
    read = {}
    for name, reader in (("ccn", read_ccn), ("npi", read_npi)):
        try:
            read[name] = reader(cells[name]).value if cells[name] else ""
        except IdentifierError as error:
            read[name] = ""
            faults.append(f"{name} not used: {error}")
    told = place(*(cells[name] for name in ("name", "address", "city", "state", "zip", "phone")))
    return Organization(cells["id"], told, read["npi"], read["ccn"], "; ".join(faults))


def link_organizations(
    connection: duckdb.DuckDBPyConnection, organizations: Sequence[Organization], weights: Weights | None = None
) -> list[Link]:
    """Return the answer for each organization, in order. Raises InputError when no hospital is loaded."""
    hospitals = Hospitals(known_places(connection))
    if not hospitals.ccns:
        raise InputError("no hospitals are loaded", "industry data", "load Hospital General Information, for one")
    return hospitals.link(organizations, weights or Weights())


def known_places(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, Place]]:
    """Return CCN, NPI and place for each way in which files tell of a hospital: names change, so old ones help."""
    rows = connection.execute(
        "SELECT DISTINCT id, npi, name, address, city, state, zip, phone FROM places "
        "WHERE scheme = 'ccn' AND length(id) = 6 ORDER BY ALL"
    ).fetchall()
    return [(ccn, npi, place(*cells)) for ccn, npi, *cells in rows]


class Hospitals:
    """Hold the hospitals to link to, indexed by what brings two places together."""

    def __init__(self, places: Iterable[tuple[str, str, Place]]) -> None:
        """Index the places; several may be of one CCN."""
        listed = list(places)
        self.ccns = [ccn for ccn, _, _ in listed]
        self._known = set(self.ccns)
        self._places = [one for _, _, one in listed]
        self._by_npi: defaultdict[str, set[str]] = defaultdict(set)
        for ccn, npi, _ in listed:
            if npi:
                self._by_npi[npi].add(ccn)
        self._name_bits = _bits(one.name for one in self._places)
        self._address_bits = _bits(one.address for one in self._places)
        self._city_bits = _bits(frozenset({one.state + one.city}) for one in self._places)
        self._blocks: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, one in enumerate(self._places):
            for key in self._keys(one):
                self._blocks[key].append(number)

    def _keys(self, one: Place) -> Iterator[tuple[str, ...]]:
        """Yield what two places must share one of to be compared."""
        if one.zip:
            yield ("zip", one.state, one.zip[:3])
        yield ("city", one.state, one.city)
        if one.number:
            yield ("number", one.state, one.number)
        if len(one.phone) == 10:
            yield ("phone", one.phone)
        for word in one.name:
            if self._name_bits.get(word, 0) > 6:
                yield ("word", one.state, word)

    def link(self, organizations: Sequence[Organization], weights: Weights) -> list[Link]:
        """Return the answer for each organization."""
        exact = {one.id: link for one in organizations if (link := self._exact(one)) is not None}
        taken = {link.ccn for link in exact.values()}
        rest = [one for one in organizations if one.id not in exact]
        scores = {one.id: self._partners(one, weights) for one in rest}
        pairs = _Pairs(scores, taken, weights.margin)
        return [exact.get(one.id) or _decide(one, pairs, weights) for one in organizations]

    def _exact(self, one: Organization) -> Link | None:
        if one.ccn and one.ccn in self._known:
            return Link(one.id, one.ccn, None, MATCH, "the CCN is the same")
        by_npi = self._by_npi.get(one.npi, set()) if one.npi else set()
        if len(by_npi) == 1:
            return Link(one.id, next(iter(by_npi)), None, MATCH, "the NPI is the same")
        return None

    def _partners(self, one: Organization, weights: Weights) -> list[tuple[float, str, str]]:
        """Return the best hospitals for an organization as (score, CCN, reason), the best first."""
        best: dict[str, tuple[float, str]] = {}
        numbers = {number for key in self._keys(one.told) for number in self._blocks.get(key, ())}
        for number in sorted(numbers):
            score, reason = self._score(one.told, self._places[number], weights)
            ccn = self.ccns[number]
            if ccn not in best or score > best[ccn][0]:
                best[ccn] = (score, reason)
        ranked = sorted(((score, ccn, reason) for ccn, (score, reason) in best.items()), key=lambda t: (-t[0], t[1]))
        return ranked[:KEPT]

    def _score(self, one: Place, other: Place, w: Weights) -> tuple[float, str]:
        name = _words_score(one.name, other.name, self._name_bits, w.name, w.name_missing)
        address = 0.0
        if one.address and other.address and (one.number or not one.box) and (other.number or not other.box):
            address = _words_score(one.address, other.address, self._address_bits, w.address, w.address_missing)
            address = min(address, w.address_most)
            if one.number and other.number and one.number != other.number:
                address += w.other_number
        zip_code = w.zips[_zip_level(one.zip, other.zip)] if one.zip and other.zip else 0.0
        city = self._city(one, other, w) if one.city and other.city else 0.0
        phone = w.phone[one.phone != other.phone] if one.phone and other.phone else 0.0
        specialty = w.specialty * (1 if address >= 2 else w.elsewhere) if one.specialties != other.specialties else 0.0
        parts = {"name": min(name, w.name_most), "address": address, "ZIP": zip_code, "city": city, "phone": phone}
        agree = [word for word, bits in parts.items() if bits >= 2]
        differ = [word for word, bits in parts.items() if bits <= -2] + (
            ["specialty"] if one.specialties != other.specialties else []
        )
        reason = f"{' and '.join(agree) or 'nothing'} agree" + (f"; {' and '.join(differ)} differ" if differ else "")
        return sum(parts.values()) + specialty, reason

    def _city(self, one: Place, other: Place, w: Weights) -> float:
        """Return the bits of the cities: a town with one hospital says more than one with thirty."""
        same, different = w.city
        if one.city.replace(" ", "") != other.city.replace(" ", ""):
            return different
        return same * self._city_bits.get(other.state + other.city, 0.0)


def _bits(sets: Iterable[frozenset[str]]) -> dict[str, float]:
    """Return how many bits each word is worth: the rarer the more."""
    listed = list(sets)
    counts = Counter(word for words in listed for word in words)
    return {word: math.log2(max(len(listed), 2) / count) for word, count in counts.items()}


def _words_score(
    one: frozenset[str], other: frozenset[str], bits: dict[str, float], weight: float, missing: float
) -> float:
    """Return the bits of the words both have, less a part of those that only the shorter side has."""
    rarest = max(bits.values(), default=1.0)
    shared = sum(bits.get(word, rarest) for word in one & other)
    left, right = (sum(bits.get(word, rarest) for word in side) for side in (one - other, other - one))
    return weight * shared - missing * min(left, right) - 0.05 * max(left, right)


def _zip_level(one: str, other: str) -> int:
    return 0 if one == other else 1 if one[:4] == other[:4] else 2 if one[:3] == other[:3] else 3


def _one_to_one(scores: dict[str, list[tuple[float, str, str]]], taken: set[str]) -> dict[str, str]:
    """Return the hospital of each organization, the best pairs first, no hospital twice."""
    pairs = [(-score, id, ccn) for id, partners in scores.items() for score, ccn, _ in partners]
    chosen: dict[str, str] = {}
    used = set(taken)
    for _, id, ccn in sorted(pairs):
        if id not in chosen and ccn not in used:
            chosen[id] = ccn
            used.add(ccn)
    return chosen


class _Pairs:
    """Hold all pairs that were scored, and which of them were chosen.

    A rival that has a partner of its own with a clearly better score is none: one to one leaves it there.
    """

    def __init__(self, partners: dict[str, list[tuple[float, str, str]]], taken: set[str], margin: float) -> None:
        """Choose among the pairs."""
        self.partners, self.chosen, self._taken, self._margin = partners, _one_to_one(partners, taken), taken, margin
        self._holder = {ccn: id for id, ccn in self.chosen.items()}
        self._wanting: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        self._own: dict[str, float] = {}  # the score of each organization with its own hospital
        for id, found in partners.items():
            for score, ccn, _ in found:
                self._wanting[ccn].append((score, id))
                if self.chosen.get(id) == ccn:
                    self._own[id] = score

    def lead(self, id: str, ccn: str, score: float) -> float:
        """Return how far a hospital leads over the other hospitals of an organization."""
        rivals = [
            other
            for other, partner, _ in self.partners[id]
            if partner not in (ccn, *self._taken) and not self._settled(self._holder.get(partner), other)
        ]
        return score - max(rivals, default=-math.inf)

    def lead_over_others(self, id: str, ccn: str, score: float) -> float:
        """Return how far an organization leads over the other organizations that are near to its hospital."""
        rivals = [other for other, rival in self._wanting[ccn] if rival != id and not self._settled(rival, other)]
        return score - max(rivals, default=-math.inf)

    def _settled(self, rival: str | None, score: float) -> bool:
        """Tell whether an organization has a hospital that is clearly nearer than a score."""
        return rival is not None and self._own.get(rival, -math.inf) >= score + self._margin


def _decide(one: Organization, pairs: _Pairs, weights: Weights) -> Link:
    note = f"; {one.fault}" if one.fault else ""
    ccn = pairs.chosen.get(one.id)
    if ccn is None:
        return Link(one.id, "", None, NONE, f"no hospital is near{note}")
    score, _, reason = next(partner for partner in pairs.partners[one.id] if partner[1] == ccn)
    lead, lead_over_others = pairs.lead(one.id, ccn, score), pairs.lead_over_others(one.id, ccn, score)
    if score < weights.review_from:
        return Link(one.id, "", round(score, 1), NONE, f"the nearest hospital is not alike: {reason}{note}")
    if score >= weights.match_from and min(lead, lead_over_others) >= weights.margin:
        return Link(one.id, ccn, round(score, 1), MATCH, reason + note)
    why = "another hospital is as near" if lead < weights.margin else "another organization is as near to the hospital"
    if score < weights.match_from:
        why = "too little agrees"
    return Link(one.id, ccn, round(score, 1), REVIEW, f"{why}; {reason}{note}")


def write_links(path: Path, links: Sequence[Link]) -> None:
    """Write the answers as CSV, whole or not at all. Raises InputError when the file cannot be written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "ccn", "score", "decision", "reason"))
    writer.writerows(
        (one.id, one.ccn, "" if one.score is None else one.score, one.decision, one.reason) for one in links
    )
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the links cannot be written ({error.strerror})", str(path), "choose another file") from None
