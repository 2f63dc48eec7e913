"""Build small files of standard charges to break: rows of a CSV file as lists, written in any spelling."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from percapita.chargemaster.split import records_of

DATA = Path(__file__).parents[1] / "data" / "standard-charges"
TALL_EXAMPLE = DATA / "V3.0.0_Tall_CSV_Format_Example.csv"
WIDE_EXAMPLE = DATA / "V3.0.0_Wide_CSV_Format_Example.csv"
JSON_EXAMPLE = DATA / "v3_json_format_example.json"

# Rows of each kind in the examples, by their number in the file.
TALL_ROWS = {"dollar": 4, "algorithm": 14, "other": 16, "last": 48}
WIDE_ROWS = {"dollar": 4, "algorithm": 9, "other": 10, "last": 29}


@dataclass
class Book:
    """Hold the rows of a CSV file. Rows are counted from 1, columns are named by their header, without blanks and capitals."""

    rows: list[list[str]]
    changes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Book:
        with path.open("rb") as file:
            rows = [records.row(place) for records in records_of(file) for place in range(len(records))]
        while not any(rows[-1]):
            rows.pop()
        return cls([row[:] for row in rows])

    def copy(self) -> Book:
        return deepcopy(self)

    def column(self, header: str) -> int:
        names = ["|".join(part.strip().lower() for part in name.split("|")) for name in self.rows[2]]
        return names.index(header)

    def get(self, row: int, header: str) -> str:
        return self.rows[row - 1][self.column(header)]

    def set(self, row: int, header: str | int, value: str) -> Book:
        """Write a cell. A header that is a number is the column itself."""
        column = header if isinstance(header, int) else self.column(header)
        cells = self.rows[row - 1]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = value
        self.changes.append(f"{header}@{row}={value!r}")
        return self

    def swap(self, one: int, other: int) -> Book:
        self.rows[one - 1], self.rows[other - 1] = self.rows[other - 1], self.rows[one - 1]
        return self

    def add_column(self, header: str, value: str = "", at: int | None = None) -> Book:
        for number, row in enumerate(self.rows):
            if number >= 2:
                row.insert(len(self.rows[2]) if at is None else at, header if number == 2 else value)
        self.changes.append(f"+{header}")
        return self

    def drop_column(self, column: int) -> Book:
        for row in self.rows[2:]:
            del row[column : column + 1]
        self.changes.append(f"-column {column}")
        return self

    def text(self, *, quote: bool = False, end: str = "\n") -> str:
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL, lineterminator=end)
        writer.writerows(self.rows)
        return out.getvalue()

    def save(self, path: Path, **spelling: Any) -> Path:
        path.write_bytes(self.text(**spelling).encode("utf-8"))
        return path


def tall() -> Book:
    return Book.read(TALL_EXAMPLE)


def wide() -> Book:
    return Book.read(WIDE_EXAMPLE)


def document() -> Any:
    """Return the JSON example."""
    return json.loads(JSON_EXAMPLE.read_text(encoding="utf-8"))
