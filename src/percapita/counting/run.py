"""Count a plan: inventory, people, events, statement, in named steps."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from percapita.counting.build import build_statement, case_of
from percapita.counting.engines import find_engine
from percapita.counting.home import data_home, digests_of, key_file
from percapita.counting.kept import kept_files, lost_files
from percapita.counting.load import LoadedPlan, directories_of, load_plan
from percapita.counting.open_points import Case
from percapita.counting.output import write_identities, write_names, write_people, write_rejects, write_statement
from percapita.counting.people import PeopleOfPlan, read_people
from percapita.counting.task import Counted, EventFile, Task, no_progress
from percapita.errors import InputError
from percapita.evidence.pseudonyms import load_key, pseudonym
from percapita.sources.inventory import HashCache, SourceFile, sha256_of, take_inventory
from percapita.sources.read import ReadTotals
from percapita.sources.spec import is_identity
from percapita.statement.types import InputFile, Statement

Progress = Callable[[str, int, int], None]
MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Settings:
    """Say how to run a count, apart from what the plan says."""

    engine: str = "duckdb"
    out: Path | None = None
    names: bool = False
    verify_inputs: bool = False
    progress: Progress = no_progress


@dataclass(frozen=True)
class Run:
    """Hold a finished count."""

    loaded: LoadedPlan
    statement: Statement
    people: PeopleOfPlan
    counted: Counted
    written: tuple[Path, ...]
    case: Case
    pseudonyms: Sequence[str] = ()


def count(plan_file: Path, settings: Settings | None = None) -> Run:
    """Count a plan and, where told, write the results. Raises PercapitaError for anything a person can mend."""
    settings = settings or Settings()
    engine = find_engine(settings.engine)
    loaded = load_plan(plan_file)
    home = data_home(loaded.file)
    files, hashes = _inventory(loaded, home, settings)
    people = read_people(loaded, [file for file in files if is_identity(file.source)], hashes)
    pseudonyms = _pseudonyms(loaded, people, home) if settings.out else None
    task = _task(loaded, people, _event_files(loaded, home, files, hashes), home, pseudonyms, settings.progress)
    counted = engine.count(task)
    inputs = _inputs(loaded, files, hashes, people, task, counted, settings.out)
    lost = lost_files(task.digests, loaded, hashes) if task.digests else []
    statement = build_statement(task, people, counted, inputs, lost, (engine.name, engine.version))
    written = _write(statement, people, task, counted, settings)
    case = case_of(task, people, counted, statement, lost)
    return Run(loaded, statement, people, counted, written, case, pseudonyms or ())


def events_task(loaded: LoadedPlan, progress: Progress) -> Task:
    """Return the task of reading a plan's files of events, whoever the people are."""
    home = data_home(loaded.file)
    files, hashes = _inventory(loaded, home, Settings(progress=progress))
    return _task(loaded, read_people(loaded, []), _event_files(loaded, home, files, hashes), home, None, progress)


def _pseudonyms(loaded: LoadedPlan, people: PeopleOfPlan, home: Path) -> list[str]:
    key = load_key(key_file(loaded, home))
    return [pseudonym(key, anchor) for anchor in people.persons.anchors]


def _inventory(loaded: LoadedPlan, home: Path, settings: Settings) -> tuple[tuple[SourceFile, ...], dict[str, str]]:
    """Find the files and their hashes, by path."""
    digests = digests_of(loaded, home) if loaded.plan.count.digest else None
    files = take_inventory(
        loaded.sources, loaded.base, allow_empty=lambda index: bool(kept_files(digests, loaded, index))
    )
    cache = HashCache(home)
    total = sum(file.size for file in files)
    done = 0
    hashes = {}
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:  # hashing leaves Python's lock
        sums = pool.map(partial(sha256_of, cache=cache, verify=settings.verify_inputs), files)
        for file, sha256 in zip(files, sums, strict=True):
            hashes[file.path] = sha256
            done += file.size
            settings.progress("checking files", done, total)
    cache.save()
    return files, hashes


def _event_files(
    loaded: LoadedPlan, home: Path, files: Sequence[SourceFile], hashes: dict[str, str]
) -> list[EventFile]:
    """Return the files of events, present ones first, then those that are gone but have a kept digest."""
    present = [EventFile(file, hashes[file.path]) for file in files if not is_identity(file.source)]
    if not loaded.plan.count.digest:
        return present
    gone = [
        kept
        for index, source in enumerate(loaded.sources)
        if not is_identity(source)
        for kept in kept_files(digests_of(loaded, home), loaded, index)
        if kept.file.path not in hashes and kept.sha256 not in hashes.values()
    ]
    return present + gone


def _task(
    loaded: LoadedPlan,
    people: PeopleOfPlan,
    files: Sequence[EventFile],
    home: Path,
    pseudonyms: Sequence[str] | None,
    progress: Progress,
) -> Task:
    return Task(
        loaded=loaded,
        files=files,
        book=people.book,
        directories=directories_of(loaded.plan),
        profiles=people.profiles,
        roster=people.roster,
        pseudonyms=pseudonyms,
        digests=digests_of(loaded, home) if loaded.plan.count.digest else None,
        progress=progress,
    )


def _inputs(
    loaded: LoadedPlan,
    files: Sequence[SourceFile],
    hashes: dict[str, str],
    people: PeopleOfPlan,
    task: Task,
    counted: Counted,
    out: Path | None,
) -> list[InputFile]:
    """Return what was read, by source and path. Raises InputError when too much of a file is unreadable."""
    identity_files = [file for file in files if is_identity(file.source)]
    read: list[tuple[SourceFile, str, ReadTotals, bool]] = [
        (file, hashes[file.path], totals, False) for file, totals in zip(identity_files, people.totals, strict=True)
    ]
    read += [
        (one.file, one.sha256, totals, one.kept is not None)
        for one, totals in zip(task.files, counted.totals, strict=True)
    ]
    read.sort(key=lambda entry: (entry[0].source_index, entry[0].path))
    _stop_on_rejects(loaded, [(file.path, totals) for file, _, totals, _ in read], out)
    return [
        InputFile(path=file.path, sha256=sha256, rows=totals.rows, rejected=totals.rejected, kept=kept)
        for file, sha256, totals, kept in read
    ]


def _stop_on_rejects(loaded: LoadedPlan, read: list[tuple[str, ReadTotals]], out: Path | None) -> None:
    for path, totals in read:
        if totals.rejected > loaded.plan.count.max_rejects * totals.rows:
            first = min(totals.rejects)
            listed = ""
            if out is not None:
                out.mkdir(parents=True, exist_ok=True)
                write_rejects(out / "rejects.csv", [reject for _, total in read for reject in total.rejects])
                which = (
                    "all are" if len(totals.rejects) == totals.rejected else f"the first {len(totals.rejects):,} are"
                )
                listed = f"; {which} listed in {out.name}/rejects.csv"
            raise InputError(
                f"{totals.rejected} of {totals.rows} rows cannot be read; the first: {first.says}",
                f"{path}, row {first.row}",
                f"correct the file or the plan, or raise [count] max_rejects{listed}",
            )


def _write(
    statement: Statement,
    people: PeopleOfPlan,
    task: Task,
    counted: Counted,
    settings: Settings,
) -> tuple[Path, ...]:
    """Write the results aside and move them into place together."""
    if settings.out is None:
        return ()
    aside = settings.out / f".writing-{os.getpid()}"  # of this run alone: another may write there at the same time
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        write_statement(aside / "statement.json", statement)
        counted.write_persons(aside / "persons.parquet")
        write_people(aside, task.loaded, people, task.pseudonyms or ())
        rejects = [reject for totals in (*people.totals, *counted.totals) for reject in totals.rejects]
        write_rejects(aside / "rejects.csv", rejects)
        write_identities(aside / "identities.csv", people, task.pseudonyms or ())
        if settings.names:
            write_names(aside / "names.csv", people, task.pseudonyms or ())
        return tuple(file.replace(settings.out / file.name) for file in sorted(aside.iterdir()))
    except OSError as error:
        raise InputError(
            f"the results cannot be written ({error.strerror})", str(settings.out), "choose another --out"
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
