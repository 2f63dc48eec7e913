"""Write entries in any of the three layouts, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from percapita.chargemaster.layouts import Layout
from percapita.chargemaster.model import Entry, Hospital, Survey
from percapita.chargemaster.writing_csv import write_tall, write_wide
from percapita.chargemaster.writing_json import write_json

Seen = Callable[[int], None]
Writer = Callable[[Path, Hospital, Survey, Iterable[Entry], Seen], int]


WRITERS: dict[Layout, Writer] = {Layout.TALL: write_tall, Layout.WIDE: write_wide, Layout.JSON: write_json}
