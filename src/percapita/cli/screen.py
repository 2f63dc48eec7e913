"""What every command shows the same way: JSON, tables, files written, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from percapita.cli.interrupts import stop_if_asked


class Format(StrEnum):
    """Name the output formats of every command."""

    TABLE = "table"
    JSON = "json"


def show_json(value: Any) -> None:
    """Print one JSON document on stdout; where stdout is not UTF-8, its signs are escaped."""
    print(json.dumps(value, indent=2, ensure_ascii=not (sys.stdout.encoding or "").lower().startswith("utf")))


def printable(text: str) -> str:
    """Return a text that can neither move the cursor nor color the screen: names and paths are foreign."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def say(line: str = "") -> None:
    """Print one line on stdout."""
    print(printable(line))


def show_table(headers: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
    """Print a table on stdout; columns that hold only numbers are aligned right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, header in enumerate(headers):
        numeric = all(isinstance(row[index], int | None) for row in rows)
        table.add_column(header, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False, emoji=False)
    if title:
        console.print(
            Text(printable(title), style="italic")
        )  # above the table, for a table's own title wraps at its width
    console.print(table)


def cell_text(cell: object) -> str:
    """Return the text of a cell: thousands separated, nothing for None, nothing that a terminal would obey."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else printable(str(cell))


@contextmanager
def meter(*, things: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Yield `progress(title, done, total)`: a bar on a terminal's stderr, nothing on a pipe.

    Units are bytes, with `things` whatever is counted.

    Each call is also a place to stop: raises KeyboardInterrupt if Ctrl-C was pressed before.
    """
    if not sys.stderr.isatty():
        yield lambda title, done, total: stop_if_asked()
        stop_if_asked()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counted = (MofNCompleteColumn(),) if things else (DownloadColumn(), TransferSpeedColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def progress(title: str, done: int, total: int) -> None:
            stop_if_asked()
            bars.update(task, description=title, completed=done, total=total)

        yield progress
        stop_if_asked()
