"""What the formats of messages share: a message is nested values, a column is a path into it (`paths.py`).

The record number of a row is that of its message in the file. A message that cannot be read is a reject with a reason;
only the parts of a message that some column begins with are ever decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Protocol

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.paths import Find, Path, compile_paths
from percapita.sources.raw import RawBatch, RawReader, ReadTotals, columns_named, file_column, nowhere, wanted
from percapita.sources.rejects import Reject

BATCH = 8_192
SAMPLE = 200

Message = dict[str, Any] | str  # nested values, or why there are none


class Messages(Protocol):
    """Read the messages of one file."""

    def __call__(
        self, file: SourceFile, roots: frozenset[str], progress: Callable[[int], None]
    ) -> Iterator[tuple[int, Message]]:
        """Yield the number of each message and its values under the names `roots`, or why it has none."""


def reader_of(messages: Messages, fold: bool = False) -> RawReader:
    """Return the reader of a format of messages; with `fold` the case of names does not matter."""

    def read_raw(
        file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
    ) -> Iterator[RawBatch]:
        paths = compile_paths(names, file.path, fold)
        finds = [path.find for path in paths.values()]
        found = _texts(file, messages(file, _roots(paths), progress), finds, totals)
        while chunk := list(islice(found, BATCH)):
            yield _batch(names, chunk)

    return read_raw


def header_of(messages: Messages, fold: bool = False) -> Callable[[SourceFile], list[str]]:
    """Return what tells the named columns of a file, and raises InputError if it begins without an account."""

    def columns_of(file: SourceFile) -> list[str]:
        names = wanted(file.source)
        paths = compile_paths(names, file.path, fold)
        found = messages(file, _roots(paths), nowhere)
        sample = [message for _, message in islice(found, SAMPLE) if isinstance(message, dict)]
        for column, name in _needed(file):
            if sample and not any(paths[name].find(message) for message in sample):
                raise InputError(
                    f"no message at the beginning of the file has {column}",
                    file.path,
                    "correct the preset, the format or the column",
                )
        return names

    return columns_of


def _needed(file: SourceFile) -> list[tuple[str, str]]:
    """Return the column without which no row can be used, and its path: that of the account."""
    named = columns_named(file.source)
    accounts: tuple[str, ...] = ("account_id", "email", "employee_id")
    columns = [(name, file_column(named[name])) for name in accounts if name in named]
    needed = [(name, column) for name, column in columns if column is not None]
    return [] if file.source.type == "workforce" else needed[:1]


def _roots(paths: dict[str, Path]) -> frozenset[str]:
    return frozenset(root for path in paths.values() for root in path.roots)


def _texts(
    file: SourceFile, messages: Iterator[tuple[int, Message]], finds: list[Find], totals: ReadTotals
) -> Iterator[tuple[int, list[str | None]]]:
    for number, message in messages:
        totals.rows += 1
        if isinstance(message, str):
            totals.reject(Reject(file.path, number, "", message))
        else:
            yield number, [_storable(find(message)) for find in finds]


def _storable(text: str | None) -> str | None:
    """Return a text that UTF-8 can hold: a lone half of a surrogate pair becomes a question mark."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _batch(names: list[str], rows: list[tuple[int, list[str | None]]]) -> RawBatch:
    import pyarrow as pa

    columns = list(zip(*(texts for _, texts in rows), strict=True)) if names else []
    return RawBatch(
        pa.array([number for number, _ in rows], pa.int64()),
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)},
    )
