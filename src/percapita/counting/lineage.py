"""Which person a pseudonym stands for today, though accounts were joined or parted since it was made.

A pseudonym is made of the strongest identifier of a person. Whatever a person is joined with or parted from, each
identifier of each account still leads to one person of today: that is the lineage.
"""

from __future__ import annotations

import csv
from pathlib import Path

from percapita.evidence.pseudonyms import pseudonym
from percapita.people.resolve import Persons, account_anchor


def lineage(persons: Persons, key: bytes, pseudonyms: list[str]) -> dict[str, int]:
    """Return the person of each pseudonym that some identifier gives, gave or could give, but for today's own."""
    today = set(pseudonyms)
    found: dict[str, int] = {}
    for anchor, person in _anchors(persons).items():
        mark = pseudonym(key, anchor)
        if mark not in today:
            found.setdefault(mark, person)
    return found


def _anchors(persons: Persons) -> dict[str, int]:
    """Return every identifier that leads to exactly one person."""
    nodes = persons.identities
    found: dict[str, int] = {}
    several: set[str] = set()
    for node, person in enumerate(persons.of_node):
        directory = nodes.directory[node]
        said = [f"mailbox:{mailbox}" for mailbox in nodes.emails[node]]
        said += [f"employee_id:{nodes.employee[node]}"] if nodes.employee[node] else []
        said += [f"npi:{nodes.npi[node]}"] if nodes.npi[node] else []
        said += [account_anchor(directory, nodes.account[node])] if directory is not None else []
        for anchor in said:
            if found.setdefault(anchor, person) != person:
                several.add(anchor)
    return {anchor: person for anchor, person in found.items() if anchor not in several}


def write_lineage(path: Path, found: dict[str, int], pseudonyms: list[str]) -> None:
    """Write the lineage as a table: a former pseudonym and the one that stands for it today."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["former", "person"])
        writer.writerows(sorted((mark, pseudonyms[person]) for mark, person in found.items()))
