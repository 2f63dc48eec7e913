"""Write the results of a count: the statement, the rejects and, only when asked, the names behind the pseudonyms."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from percapita.counting.home import data_home, key_file
from percapita.counting.load import LoadedPlan
from percapita.counting.matching import accounts_table, people_table
from percapita.counting.people import PeopleOfPlan
from percapita.evidence.pseudonyms import load_key
from percapita.sources.rejects import Reject
from percapita.statement.types import Statement, as_json

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_statement(path: Path, statement: Statement) -> None:
    """Write statement.json."""
    path.write_text(json.dumps(as_json(statement), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write rejects.csv: file, row, column, reason; never what stood in the row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "row", "column", "reason"])
        writer.writerows((reject.path, reject.row or "", reject.column, reject.reason) for reject in sorted(rejects))


def write_identities(path: Path, people: PeopleOfPlan, pseudonyms: Sequence[str]) -> None:
    """Write identities.csv: which persons a key ties together that were not joined, by pseudonym."""
    persons = people.persons
    rows = [
        ("conflict", one.level, " ".join(sorted(pseudonyms[person] for person in one.persons)))
        for one in persons.conflicts
    ]
    users: defaultdict[str, set[str]] = defaultdict(set)
    for node, mailboxes in enumerate(persons.identities.emails):
        for mailbox in mailboxes:
            if mailbox in persons.shared_mailboxes:
                users[mailbox].add(pseudonyms[persons.of_node[node]])
    rows += [("shared mailbox", "email", " ".join(sorted(marks))) for marks in users.values()]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["question", "key", "persons"])
        writer.writerows(sorted(rows))


def write_people(folder: Path, loaded: LoadedPlan, people: PeopleOfPlan, pseudonyms: Sequence[str]) -> None:
    """Write people.parquet and accounts.parquet: by them two results are matched without a name."""
    import pyarrow.parquet as pq

    key = load_key(key_file(loaded, data_home(loaded.file)))
    pq.write_table(people_table(loaded, people, pseudonyms, key), folder / "people.parquet", compression="zstd")
    pq.write_table(accounts_table(people, pseudonyms, key), folder / "accounts.parquet", compression="zstd")


def write_names(path: Path, people: PeopleOfPlan, pseudonyms: Sequence[str]) -> None:
    """Write names.csv: who each pseudonym is. Only on request: it is the one file that names people."""
    names = raw_names(people)
    identities = people.persons.identities
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "names", "accounts"])
        for mark, nodes in sorted(zip(pseudonyms, people.persons.nodes, strict=True)):
            accounts = sorted(
                f"{identities.directory[node]}:{identities.account[node]}"
                for node in nodes
                if identities.directory[node]
            )
            said = sorted({name for node in nodes for name in names.get(identities.origin[node], ())})
            writer.writerow([mark, guarded("; ".join(said)), guarded("; ".join(accounts))])


def raw_names(people: PeopleOfPlan) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return the names as they were written, by file and row."""
    names: dict[tuple[str, int], tuple[str, ...]] = {}
    for table in people.tables:
        if not {"given_name", "family_name"} & set(table.rows.column_names):
            continue
        parts = [
            table.rows.column(column).to_pylist() if column in table.rows.column_names else [None] * table.rows.num_rows
            for column in ("row", "given_name", "family_name")
        ]
        for row, given, family in zip(*parts, strict=True):
            name = " ".join(part for part in (given, family) if part)
            names[(table.path, row)] = (name,) if name else ()
    return names


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(FORMULA_SIGNS) else text
