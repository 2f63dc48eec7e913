"""Hold many data rows of a CSV file as columns of judgements: which cells are blank, what number or word the others
hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from percapita.chargemaster import cells
from percapita.chargemaster.cells import Floats
from percapita.chargemaster.columns import Columns
from percapita.chargemaster.split import PAD, Bools, Ints, Records
from percapita.chargemaster.text import is_count

AMOUNTS = ("gross", "cash", "minimum", "maximum", "dollar", "percentage", "median", "p10", "p90", "estimate")
NUMBERS = ("drug_unit", *AMOUNTS, "count")
KNOWN_WORDS = ("count", "methodology", "setting", "code_types", "drug_type")
TEXTS = ("codes", "description", "modifiers", "payer_name", "plan_name", "generic_notes", "notes", "algorithm")
ZERO = cells.NUMBER_OF["0"]
Slots = slice | Ints


class Layout:
    """Say where the elements are among the columns that are looked at: element -> slots, one for each code or payer.

    The slots of an element lie side by side, those of numbers before those of words, so that they can be looked at
    without being copied. A missing column is the last slot, which is always blank.
    """

    def __init__(self, columns: Columns) -> None:
        """Give each column that is looked at its slot."""
        self.columns = columns
        order: dict[int, None] = {}
        for element in (*NUMBERS, *KNOWN_WORDS[1:], *TEXTS):
            order.update(dict.fromkeys(column for column in columns.places.get(element, []) if column >= 0))
            if element == "count":
                self.numeric = len(order)
            if element == KNOWN_WORDS[-1]:
                self.worded = len(order)
        self.chosen = np.array(list(order), dtype=np.int64)
        slot = {column: place for place, column in enumerate(order)}
        self.blank_slot = len(order)
        self.slots: dict[str, Ints] = {
            element: np.array([slot.get(int(column), self.blank_slot) for column in places], dtype=np.int64)
            for element, places in columns.places.items()
        }
        self._spans = {element: _side_by_side(slots, self.blank_slot) for element, slots in self.slots.items()}
        counts = self.slots.get("count")
        self.first_word = self.numeric - (0 if counts is None else int((counts < self.blank_slot).sum()))

    def of(self, element: str) -> Ints:
        """Return the slots of an element; none if the template does not have it."""
        return self.slots.get(element, np.empty(0, dtype=np.int64))

    def span(self, element: str) -> Slots:
        """Return the slots of an element as an index: a slice where no column is missing."""
        return self._spans.get(element, slice(0, 0))


def _side_by_side(slots: Ints, blank: int) -> Slots:
    if len(slots) and slots[-1] < blank and bool((np.diff(slots) == 1).all()):
        return slice(int(slots[0]), int(slots[-1]) + 1)
    return slots


class Rows:
    """Hold data rows. Arrays have a line for each slot and a column for each data row; blank records are left out."""

    def __init__(self, records: Records, layout: Layout) -> None:
        """Look at the cells of the chosen columns."""
        self.records, self.layout = records, layout
        self.record = np.arange(len(records))
        self._starts, self._ends = self._raw_spans()
        self._filled = np.zeros((layout.blank_slot + 1, len(records)), dtype=np.bool_)
        written = np.flatnonzero(self._ends > self._starts)
        starts, ends = self._starts.reshape(-1), self._ends.reshape(-1)
        starts[written], ends[written] = cells.trim(records.text, starts[written], ends[written])
        np.greater(self._ends, self._starts, out=self._filled[: layout.blank_slot])
        self._leave_out_blank_rows()

    def _raw_spans(self) -> tuple[Ints, Ints]:
        """Return the raw spans of the chosen cells; cells that a short row does not have are empty."""
        records, chosen = self.records, self.layout.chosen
        first, count = records.first[:-1], np.diff(records.first)
        cell = chosen[:, None] + first
        if len(chosen) and int(count.min()) > int(np.max(chosen)):
            return records.starts[cell], records.ends[cell]
        there = chosen[:, None] < count
        cell[~there] = 0
        return np.where(there, records.starts[cell], PAD), np.where(there, records.ends[cell], PAD)

    def _leave_out_blank_rows(self) -> None:
        silent = np.flatnonzero(~self._filled.any(axis=0))
        blank = [record for record in silent.tolist() if not any(self.records.row(record))]
        if blank:
            kept = np.ones(len(self.record), dtype=np.bool_)
            kept[blank] = False
            self.record, self._filled = self.record[kept], self._filled[:, kept]
            self._starts, self._ends = self._starts[:, kept], self._ends[:, kept]

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
        raw = self.records.text[self._starts[slot, row] : self._ends[slot, row]].tobytes()
        return raw.replace(b'""', b'"').decode("utf-8", "replace") if raw else ""

    def filled(self, element: str) -> Bools:
        """Tell which cells of an element are not blank: one line for each code or payer."""
        return self._filled[self.layout.span(element)]

    def blank(self, element: str) -> Bools:
        """Tell which cells of an element are blank."""
        return ~self.filled(element)

    def amount(self, element: str) -> Floats:
        """Return the numbers of an element; not-a-number where a cell is blank or no positive number."""
        return self._values[self.layout.span(element)]

    def word(self, element: str) -> NDArray[np.uint8]:
        """Return the known words of an element, by number."""
        return self._words[self.layout.span(element)]

    def is_one_of(self, element: str, words: tuple[str, ...]) -> Bools:
        """Tell which cells of an element hold one of the words."""
        wanted = np.zeros(256, dtype=np.bool_)
        wanted[[cells.NUMBER_OF[word] for word in words]] = True
        return np.asarray(wanted[self.word(element)])

    @cached_property
    def _values(self) -> Floats:
        lines = self.layout.numeric
        found = np.full((self.layout.blank_slot + 1 if self.layout.columns.missing else lines, len(self)), np.nan)
        place = np.flatnonzero(self._filled[:lines])
        starts, ends = self._starts.reshape(-1)[place], self._ends.reshape(-1)[place]
        found.reshape(-1)[place] = cells.numbers(self.records.text, starts, ends)
        return found

    @cached_property
    def _words(self) -> NDArray[np.uint8]:
        found = np.zeros(self._filled.shape, dtype=np.uint8)
        first = self.layout.first_word * len(self)
        place = np.flatnonzero(self._filled[self.layout.first_word : self.layout.worded]) + first
        starts, ends = self._starts.reshape(-1)[place], self._ends.reshape(-1)[place]
        found.reshape(-1)[place] = cells.words(self.records.text, starts, ends)
        return found

    @cached_property
    def bad_counts(self) -> Bools:
        """Tell which cells of the count hold no count of allowed amounts."""
        slots = self.layout.of("count")
        bad = self.filled("count") & ~self.is_one_of("count", cells.COUNT_WORDS)
        place, row = np.nonzero(bad)
        starts, ends = self._starts[slots[place], row], self._ends[slots[place], row]
        values, length = self._values[slots[place], row], ends - starts
        first = self.records.text[starts]
        # A whole number without leading zero or dot has as many signs as its value has digits.
        with np.errstate(invalid="ignore"):
            whole = (first != ord("0")) & (first != ord(".")) & (values >= 10.0 ** (length - 1))
            good = (values >= 11) & (length <= 15) & whole
        long = np.flatnonzero(length > 15)
        good[long] = cells.one_by_one(self.records.text, starts[long], ends[long], is_count)
        bad[place, row] = ~good
        return bad

    def unlike(self, element: str, good: Callable[[str], bool]) -> Bools:
        """Tell which filled cells of an element `good` says no to."""
        slots = self.layout.of(element)
        bad = self.filled(element).copy()
        place, row = np.nonzero(bad)
        starts, ends = self._starts[slots[place], row], self._ends[slots[place], row]
        bad[place, row] = ~cells.one_by_one(self.records.text, starts, ends, good)
        return bad

    @cached_property
    def has_code(self) -> Bools:
        """Tell which rows have a code or a code type."""
        return any_of(self.filled("codes")) | any_of(self.filled("code_types"))

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
        raw = records.text.tobytes()
        starts = records.starts[records.first[self.record]].tolist()
        ends = records.ends[records.first[self.record + 1] - 1].tolist()
        return np.fromiter(map(hash, map(raw.__getitem__, map(slice, starts, ends))), np.int64, len(starts))


def any_of(marked: Bools) -> Bools:
    """Tell for each row whether anything is marked, as one line."""
    return np.asarray(marked.any(axis=0, keepdims=True))
