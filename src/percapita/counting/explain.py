"""Why one person counts or does not: accounts, links, rules, and the first and last row of evidence in each system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from percapita.counting.digest import kept_facts
from percapita.counting.facts import Fact
from percapita.counting.home import data_home, key_file
from percapita.counting.lineage import lineage
from percapita.counting.load import LoadedPlan, directories_of, load_plan, scope_of
from percapita.counting.people import PeopleOfPlan, read_people
from percapita.counting.run import events_task
from percapita.counting.task import EventFile, no_progress
from percapita.errors import InputError, nearest
from percapita.evidence.pseudonyms import load_key, pseudonym
from percapita.people.keys import email
from percapita.people.resolve import Persons
from percapita.policy.vocabulary import USE_TYPES
from percapita.sources.inventory import SourceFile, take_inventory
from percapita.sources.read import ReadTotals, find_rows, read_events
from percapita.sources.spec import is_identity
from percapita.usage.accounts import Account, AccountBook
from percapita.usage.rules import UNDETERMINED, first_rule, is_undetermined
from percapita.wording import many

COMPARED = {
    "given": "given name",
    "family": "family name",
    "born": "birth date",
    "handle": "login or address",
    "identifier": "employee id",
    "directory": "directory",
}  # what a comparison of the model is called on screen


@dataclass(frozen=True)
class Evidence:
    """Name one row of a log: file, row (None if the file is gone), time (UTC, None if undated), account."""

    file: str
    row: int | None
    at: datetime | None
    account: str


@dataclass
class SystemAnswer:
    """Say what a person did in one system and what follows from it."""

    system: str
    counted: bool = False
    rule: str = ""
    because: str = ""
    use_types: list[str] = field(default_factory=list)
    events: int = 0
    undetermined: int = 0
    no_use: int = 0
    outside_period: int = 0
    left_out: int = 0
    first: Evidence | None = None
    last: Evidence | None = None
    rule_index: int | None = None
    listed: bool = False


@dataclass(frozen=True)
class Explanation:
    """Hold the whole answer about one person."""

    person: str
    user_definition: str
    entity: str
    accounts: list[dict[str, Any]]
    links: list[str]
    open: list[str]
    systems: list[SystemAnswer]


@dataclass(frozen=True)
class _Case:
    loaded: LoadedPlan
    people: PeopleOfPlan
    files: Sequence[EventFile]
    pseudonyms: list[str]
    key: bytes


@dataclass(frozen=True)
class _Finding:
    """Hold one row, or what the digest of a gone file holds of several, and whose account its text means."""

    fact: Fact
    account: Account
    file: str
    row: int | None


def explain(plan_file: Path, who: str, system: str | None = None) -> Explanation:
    """Return why `who` (an account, `directory:account`, an e-mail or a pseudonym) counts or does not.

    Raises InputError when nobody or more than one is meant, or when the system is not listed.
    """
    case = _open(plan_file)
    if system is not None and system not in case.loaded.systems:
        raise InputError(f"no system has the id {system!r}", "--system", nearest(system, case.loaded.systems))
    person, texts = _find(case, who)
    answers: dict[str, SystemAnswer] = {}
    gone: set[str] = set()
    unclear: Counter[str] = Counter()
    for found in _findings(case, person, texts):
        named = found.fact.system
        if person is not None and found.account.standing.status == "unknown" and found.fact.account in texts:
            unclear[found.file] += found.fact.events
        if found.account.person == person and system in (None, named):
            _weigh(case, answers.setdefault(named, SystemAnswer(named)), found)
            gone |= {found.file} if found.row is None else set()
    for found in _listed(case, person):
        if system in (None, found.fact.system):
            _weigh(case, answers.setdefault(found.fact.system, SystemAnswer(found.fact.system)), found)
    least = case.loaded.definition.minimum_events
    for answer in answers.values():
        _conclude(case, answer, least)
    notes = [f"{path}: the file is gone; its digest tells what was in it, not the rows" for path in sorted(gone)]
    notes += [
        f"{path}: {many(rows, 'row')} may be of this person or of the same login elsewhere: name the source's directory"
        for path, rows in sorted(unclear.items())
    ]
    return _explanation(case, who, person, [answers[name] for name in sorted(answers)], notes)


def _open(plan_file: Path) -> _Case:
    loaded = load_plan(plan_file)
    files = take_inventory(loaded.sources, loaded.base, allow_empty=lambda index: True)
    people = read_people(loaded, [file for file in files if is_identity(file.source)])
    key = load_key(key_file(loaded, data_home(loaded.file)))
    marks = [pseudonym(key, anchor) for anchor in people.persons.anchors]
    return _Case(loaded, people, events_task(loaded, no_progress).files, marks, key)


def former_pseudonyms(plan_file: Path) -> tuple[dict[str, int], list[str]]:
    """Return the person of each pseudonym that is not today's, and today's by person."""
    case = _open(plan_file)
    return lineage(case.people.persons, case.key, case.pseudonyms), case.pseudonyms


def _find(case: _Case, who: str) -> tuple[int | None, set[str]]:
    """Return the person meant and the texts under which logs may name it; None for an account that nobody lists."""
    persons = case.people.persons
    if who in case.pseudonyms:
        person = case.pseudonyms.index(who)
        return person, _texts_of(persons, person)
    if who.startswith("p-") and (became := lineage(persons, case.key, case.pseudonyms).get(who)) is not None:
        return became, _texts_of(persons, became)
    found = {persons.of_node[node] for node in _nodes(case.people.book, who)}
    mailbox = email(who)
    if not found and mailbox in persons.by_mailbox:
        found = {persons.by_mailbox[mailbox]}
    if len(found) > 1:
        named = sorted(f"{persons.identities.directory[node]}:{who}" for node in _nodes(case.people.book, who))
        raise InputError(f"{who!r} is the account of several people", "explain", f"name one: {', '.join(named)}")
    if found:
        person = found.pop()
        return person, _texts_of(persons, person)
    return None, {who}


def _nodes(book: AccountBook, who: str) -> list[int]:
    """Return the accounts that `who` means, found as the count finds the texts of a log."""
    directory, _, account = who.partition(":")
    if directory in book.by_directory and (node := _node(book, directory, account)) is not None:
        return [node]
    return [node for name in book.by_directory if (node := _node(book, name, who)) is not None]


def _node(book: AccountBook, directory: str, account: str) -> int | None:
    found = book.find((directory,), account).identity
    return found if isinstance(found, int) else None


def _texts_of(persons: Persons, person: int) -> set[str]:
    identities = persons.identities
    texts = {identities.account[node] for node in persons.nodes[person] if identities.directory[node] is not None}
    texts |= {mailbox for node in persons.nodes[person] for mailbox in identities.emails[node]}
    return texts | {employee for node in persons.nodes[person] if (employee := identities.employee[node])}


def _findings(case: _Case, person: int | None, texts: set[str]) -> Iterator[_Finding]:
    """Yield the rows of all files that name one of the texts; of a gone file, what its digest holds of them.

    Of a list of recipients all rows are yielded for a known person: an address or employee id is written in many ways.
    """
    directories = directories_of(case.loaded.plan)
    folded = {text.lower() for text in texts}
    for one in case.files:
        every = one.file.source.type == "recipients" and person is not None
        facts = _kept(case, one.kept) if one.kept else _read(case, one.file, None if every else texts)
        for fact, row in facts:
            if every or fact.account.lower() in folded:
                scope = scope_of(one.file.source, fact.system, directories)  # type: ignore[arg-type]
                yield _Finding(fact, case.people.book.find(scope, fact.account), one.file.path, row)


def _listed(case: _Case, person: int | None) -> Iterator[_Finding]:
    """Yield what account lists and workforce rows say of a person, as rows without events."""
    persons, book = case.people.persons, case.people.book
    for one in case.people.roster.listed:
        if persons.of_node[one.node] == person:
            rule = one.rule if one.rule == UNDETERMINED else len(case.loaded.rules) + one.rule
            path, row = persons.identities.origin[one.node]
            fact = Fact(one.system, persons.identities.account[one.node], rule, None, 0, None, None)
            yield _Finding(fact, Account(one.node, book.standing_of_node[one.node], person), path, row)


def _read(case: _Case, file: SourceFile, texts: set[str] | None) -> Iterator[tuple[Fact, int | None]]:
    for row in _rows(case, file) if texts is None else find_rows(file, case.loaded.calendar, texts):
        rule = first_rule(case.loaded.rules, row["system"], row["activity"], row["object"])
        parts = (row[name] for name in ("bucket", "events", "first_seen", "last_seen"))
        yield Fact(row["system"], row["account"], rule, *parts), row["row"]


def _rows(case: _Case, file: SourceFile) -> Iterator[dict[str, Any]]:
    for batch in read_events(file, case.loaded.calendar, ReadTotals()):
        yield from batch.to_pylist()


def _kept(case: _Case, digest: Path) -> Iterator[tuple[Fact, int | None]]:
    facts, _ = kept_facts(digest, case.loaded.rules)
    yield from ((fact, None) for fact in facts)


def _weigh(case: _Case, answer: SystemAnswer, found: _Finding) -> None:
    """Add a finding to what is known of a system."""
    rules, fact, standing = case.loaded.all_rules, found.fact, found.account.standing
    if fact.bucket is not None and not case.loaded.calendar.holds(fact.bucket):
        answer.outside_period += fact.events
    elif is_undetermined(rules, fact.rule):
        answer.undetermined += fact.events
    elif not case.loaded.definition.counts(rules[fact.rule].use_type):
        answer.no_use += fact.events
    elif standing.status != "person":
        answer.left_out += fact.events
        answer.because = answer.because or standing.reason or "no accounts source lists this account"
        answer.rule = answer.rule or standing.rule
    else:
        answer.listed |= fact.rule >= len(case.loaded.rules)
        evidence = Evidence(found.file, found.row, fact.first, fact.account)
        _count(answer, rules[fact.rule].use_type, fact.rule, fact, evidence)


def _count(answer: SystemAnswer, use_type: str, rule: int, fact: Fact, evidence: Evidence) -> None:
    answer.events += fact.events
    answer.rule_index = rule if answer.rule_index is None else min(answer.rule_index, rule)
    answer.use_types = [use for use in USE_TYPES if use in {*answer.use_types, use_type}]
    if answer.first is None or _order(evidence) < _order(answer.first):
        answer.first = evidence
    last = Evidence(evidence.file, evidence.row, fact.last, evidence.account)
    if answer.last is None or _order(last) > _order(answer.last):
        answer.last = last


def _order(evidence: Evidence) -> tuple[bool, datetime | None, str, int]:
    """Return what evidence is ordered by: time, then file and row."""
    return evidence.at is not None, evidence.at, evidence.file, evidence.row or 0


def _conclude(case: _Case, answer: SystemAnswer, least: int) -> None:
    definition = case.loaded.definition
    if answer.system not in case.loaded.systems:
        answer.because = "the plan does not list this system"
    elif answer.rule_index is not None:
        use_type = case.loaded.all_rules[answer.rule_index].use_type
        answer.counted = answer.listed or answer.events >= least
        rule = definition.use_rule(use_type) if answer.counted else definition.minimum_rule
        answer.rule = f"{rule}/{case.loaded.all_rules[answer.rule_index].label}"
        text = next(use.text for use in definition.uses if use.use_type == use_type)
        answer.because = text if answer.counted else f"fewer than {least} events"
    elif not answer.because:
        kinds = (
            (answer.undetermined, _undetermined_words(case, answer.system)),
            (answer.no_use, "by the rules these rows are not use of codes"),
        )
        rest = "all rows lie outside the period" if answer.outside_period else "by the rules its accounts are not users"
        answer.because = next((words for rows, words in kinds if rows), rest)


def _undetermined_words(case: _Case, system: str) -> str:
    unknown = any(one.system == system and one.contains_codes == "unknown" for one in case.loaded.outputs)
    return "no rule fits, or nobody says whether the output contains codes" if unknown else "no rule fits"


def _explanation(
    case: _Case, who: str, person: int | None, systems: list[SystemAnswer], open_points: Sequence[str]
) -> Explanation:
    definition = case.loaded.definition
    named = f"{definition.id} ({definition.sha256[:12]})"
    if person is None:
        if not systems:
            raise InputError(
                f"{who!r} is in no accounts source and in no log",
                "explain",
                "check the spelling; case and blanks matter",
            )
        return Explanation(
            "unknown account",
            named,
            "unknown",
            [],
            [],
            ["no accounts source lists this account", *open_points],
            systems,
        )
    persons = case.people.persons
    return Explanation(
        person=case.pseudonyms[person],
        user_definition=named,
        entity=case.people.profiles.of(person).entity,
        accounts=[_account(case, node) for node in persons.nodes[person]],
        links=[*_links(persons, person), *_probable_links(case, person), *_decisions(case, person)],
        open=[*_open_questions(persons, person, case.pseudonyms), *_questions(case, person), *open_points],
        systems=systems,
    )


def _account(case: _Case, node: int) -> dict[str, Any]:
    identities = case.people.persons.identities
    file, row = identities.origin[node]
    standing = case.people.book.standing_of_node[node]
    where = identities.directory[node]
    return {
        "directory": where or "workforce",
        "account": identities.account[node],
        "kind": identities.kind[node] or ("human" + (f" (proposed: {standing.proposed})" if standing.proposed else "")),
        "standing": standing.reason or ("an individual person" if where else "known to the organization"),
        "file": file,
        "row": row,
    }


def _links(persons: Persons, person: int) -> list[str]:
    """Return which key joins which accounts, without the key's value."""
    identities = persons.identities
    sharing: dict[tuple[str, str], list[str]] = {}
    for node in persons.nodes[person]:
        file, row = identities.origin[node]
        directory = identities.directory[node]
        label = f"{directory}:{identities.account[node]}" if directory else f"{file} row {row}"
        keys = [("employee id", identities.employee[node]), ("NPI", identities.npi[node])]
        keys += [("mailbox", mailbox) for mailbox in identities.emails[node] if mailbox not in persons.shared_mailboxes]
        for kind, value in keys:
            if value is not None:
                sharing.setdefault((kind, value), []).append(label)
    return [f"same {kind}: {', '.join(labels)}" for (kind, _), labels in sharing.items() if len(labels) > 1]


def _label(case: _Case, node: int) -> str:
    identities = case.people.persons.identities
    file, row = identities.origin[node]
    directory = identities.directory[node]
    return f"{directory}:{identities.account[node]}" if directory else f"{file} row {row}"


def _probable_links(case: _Case, person: int) -> list[str]:
    """Return which accounts were joined because they are probably one person, and what agreed."""
    return [
        f"probably one person ({one.weight:+.1f} bits: {agreement_words(one.agreement)}): "
        f"{_label(case, one.left)}, {_label(case, one.right)}"
        for one in case.people.linked.links
        if case.people.persons.of_node[one.left] == person
    ]


def agreement_words(agreement: Sequence[tuple[str, str]]) -> str:
    """Return what agrees and what does not, in words."""
    return ", ".join(f"{COMPARED[what]} {how.replace('_', ' ')}" for what, how in agreement if how != "apart")


def _decisions(case: _Case, person: int) -> list[str]:
    of_node = case.people.persons.of_node
    return [
        " ".join(
            part
            for part in (
                f"decided {one.decision}:",
                f"{one.left}, {one.right}",
                f"by {one.by}" * bool(one.by),
                one.when,
            )
            if part
        )
        for (left, right), one in case.people.decided.reasons.items()
        if person in (of_node[left], of_node[right])
    ]


def _questions(case: _Case, person: int) -> list[str]:
    of_node = case.people.persons.of_node
    return [
        f"may be one person ({one.weight:+.1f} bits): {_label(case, one.left)}, {_label(case, one.right)}"
        for one in case.people.linked.questions
        if person in (of_node[one.left], of_node[one.right])
    ]


def _open_questions(persons: Persons, person: int, marks: Sequence[str]) -> list[str]:
    found = [
        f"the same {conflict.level.replace('_', ' ')} ties this person to "
        f"{', '.join(marks[other] for other in conflict.persons if other != person)}, "
        "with another employee id or NPI: not joined"
        for conflict in persons.conflicts
        if person in conflict.persons
    ]
    mailboxes = {mailbox for node in persons.nodes[person] for mailbox in persons.identities.emails[node]}
    if mailboxes & persons.shared_mailboxes:
        found.append("a mailbox of this person is used by people with different names: it joined nothing")
    return found
