"""The oracle: count in plain Python, row by row, in the words of the definition. Slow, obvious, and always right.

The default engine must give the same statement; where the two differ, this one is read first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from percapita import __version__
from percapita.counting.determinations import Determination, write_determinations
from percapita.counting.digest import kept_facts, read_stamp
from percapita.counting.facts import Fact, merge
from percapita.counting.load import scope_of
from percapita.counting.task import Counted, EventFile, Move, Tally, Task
from percapita.policy.vocabulary import USE_TYPES
from percapita.sources.calendar import microseconds, month_start
from percapita.sources.inventory import unchanged
from percapita.sources.read import ReadTotals, read_events
from percapita.sources.spec import constant_system, evidence_of, tells_days
from percapita.usage.accounts import Account
from percapita.usage.rules import UNDETERMINED, first_rule, is_undetermined

DaysOf = Callable[[str], "set[date] | None"]  # of a system


@dataclass
class _PersonUse:
    """Gather what one person did in one system: the facts of counted use by accounts that stand for the person."""

    uses: set[str] = field(default_factory=set)
    months: set[date] = field(default_factory=set)
    events: int = 0
    listed: bool = False
    first: datetime | None = None
    last: datetime | None = None


@dataclass
class _SystemFacts:
    """Hold the facts of one system with the account of each; those of the roster are `listed` and have no events."""

    inside: list[tuple[Fact, Account]] = field(default_factory=list)
    listed: list[tuple[Fact, Account]] = field(default_factory=list)
    outside: int = 0
    days: set[date] | None = None
    dated: bool = False
    source_types: set[str] = field(default_factory=set)

    @property
    def all(self) -> list[tuple[Fact, Account]]:
        """Return the facts of the period and those of the roster."""
        return self.inside + self.listed


class ReferenceEngine:
    """Count in plain Python."""

    name = "reference"
    version = __version__

    def count(self, task: Task) -> Counted:
        """Read every row, apply the rules one by one, gather sets of people."""
        systems: defaultdict[str, _SystemFacts] = defaultdict(_SystemFacts)
        totals = []
        for number, event_file in enumerate(task.files):
            task.progress("reading", number, len(task.files))
            facts, total, days = self._read(task, event_file)
            totals.append(total)
            self._file_into(task, event_file, facts, systems)
            _note_days(task, event_file, facts, days, systems)
        _list(task, systems)
        tallies = {system: _tally(task, system, systems[system]) for system in task.loaded.systems}
        determinations = sorted(_determinations(task, systems))
        counted = {found.person for found in determinations if found.counted}
        return Counted(
            tallies=tallies,
            persons=len(counted),
            idle_accounts=_idle(task, task.directories, _seen(task, systems.values())),
            unlisted=_unlisted(task, systems),
            profiles=dict(Counter(task.profiles.of_person[person] for person in counted)),
            groups=_groups(task, determinations),
            totals=totals,
            write_persons=lambda path: write_determinations(path, determinations, task.pseudonyms or ()),
        )

    def _read(self, task: Task, event_file: EventFile) -> tuple[list[Fact], ReadTotals, DaysOf]:
        if event_file.kept is not None:
            stamp = read_stamp(event_file.kept)
            return *kept_facts(event_file.kept, task.loaded.rules), stamp.days_of if stamp else lambda system: None
        zone = task.loaded.calendar.zone
        days: defaultdict[str, set[date]] = defaultdict(set)
        totals = ReadTotals()
        facts: dict[tuple[str, str, int, date | None], Fact] = {}
        for batch in read_events(event_file.file, task.loaded.calendar, totals):
            for row in batch.to_pylist():
                if row["bucket"] is not None and task.loaded.calendar.holds(row["bucket"]) and row["first_seen"]:
                    days[row["system"]].add(row["first_seen"].astimezone(zone).date())
                rule = first_rule(task.loaded.rules, row["system"], row["activity"], row["object"])
                merge(
                    facts,
                    Fact(
                        row["system"],
                        row["account"],
                        rule,
                        row["bucket"],
                        row["events"],
                        row["first_seen"],
                        row["last_seen"],
                    ),
                )
        unchanged(event_file.file)
        return list(facts.values()), totals, days.__getitem__

    def _file_into(
        self, task: Task, event_file: EventFile, facts: list[Fact], systems: dict[str, _SystemFacts]
    ) -> None:
        """Give each fact to its system, with the account that its text means there."""
        source = event_file.file.source
        constant = constant_system(source)  # type: ignore[arg-type]
        for system in {fact.system for fact in facts} | ({constant} if constant else set()):
            systems[system].source_types.add(evidence_of(source))  # type: ignore[arg-type]
        for fact in facts:
            of_system = systems[fact.system]
            if fact.bucket is not None and not task.loaded.calendar.holds(fact.bucket):
                of_system.outside += fact.events
                continue
            scope = scope_of(source, fact.system, task.directories)  # type: ignore[arg-type]
            of_system.inside.append((fact, task.book.find(scope, fact.account)))


def _note_days(
    task: Task, event_file: EventFile, facts: list[Fact], days: DaysOf, systems: defaultdict[str, _SystemFacts]
) -> None:
    """Add the days of the period on which a file has rows, if its rows have times; None makes them unknown."""
    source, calendar = event_file.file.source, task.loaded.calendar
    if not tells_days(source):  # type: ignore[arg-type]
        return
    constant = constant_system(source)  # type: ignore[arg-type]
    for system in {fact.system for fact in facts} | ({constant} if constant else set()):
        found, of_system = days(system), systems[system]
        known = of_system.days if of_system.dated else set()
        inside = None if found is None else {day for day in found if calendar.start <= day <= calendar.end}
        of_system.days = None if inside is None or known is None else known | inside
        of_system.dated = True


def _list(task: Task, systems: defaultdict[str, _SystemFacts]) -> None:
    """Give each system the facts that account lists and workforce rows are."""
    book = task.book
    for one in task.roster.listed:
        rule = UNDETERMINED if one.rule == UNDETERMINED else len(task.loaded.rules) + one.rule
        account = Account(one.node, book.standing_of_node[one.node], book.persons.of_node[one.node])
        systems[one.system].listed.append((Fact(one.system, "", rule, None, 0, None, None), account))


def _is_counted(task: Task, fact: Fact) -> bool:
    return not _is_open(task, fact) and task.loaded.definition.counts(task.loaded.all_rules[fact.rule].use_type)


def _is_open(task: Task, fact: Fact) -> bool:
    return is_undetermined(task.loaded.all_rules, fact.rule)


def _tally(task: Task, system: str, facts: _SystemFacts) -> Tally:
    counted = [(fact, account) for fact, account in facts.all if _is_counted(task, fact)]
    undetermined = [(fact, account) for fact, account in facts.all if _is_open(task, fact)]
    accounts = {account.identity: account for _, account in counted}
    people = _people(task, counted)
    users = _users(task, people)
    sure = _people(task, [(fact, account) for fact, account in counted if not account.standing.proposed])
    standings = [account.standing for account in accounts.values()]
    return Tally(
        source_types=facts.source_types,
        rows=sum(fact.events for fact, _ in facts.inside),
        users=len(users),
        together=len({task.book.persons.together[person] for person in users}),
        by_use={use: sum(use in found.uses for found in users.values()) for use in USE_TYPES},
        recent=sum(_is_recent(task, found) for found in users.values()),
        profiles=dict(Counter(task.profiles.of_person[person] for person in users)),
        moves=[
            Move(person, found.first, found.last, tuple(sorted(found.months)))
            for person, found in sorted(users.items())
            if person in task.profiles.moves
        ],
        by_month=dict(Counter(month for found in users.values() for month in found.months)),
        events=sum(fact.events for fact, _ in counted),
        accounts_seen=len(accounts),
        idle_accounts=_idle(task, _directories_naming(task, system), _seen(task, [facts])),
        unknown_accounts=sum(standing.status == "unknown" for standing in standings),
        excluded=dict(Counter(standing.reason for standing in standings if standing.status == "excluded")),
        needs_determination=dict(
            Counter(standing.reason for standing in standings if standing.status == "determination")
        ),
        shared_accounts=sum(standing.shared for standing in standings),
        below_minimum=len(people) - len(users),
        users_on_proposals=len(users) - len(_users(task, sure)),
        undetermined_events=sum(fact.events for fact, _ in undetermined),
        undetermined_persons=len(
            {account.person for _, account in undetermined if account.standing.status == "person"} - set(users)
        ),
        months_covered={month_start(fact.bucket) for fact, _ in facts.inside if fact.bucket is not None},
        days=facts.days,
        first=min((fact.first for fact, _ in facts.inside if fact.first is not None), default=None),
        last=max((fact.last for fact, _ in facts.inside if fact.last is not None), default=None),
        outside_period=facts.outside,
    )


def _users(task: Task, people: dict[int, _PersonUse]) -> dict[int, _PersonUse]:
    """Return the people with as many rows as the definition asks for, and those on the roster."""
    least = task.loaded.definition.minimum_events
    return {person: use for person, use in people.items() if use.listed or use.events >= least}


def _is_recent(task: Task, use: _PersonUse) -> bool:
    """Tell whether a person used the system in the last days of the period."""
    begin = task.loaded.calendar.begins_at(task.recent_from)
    return bool(use.months & set(task.recent_months)) or (use.last is not None and microseconds(use.last) >= begin)


def _people(task: Task, counted: Iterable[tuple[Fact, Account]]) -> dict[int, _PersonUse]:
    people: defaultdict[int, _PersonUse] = defaultdict(_PersonUse)
    for fact, account in counted:
        if account.standing.status != "person" or account.person is None:
            continue
        use = people[account.person]
        use.uses.add(task.loaded.all_rules[fact.rule].use_type)
        use.events += fact.events
        use.listed |= _is_listed(task, fact)
        use.first = min((time for time in (use.first, fact.first) if time is not None), default=None)
        use.last = max((time for time in (use.last, fact.last) if time is not None), default=None)
        if fact.bucket is not None:
            use.months.add(month_start(fact.bucket))
    return people


def _is_listed(task: Task, fact: Fact) -> bool:
    return fact.rule >= len(task.loaded.rules)


def _seen(task: Task, systems: Iterable[_SystemFacts]) -> set[object]:
    """Return the accounts with any row in the period."""
    return {account.identity for facts in systems for _, account in facts.inside}


def _directories_naming(task: Task, system: str) -> list[str]:
    return [name for name, systems in task.directories.items() if system in systems]


def _idle(task: Task, directories: Iterable[str], seen: set[object]) -> int:
    """Count the accounts of directories that stand for a person and have no row in the period."""
    nodes = [node for directory in directories for node in task.book.by_directory.get(directory, {}).values()]
    return sum(node not in seen and task.book.standing_of_node[node].status == "person" for node in nodes)


def _unlisted(task: Task, systems: dict[str, _SystemFacts]) -> dict[str, tuple[int, int]]:
    found = {
        system: (
            sum(fact.events for fact, _ in facts.inside),
            len({account.person for _, account in facts.inside if account.standing.status == "person"}),
        )
        for system, facts in systems.items()
        if system not in task.loaded.systems
    }
    return {system: numbers for system, numbers in sorted(found.items()) if numbers[0]}


def _groups(task: Task, determinations: Iterable[Determination]) -> dict[str, int]:
    members: dict[str, set[int]] = {system.part_of: set() for system in task.loaded.systems.values() if system.part_of}
    for found in determinations:
        group = task.loaded.systems[found.system].part_of
        if found.counted and group:
            members[group].add(found.person)
    return {group: len(people) for group, people in sorted(members.items())}


def _determinations(task: Task, systems: dict[str, _SystemFacts]) -> Iterator[Determination]:
    """Yield for each listed system and person with a row or on the roster whether the person counts, and why."""
    for system in task.loaded.systems:
        by_person: defaultdict[int, list[tuple[Fact, Account]]] = defaultdict(list)
        for fact, account in systems[system].all:
            if account.person is not None:
                by_person[account.person].append((fact, account))
        for person, evidence in by_person.items():
            yield _determine(task, system, person, evidence)


def _determine(task: Task, system: str, person: int, evidence: list[tuple[Fact, Account]]) -> Determination:
    """Judge by the strongest evidence: counted use, counted use of an account left out, no rule fits, no use."""
    by_rank: defaultdict[int, list[tuple[Fact, Account]]] = defaultdict(list)
    for fact, account in evidence:
        by_rank[_rank(task, fact, account)].append((fact, account))
    rank = min(by_rank)
    chosen = by_rank[rank]
    events = sum(fact.events for fact, _ in chosen)
    enough = events >= task.loaded.definition.minimum_events or any(_is_listed(task, fact) for fact, _ in chosen)
    firsts = [fact.first for fact, _ in chosen if fact.first is not None]
    lasts = [fact.last for fact, _ in chosen if fact.last is not None]
    return Determination(
        system=system,
        person=person,
        counted=rank == 0 and enough,
        use_types=tuple(
            use
            for use in USE_TYPES
            if rank <= 1 and any(task.loaded.all_rules[fact.rule].use_type == use for fact, _ in chosen)
        ),
        rule=_rule(task, rank, enough, chosen),
        first_seen=min(firsts, default=None),
        last_seen=max(lasts, default=None),
        events=events,
        accounts=len({account.identity for _, account in chosen}),
    )


def _rank(task: Task, fact: Fact, account: Account) -> int:
    if _is_counted(task, fact):
        return 0 if account.standing.status == "person" else 1
    return 2 if _is_open(task, fact) else 3


def _rule(task: Task, rank: int, enough: bool, chosen: list[tuple[Fact, Account]]) -> str:
    if rank == 1:
        return min(account.standing.rule for _, account in chosen)
    if rank == 2:
        return "undetermined"
    index = min(fact.rule for fact, _ in chosen)
    chosen_rule = task.loaded.all_rules[index]
    if rank == 3:
        return chosen_rule.label
    definition = task.loaded.definition
    rule = definition.use_rule(chosen_rule.use_type) if enough else definition.minimum_rule
    return f"{rule}/{chosen_rule.label}"
