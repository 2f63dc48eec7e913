"""What is open about who is who: pairs that may be one person, with the evidence on both sides; answers to them."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from percapita.counting.explain import agreement_words
from percapita.counting.load import LoadedPlan, load_plan
from percapita.counting.output import guarded, raw_names
from percapita.counting.people import PeopleOfPlan
from percapita.counting.run import Run, Settings, count
from percapita.errors import InputError
from percapita.people.decisions import (
    Answer,
    Decision,
    References,
    apply_decisions,
    check_header,
    read_decisions,
    write_decisions,
)
from percapita.people.identities import Identities, collect
from percapita.policy.csv_table import unguarded

MOST_OF_A_CONFLICT = 4  # persons of one conflict that are shown two by two; of more, the key itself wants a look


@dataclass(frozen=True)
class Side:
    """Hold what is known of one of the two. `name` is how a decision refers to it."""

    name: str
    names: str
    born: str
    employee: str
    npi: str
    mailboxes: str
    accounts: str
    systems: int


@dataclass(frozen=True)
class Question:
    """Ask whether two persons are one: then `at_stake` systems have one user less. `weight` in bits, None for a key."""

    left: Side
    right: Side
    at_stake: int
    weight: float | None
    why: str


@dataclass(frozen=True)
class Review:
    """Hold the open questions of a plan, those with the most users at stake first, and where decisions are kept."""

    loaded: LoadedPlan
    nodes: Identities
    questions: tuple[Question, ...]

    @property
    def file(self) -> Path:
        """Return the file of decisions."""
        return self.loaded.base / self.loaded.plan.people.decisions

    def decide(self, answers: Iterable[Decision]) -> int:
        """Add answers to the file and return how many are new. Raises InputError rather than write a contradiction."""
        shown = self.loaded.plan.people.decisions
        known = list(read_decisions(self.file, shown))
        held = {_what(one) for one in known}
        new = [one for one in answers if _what(one) not in held]
        numbered = [replace(one, row=place) for place, one in enumerate([*known, *new], start=2)]
        apply_decisions(self.nodes, numbered, shown)
        if new:
            write_decisions(self.file, numbered)
        return len(new)

    def undo(self, left: str, right: str) -> int:
        """Remove the decisions about two accounts and return how many there were."""
        known = read_decisions(self.file, self.loaded.plan.people.decisions)
        kept = [one for one in known if {one.left, one.right} != {left, right}]
        if len(kept) < len(known):
            write_decisions(self.file, kept)
        return len(known) - len(kept)


def _what(one: Decision) -> tuple[str, frozenset[str]]:
    return one.decision, frozenset((one.left, one.right))


def open_review(plan_file: Path, settings: Settings | None = None) -> Review:
    """Count the plan and return its open questions."""
    with tempfile.TemporaryDirectory(prefix="percapita-") as folder:
        out = Path(folder)
        run = count(plan_file, replace(settings or Settings(), out=out))
        used = _systems_of(out / "persons.parquet")
    return Review(run.loaded, run.people.persons.identities, tuple(_questions(run, used)))


def saved_review(plan_file: Path) -> Review:
    """Return the plan's decisions without counting: enough to add to them and to undo them."""
    from percapita.counting.people import identity_tables

    loaded = load_plan(plan_file)
    return Review(loaded, collect(identity_tables(loaded)), ())


def _systems_of(path: Path) -> dict[str, set[str]]:
    """Return the systems in which each person counts, by pseudonym."""
    import pyarrow.parquet as pq

    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in pq.read_table(path, columns=["system", "person", "counted"]).to_pylist():
        if row["counted"]:
            found[row["person"]].add(row["system"])
    return found


def _questions(run: Run, used: dict[str, set[str]]) -> list[Question]:
    people = run.people
    persons = people.persons
    sides = _Sides(people, run.pseudonyms, used)
    found: dict[tuple[int, int], Question] = {}
    for one in people.linked.questions:
        pair = persons.of_node[one.left], persons.of_node[one.right]
        sides.ask(found, *pair, one.weight, agreement_words(one.agreement))
    for conflict in persons.conflicts:
        if len(conflict.persons) <= MOST_OF_A_CONFLICT:
            why = f"the same {conflict.level.replace('_', ' ')}, but another employee id or NPI"
            for place, left in enumerate(conflict.persons):
                for right in conflict.persons[place + 1 :]:
                    sides.ask(found, left, right, None, why)
    return sorted(found.values(), key=lambda one: (-one.at_stake, -(one.weight or 99.0), one.left.name, one.right.name))


class _Sides:
    """Describe persons."""

    def __init__(self, people: PeopleOfPlan, pseudonyms: Sequence[str], used: dict[str, set[str]]) -> None:
        self._people = people
        self._names = raw_names(people)
        self._born = _birth_dates(people)
        self._references = References(people.persons.identities)
        self._used = [used.get(mark, set()) for mark in pseudonyms]

    def ask(
        self, found: dict[tuple[int, int], Question], left: int, right: int, weight: float | None, why: str
    ) -> None:
        """Add a question about two persons, unless it was asked or nobody could refer to them."""
        one, other = sorted((left, right))
        stake = len(self._used[one] & self._used[other])
        sides = self._side(one), self._side(other)
        if one != other and all(side.name for side in sides):
            found.setdefault((one, other), Question(*sides, stake, weight, why))

    def _side(self, person: int) -> Side:
        persons = self._people.persons
        nodes, members = persons.identities, persons.nodes[person]
        origins = [nodes.origin[node] for node in members]
        accounts = {f"{nodes.directory[node]}:{nodes.account[node]}" for node in members if nodes.directory[node]}
        return Side(
            name=self._references.name(members),
            names=_listed(name for origin in origins for name in self._names.get(origin, ())),
            born=_listed(self._born[origin] for origin in origins if origin in self._born),
            employee=_listed(text for node in members if (text := nodes.employee[node])),
            npi=_listed(text for node in members if (text := nodes.npi[node])),
            mailboxes=_listed(box for node in members for box in nodes.emails[node]),
            accounts=_listed(accounts),
            systems=len(self._used[person]),
        )


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(sorted(set(texts)))


def _birth_dates(people: PeopleOfPlan) -> dict[tuple[str, int], str]:
    """Return the birth date that each row says, by file and row."""
    found: dict[tuple[str, int], str] = {}
    for table in people.tables:
        if "birth_date" in table.rows.column_names:
            rows, days = (table.rows.column(name).to_pylist() for name in ("row", "birth_date"))
            found |= {(table.path, row): str(day) for row, day in zip(rows, days, strict=True) if day is not None}
    return found


SIDE = tuple(field.name for field in fields(Side))
EXPORTED = (
    "decision", "left", "right", "by", "when", "why", "users_at_stake", "bits", "because",
    *(f"{name}_{side}" for name in SIDE[1:] for side in ("left", "right")),
)  # fmt: skip


def export_questions(review: Review, path: Path) -> None:
    """Write the open questions for a spreadsheet: fill in `decision` (same or different) and import the file.

    Raises InputError rather than overwrite a file, which may hold answers.
    """
    if path.exists():
        raise InputError("there is a file already", path.name, "choose another name, or remove it")
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXPORTED)
        for one in review.questions:
            bits = "" if one.weight is None else f"{one.weight:.1f}"
            sides = [str(getattr(side, name)) for name in SIDE[1:] for side in (one.left, one.right)]
            cells = ["", one.left.name, one.right.name, "", "", "", str(one.at_stake), bits, one.why, *sides]
            writer.writerow([guarded(cell) for cell in cells])


def import_answers(review: Review, path: Path, by: str, when: str) -> int:
    """Add the answers of a spreadsheet to the decisions and return how many are new; rows without one are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            rows = list(enumerate(reader, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"the answers cannot be read ({type(error).__name__})", path.name, "give the exported CSV file, in UTF-8"
        ) from None
    check_header(reader.fieldnames, path.name)
    said = [(number, {name: unguarded((row.get(name) or "").strip()) for name in EXPORTED[:6]}) for number, row in rows]
    filled = [(number, cells) for number, cells in said if cells["decision"]]
    return review.decide(_answer(cells, f"{path.name}, row {number}", by, when) for number, cells in filled)


def _answer(cells: dict[str, str], where: str, by: str, when: str) -> Decision:
    answer = cells["decision"].casefold()
    sides = cells["left"], cells["right"]
    if answer not in ("same", "different") or not all(sides) or sides[0] == sides[1]:
        raise InputError(
            "an answer is neither same nor different, or does not name two accounts",
            where,
            "correct the row, then import again",
        )
    decided: Answer = "same" if answer == "same" else "different"
    return Decision(decided, cells["left"], cells["right"], cells["by"] or by, cells["when"] or when, cells["why"])
