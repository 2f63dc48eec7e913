"""The reference page of industry data: which files can be loaded, and which questions are asked."""

from __future__ import annotations

from percapita.industry.layouts import Layout, layouts
from percapita.industry.questions import RULES
from percapita.industry.raw_report import ID, TITLE

INTRODUCTION = """A file is recognized by its header, whatever its name; signs, blanks and case of the column names do not matter.
"Once for" says what a newer release supersedes: the older file of the same year, or any older one. Identifiers are CCN, NPI,
PAC id or the number of a certified product.

Not seen on a real file: AHA and HIMSS files (tested on made rows), and in the raw cost reports the places of FTE, residents and
salaries (by the order of the form).
"""
QUESTIONS = """Each rule is one function of the program and one test. `IND-U` rules ask about a reported number, `IND-D`
rules about the data.
"""


def files_rows() -> list[tuple[str, ...]]:
    """Return a row for each kind of file."""
    raw = (
        ID,
        TITLE,
        "CMS, HCRIS",
        "files `HOSP10_YEAR_RPT.CSV`, `_NMRC.CSV`, `_ALPHA.CSV` together",
        "fiscal year",
        "CCN",
    )
    return sorted([*(_row(one) for one in layouts()), raw])


def _row(one: Layout) -> tuple[str, ...]:
    columns = ", ".join(f"`{name}`" for name in (*one.has, *one.key[1][:1]) if name)
    return one.id, one.title, one.publisher, columns, one.coverage or "always", one.key[0].upper()


def question_rows() -> list[tuple[str, ...]]:
    """Return a row for each rule."""
    return [(id, RULES[id].found_when) for id in sorted(RULES)]
