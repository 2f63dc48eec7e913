"""Hold many data rows of a CSV file as columns of judgements: which cells are blank, what number or word the others
hold.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from percapita.chargemaster import cells
from percapita.chargemaster.cells import Floats
from percapita.chargemaster.columns import Columns
from percapita.chargemaster.split import PAD, Bools, Ints, Records
from percapita.chargemaster.text import is_count

AMOUNTS = ("gross", "cash", "minimum", "maximum", "dollar", "percentage", "median", "p10", "p90", "estimate")
NUMBERS = (*AMOUNTS, "drug_unit", "count")
KNOWN_WORDS = ("setting", "methodology", "code_types", "drug_type", "count")
ZERO = cells.NUMBER_OF["0"]


class Layout:
    """Say where the elements are among the columns that are looked at: element -> slots; a missing column is the last
    slot.
    """

    def __init__(self, columns: Columns) -> None:
        """Choose the columns that are looked at."""
        self.columns = columns
        wanted = {int(column) for places in columns.places.values() for column in places if column >= 0}
        self.chosen = np.array(sorted(wanted), dtype=np.int64)
        slot = {int(column): place for place, column in enumerate(self.chosen)}
        self.blank_slot = len(self.chosen)
        self.slots: dict[str, Ints] = {
            element: np.array([slot.get(int(column), self.blank_slot) for column in places], dtype=np.int64)
            for element, places in columns.places.items()
        }
        self.numeric = self._marks(NUMBERS)
        self.worded = self._marks(KNOWN_WORDS)

    def _marks(self, elements: tuple[str, ...]) -> Bools:
        marked = np.zeros(self.blank_slot + 1, dtype=np.bool_)
        for element in elements:
            marked[self.slots.get(element, [])] = True
        return marked

    def of(self, element: str) -> Ints:
        """Return the slots of an element; none if the template does not have it."""
        return self.slots.get(element, np.empty(0, dtype=np.int64))


class Rows:
    """Hold data rows. Arrays have a row for each data row and a column for each slot; blank records are left out."""

    def __init__(self, records: Records, layout: Layout) -> None:
        """Look at the cells of the chosen columns."""
        self.records, self.layout = records, layout
        self.record = np.arange(len(records))
        starts, ends = self._spans()
        slots = layout.blank_slot
        self._filled = np.zeros((len(records), slots + 1), dtype=np.bool_)
        self._starts, self._ends = starts, ends
        row, slot = np.nonzero(ends > starts)
        begin, end = cells.trim(records.text, starts[row, slot], ends[row, slot])
        starts[row, slot], ends[row, slot] = begin, end
        self._filled[:, :slots] = ends > starts
        self._leave_out_blank_rows()

    def _spans(self) -> tuple[Ints, Ints]:
        """Return the raw spans of the chosen cells; cells that a short row does not have are empty."""
        records, chosen = self.records, self.layout.chosen
        first, count = records.first[:-1], np.diff(records.first)
        if not len(first) or not len(chosen):
            return np.zeros((len(first), len(chosen)), np.int64), np.zeros((len(first), len(chosen)), np.int64)
        if int(count.min()) > int(chosen[-1]):
            cell = first[:, None] + chosen
            return records.starts[cell], records.ends[cell]
        there = chosen < count[:, None]
        cell = np.where(there, first[:, None] + chosen, 0)
        return np.where(there, records.starts[cell], PAD), np.where(there, records.ends[cell], PAD)

    def _leave_out_blank_rows(self) -> None:
        silent = np.flatnonzero(~self._filled.any(axis=1))
        blank = [record for record in silent.tolist() if not any(self.records.row(record))]
        if blank:
            kept = np.ones(len(self.record), dtype=np.bool_)
            kept[blank] = False
            self.record, self._filled = self.record[kept], self._filled[kept]
            self._starts, self._ends = self._starts[kept], self._ends[kept]

    def __len__(self) -> int:
        """Return the number of rows that are not blank."""
        return len(self.record)

    def number(self, row: int) -> int:
        """Return the number of a row in the file, from 1."""
        return self.records.number + int(self.record[row]) + 1

    def value(self, row: int, slot: int) -> str:
        """Return what a cell says; nothing for a missing column."""
        if slot == self.layout.blank_slot:
            return ""
        raw = self.records.text[self._starts[row, slot] : self._ends[row, slot]].tobytes()
        return raw.replace(b'""', b'"').decode("utf-8", "replace") if raw else ""

    def filled(self, element: str) -> Bools:
        """Tell which cells of an element are not blank: one column for each code or payer."""
        return self._filled[:, self.layout.of(element)]

    def blank(self, element: str) -> Bools:
        """Tell which cells of an element are blank."""
        return ~self.filled(element)

    def amount(self, element: str) -> Floats:
        """Return the numbers of an element; not-a-number where a cell is blank or no positive number."""
        return self._values[:, self.layout.of(element)]

    def word(self, element: str) -> NDArray[np.uint8]:
        """Return the known words of an element, by number."""
        return self._words[:, self.layout.of(element)]

    def is_one_of(self, element: str, words: tuple[str, ...]) -> Bools:
        """Tell which cells of an element hold one of the words."""
        wanted = np.zeros(256, dtype=np.bool_)
        wanted[[cells.NUMBER_OF[word] for word in words]] = True
        return np.asarray(wanted[self.word(element)])

    def _cells_where(self, marked: Bools) -> tuple[Ints, Ints, Ints, Ints]:
        row, slot = np.nonzero(self._filled & marked)
        return row, slot, self._starts[row, slot], self._ends[row, slot]

    @cached_property
    def _values(self) -> Floats:
        found = np.full(self._filled.shape, np.nan)
        row, slot, starts, ends = self._cells_where(self.layout.numeric)
        found[row, slot] = cells.numbers(self.records.text, starts, ends)
        return found

    @cached_property
    def _words(self) -> NDArray[np.uint8]:
        found = np.zeros(self._filled.shape, dtype=np.uint8)
        row, slot, starts, ends = self._cells_where(self.layout.worded)
        found[row, slot] = cells.words(self.records.text, starts, ends)
        return found

    @cached_property
    def bad_counts(self) -> Bools:
        """Tell which cells of the count hold no count of allowed amounts."""
        slots = self.layout.of("count")
        bad = self.filled("count") & ~self.is_one_of("count", cells.COUNT_WORDS)
        row, place = np.nonzero(bad)
        starts, ends = self._starts[row, slots[place]], self._ends[row, slots[place]]
        values, length = self._values[row, slots[place]], ends - starts
        first = self.records.text[starts]
        # A whole number without leading zero or dot has as many signs as its value has digits.
        with np.errstate(invalid="ignore"):
            good = (
                (values >= 11)
                & (length <= 15)
                & (first != ord("0"))
                & (values >= 10.0 ** (length - 1))
                & (first != ord("."))
            )
        long = np.flatnonzero(length > 15)
        good[long] = cells.one_by_one(self.records.text, starts[long], ends[long], is_count)
        bad[row, place] = ~good
        return bad

    def unlike(self, element: str, good: object) -> Bools:
        """Tell which filled cells of an element `good` says no to."""
        slots = self.layout.of(element)
        bad = self.filled(element).copy()
        row, place = np.nonzero(bad)
        starts, ends = self._starts[row, slots[place]], self._ends[row, slots[place]]
        bad[row, place] = ~cells.one_by_one(self.records.text, starts, ends, good)  # type: ignore[arg-type]
        return bad

    @cached_property
    def has_code(self) -> Bools:
        """Tell which rows have a code or a code type."""
        return np.asarray(self.filled("codes").any(axis=1) | self.filled("code_types").any(axis=1))[:, None]

    @cached_property
    def modifier_row(self) -> Bools:
        """Tell which rows are about a modifier alone: they have no code."""
        return ~self.has_code & self.filled("modifiers")

    @cached_property
    def item(self) -> Bools:
        """Tell which rows are about an item or service; without a column of modifiers only those with a code are."""
        return ~self.modifier_row if self.layout.columns.has("modifiers") else self.has_code

    @cached_property
    def by_formula(self) -> Bools:
        """Tell for which payers a charge is a percentage or an algorithm."""
        return self.filled("percentage") | self.filled("algorithm")

    @cached_property
    def charged(self) -> Bools:
        """Tell for which payers there is a charge: dollar, percentage or algorithm."""
        return self.by_formula | self.filled("dollar")

    @cached_property
    def no_allowed_amounts(self) -> Bools:
        """Tell for which payers the count is exactly 0."""
        return np.asarray(self.word("count") == ZERO)

    def identity(self) -> Ints:
        """Return a 64-bit hash of each whole row, as it is written."""
        records = self.records
        raw = records.text.data
        starts = records.starts[records.first[self.record]].tolist()
        ends = records.ends[records.first[self.record + 1] - 1].tolist()
        spans = zip(starts, ends, strict=True)
        return np.fromiter((hash(bytes(raw[start:end])) for start, end in spans), np.int64, len(starts))
