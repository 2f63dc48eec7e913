"""Find the account that a text in a log means: whose directory, which person, what standing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from percapita.people import keys
from percapita.people.resolve import Persons
from percapita.usage.standing import SHARED_MAILBOX, Judge, Standing

Scope = tuple[str, ...]  # the directories in which a text is looked up

MAILBOXES: Scope = ("@email",)
EMPLOYEES: Scope = ("@employee_id",)


@dataclass(frozen=True, slots=True)
class Account:
    """Hold what a text means: the account's identity, its standing, its person (None if unknown or several)."""

    identity: tuple[Scope, str] | int
    standing: Standing
    person: int | None


@dataclass
class AccountBook:
    """Look up accounts by scope and text: exactly, else without case where that is unambiguous."""

    persons: Persons
    standing_of_node: Sequence[Standing]
    judge: Judge
    by_directory: Mapping[str, dict[str, int]] = field(init=False)
    _folded: dict[str, dict[str, list[int]]] = field(init=False, default_factory=dict)
    _known: dict[tuple[Scope, str], Account] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the accounts by directory."""
        by_directory: defaultdict[str, dict[str, int]] = defaultdict(dict)
        identities = self.persons.identities
        for node, (directory, account) in enumerate(zip(identities.directory, identities.account, strict=True)):
            if directory is not None:
                by_directory[directory][account] = node
        self.by_directory = dict(by_directory)

    def find(self, scope: Scope, text: str) -> Account:
        """Return the account that `text` means in `scope`; one that nobody lists is unknown."""
        known = self._known.get((scope, text))
        if known is None:
            known = self._known[scope, text] = self._find(scope, text)
        return known

    def _find(self, scope: Scope, text: str) -> Account:
        if scope == MAILBOXES:
            return self._recipient(scope, text, keys.email(text), self.persons.by_mailbox)
        if scope == EMPLOYEES:
            return self._recipient(scope, text, self._employee_key(text), self.persons.by_employee)
        nodes = [node for name in scope if (node := self.by_directory.get(name, {}).get(text)) is not None]
        nodes = nodes or [node for name in scope for node in self._fold(name).get(text.casefold(), ())]
        if len(nodes) != 1:
            return Account((scope, text), self.judge.of_unknown(text), None)
        return Account(nodes[0], self.standing_of_node[nodes[0]], self.persons.of_node[nodes[0]])

    def _fold(self, directory: str) -> dict[str, list[int]]:
        """Return the accounts of a directory by their text without case."""
        if directory not in self._folded:
            folded: defaultdict[str, list[int]] = defaultdict(list)
            accounts = self.by_directory.get(directory, {})
            for account, node in zip(map(str.casefold, accounts), accounts.values(), strict=True):
                folded[account].append(node)
            self._folded[directory] = dict(folded)
        return self._folded[directory]

    def _employee_key(self, text: str) -> str | None:
        """Return the key that an employee id has among those known; a prefix that one side lacks is ignored."""
        wanted = keys.employee_id(text)
        if wanted is None:
            return None
        prefix, number = wanted
        exact = self.persons.identities.employee_keys.get(wanted)
        near = self._employees_by_number.get(number, set())
        if exact is None and len(near) == 1 and (not prefix or near == {number}):
            return next(iter(near))
        return exact

    @cached_property
    def _employees_by_number(self) -> dict[str, set[str]]:
        by_number: defaultdict[str, set[str]] = defaultdict(set)
        for (_, number), key in self.persons.identities.employee_keys.items():
            by_number[number].add(key)
        return dict(by_number)

    def _recipient(self, scope: Scope, text: str, key: str | None, by_key: Mapping[str, int]) -> Account:
        """Return a recipient, who is no account: known by mailbox or employee id alone.

        The plan excludes the text as the file writes it. A mailbox that only accounts without a person have - a
        service, a patient, a shared account - stands for no person either.
        """
        person = by_key.get(key) if key else None
        left_out = self.judge.excluded("human", text)
        if left_out:
            return Account((scope, text), left_out, person)
        identity = (scope, key or text)
        if key in self.persons.shared_mailboxes:
            return Account(identity, Standing("excluded", SHARED_MAILBOX, "shared", shared=True), None)
        if person is None or key is None:
            return Account(identity, self.judge.of_unknown(text), None)
        return Account(identity, self._standing_behind(person, key), person)

    def _standing_behind(self, person: int, key: str) -> Standing:
        """Return the standing of the accounts and workforce rows that have a key: the best of them."""
        nodes = self.persons.identities
        behind = [
            self.standing_of_node[node]
            for node in self.persons.nodes[person]
            if key in nodes.emails[node] or key == nodes.employee[node]
        ]
        people = sorted((one for one in behind if one.status == "person"), key=lambda one: bool(one.proposed))
        return (people or behind)[0]
