"""Check a plan and its sources in seconds, without counting: columns, first values, and a sample of the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from percapita.counting.home import data_home, digests_of
from percapita.counting.kept import kept_files
from percapita.counting.load import LoadedPlan, directory_of, load_plan
from percapita.counting.people import hints_of
from percapita.errors import InputError
from percapita.people.identities import IdentityTable, collect
from percapita.sources.calendar import month_start
from percapita.sources.inventory import SourceFile, take_inventory
from percapita.sources.read import ReadTotals, check_columns, peek, read_events, read_identities
from percapita.sources.spec import is_identity
from percapita.usage.kinds import settle_kinds
from percapita.usage.rules import UNDETERMINED, first_rule, matches

SAMPLE_ROWS = 100_000  # of each sampled file
SAMPLE_FILES = 5  # of each source: the first, the last and some between
WHOLE_BYTES = 32 << 20  # a source smaller than this is read whole


@dataclass
class SourceCheck:
    """Say what was found of one source; `values` are the first values of the named columns of its first file."""

    number: int
    type: str
    files: int
    bytes: int
    first_file: str
    values: dict[str, list[str | None]]
    sampled_rows: int = 0
    whole: bool = False
    rejected: int = 0
    first_reject: str = ""
    months: list[str] = field(default_factory=list)


@dataclass
class PlanCheck:
    """Say what was found of all sources. Activities without a rule are (system, activity) with their sampled rows.

    `gone_sources` are the numbers of sources whose files are all gone; a count takes their kept digests.
    Proposals are (directory, account, kind, why) of accounts that look like no person.
    """

    sources: list[SourceCheck]
    gone_sources: list[int]
    without_rule: list[tuple[str, str, int]]
    unlisted_systems: list[tuple[str, int]]
    systems_without_source: list[str]
    months_missing: list[str]
    proposals: list[tuple[str, str, str, str]] = field(default_factory=list)


def check(plan_file: Path) -> PlanCheck:
    """Return what a sample of the sources shows. Raises InputError for anything that would stop a count."""
    loaded = load_plan(plan_file)
    digests = digests_of(loaded, data_home(loaded.file)) if loaded.plan.count.digest else None
    files = take_inventory(
        loaded.sources, loaded.base, allow_empty=lambda index: bool(kept_files(digests, loaded, index))
    )
    for file in files:
        check_columns(file)
    sample = _Sample(loaded)
    by_source = [[file for file in files if file.source_index == index] for index in range(len(loaded.sources))]
    found = [_check_source(sample, index, of_source) for index, of_source in enumerate(by_source) if of_source]
    return PlanCheck(
        sources=found,
        gone_sources=[number for number, of_source in enumerate(by_source, start=1) if not of_source],
        without_rule=[(system, activity, rows) for (system, activity), rows in sample.without_rule.most_common(50)],
        unlisted_systems=[(s, rows) for s, rows in sample.systems.most_common() if s not in loaded.systems][:50],
        systems_without_source=[system for system in loaded.systems if _needs_rows(loaded, system, sample.systems)],
        months_missing=sample.missing_months(),
        proposals=_proposals(loaded, [file for file in files if file.source.type == "accounts"]),
    )


def _needs_rows(loaded: LoadedPlan, system: str, seen: Collection[str]) -> bool:
    """Tell whether nothing speaks of a system: no sampled row, no rule about accounts or the workforce, no number."""
    rostered = any(matches(one.system, system) for one in loaded.roster_rules)
    return not (system in seen or rostered or system in loaded.declared)


def _proposals(loaded: LoadedPlan, files: Sequence[SourceFile]) -> list[tuple[str, str, str, str]]:
    """Return the accounts for which a kind is proposed that the plan neither confirms, overrules nor leaves out."""
    tables = [
        IdentityTable(file.path, directory_of(file.source), read_identities(file, ReadTotals())) for file in files
    ]
    nodes = collect(tables)
    found = settle_kinds(nodes, loaded.kinds, hints_of(tables))
    return [
        (str(nodes.directory[node]), nodes.account[node], proposal.kind, proposal.why)
        for node, proposal in enumerate(found)
        if proposal is not None and not any(rule.fits("human", nodes.account[node]) for rule in loaded.exclusions)
    ]


@dataclass
class _Sample:
    loaded: LoadedPlan
    without_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    systems: Counter[str] = field(default_factory=Counter)
    months: set[date] = field(default_factory=set)
    known: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def missing_months(self) -> list[str]:
        """Return the months of the period of which no sampled row is; none if no row has a time."""
        wanted = self.loaded.calendar.months if self.months else ()
        return [f"{month:%Y-%m}" for month in wanted if month not in self.months]

    def add(self, row: tuple[str, str, str], bucket: date | None, events: int) -> None:
        """Add one row of a system, an activity and an object."""
        system, activity, object_ = row
        self.systems[system] += events
        if bucket is not None:
            self.months.add(month_start(bucket))
        if row not in self.known:
            self.known[row] = first_rule(self.loaded.rules, system, activity, object_)
        if self.known[row] == UNDETERMINED:
            self.without_rule[system, activity] += events


def _check_source(sample: _Sample, index: int, files: Sequence[SourceFile]) -> SourceCheck:
    first = files[0]
    size = sum(file.size for file in files)
    found = SourceCheck(
        number=index + 1,
        type=first.source.type,
        files=len(files),
        bytes=size,
        first_file=first.path,
        values=peek(first, rows=3),
        whole=size <= WHOLE_BYTES,
    )
    if is_identity(first.source):
        return found
    chosen = list(files) if found.whole else _spread(files)
    before = set(sample.months)
    sample.months.clear()
    for file in chosen:
        _sample_file(sample, file, found)
    found.months = [f"{month:%Y-%m}" for month in sorted(sample.months)]
    sample.months |= before
    return found


def _spread(files: Sequence[SourceFile]) -> Iterator[SourceFile]:
    step = max(1, (len(files) - 1) // (SAMPLE_FILES - 1)) if len(files) > 1 else 1
    yield from files[::step]


def _sample_file(sample: _Sample, file: SourceFile, found: SourceCheck) -> None:
    totals = ReadTotals()
    rows = 0
    for batch in read_events(file, sample.loaded.calendar, totals):
        rows += batch.num_rows
        names = ("system", "activity", "object", "bucket", "events")
        columns = (batch.column(name).to_pylist() for name in names)
        for system, activity, object_, bucket, events in zip(*columns, strict=True):
            sample.add((system, activity, object_), bucket, events)
        if rows >= SAMPLE_ROWS and not found.whole:
            break
    found.sampled_rows += rows
    found.rejected += totals.rejected
    if totals.rejects and not found.first_reject:
        reject = min(totals.rejects)
        found.first_reject = f"{reject.path} row {reject.row}: {reject.says}"
    limit = sample.loaded.plan.count.max_rejects
    if totals.rejected > limit * max(rows + totals.rejected, 1):
        raise InputError(
            f"{totals.rejected} of {rows + totals.rejected} sampled rows cannot be read; the first: "
            f"{min(totals.rejects).says}",
            f"{file.path}, row {min(totals.rejects).row}",
            "correct the columns or the date_format of this source",
        )
