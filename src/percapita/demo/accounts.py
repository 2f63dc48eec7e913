"""The accounts of the demo organization: the enterprise directory, the EHR's own and the laboratory's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from percapita.demo.estate import own_directory
from percapita.demo.people import Person, plain

Directory = Literal["enterprise", "ehr", "lab"]
DIRECTORIES: tuple[Directory, ...] = ("enterprise", "ehr", "lab")
Event = tuple[int, int, str]  # seconds of local clock since the period began, index of the account, activity


@dataclass
class Account:
    """Hold an account as its directory lists it, and what the directory does not know: whose it is in truth.

    `alone`: it carries no key, so exact keys make it a person of its own. `second_employee_id`: it is listed twice.
    """

    directory: str
    login: str
    person: Person | None = None
    given: str = ""
    family: str = ""
    email: str = ""
    employee_id: str = ""
    npi: str = ""
    kind: str = "human"
    enabled: bool = True
    listed: bool = True
    alone: bool = False
    left_out: bool = False
    second_employee_id: str = ""

    @property
    def is_individual(self) -> bool:
        """Tell whether it stands for an individual person of the organization, by the rules of the demo's plan."""
        return self.listed and self.kind == "human" and not self.second_employee_id and not self.left_out

    @property
    def identity(self) -> str:
        """Return who it is by exact keys."""
        return f"account {self.directory} {self.login}" if self.alone or not self.person else f"{self.person.number}"


@dataclass
class World:
    """Hold everything that is made up, before anything is written."""

    rng: Random
    people: list[Person]
    accounts: list[Account] = field(default_factory=list)
    events: dict[str, list[Event]] = field(default_factory=dict)
    received: list[tuple[int, str, str, Person | None]] = field(default_factory=list)  # when, address, report, who
    of_person: dict[tuple[int, str], int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, account: Account) -> int:
        """Add an account and return its index."""
        self.accounts.append(account)
        return len(self.accounts) - 1

    def account_of(self, person: Person, system: str) -> int | None:
        """Return the account with which a person signs in to a system, if there is one."""
        return self.of_person.get((person.number, own_directory(system)))

    def own_account(self, person: Person, system: str) -> int:
        """Return the account that the person's job is known to come with."""
        return self.of_person[person.number, own_directory(system)]

    def login(self, stem: str) -> str:
        """Return a login that nobody has yet."""
        again, login = 1, stem
        while login in self.taken:
            again += 1
            login = f"{stem}{again}"
        self.taken.add(login)
        return login


def make_accounts(world: World) -> None:
    """Give people their accounts: nearly all one in the enterprise directory, others by their work."""
    for person in world.people:
        directories = {own_directory(work.system) for work in person.job.work} | {"enterprise"}
        for directory in DIRECTORIES:
            if directory in directories and _has_one(world.rng, person, directory):
                account = new_account(world, person, directory)
                world.of_person[person.number, directory] = world.add(account)


def new_account(world: World, person: Person, directory: str) -> Account:
    """Return a further account of a person, with the identifiers that the directory usually keeps."""
    stem = plain(person.given)[:1] + plain(person.family)[:7]
    if directory == "enterprise":
        login = world.login(stem)
    else:
        login = world.login(f"{'U' if directory == 'ehr' else 'LB'}{world.rng.randrange(10_000, 99_999)}")
    account = Account(directory, login, person, person.given, person.family, enabled=_enabled(world.rng, person))
    _KEYS[directory](world.rng, account, person)
    return account


def _has_one(rng: Random, person: Person, directory: str) -> bool:
    if directory != "enterprise" or person.disputed:
        return True
    if person.employer == "Independent practice":
        return rng.random() < 0.7
    return person.job.title != "Facilities" or rng.random() < 0.6


def _enabled(rng: Random, person: Person) -> bool:
    """Tell whether an account is enabled; those of leavers are disabled, except the forgotten ones."""
    left = all(spell.end is not None for spell in person.spells)
    return not left or rng.random() < 0.3


def _enterprise_keys(rng: Random, account: Account, person: Person) -> None:
    """Write the employee id bare and the name without accents; some entries lack the id and link by e-mail."""
    number = person.employee or person.contractor
    account.email = person.email
    if number and (person.disputed or rng.random() > 0.05):
        account.employee_id = str(number)


def _ehr_keys(rng: Random, account: Account, person: Person) -> None:
    """Write the employee id with a prefix that no other file has; providers have their NPI."""
    account.npi = person.npi
    if person.employee:
        account.employee_id = f"E{person.employee:07d}"
    elif person.contractor:
        account.employee_id = f"C{person.contractor}"
    chance = rng.random()
    if chance < 0.04 and not person.npi and not person.disputed:
        account.employee_id = ""
        account.email = person.email.replace("@", "+ehr@")
    elif chance < 0.15:
        account.email = person.email.upper()
    elif chance < 0.6:
        account.email = person.email


def _lab_keys(rng: Random, account: Account, person: Person) -> None:
    """Write the employee id with six digits, or the e-mail alone."""
    account.employee_id = f"{person.employee:06d}" if person.employee and rng.random() > 0.1 else ""
    if not account.employee_id or rng.random() < 0.7:
        account.email = person.email


_KEYS = {"enterprise": _enterprise_keys, "ehr": _ehr_keys, "lab": _lab_keys}
