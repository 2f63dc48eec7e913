"""Human decisions: two accounts are the same person, or they are not. They outlive runs and win over everything.

A CSV file: `decision` (same or different), `left`, `right`, `by`, `when`, `why`. Left and right name a person by an
account (`directory:login`) or, where there is none, by an identifier: `employee_id:17`, `npi:...`, `mailbox:...`. To
undo a decision is to remove its row.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from percapita.errors import InputError
from percapita.people import keys
from percapita.people.forest import Forest
from percapita.people.identities import Identities
from percapita.people.resolve import Pair, Settled
from percapita.policy.csv_table import unguarded

Answer = Literal["same", "different"]
COLUMNS = ("decision", "left", "right", "by", "when", "why")
IDENTIFIERS = ("employee_id", "npi", "mailbox")


@dataclass(frozen=True)
class Decision:
    """Hold one row of the file. `row` counts the header as 1; 0 is not yet written."""

    decision: Answer
    left: str
    right: str
    by: str = ""
    when: str = ""
    why: str = ""
    row: int = 0


def read_decisions(path: Path, shown: str) -> tuple[Decision, ...]:
    """Return the decisions of a file; a file that is not there yet holds none. Raises InputError for a bad row."""
    if not path.exists():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"the decisions cannot be read ({type(error).__name__})", shown, "give a CSV file in UTF-8"
        ) from None
    check_header(reader.fieldnames, shown)
    return tuple(_decision(row, f"{shown}, row {number}", number) for number, row in enumerate(rows, start=2))


def check_header(names: Sequence[str] | None, shown: str) -> None:
    """Raise InputError unless the first row of a file of decisions names what must be known of each."""
    missing = [name for name in COLUMNS[:3] if name not in (names or ())]
    if missing:
        raise InputError(
            f"the first row does not name {', '.join(missing)}", shown, f"begin the file with {','.join(COLUMNS)}"
        )


def _decision(row: Mapping[str, str | None], where: str, number: int) -> Decision:
    said = {name: unguarded((row.get(name) or "").strip()) for name in COLUMNS}
    answer = said["decision"].casefold()
    if answer not in ("same", "different"):
        raise InputError(
            "a decision is neither same nor different", where, "write same or different, or remove the row"
        )
    if not said["left"] or not said["right"]:
        raise InputError("a decision lacks left or right", where, "name an account on each side, as directory:login")
    if said["left"] == said["right"]:
        raise InputError("a decision has the same account on both sides", where, "name two accounts")
    decided: Answer = "same" if answer == "same" else "different"
    return Decision(decided, said["left"], said["right"], said["by"], said["when"], said["why"], number)


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Write a whole file of decisions aside and move it into place."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in decisions:
            cells = (getattr(one, name) for name in COLUMNS)
            writer.writerow("'" + text if text[:1] in ("=", "+", "-", "@") else text for text in cells)
    aside.replace(path)


@dataclass(frozen=True)
class References:
    """Find the accounts and workforce rows that a decision names, and name them."""

    nodes: Identities

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        nodes = self.nodes
        for node, (directory, account) in enumerate(zip(nodes.directory, nodes.account, strict=True)):
            if directory is not None:
                found[f"{directory}:{account}"].append(node)
            if nodes.employee[node]:
                found[f"employee_id:{nodes.employee[node]}"].append(node)
            if nodes.npi[node]:
                found[f"npi:{nodes.npi[node]}"].append(node)
            for mailbox in nodes.emails[node]:
                found[f"mailbox:{mailbox}"].append(node)
        return dict(found)

    def find(self, text: str) -> int | None:
        """Return a node that `text` names, or None if nothing has that name any more."""
        found = self._places.get(text)
        if found is None:
            kind, _, value = text.partition(":")
            found = self._places.get(f"{kind}:{self._key(kind, value)}", []) if kind in IDENTIFIERS else []
        return found[0] if found else None

    def _key(self, kind: str, value: str) -> str | None:
        if kind == "mailbox":
            return keys.email(value)
        if kind == "npi":
            return keys.npi(value)
        wanted = keys.employee_id(value)
        return self.nodes.employee_keys.get(wanted) if wanted else None

    def name(self, members: Sequence[int]) -> str:
        """Return the name of a person by the first of its accounts, else by an identifier."""
        nodes = self.nodes
        accounts = [f"{nodes.directory[node]}:{nodes.account[node]}" for node in members if nodes.directory[node]]
        if accounts:
            return min(accounts)
        for node in members:
            for kind, value in (("employee_id", nodes.employee[node]), ("npi", nodes.npi[node])):
                if value:
                    return f"{kind}:{value}"
        return next((f"mailbox:{box}" for node in members for box in nodes.emails[node]), "")


@dataclass(frozen=True)
class Applied:
    """Hold the decisions as pairs of nodes, the row of each, and the rows that name an account that is gone."""

    settled: Settled
    gone: tuple[Decision, ...] = ()
    reasons: Mapping[Pair, Decision] = field(default_factory=dict)


def apply_decisions(nodes: Identities, decisions: Sequence[Decision], shown: str) -> Applied:
    """Return what the decisions say of these identities. Raises InputError that names the rows that contradict."""
    references = References(nodes)
    same: dict[Pair, Decision] = {}
    different: dict[Pair, Decision] = {}
    gone = []
    for one in decisions:
        left, right = references.find(one.left), references.find(one.right)
        if left is None or right is None:
            gone.append(one)
        elif left != right or one.decision == "different":
            (same if one.decision == "same" else different).setdefault((min(left, right), max(left, right)), one)
    _refuse_contradictions(len(nodes), same, different, shown)
    return Applied(Settled(tuple(same), tuple(different)), tuple(gone), {**same, **different})


def _refuse_contradictions(
    size: int, same: Mapping[Pair, Decision], different: Mapping[Pair, Decision], shown: str
) -> None:
    together = Forest(size)
    for pair in same:
        together.join(pair)
    for (left, right), one in different.items():
        if together.root(left) == together.root(right):
            chain = _chain(same, left, right)
            rows = sorted({one.row, *(link.row for link in chain)})
            raise InputError(
                "decisions contradict one another: one says different of what the others say is the same",
                f"{shown}, rows {', '.join(map(str, rows))}",
                "remove the row that is wrong",
            )


def _chain(same: Mapping[Pair, Decision], left: int, right: int) -> list[Decision]:
    """Return a shortest chain of "same" from one node to the other."""
    near: defaultdict[int, list[tuple[int, Decision]]] = defaultdict(list)
    for (one, other), decision in same.items():
        near[one].append((other, decision))
        near[other].append((one, decision))
    paths: dict[int, list[Decision]] = {left: []}
    waiting = [left]
    for node in waiting:
        for other, decision in near[node]:
            if other not in paths:
                paths[other] = [*paths[node], decision]
                waiting.append(other)
    return paths.get(right, [])
