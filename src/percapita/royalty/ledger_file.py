"""Keep a ledger in a file: JSON lines, each with the hash of the one before, so that nothing can be changed unseen.

The first line is the agreement, each other one a report. A line is canonical JSON.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.royalty.ledger import USES, Agreement, Item, Report, check_report

SCHEMA = "percapita/ledger/1"
MOST_BYTES = 512 << 20
ALTERED = "the ledger is only ever added to: put back the copy that was not changed"
FEE = re.compile(r"([0-9]{1,12}\.[0-9]{2})?")


@dataclass(frozen=True)
class Ledger:
    """Hold a ledger as read: the agreement, its reports, the hash of the last line."""

    path: Path
    agreement: Agreement
    reports: tuple[Report, ...]
    last: str


def start_ledger(path: Path, agreement: Agreement) -> None:
    """Write a new ledger. Raises InputError rather than overwrite one."""
    said = {"schema": SCHEMA, **{part.name: getattr(agreement, part.name) for part in fields(agreement)}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(canonical_json(said) + b"\n")
    except FileExistsError:
        raise InputError("there is a ledger already", str(path), "choose another path, or add to that one") from None
    except OSError as error:
        raise InputError(f"the ledger cannot be written ({error.strerror})", str(path), "choose another path") from None


def read_ledger(path: Path) -> Ledger:
    """Return a ledger. Raises InputError that names the line of one that was changed or cannot be read."""
    lines = _lines(path)
    agreement = _agreement(_object(lines[0], f"{path.name}, line 1"), f"{path.name}, line 1")
    reports: list[Report] = []
    last = sha256_hex(lines[0])
    for number, line in enumerate(lines[1:], start=2):
        where = f"{path.name}, line {number}"
        said = _object(line, where)
        if said.pop("previous", None) != last:
            raise InputError("this line does not follow from the line before", where, ALTERED)
        report = _report(said, where)
        check_report(agreement, reports, report)
        reports.append(report)
        last = sha256_hex(line)
    return Ledger(path, agreement, tuple(reports), last)


def _lines(path: Path) -> list[bytes]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("the file is too large for a ledger", path.name, "name the ledger")
        content = path.read_bytes()
    except OSError as error:
        cure = "check the path; percapita ledger start makes a new one"
        raise InputError(f"the ledger cannot be read ({error.strerror})", str(path), cure) from None
    if not content.endswith(b"\n"):
        raise InputError("the last line is cut off", path.name, ALTERED)
    return content[:-1].split(b"\n")


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        said = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise InputError("this line is no JSON object", where, "name a ledger of percapita ledger start")
    return said


def _agreement(said: dict[str, Any], where: str) -> Agreement:
    if said.pop("schema", None) != SCHEMA:
        raise InputError(f"this is no ledger ({SCHEMA})", where, "name a ledger of percapita ledger start")
    known = {part.name for part in fields(Agreement)}
    texts = {name: value for name, value in said.items() if name != "calendars"}
    calendars = said.get("calendars")
    good = set(said) == known and all(isinstance(value, str) for value in texts.values())
    if not good or not _texts(calendars) or said["use"] not in USES or not FEE.fullmatch(said["entity_fee"]):
        raise InputError("the agreement cannot be read", where, ALTERED)
    return Agreement(**said)


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _report(said: dict[str, Any], where: str) -> Report:
    try:
        items = tuple(_item(one) for one in said.pop("items"))
        start, end, posted = (date.fromisoformat(said.pop(name)) for name in ("start", "end", "posted"))
        report = Report(items=items, start=start, end=end, posted=posted, **said)
    except (KeyError, TypeError, ValueError):
        report = None
    if report is None or type(report.number) is not int or not _texts(report.rate_card):
        raise InputError("this line is no report", where, ALTERED)
    if not all(isinstance(one, str) for one in (report.kind, report.comment, report.approved_by)):
        raise InputError("this line is no report", where, ALTERED)
    return report


def _item(said: Any) -> Item:
    name, location, units = said
    if not isinstance(name, str) or not isinstance(location, str) or type(units) is not int:
        raise ValueError("no item")
    return Item(name, location, units)


def append_report(ledger: Ledger, report: Report) -> None:
    """Add a report to the file. Raises InputError when it may not be added, or when the file changed meanwhile."""
    check_report(ledger.agreement, ledger.reports, report)
    line = canonical_json({**as_json(report), "previous": ledger.last}) + b"\n"
    try:
        with _alone(ledger.path):
            if read_ledger(ledger.path).last != ledger.last:
                raise InputError("somebody else added to the ledger meanwhile", ledger.path.name, "do it again")
            with ledger.path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise InputError(
            f"the ledger cannot be written ({error.strerror})", str(ledger.path), "check the permissions"
        ) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the ledger: two reports that follow the same one would break the chain for good."""
    lock = path.with_name(f".{path.name}.lock")
    try:
        lock.touch(exist_ok=False)
    except FileExistsError:
        cure = f"do it again; if nobody is, remove {lock.name}"
        raise InputError("somebody else is adding to the ledger", path.name, cure) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "number": report.number,
        "kind": report.kind,
        "start": report.start.isoformat(),
        "end": report.end.isoformat(),
        "posted": report.posted.isoformat(),
        "items": [[item.name, item.location, item.units] for item in report.items],
        "rate_card": dict(report.rate_card),
        "comment": report.comment,
        "approved_by": report.approved_by,
    }
