"""Look through a file for what the license check needs: attestation, date, kinds of codes, notices, descriptions."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from percapita.chargemaster.check import GZIP, PEEK, holds_json
from percapita.chargemaster.gate import Facts
from percapita.chargemaster.json_stream import JsonStream
from percapita.chargemaster.text import date_of, parts
from percapita.errors import InputError

# Source: the publisher's categories I, II, III, PLA, MAAA and immunization administration. HCPCS Level II begins with a
# letter, so five digits under HCPCS are CPT.
CPT_SHAPE = re.compile(r"[0-9]{4}[0-9FTUMA]", re.IGNORECASE)
NOTICE = re.compile(
    r"(?:copyright|©|\(c\))\D{0,40}((?:19|20)\d\d)[^.]{0,80}american medical association", re.IGNORECASE
)
BESIDE = "*notice*.txt"
LONGEST_NOTICE = 1 << 20
WIDEST_CELL = 16 << 20
STATEMENTS = ("to the best of its knowledge and belief",)  # how the attestation and the older affirmation begin


class _Code(msgspec.Struct):
    code: str = ""
    type: str = ""


class _Item(msgspec.Struct):
    description: str = ""
    code_information: list[_Code] = []


ITEMS = msgspec.json.Decoder(list[_Item])


@dataclass
class _Seen:
    """Gather what the rows of a file say."""

    descriptors: Collection[str]
    rows_by_type: Counter[str] = field(default_factory=Counter)
    cpt_under_hcpcs: int = 0
    copied: int = 0
    attested: bool | None = None
    updated_on: date | None = None
    notice_year: int | None = None

    def add(self, description: str, codes: Sequence[tuple[str, str]]) -> None:
        """Add an item with its (code, type) pairs."""
        types = set()
        for code, kind in codes:
            word = kind.strip().upper()
            if word == "HCPCS" and CPT_SHAPE.fullmatch(code.strip()):
                self.cpt_under_hcpcs += 1
                word = "CPT"
            types.add(word)
        self.rows_by_type.update(types - {""})
        self.copied += "CPT" in types and folded(description) in self.descriptors

    def read_notice(self, text: str) -> None:
        """Find the year of a copyright notice in a text."""
        found = NOTICE.search(text)
        if found and self.notice_year is None:
            self.notice_year = int(found.group(1))

    def date(self, text: str) -> None:
        """Read the day of the last update."""
        day = date_of(text)
        self.updated_on = date(*day) if day else None


def facts_of(path: Path, valid: bool, descriptors: Collection[str] = ()) -> Facts:
    """Return the facts of a file; of one that is not valid only that. `descriptors` are compared in `folded` form."""
    if not valid:
        return Facts(path.name, valid=False)
    seen = _Seen(descriptors)
    with _opened(path) as stream:
        if holds_json(stream.peek(PEEK)[:PEEK], path.name):
            _read_json(stream, seen)
        else:
            _read_csv(stream, seen)
    for notice in sorted(path.parent.glob(BESIDE)):
        seen.read_notice(notice.read_text(encoding="utf-8", errors="replace")[:LONGEST_NOTICE])
    return Facts(
        name=path.name,
        valid=True,
        attested=seen.attested,
        updated_on=seen.updated_on,
        rows_by_type=dict(seen.rows_by_type),
        cpt_under_hcpcs=seen.cpt_under_hcpcs,
        copied=seen.copied if descriptors else None,
        notice_year=seen.notice_year,
    )


def folded(text: str) -> str:
    """Return a description as descriptions are compared: no case, one blank between words, no punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


FIXED = re.compile(r"[0-9]{4}[0-9A-Z] (.+)")  # the short files: code in columns 1 to 5, a blank, the descriptor


def descriptors_of(path: Path) -> frozenset[str]:
    """Return the licensee's own descriptors in `folded` form; nothing of them is kept or shown.

    A line is a code, a tab and a descriptor, or the fixed columns of the short files; a notice before them is passed
    over. Raises InputError for a file that cannot be read or holds none.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the release file cannot be read ({error.strerror})", str(path), "check the path") from None
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = content.decode("cp1252", errors="replace").splitlines()
    found = frozenset(folded(_descriptor(line)) for line in lines) - {""}
    if not found:
        raise InputError("there is no descriptor in the release file", str(path), "give lines of code, tab, descriptor")
    return found


def _descriptor(line: str) -> str:
    if "\t" in line:
        return line.partition("\t")[2]
    fixed = FIXED.fullmatch(line)
    return fixed.group(1) if fixed else ""


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    with path.open("rb") as raw:
        if raw.peek(2)[:2] == GZIP:
            yield io.BufferedReader(cast("Any", gzip.GzipFile(fileobj=raw)))
        else:
            yield raw


def _read_csv(stream: BinaryIO, seen: _Seen) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        _read_rows(text, seen)
    finally:
        text.detach()  # who opened the stream closes it


def _read_rows(text: io.TextIOWrapper, seen: _Seen) -> None:
    csv.field_size_limit(WIDEST_CELL)
    rows = csv.reader(text)
    names, values, headers = (next(rows, []) for _ in range(3))
    for name, value in zip(names, values, strict=False):
        seen.read_notice(f"{name} {value}")
        if parts(name) == ("LAST_UPDATED_ON",):
            seen.date(value.strip())
        elif name.strip().lower().startswith(STATEMENTS):
            seen.attested = value.strip().upper() == "TRUE"
    described, codes = _places(headers)
    for row in rows:
        if any(cell.strip() for cell in row):
            row += [""] * (len(headers) - len(row))
            seen.add(row[described] if described is not None else "", [(row[code], row[kind]) for code, kind in codes])


def _places(headers: Sequence[str]) -> tuple[int | None, list[tuple[int, int]]]:
    """Return where the description stands, and each code with its type."""
    at = {parts(header): place for place, header in enumerate(headers)}
    numbers = [name[1] for name in at if len(name) == 2 and name[0] == "CODE"]
    pairs = [(at["CODE", number], at["CODE", number, "TYPE"]) for number in numbers if ("CODE", number, "TYPE") in at]
    return at.get(("DESCRIPTION",)), pairs


def _read_json(stream: BinaryIO, seen: _Seen) -> None:
    def items(reader: JsonStream) -> None:
        for batch, loose in reader.elements(_decoded):
            for item in batch if batch is not None else _loose(loose or []):
                seen.add(item.description, [(code.code, code.type) for code in item.code_information])

    reader = JsonStream(stream)
    for key, value in reader.properties("standard_charge_information", items):
        if key == "last_updated_on":
            seen.date(str(value).strip())
        elif key in ("attestation", "affirmation") and isinstance(value, dict):
            confirmed = value.get("confirm_attestation", value.get("confirm_affirmation"))
            seen.attested = confirmed if isinstance(confirmed, bool) else None
        elif isinstance(value, str):
            seen.read_notice(value)


def _decoded(text: str) -> list[_Item] | None:
    try:
        return ITEMS.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _loose(items: Sequence[Any]) -> list[_Item]:
    return [msgspec.convert(item, _Item, strict=False) for item in items if isinstance(item, dict)]
