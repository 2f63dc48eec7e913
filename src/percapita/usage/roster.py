"""Who uses a system by what accounts and workforce rows say, where no log tells: by role, job, department and the like.

Each role of an account, together with each workforce row of its person that is in force in the period, is looked at
as a row of a log is: the first rule that fits decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from percapita.people.attributes import Days, in_force
from percapita.people.identities import Employment
from percapita.people.profiles import Organization
from percapita.people.resolve import Persons
from percapita.policy.vocabulary import Basis, MappedUse
from percapita.usage.rules import UNDETERMINED, matches
from percapita.usage.standing import Standing

Globs = tuple[str, ...]


@dataclass(frozen=True)
class RosterRule:
    """Map accounts or workforce rows of a system to a use type. Globs fit whatever the case; all that are given must.

    `signed_in` asks for a last sign-in not before the period.
    """

    system: str
    use_type: MappedUse
    role: Globs | None = None
    job: Globs | None = None
    department: Globs | None = None
    worker_type: Globs | None = None
    entity: Globs | None = None
    signed_in: bool = False
    label: str = ""

    @property
    def basis(self) -> Basis:
        """Return what a figure by this rule rests on."""
        if self.signed_in:
            return "sign_in"
        given = (self.role, self.job, self.department, self.worker_type, self.entity)
        return "role" if any(globs is not None and "*" not in globs for globs in given) else "account_list"

    @property
    def needs_account(self) -> bool:
        """Tell whether only an account can fit."""
        return self.role is not None or self.signed_in

    def fits(self, role: str, row: Employment | None, entity: str) -> bool:
        """Tell whether a role of an account and a workforce row of its person fit; `entity` is the row's by id."""
        said = (
            (self.role, (role,)),
            (self.job, (row.job if row else None,)),
            (self.department, (row.department if row else None,)),
            (self.worker_type, (row.worker_type if row else None,)),
            (self.entity, (entity, row.entity if row else None)),
        )
        return all(globs is None or any(_fits(globs, text or "") for text in texts) for globs, texts in said)


@lru_cache(maxsize=65536)
def _fits(globs: Globs, text: str) -> bool:
    return any(matches(glob.casefold(), text.casefold()) for glob in globs)


@dataclass(frozen=True, slots=True)
class Listed:
    """Say that an account or a workforce row (`node`) uses a system by a rule; UNDETERMINED where none fits."""

    system: str
    node: int
    rule: int


@dataclass(frozen=True)
class Roster:
    """Hold who is listed, and for each system what that rests on and how many people have an enabled account.

    A system whose accounts no source lists has no entry in `with_access`.
    """

    rules: tuple[RosterRule, ...] = ()
    listed: Sequence[Listed] = ()
    bases: Mapping[str, frozenset[Basis]] = field(default_factory=dict)
    with_access: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Estate:
    """Know the accounts and people that a roster is made from; `directories` are with the systems they are of."""

    persons: Persons
    standing_of_node: Sequence[Standing]
    by_directory: Mapping[str, Mapping[str, int]]
    directories: Mapping[str, set[str]]
    organization: Organization
    days: Days

    def accounts(self, system: str) -> list[int]:
        """Return the enabled accounts of the directories that name a system, or are of all systems for "*"."""
        enabled = self.persons.identities.enabled
        names = [name for name, systems in self.directories.items() if system in systems]
        return [node for name in names for node in self.by_directory.get(name, {}).values() if enabled[node]]

    def names(self, system: str) -> bool:
        """Tell whether some directory is of this very system."""
        return any(system in systems for systems in self.directories.values())


def make_roster(systems: Sequence[str], rules: tuple[RosterRule, ...], estate: Estate) -> Roster:
    """Return who uses which of these systems by these rules."""
    work = _Work(rules, estate)
    listed: list[Listed] = []
    bases: dict[str, frozenset[Basis]] = {}
    access: dict[str, int] = {}
    for system in systems:
        if estate.names(system):
            access[system] = _people(estate, estate.accounts(system))
        mine = [place for place, rule in enumerate(rules) if matches(rule.system, system)]
        if mine:
            found, rests_on = work.of_system(system, mine)
            listed += found
            bases[system] = rests_on
    return Roster(rules, listed, bases, access)


def _people(estate: Estate, nodes: Sequence[int]) -> int:
    standing, person = estate.standing_of_node, estate.persons.of_node
    return len({person[node] for node in nodes if standing[node].status == "person"})


class _Work:
    """Remember what is looked up once for all systems."""

    def __init__(self, rules: tuple[RosterRule, ...], estate: Estate) -> None:
        self._rules = rules
        self._estate = estate
        self._rows: dict[int, list[Employment | None]] = {}
        self._known: dict[tuple[tuple[int, ...], str, Employment | None], int] = {}

    def of_system(self, system: str, mine: Sequence[int]) -> tuple[list[Listed], frozenset[Basis]]:
        """Return who is listed for one system, and what that rests on."""
        estate = self._estate
        if estate.names(system):
            nodes = estate.accounts(system)
            return [*self._listed(system, nodes, tuple(mine), True)], self._bases(mine, bool(nodes))
        by_account = tuple(place for place in mine if self._rules[place].needs_account)
        by_row = tuple(place for place in mine if not self._rules[place].needs_account)
        nodes, rows = estate.accounts("*") if by_account else [], self._workers() if by_row else []
        found = [*self._listed(system, nodes, by_account, False), *self._listed(system, rows, by_row, False)]
        return found, self._bases(by_account, bool(nodes)) | self._bases(by_row, bool(rows))

    def _bases(self, mine: Sequence[int], any_one: bool) -> frozenset[Basis]:
        return frozenset(self._rules[place].basis for place in mine) if any_one else frozenset()

    def _workers(self) -> list[int]:
        """Return one workforce row for each person who has one in force in the period."""
        employment = self._estate.persons.identities.employment
        rows = ([node for node in nodes if employment[node] is not None] for nodes in self._estate.persons.nodes)
        return [found[0] for found in rows if found and self._rows_of(found[0]) != [None]]

    def _rows_of(self, node: int) -> list[Employment | None]:
        """Return the workforce rows of a node's person in force in the period, [None] if there are none."""
        person = self._estate.persons.of_node[node]
        if person not in self._rows:
            employment = self._estate.persons.identities.employment
            held = (employment[one] for one in self._estate.persons.nodes[person])
            self._rows[person] = [row for row in held if row is not None and in_force(row, self._estate.days)] or [None]
        return self._rows[person]

    def _listed(self, system: str, nodes: Sequence[int], mine: tuple[int, ...], own: bool) -> Iterator[Listed]:
        """Yield the uses of each node; an account of the system's own for which no rule fits is undetermined."""
        if not mine:
            return
        for node in nodes:
            rules = self._rules_of(node, mine)
            for rule in sorted(rules - {UNDETERMINED}):
                yield Listed(system, node, rule)
            if own and rules == {UNDETERMINED}:
                yield Listed(system, node, UNDETERMINED)

    def _rules_of(self, node: int, mine: tuple[int, ...]) -> set[int]:
        """Return the rules that decide a node; of one that only lacks a sign-in nothing is undetermined: it is idle."""
        last = self._estate.persons.identities.last_login[node]
        able = mine
        if not (last is not None and last >= self._estate.days[0]):
            able = tuple(place for place in mine if not self._rules[place].signed_in)
        roles = self._estate.persons.identities.roles[node] or ("",)
        ways = [(role, row) for role in roles for row in self._rows_of(node)]
        found = {way: self._first(able, *way) for way in ways}
        return {rule for way, rule in found.items() if rule != UNDETERMINED or self._first(mine, *way) == UNDETERMINED}

    def _first(self, mine: tuple[int, ...], role: str, row: Employment | None) -> int:
        key = (mine, role, row)
        if key not in self._known:
            entity = self._estate.organization.entity(row.entity if row else None)
            fitting = (place for place in mine if self._rules[place].fits(role, row, entity))
            self._known[key] = next(fitting, UNDETERMINED)
        return self._known[key]
