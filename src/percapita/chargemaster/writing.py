"""Write entries in any of the three layouts, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

from percapita.chargemaster.model import Entry, Hospital, Survey
from percapita.chargemaster.writing_csv import write_tall, write_wide
from percapita.chargemaster.writing_json import write_json

Seen = Callable[[int], None]
Writer = Callable[[Path, Hospital, Survey, Iterable[Entry], Seen], int]


class Layout(StrEnum):
    """Name the layouts in which CMS takes standard charges."""

    TALL = "tall"
    WIDE = "wide"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """Return how the name of such a file ends."""
        return ".json" if self is Layout.JSON else ".csv"


WRITERS: dict[Layout, Writer] = {Layout.TALL: write_tall, Layout.WIDE: write_wide, Layout.JSON: write_json}


def nobody(entries: int) -> None:
    """Tell nobody how many entries were written."""
