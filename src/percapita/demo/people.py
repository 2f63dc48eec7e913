"""The people of the demo organization: invented names, jobs, dated employment, identifiers of unassigned ranges."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from percapita.demo.estate import DOMAIN, ENTITIES, JOBS, Job

NEW_YEAR = date(2026, 1, 1)
YEAR_DAYS = 365
FEWEST_OF_A_JOB = 14  # so that there is someone for every trouble, however small the organization

_GIVEN = ("Bra", "Cal", "Dor", "Él", "Fen", "Gwi", "Hal", "Is", "Jor", "Kel", "Lum", "Mar", "Nöl", "Ora", "Pel", "Sér")
_GIVEN_END = ("lin", "vena", "dric", "mira", "to", "sela", "wyn", "ric", "na", "bel", "dan", "ith")
_FAMILY = (
    "Tov", "Quen", "Var", "Hald", "Bren", "Cors", "Dül", "Esk", "Farn", "Gol", "Ibar", "Jast", "Korv", "Lend", "Mor",
    "Nuñ", "O’Pal", "Rask", "Stel", "Und", "Wex", "Yor",
)  # fmt: skip
_FAMILY_END = ("ek", "by", "sen", "aldi", "ström", "ford", "mont", "ika", "well", "ez", "arin", "holt")
_AGENCIES = ("Meadow Staffing", "Northlight Coding", "Ferry Medical Agency")


@dataclass(frozen=True)
class Spell:
    """Hold one dated employment; `end` is inclusive, None is open."""

    entity: str
    start: date
    end: date | None = None


@dataclass
class Person:
    """Hold one person as exact keys can tell people apart.

    `human` says who it is in truth: two persons of one human are someone whom exact keys see twice.
    """

    number: int
    human: int
    given: str
    family: str
    born: date
    job: Job
    email: str
    spells: list[Spell]
    employee: int | None = None
    contractor: int | None = None
    npi: str = ""
    practice_email: str = ""
    employer: str = "Riverbend Health"
    country: str = "US"
    night: bool = False
    disputed: bool = False  # an e-mail ties this person to another: every record carries the employee id
    days: list[int] = field(default_factory=list)

    @property
    def steady(self) -> bool:
        """Tell whether the person works here the whole year under one name and number."""
        return len(self.spells) == 1 and len(self.days) == YEAR_DAYS and not self.disputed


def make_people(rng: Random, size: int) -> list[Person]:
    """Return the people, job by job, then those whose records an e-mail ties to another's."""
    names = Names(rng)
    numbers = rng.sample(range(1001, 60_000), size * 2 + 600)
    people: list[Person] = []
    for job in JOBS:
        for _ in range(max(FEWEST_OF_A_JOB, round(job.share * size))):
            people.append(_person(rng, names, job, len(people), numbers))
    people += _disputed(people, numbers)
    for person in people:
        person.days = days_of(person.spells)
    return people


def plain(text: str) -> str:
    """Return the letters a to z of a name: accents and punctuation taken off."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isascii() and sign.isalnum()).lower()


def npi_of(number: int) -> str:
    """Return a synthetic NPI with a valid check digit; NPIs that begin with 2 were never assigned.

    Source: CMS, NPI check digit: Luhn over 80840 and the NPI.
    """
    body = f"2{number:08d}"
    total = 0
    for place, sign in enumerate(reversed("80840" + body)):
        value = int(sign) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def days_of(spells: list[Spell]) -> list[int]:
    """Return the days of 2026, counted from 0, on which some employment is in force."""
    days: set[int] = set()
    for spell in spells:
        first = max(0, (spell.start - NEW_YEAR).days)
        last = YEAR_DAYS - 1 if spell.end is None else min(YEAR_DAYS - 1, (spell.end - NEW_YEAR).days)
        days.update(range(first, last + 1))
    return sorted(days)


class Names:
    """Draw names, and e-mail addresses that are unique."""

    def __init__(self, rng: Random, domain: str = DOMAIN) -> None:
        """Draw from `rng`; the addresses are of `domain`."""
        self._rng, self._domain = rng, domain
        self._taken: dict[str, int] = {}

    def draw(self) -> tuple[str, str, str]:
        """Return a given name, a family name and an e-mail address."""
        given = self._rng.choice(_GIVEN) + self._rng.choice(_GIVEN_END)
        family = self._rng.choice(_FAMILY) + self._rng.choice(_FAMILY_END)
        local = f"{plain(given)}.{plain(family)}"
        again = self._taken[local] = self._taken.get(local, 0) + 1
        return given, family, f"{local}{again if again > 1 else ''}@{self._domain}"


def _person(rng: Random, names: Names, job: Job, number: int, numbers: list[int]) -> Person:
    given, family, email = names.draw()
    person = Person(
        number=number,
        human=number,
        given=given,
        family=family,
        born=date(1958, 1, 1) + timedelta(days=rng.randrange(45 * 365)),
        job=job,
        email=email,
        spells=_spells(rng),
        night=rng.random() < job.nights,
    )
    if job.staff == "contractor":
        _engage(rng, person)
    if job.staff == "provider":
        person.npi = npi_of(number * 41 + rng.randrange(41))
        person.practice_email = email.replace("@", "@practice.")
    if job.staff == "employee" or (job.staff == "provider" and rng.random() < 0.6):
        person.employee = numbers.pop()
    elif job.staff == "provider":
        person.employer, person.practice_email = "Independent practice", person.email
    return person


def _engage(rng: Random, person: Person) -> None:
    """Make a person a contractor; agency coders may work abroad."""
    person.contractor = 80_000 + person.number
    person.employer = rng.choice(_AGENCIES)
    if person.job.title == "Agency coder":
        person.country = rng.choice(("US", "US", "PH", "IN"))


def _spells(rng: Random) -> list[Spell]:
    """Return when and where someone is employed: most for years, some joining, leaving, re-hired, in two entities."""
    home, other = rng.sample([entity.id for entity in ENTITIES], 2)
    start = date(2009, 1, 1) + timedelta(days=rng.randrange(16 * 365))
    chance = rng.random()
    if chance < 0.05:
        return [Spell(home, start, NEW_YEAR + timedelta(days=rng.randrange(20, 345)))]
    if chance < 0.065:
        return [Spell(home, start, NEW_YEAR - timedelta(days=rng.randrange(20, 200)))]
    if chance < 0.08:
        left = NEW_YEAR + timedelta(days=rng.randrange(-150, 60))
        return [Spell(home, start, left), Spell(home, left + timedelta(days=rng.randrange(70, 150)))]
    if chance < 0.14:
        return [Spell(home, NEW_YEAR + timedelta(days=rng.randrange(10, 330)))]
    if chance < 0.16:
        return [Spell(home, start), Spell(other, NEW_YEAR - timedelta(days=rng.randrange(30, 700)))]
    return [Spell(home, start)]


def _disputed(people: list[Person], numbers: list[int]) -> list[Person]:
    """Return three doubles of procedure nurses: two re-hired under a new number, one namesake with the same e-mail.

    An e-mail ties two employee ids of one name. Exact keys keep them apart, rightly only for the namesake.
    """
    doubles = []
    nurses = [one for one in people if one.job.title == "Procedure nurse"]
    for place, nurse in enumerate(nurses[:3]):
        nurse.disputed = True
        home = nurse.spells[0].entity
        nurse.spells = [Spell(home, date(2017, 5, 1), None if place == 2 else date(2026, 3, 31))]
        later = [Spell(home, date(2026, 5, 4))]
        double = replace(nurse, number=len(people) + place, employee=numbers.pop(), spells=later)
        if place == 2:
            double.human, double.born = double.number, nurse.born + timedelta(days=9_000)
        doubles.append(double)
    return doubles
