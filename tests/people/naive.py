"""People found the slow way: sets of identities, joined level by level, exactly as the specification tells it.

Nothing here is shared with the product. Keys are read sign by sign, components are found by walking from neighbor to
neighbor, and every step asks all sets again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

Row = dict[
    str, Any
]  # path, row, directory (None: workforce), account_id, employee_id, npi, email, given_name, family_name
Label = tuple[str, ...]
LEVELS = ("employee", "npi", "mailbox")


@dataclass
class Node:
    """Hold one account of a directory, or one row of a workforce file, with all that was said of it."""

    label: Label
    employee: set[str] = field(default_factory=set)
    npi: set[str] = field(default_factory=set)
    mailbox: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def shared(self) -> bool:
        """Tell whether two ids of one kind were said of it: then several people use it."""
        return len(self.employee) > 1 or len(self.npi) > 1


Person = list[Node]


@dataclass
class Found:
    """Hold the people, each a set of labels; the mailboxes that are no keys; the conflicts with level and keys."""

    people: set[frozenset[Label]]
    shared_mailboxes: set[str]
    conflicts: set[tuple[str, frozenset[str]]]


def employee_parts(text: str | None) -> tuple[str, str] | None:
    """Split an employee id into letter prefix and number. All zeros, or nothing, is missing."""
    text = (text or "").strip().upper()
    prefix = ""
    while text[len(prefix) : len(prefix) + 1] in list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        prefix += text[len(prefix)]
    number = text[len(prefix) :]
    if not number or any(sign not in "0123456789" for sign in number):
        return ("", text) if text else None
    while number.startswith("0"):
        number = number[1:]
    return (prefix, number) if number else None


def employee_key(text: str | None, others: list[str | None]) -> str | None:
    """Return an employee id among all others: without a prefix it takes the only prefix that its number has."""
    parts = employee_parts(text)
    if parts is None:
        return None
    prefix, number = parts
    if not prefix:
        prefixes = {other[0] for other in map(employee_parts, others) if other and other[1] == number and other[0]}
        prefix = prefixes.pop() if len(prefixes) == 1 else ""
    return prefix + number


def npi_key(text: str | None) -> str | None:
    """Return an NPI of ten digits that begins with 1 or 2 and whose check digit holds."""
    text = (text or "").strip()
    if len(text) != 10 or any(sign not in "0123456789" for sign in text) or text[0] not in "12":
        return None
    # Luhn, with the constant 24 that stands for the prefix 80840
    doubled = [int(sign) * 2 for sign in text[0:9:2]]
    plain = [int(sign) for sign in text[1:9:2]]
    total = 24 + sum(plain) + sum(value // 10 + value % 10 for value in doubled)
    return text if (10 - total % 10) % 10 == int(text[9]) else None


def mailbox_key(text: str | None) -> str | None:
    """Return an e-mail address in lower case without its plus-tag."""
    text = (text or "").strip().lower()
    if text.count("@") != 1 or any(sign.isspace() for sign in text):
        return None
    local, domain = text.split("@")
    head, dot, tail = domain.rpartition(".")
    local = local.split("+")[0]
    return f"{local}@{domain}" if local and head and dot and tail else None


def name_key(given: str | None, family: str | None) -> str | None:
    """Return given and family name without case, accents and punctuation; both must be known."""

    def plain(text: str | None) -> str:
        return "".join(sign for sign in unicodedata.normalize("NFKD", (text or "").casefold()) if sign.isalnum())

    return f"{plain(given)} {plain(family)}" if plain(given) and plain(family) else None


def nodes_of(rows: list[Row]) -> list[Node]:
    """Return the nodes: the rows of one account of one directory are one node, a workforce row is one."""
    nodes: dict[Label, Node] = {}
    others = [row.get("employee_id") for row in rows]
    for row in rows:
        label = label_of(row)
        node = nodes.setdefault(label, Node(label))
        for values, key in (
            (node.employee, employee_key(row.get("employee_id"), others)),
            (node.npi, npi_key(row.get("npi"))),
            (node.mailbox, mailbox_key(row.get("email"))),
            (node.names, name_key(row.get("given_name"), row.get("family_name"))),
        ):
            if key is not None:
                values.add(key)
    return list(nodes.values())


def label_of(row: Row) -> Label:
    """Return what tells a node from all others."""
    if row["directory"] is None:
        return ("workforce", row["path"], str(row["row"]))
    return ("account", row["directory"], row["account_id"])


def resolve(rows: list[Row]) -> Found:
    """Return the people of all rows."""
    people: list[Person] = [[node] for node in nodes_of(rows)]
    found = Found(set(), set(), set())
    for level in LEVELS:
        if level == "mailbox":
            found.shared_mailboxes = {box for box in all_said(people, "mailbox") if of_different_names(people, box)}
        people = one_level(people, level, found)
    found.people = {frozenset(node.label for node in person) for person in people}
    return found


def said(person: Person, what: str) -> set[str]:
    """Return the ids, mailboxes or names of a person. Of a shared account none of it says who somebody is."""
    values: set[str] = set()
    for node in person:
        if not node.shared:
            values |= getattr(node, what)
    return values


def all_said(people: list[Person], what: str) -> set[str]:
    return set().union(*(said(person, what) for person in people)) if people else set()


def of_different_names(people: list[Person], mailbox: str) -> bool:
    """Tell whether a mailbox is used by people with names of whom no name is common to all."""
    named = [said(person, "names") for person in people if mailbox in said(person, "mailbox")]
    named = [names for names in named if names]
    return len(named) > 1 and not set.intersection(*named)


def one_level(people: list[Person], level: str, found: Found) -> list[Person]:
    """Join people by the keys of one level; where that contradicts, only those who lack what is disputed."""

    def keys(person: Person) -> set[str]:
        return said(person, level) - found.shared_mailboxes

    result = []
    for group in groups(people, keys):
        everybody = [node for person in group for node in person]
        disputed = [what for what in ("employee", "npi") if len(said(everybody, what)) > 1]
        if not disputed:
            result.append(everybody)
            continue
        carriers = [key for person in group for key in keys(person)]
        found.conflicts.add((level, frozenset(key for key in carriers if carriers.count(key) > 1)))
        sure = [person for person in group if any(said(person, what) for what in disputed)]
        rest = [person for person in group if person not in sure]
        result += sure + [[node for person in part for node in person] for part in groups(rest, keys)]
    return result


def groups(people: list[Person], keys: Any) -> list[list[Person]]:
    """Return the people in groups that shared keys connect, by walking from neighbor to neighbor."""
    waiting = list(people)
    result = []
    while waiting:
        group = [waiting.pop()]
        for person in group:
            near = [other for other in waiting if keys(other) & keys(person)]
            waiting = [other for other in waiting if other not in near]
            group += near
        result.append(group)
    return result
