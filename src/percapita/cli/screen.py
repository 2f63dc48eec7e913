"""What every command shows the same way: JSON, tables, files written, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Protocol


class Format(StrEnum):
    """Name the output formats of every command."""

    TABLE = "table"
    JSON = "json"


def show_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(headers: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
    """Print a table on stdout; columns that hold only numbers are aligned right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for index, header in enumerate(headers):
        numeric = all(isinstance(row[index], int | None) for row in rows)
        table.add_column(header, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False, emoji=False)
    console.print(table)


def cell_text(cell: object) -> str:
    """Return the text of a cell: thousands separated, nothing for None."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


class Meter(Protocol):
    """Follow long work: a phase has a total in bytes or rows, and advances."""

    def phase(self, title: str, total: int) -> None:
        """Begin a phase of `total` units."""

    def advance(self, units: int) -> None:
        """Add finished units to the phase."""


class Silent:
    """Show nothing: the meter of a pipe, a test or a library call."""

    def phase(self, title: str, total: int) -> None:
        """Begin a phase."""

    def advance(self, units: int) -> None:
        """Add finished units."""


@contextmanager
def meter() -> Iterator[Meter]:
    """Yield a progress display on a terminal's stderr, a silent meter anywhere else."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        class Bar:
            task = progress.add_task("", total=None)

            def phase(self, title: str, total: int) -> None:
                progress.update(self.task, description=title, total=total, completed=0)

            def advance(self, units: int) -> None:
                progress.advance(self.task, units)

        yield Bar()
