"""Look at what is published: is it there, valid, up to date, and what the license check let out?"""

from __future__ import annotations

import hashlib
import re
import tempfile
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from percapita.chargemaster.check import check_file
from percapita.chargemaster.common import name_is_good
from percapita.chargemaster.fetching import FetchError, Limits, fetch
from percapita.chargemaster.gate import months_later
from percapita.chargemaster.model import Hospital
from percapita.chargemaster.reading import read_hospital
from percapita.chargemaster.webpage import INDEX, Listed, read_index
from percapita.errors import InputError

LARGEST_INDEX = 1 << 20
MOST_LISTED = 500
SOON = timedelta(days=30)
WRONG, WARNING = "wrong", "warning"


@dataclass(frozen=True)
class Remark:
    """Hold one thing that is wrong, or that somebody should know."""

    code: str
    message: str
    severity: str = WRONG


@dataclass(frozen=True)
class Look:
    """Hold what was found of one published file."""

    locations: tuple[str, ...]
    file: str
    sha256: str
    bytes: int
    valid: bool | None
    updated_on: date | None
    due: date | None
    remarks: tuple[Remark, ...]

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return all(one.severity != WRONG for one in self.remarks)


@dataclass(frozen=True)
class Expected:
    """Hold what the watcher holds files against: the day, the months, the receipts of the license check."""

    on: date
    months: int
    receipts: Sequence[dict[str, Any]]


def watch(target: str, expected: Expected, limits: Limits) -> Iterator[Look]:
    """Yield a look at each file that a website, an index or an address leads to; a path is a file or an index here.

    Raises InputError when the index itself cannot be had or names no file.
    """
    with tempfile.TemporaryDirectory(prefix="percapita-") as scratch:
        if not re.match(r"https?://", target, re.IGNORECASE):
            yield from _watch_path(Path(target), expected, limits, Path(scratch))
            return
        trusted = frozenset({(urllib.parse.urlsplit(target).hostname or "").lower()})
        limits = Limits(limits.most, limits.patience, limits.total, limits.trusted | trusted)
        if urllib.parse.urlsplit(target).path.lower().endswith((".csv", ".json", ".gz")):
            yield _fetched(target, (), expected, limits, Path(scratch))
            return
        index = target if target.lower().endswith(".txt") else urllib.parse.urljoin(target, f"/{INDEX}")
        path = Path(scratch) / INDEX
        try:
            fetch(index, path, Limits(LARGEST_INDEX, limits.patience, limits.total, limits.trusted))
        except FetchError as error:
            raise InputError(f"the index cannot be fetched: {error}", index, "publish it in the root folder") from None
        yield from _watch_index(path.read_bytes(), index, expected, limits, Path(scratch))


def _watch_path(path: Path, expected: Expected, limits: Limits, scratch: Path) -> Iterator[Look]:
    try:
        if path.suffix.lower() != ".txt":
            yield _look(path, path.name, str(path), (), expected)
            return
        if path.stat().st_size > LARGEST_INDEX:
            raise InputError("this is far too large for an index", str(path), f"give a {INDEX}")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", str(path), "check the path") from None
    yield from _watch_index(content, str(path), expected, limits, scratch)


def _watch_index(content: bytes, where: str, expected: Expected, limits: Limits, scratch: Path) -> Iterator[Look]:
    listed = read_index(content.decode("utf-8", errors="replace"))
    if not listed or len(listed) > MOST_LISTED:
        what = "the index names no file" if not listed else f"the index names more than {MOST_LISTED} locations"
        raise InputError(what, where, "see https://cmsgov.github.io/hpt-tool/txt-generator")
    by_file: dict[str, list[Listed]] = {}
    for one in listed:
        by_file.setdefault(one.file, []).append(one)
    for url, entries in by_file.items():
        found = _fetched(url, tuple(one.location for one in entries), expected, limits, scratch)
        missing = tuple(remark for one in entries for remark in _incomplete(one))
        yield Look(**{**vars(found), "remarks": (*missing, *found.remarks)})


def _incomplete(one: Listed) -> Iterator[Remark]:
    named = {"location-name": one.location, "source-page-url": one.page, "mrf-url": one.file}
    named |= {"contact-name": one.contact, "contact-email": one.email}
    for key, value in named.items():
        if not value:
            yield Remark("INDEX_INCOMPLETE", f"the index has no {key} of {one.location or 'a location'}")


def _fetched(url: str, locations: tuple[str, ...], expected: Expected, limits: Limits, scratch: Path) -> Look:
    name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
    path = scratch / (name if re.fullmatch(r"[\w.-]{1,200}", name) and name != INDEX else "fetched")
    try:
        fetch(url, path, limits)
        return _look(path, name, url, locations, expected)
    except FetchError as error:
        remark = Remark("UNREACHABLE", f"it cannot be fetched: {error}")
        return Look(locations, url, "", 0, None, None, None, (remark,))
    finally:
        path.unlink(missing_ok=True)


def _look(path: Path, name: str, shown: str, locations: tuple[str, ...], expected: Expected) -> Look:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    errors = check_file(path, limit=1, today=expected.on)
    hospital = _hospital(path)
    updated = hospital.updated_on if hospital and hospital.updated_on > date.min else None
    due = months_later(updated, expected.months) if updated else None
    remarks = [*_of_name(name), *_of_content(errors.error_count, errors.errors, hospital)]
    remarks += [*_of_date(updated, due, expected.on), *_of_receipt(name, sha256, expected.receipts)]
    size = path.stat().st_size
    return Look(locations, shown, sha256, size, not errors.error_count, updated, due, tuple(remarks))


def _hospital(path: Path) -> Hospital | None:
    try:
        return read_hospital(path)
    except InputError:
        return None


def _of_name(name: str) -> Iterator[Remark]:
    if not name_is_good(name.removesuffix(".gz")):
        yield Remark(
            "FILE_NAME", f"the file is called {name or 'nothing'}, not <ein>_<hospital-name>_standardcharges.<csv|json>"
        )


def _of_content(count: int, errors: Sequence[Any], hospital: Hospital | None) -> Iterator[Remark]:
    if count:
        first = errors[0]
        yield Remark("NOT_VALID", f"{count:,} errors, the first: {first.path} {first.message}")
    if hospital is not None and hospital.is_v3 and hospital.attested is not True:
        yield Remark("NOT_ATTESTED", "the file does not attest true")


def _of_date(updated: date | None, due: date | None, on: date) -> Iterator[Remark]:
    if updated is None or due is None:
        yield Remark("NO_DATE", "the file does not say when it was updated")
    elif on > due:
        yield Remark("STALE", f"updated on {updated}; an update was due on {due}")
    elif due - on <= SOON:
        yield Remark("DUE_SOON", f"updated on {updated}; an update is due on {due}", WARNING)


def _of_receipt(name: str, sha256: str, receipts: Sequence[dict[str, Any]]) -> Iterator[Remark]:
    if not receipts:
        return
    of_name = sorted((one for one in receipts if one["file"] == name), key=lambda one: str(one["on"]))
    if not of_name:
        yield Remark("NO_RECEIPT", "no receipt of the license check is about this file", WARNING)
    elif sha256 not in {one["sha256"] for one in of_name}:
        yield Remark("DRIFT", f"another content than that of the receipt of {of_name[-1]['on']}")
    elif sha256 != of_name[-1]["sha256"]:
        yield Remark("OLDER", f"the content of an earlier receipt, not of that of {of_name[-1]['on']}")
    elif of_name[-1]["verdict"] == "stop":
        yield Remark("STOPPED", f"the license check of {of_name[-1]['on']} stopped this content")
