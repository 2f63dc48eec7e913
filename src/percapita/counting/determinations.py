"""One determination for each system and person: counted or not, why, on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, order=True)
class Determination:
    """Say whether a person counts in a system.

    `rule` is the rule of the user definition and the index of the `[[use]]` rule; `exclude[i]`, `shared` or a rule's id
    for an account left out; `undetermined` when no rule decides; `use[i]` or `output[no]` when one says it is no use.
    """

    system: str
    person: int
    counted: bool
    use_types: tuple[str, ...]
    rule: str
    first_seen: datetime | None
    last_seen: datetime | None
    events: int
    accounts: int


def write_determinations(path: Path, found: Iterable[Determination], pseudonyms: Sequence[str]) -> None:
    """Write persons.parquet, sorted by system and pseudonym."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {
            "system": one.system,
            "person": pseudonyms[one.person],
            "counted": one.counted,
            "use_types": list(one.use_types),
            "rule": one.rule,
            "first_seen": one.first_seen,
            "last_seen": one.last_seen,
            "events": one.events,
            "accounts": one.accounts,
        }
        for one in found
    ]
    rows.sort(key=lambda row: (row["system"], row["person"]))
    pq.write_table(pa.Table.from_pylist(rows, schema=persons_schema()), path, compression="zstd")


def persons_schema() -> object:
    """Return the Arrow schema of persons.parquet."""
    import pyarrow as pa

    instant = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("system", pa.string()),
            ("person", pa.string()),
            ("counted", pa.bool_()),
            ("use_types", pa.list_(pa.string())),
            ("rule", pa.string()),
            ("first_seen", instant),
            ("last_seen", instant),
            ("events", pa.int64()),
            ("accounts", pa.int64()),
        ]
    )
