"""What every format gives: the named columns of some rows, with their record numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from percapita.errors import InputError, nearest
from percapita.sources.inventory import SourceFile
from percapita.sources.rejects import Reject
from percapita.sources.spec import Column, ColumnRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

MAY_LACK_HEADER = ("csv", "tsv", "xlsx")
LONGEST_LABEL = 60
MOST_LISTED = 10_000  # rejects listed of one file; more are only counted


@dataclass
class ReadTotals:
    """Count the rows of a file, those rejected among them, and oddities that reject nothing; list the rejects."""

    rows: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def reject(self, reject: Reject) -> None:
        """Count a rejected row and list it while there is room."""
        self.rejected += 1
        if len(self.rejects) < MOST_LISTED:
            self.rejects.append(reject)

    def note(self, what: str, times: int = 1) -> None:
        """Count an oddity."""
        if times:
            self.notes[what] = self.notes.get(what, 0) + times


@dataclass(frozen=True)
class RawBatch:
    """Hold rows: the record number of each and the named columns, of any Arrow type.

    A column of texts may hold cells that are typed times, in ISO form: `typed` says of such a column which they are.
    """

    numbers: pa.Array
    columns: dict[str, pa.Array]
    typed: dict[str, pa.Array] = field(default_factory=dict)


class RawReader(Protocol):
    """Read the named columns of one file."""

    def __call__(
        self, file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
    ) -> Iterator[RawBatch]:
        """Yield batches; count rows and rejects in `totals`; report bytes read to `progress`."""


def columns_named(source: object) -> dict[str, Column]:
    """Return the canonical columns that a source maps, with where they come from."""
    columns = source.columns  # type: ignore[attr-defined]
    return {name: rule for name in columns.__struct_fields__ if (rule := getattr(columns, name)) is not None}


def file_column(rule: Column) -> str | None:
    """Return the column of the file that a rule reads, None for a constant."""
    return rule.column if isinstance(rule, ColumnRule) else rule


def label(rule: Column, name: str) -> str:
    """Return what people know a column by: its name in the file, or the canonical one where that is a long path."""
    column = file_column(rule)
    return column if column is not None and len(column) <= LONGEST_LABEL else name


def wanted(source: object) -> list[str]:
    """Return the columns of the file that a source names, each once."""
    names = [file_column(rule) for rule in columns_named(source).values()]
    return list(dict.fromkeys(name for name in names if name is not None))


def place_columns(file: SourceFile, names: list[str], header: list[str]) -> dict[str, int]:
    """Return the place of each named column in a header. Raises InputError for one that is missing or there twice."""
    places = {}
    for name in names:
        if name not in header:
            raise InputError(f"column {name!r} is not in the file", file.path, _suggestion(file, name, names, header))
        if header.count(name) > 1:
            raise InputError(
                f"column {name!r} is in the file {header.count(name)} times", file.path, "rename one of them"
            )
        places[name] = header.index(name)
    return places


def _suggestion(file: SourceFile, name: str, names: list[str], header: list[str]) -> str:
    """Return what to write instead of a column that is missing.

    A first row with none of the named columns may be no header but the first record, whose cells nobody may see: then
    only a word much like the named one is shown.
    """
    known = [text for text in header if text]
    if file.format not in MAY_LACK_HEADER or set(names) & set(known):
        return nearest(name, known)
    return nearest(name, known, otherwise="see the first row; if it is no header, name columns by number: 1, 2, ...")


def nowhere(units: int) -> None:
    """Report progress to nobody."""
