"""The digest of a log file: its facts as Parquet, with a stamp that tells when it still holds.

A digest stands at `digests/<plan>/<source key>/<hash of the file>.parquet`. The source key hashes what the plan
says of the source and of the calendar; the stamp holds, for each system in the file, what the rules looked for. So an
unchanged file is not read again, and a changed rule makes only the digests of the systems it touches stale. Nothing
in a digest is of a column that the plan does not name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from percapita.counting.facts import Fact
from percapita.errors import InputError
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.sources.calendar import EPOCH, MICROSECOND, Calendar
from percapita.sources.days import from_text
from percapita.sources.read import ReadTotals
from percapita.sources.rejects import Reject
from percapita.sources.spec import EventSource
from percapita.usage.rules import UNDETERMINED, UseRule

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = "percapita/digest/2"
METADATA_KEY = "percapita"
MOST_SYSTEMS = 10_000  # more different systems in one file mean that the system column is a wrong one

Pattern = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Stamp:
    """Hold what a digest was made from: the file, how many rows and rejects it has, the rules' patterns by system.

    `days` are those with rows, by system, where the source's rows have times; see `sources.days`.
    """

    path: str
    sha256: str
    size: int
    rows: int
    rejected: int
    rejects: tuple[Reject, ...]
    patterns: dict[str, tuple[Pattern, ...]]
    days: dict[str, str] | None = None

    def is_current(self, rules: Sequence[UseRule]) -> bool:
        """Tell whether the rules still look for the same in every system of the file."""
        return self.days is not None and not self.stale_systems(rules)

    def days_of(self, system: str) -> set[date] | None:
        """Return the days on which the file has rows of a system; a digest of an older version does not know."""
        if self.days is None:
            return None
        return from_text(self.days[system]) if system in self.days else set()

    def stale_systems(self, rules: Sequence[UseRule]) -> list[str]:
        """Return the systems whose rules look for something else than when the digest was made."""
        return [system for system, patterns in self.patterns.items() if patterns_of(tuple(rules), system) != patterns]

    def totals(self, path: str) -> ReadTotals:
        """Return the counts of rows and rejects, with the rejects under the file's present path."""
        rejects = [Reject(path, reject.row, reject.column, reject.reason) for reject in self.rejects]
        return ReadTotals(rows=self.rows, rejected=self.rejected, rejects=rejects)


@lru_cache(maxsize=65536)
def rules_of(rules: tuple[UseRule, ...], system: str) -> tuple[int, ...]:
    """Return the indexes of the rules that touch a system: a digest numbers rules by their place among these."""
    return tuple(index for index, rule in enumerate(rules) if rule.touches(system))


def patterns_of(rules: tuple[UseRule, ...], system: str) -> tuple[Pattern, ...]:
    """Return what the rules that touch a system look for, in order."""
    return tuple(rules[index].pattern for index in rules_of(rules, system))


def source_key(source: EventSource, calendar: Calendar) -> str:
    """Return the key of everything but the file and the rules that a digest depends on."""
    said = msgspec.to_builtins(source)
    for part in ("directory", "path", "sign_ins"):
        said.pop(part, None)
    settings = {
        "schema": SCHEMA,
        "source": said,
        "path": source.path,
        "timezone": getattr(source, "timezone", None) or calendar.timezone,
        "calendar": calendar.timezone,
        "cuts": [str(cut) for cut in calendar.cuts],
    }
    return sha256_hex(canonical_json(settings))[:20]


def digest_path(root: Path, source: EventSource, calendar: Calendar, sha256: str) -> Path:
    """Return where the digest of a file stands."""
    return root / source_key(source, calendar) / f"{sha256}.parquet"


def stamp_bytes(stamp: Stamp) -> bytes:
    """Return the text of a stamp for the Parquet footer."""
    lists = list(dict.fromkeys(stamp.patterns.values()))
    number = {patterns: place for place, patterns in enumerate(lists)}
    systems = {system: number[patterns] for system, patterns in stamp.patterns.items()}
    said = {field.name: getattr(stamp, field.name) for field in fields(stamp)}
    rejects = [[reject.row, reject.column, reject.reason] for reject in stamp.rejects]
    return canonical_json({"schema": SCHEMA, **said, "rejects": rejects, "patterns": lists, "systems": systems})


def read_stamp(path: Path) -> Stamp | None:
    """Return the stamp of a digest, or None if the file is not a whole digest of this version."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path).metadata or {}
        said = json.loads(metadata[METADATA_KEY.encode()])
        return _stamp(said) if said.pop("schema") == SCHEMA else None
    except (OSError, pa.ArrowInvalid, KeyError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _stamp(said: dict[str, Any]) -> Stamp:
    lists = [
        tuple((tuple(activity), tuple(objects)) for activity, objects in patterns) for patterns in said["patterns"]
    ]
    said["patterns"] = {system: lists[number] for system, number in said.pop("systems").items()}
    said["rejects"] = tuple(Reject(said["path"], row, column, reason) for row, column, reason in said["rejects"])
    return Stamp(**said)


def refuse_stale(stamp: Stamp, rules: Sequence[UseRule]) -> None:
    """Raise InputError if a kept digest of a file that is gone does not fit the rules any more."""
    stale = stamp.stale_systems(rules)
    if stale:
        raise InputError(
            f"the [[use]] rules of {', '.join(stale[:3])} changed, but the file is gone and cannot be read again",
            stamp.path,
            "restore the file or the rules, or leave the digest out with `percapita digest prune --gone`",
        )


def kept_facts(path: Path, rules: tuple[UseRule, ...]) -> tuple[list[Fact], ReadTotals]:
    """Return the facts of a kept digest with the plan's rule indexes."""
    import pyarrow.parquet as pq

    stamp = read_stamp(path)
    if stamp is None:
        raise InputError("the kept digest is damaged", path.name, "remove it with `percapita digest prune`")
    refuse_stale(stamp, rules)
    table: pa.Table = pq.read_table(path)
    facts = [_fact(rules, **row) for row in table.to_pylist()]
    return facts, stamp.totals(stamp.path)


def _fact(rules: tuple[UseRule, ...], rule: int, first: int | None, last: int | None, **row: Any) -> Fact:
    times = [None if time is None else EPOCH + time * MICROSECOND for time in (first, last)]
    return Fact(rule=_plan_rule(rules, row["system"], rule), first=times[0], last=times[1], **row)


def _plan_rule(rules: tuple[UseRule, ...], system: str, place: int) -> int:
    return UNDETERMINED if place == UNDETERMINED else rules_of(rules, system)[place]


def digest_schema() -> pa.Schema:
    """Return the Arrow schema of a digest; `rule` is the place among the rules that touch the system, or -1.

    `first` and `last` are microseconds since 1970-01-01 UTC.
    """
    import pyarrow as pa

    return pa.schema(
        [
            ("system", pa.string()),
            ("account", pa.string()),
            ("rule", pa.int16()),
            ("bucket", pa.date32()),
            ("events", pa.int64()),
            ("first", pa.int64()),
            ("last", pa.int64()),
        ]
    )
