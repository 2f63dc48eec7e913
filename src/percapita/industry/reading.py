"""Open a raw file: its hash, its header, its rows as texts; what is cut off or no text is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile, take_inventory
from percapita.sources.raw import RawBatch, ReadTotals, nowhere
from percapita.sources.read import HEADERS, READERS
from percapita.sources.spec import Source
from percapita.sources.streams import GZIP

if TYPE_CHECKING:
    import pyarrow as pa

RAGGED = "more or fewer cells"


class _NoColumns(msgspec.Struct, frozen=True):
    """Name no column: the reader then takes the delimiter that gives the most."""


class _Plain(msgspec.Struct, frozen=True):
    """Be what the reader of sources needs to know of a file."""

    path: str
    header: bool | None = None
    columns: _NoColumns = _NoColumns()
    format: None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    records: str | None = None
    type: str = "industry"


@dataclass
class RawFile:
    """Hold a file that can be read: `name` is what provenance shows of it, never a path of the machine."""

    file: SourceFile
    name: str
    sha256: str
    header: list[str]
    totals: ReadTotals = field(default_factory=ReadTotals)

    def batches(self, names: Sequence[str]) -> Iterator[tuple[pa.Array, dict[str, pa.Array]]]:
        """Yield record numbers and the named columns as texts; rejects gather in `totals`."""
        batch: RawBatch
        for batch in READERS[self.file.format](self.file, list(names), self.totals, nowhere):
            yield batch.numbers, batch.columns
        _refuse_cut_end(self)


def open_raw(path: Path, header: bool = True) -> RawFile:
    """Return a file ready to read. Raises InputError for a file that is missing, cut off, empty or no text."""
    source = _Plain(str(path), header=None if header else False)
    try:
        file = take_inventory(cast("list[Source]", [source]), Path())[0]
    except InputError as error:
        raise InputError(error.what, str(path), error.cure) from None
    file = replace(file, path=path.name)
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return RawFile(file, path.name, sha256, HEADERS[file.format](file))


def _refuse_cut_end(raw: RawFile) -> None:
    """Raise InputError when the last row lacks cells and its line end: the file was cut off there."""
    rejects = raw.totals.rejects
    last = raw.totals.rows + (1 if raw.file.source.header is None else 0)
    if not rejects or RAGGED not in rejects[-1].reason or rejects[-1].row < last or _ends_a_line(raw.file.absolute):
        return
    raise InputError(
        "the file is cut off in its last row",
        f"{raw.name}, row {rejects[-1].row}",
        "get the whole file and load it again",
    )


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as content:
        if content.read(2) == GZIP:
            return False  # a whole archive, so its text may have been cut before
        content.seek(-1, 2)
        return content.read(1) in (b"\n", b"\r")


def text_of(column: Any) -> list[str]:
    """Return a column's cells as trimmed texts."""
    from percapita.sources.values import as_text

    return ["" if cell is None else cell.strip() for cell in as_text(column).to_pylist()]
