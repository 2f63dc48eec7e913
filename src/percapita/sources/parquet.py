"""Read Parquet: only the named columns are decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from percapita.errors import InputError
from percapita.sources.inventory import SourceFile
from percapita.sources.raw import RawBatch, ReadTotals, place_columns

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH = 65_536


def open_parquet(file: SourceFile) -> pq.ParquetFile:
    """Return an open Parquet file. Raises InputError when it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file.absolute)
    except (pa.ArrowException, OSError):
        raise _damaged(file) from None


def _damaged(file: SourceFile) -> InputError:
    return InputError("the Parquet file is damaged or cut off", file.path, "copy it again")


def columns_of(file: SourceFile) -> list[str]:
    """Return the names of a file's columns."""
    with open_parquet(file) as content:
        return list(content.schema_arrow.names)


def read_raw(
    file: SourceFile, names: list[str], totals: ReadTotals, progress: Callable[[int], None]
) -> Iterator[RawBatch]:
    """Yield the named columns with their types. Raises InputError when the file is damaged."""
    import pyarrow as pa

    with open_parquet(file) as content:
        place_columns(file, names, list(content.schema_arrow.names))
        _check_types(file, names, content.schema_arrow)
        total = content.metadata.num_rows
        per_row = file.size / max(total, 1)
        try:
            for batch in content.iter_batches(batch_size=BATCH, columns=names, use_threads=False):
                first = totals.rows + 1
                totals.rows += batch.num_rows
                progress(int(batch.num_rows * per_row))
                numbers = pa.array(range(first, totals.rows + 1), pa.int64())
                yield RawBatch(numbers, {name: _plain(batch.column(name)) for name in names})
        except (pa.ArrowException, OSError):
            raise _damaged(file) from None


def _check_types(file: SourceFile, names: list[str], schema: pa.Schema) -> None:
    """Raise InputError for a named column that holds lists, records or other things that are no text."""
    import pyarrow.types as kinds

    for name in names:
        kind = schema.field(name).type
        while kinds.is_dictionary(kind):
            kind = kind.value_type
        if kinds.is_nested(kind) or kinds.is_time(kind) or kinds.is_duration(kind) or kinds.is_interval(kind):
            raise InputError(
                f"column {name!r} holds {kind} values", file.path, "name a column of texts, numbers, dates or times"
            )


def _plain(column: pa.Array) -> pa.Array:
    import pyarrow as pa

    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
