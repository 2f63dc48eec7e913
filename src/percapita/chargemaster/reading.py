"""Read a valid file of standard charges of any format as a hospital and entries, in flat memory, as often as needed."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from percapita.chargemaster.check import GZIP, PEEK, holds_json
from percapita.chargemaster.json_stream import NotJsonError
from percapita.chargemaster.model import Entry, Hospital, Survey
from percapita.chargemaster.reading_csv import entries_of, hospital_of, open_sheet
from percapita.chargemaster.reading_json import JsonReader
from percapita.errors import InputError

BUFFER = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """Open a file, unpacked if it is packed."""
    with cast("io.BufferedReader[Any]", path.open("rb", buffering=BUFFER)) as raw:
        if raw.peek(2)[:2] == GZIP:
            yield io.BufferedReader(cast("Any", gzip.GzipFile(fileobj=raw)), BUFFER)
        else:
            yield raw


def read_entries(path: Path, survey: Survey | None = None) -> Iterator[Entry]:
    """Yield the entries of a file. What no template has is counted in `survey`.

    Raises InputError for a damaged file.
    """
    counted = survey or Survey()
    with _readable(path), opened(path) as stream:
        if holds_json(stream.peek(PEEK)[:PEEK], path.name):
            yield from JsonReader(stream, counted).entries()
        else:
            with open_sheet(stream, path.name) as sheet:
                yield from entries_of(sheet, counted)


def look_through(path: Path) -> tuple[Hospital, Survey]:
    """Return what a file says of the hospital, and the survey of its entries."""
    survey = Survey()
    with _readable(path), opened(path) as stream:
        if holds_json(stream.peek(PEEK)[:PEEK], path.name):
            reader = JsonReader(stream, survey)
            for entry in reader.entries():
                survey.see(entry)
            return reader.hospital(), survey
        with open_sheet(stream, path.name) as sheet:
            for entry in entries_of(sheet, survey):
                survey.see(entry)
            return hospital_of(sheet), survey


def read_hospital(path: Path) -> Hospital:
    """Return what a file says of the hospital; of a CSV file only its head is read."""
    with _readable(path), opened(path) as stream:
        if not holds_json(stream.peek(PEEK)[:PEEK], path.name):
            with open_sheet(stream, path.name) as sheet:
                return hospital_of(sheet)
    return look_through(path)[0]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what a damaged file raises into one line."""
    try:
        yield
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise InputError(f"the file cannot be read ({why})", path.name, "check the path and the file") from None
    except (NotJsonError, msgspec.MsgspecError, AttributeError, TypeError, KeyError, IndexError) as error:
        raise InputError("the file is not as the template asks", path.name, "see percapita charges check") from error
