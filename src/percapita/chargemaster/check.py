"""Check a file of standard charges, whatever its format: told apart by content, never by name."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from percapita.chargemaster.common import name_is_good
from percapita.chargemaster.findings import DEFAULT_LIMIT, Findings
from percapita.chargemaster.rules import ALERT, JSON, LAW_FORM, LAW_NAME, OURS, TALL, WIDE, Rule, rule
from percapita.chargemaster.templates import AUTO, V3_NAME, template_for

EVERY = (TALL, WIDE, JSON)
GZIP = b"\x1f\x8b"
PEEK = 4096
BUFFER = 1 << 20
CSV_HEAD = re.compile(rb'(?:^|,)[ "]*hospital_name[ "]*(?:,|$)', re.IGNORECASE)
BLANK_BYTES = b" \t\r\n\v\f\xef\xbb\xbf"


@rule(
    "FILE-E01", EVERY, "the file cannot be read: {why}", section="General Instructions", law=LAW_FORM, origin=OURS,
)  # fmt: skip
def readable(error: Exception) -> str:
    """The file is missing, may not be read, or is damaged."""
    return (getattr(error, "strerror", None) or str(error)).lower()


@rule(
    "FILE-N01", EVERY,
    "the file is called {name}; CMS asks for <ein>[-npi]_<hospital-name>_standardcharges.<csv|json>",
    section="File names", law=LAW_NAME, level=ALERT,
)  # fmt: skip
def file_name(name: str) -> bool:
    """The file is not named as CMS asks. (Its validator looks at names alone, so this is an alert.)"""
    return not name_is_good(name.removesuffix(".gz"))


@rule(
    "FILE-X01", EVERY, "the file is not written in UTF-8: byte {place}; save it as UTF-8, or letters will be "
    "read wrongly",
    section="General Instructions", law=LAW_FORM, level=ALERT, origin=OURS,
)  # fmt: skip
def is_utf8(watch: Utf8Watch) -> Iterator[int]:
    """The file holds bytes that are not UTF-8."""
    if watch.first_bad >= 0:
        yield watch.first_bad


class Utf8Watch(io.RawIOBase):
    """Pass bytes on, and remember the first that are not UTF-8."""

    def __init__(self, source: BinaryIO) -> None:
        """Read from `source`."""
        super().__init__()
        self._source = source
        self._place = 0
        self._rest = b""
        self.first_bad = -1

    def readable(self) -> bool:
        """Say that this can be read from."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; fewer than `size` only at the end."""
        data = self._source.read(size)
        if self.first_bad < 0:
            self._look(data, final=not data)
        return data

    def _look(self, data: bytes, *, final: bool) -> None:
        whole = self._rest + data
        if whole.isascii():
            self._place, self._rest = self._place + len(whole), b""
            return
        try:
            whole.decode("utf-8")
            self._place, self._rest = self._place + len(whole), b""
        except UnicodeDecodeError as error:
            if len(whole) - error.start < 4 and not final:
                self._place, self._rest = self._place + error.start, whole[error.start :]
            else:
                self.first_bad = self._place + error.start


def check_file(path: Path, version: str = V3_NAME, limit: int = DEFAULT_LIMIT, today: date | None = None) -> Findings:
    """Return what is wrong with a file; a file that cannot be read is a finding too.

    `version` is the template: v3.0.0, v2.x, or auto for the one that the file states. `limit` errors and `limit`
    alerts are kept, all are counted. `today` is for rules about dates.
    """
    findings = Findings(limit)
    try:
        with path.open("rb", buffering=BUFFER) as raw:
            _check(cast("Any", raw), path, findings, version, today or date.today())  # noqa: DTZ011  (a date of the reader's calendar)
    except (OSError, EOFError, zlib.error) as error:
        damaged = not isinstance(error, OSError) or isinstance(error, gzip.BadGzipFile)
        problem = OSError("the compressed file is cut off or damaged") if damaged else error
        findings.add(_rule(readable), "", why=readable(problem))
        return findings
    if file_name(path.name):
        findings.add(_rule(file_name), "", name=path.name)
    return findings


def _rule(function: Callable[..., Any]) -> Rule:
    found: Rule = function.rule  # type: ignore[attr-defined]
    return found


def holds_json(head: bytes, name: str) -> bool:
    """Tell from the head of a file whether it is JSON. Only where it looks like neither JSON nor CSV, the name
    decides.
    """
    start = head.lstrip(BLANK_BYTES)
    if start[:1] in (b"{", b"["):
        return True
    return name.lower().removesuffix(".gz").endswith(".json") and not CSV_HEAD.search(start.partition(b"\n")[0])


def _unpacked(buffered: io.BufferedReader[Any]) -> io.BufferedReader[Any]:
    packed = buffered.peek(2)[:2] == GZIP
    return io.BufferedReader(cast("Any", gzip.GzipFile(fileobj=buffered)), BUFFER) if packed else buffered


def _check(buffered: io.BufferedReader[Any], path: Path, findings: Findings, version: str, today: date) -> None:
    stream = _unpacked(buffered)
    watch = Utf8Watch(stream)
    if holds_json(stream.peek(PEEK)[:PEEK], path.name):
        from percapita.chargemaster.json_file import check_json, stated_version

        if version == AUTO:
            with path.open("rb", buffering=BUFFER) as again:
                version = template_for(AUTO, stated_version(_unpacked(cast("Any", again)))).name
        check_json(cast("BinaryIO", watch), findings, version, today)
    else:
        from percapita.chargemaster.csv_file import check_csv

        check_csv(cast("BinaryIO", watch), findings, version, today)
    for place in is_utf8(watch):
        findings.add(_rule(is_utf8), "", place=f"{place:,}")
