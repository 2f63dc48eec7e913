"""Find the account that a text in a log means: whose directory, which person, what standing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    countries: Sequence[str | None]
    by_directory: Mapping[str, dict[str, int]] = field(init=False)
    _folded: dict[str, dict[str, int | None]] = field(init=False, default_factory=dict)
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
        node = self._only(self.by_directory.get(directory, {}).get(text) for directory in scope)
        if node is None:
            node = self._only(self._fold(directory).get(text.casefold()) for directory in scope)
        if node is None:
            return Account((scope, text), self.judge.of_unknown(text), None)
        return Account(node, self.standing_of_node[node], self.persons.of_node[node])

    @staticmethod
    def _only(nodes: Iterable[int | None]) -> int | None:
        found = [node for node in nodes if node is not None]
        return found[0] if len(found) == 1 else None

    def _fold(self, directory: str) -> dict[str, int | None]:
        """Return the accounts of a directory by their text without case; None where two differ by case only."""
        if directory not in self._folded:
            folded: dict[str, int | None] = {}
            for account, node in self.by_directory.get(directory, {}).items():
                folded[account.casefold()] = None if account.casefold() in folded else node
            self._folded[directory] = folded
        return self._folded[directory]

    def _employee_key(self, text: str) -> str | None:
        known = keys.employee_id(text)
        return self.persons.identities.employee_keys.get(known) if known else None

    def _recipient(self, scope: Scope, text: str, key: str | None, by_key: Mapping[str, int]) -> Account:
        """Return a recipient, who is no account: known by mailbox or employee id alone."""
        identity = (scope, key or text)
        left_out = self.judge.excluded("human", text)
        person = by_key.get(key) if key else None
        if left_out:
            return Account(identity, left_out, person)
        if key in self.persons.shared_mailboxes:
            return Account(identity, Standing("excluded", SHARED_MAILBOX, "shared", shared=True), None)
        if person is None:
            return Account(identity, self.judge.of_unknown(text), None)
        return Account(identity, self.judge.of_country(self.countries[person]), person)
