"""Quotes and blank lines are followed by the parser's rules, however a text is cut into blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.sources.streams import Records
from tests.sources.files import log_file, read


def walked(text: str) -> tuple[bool, int, list[int]]:
    """Return whether a quoted cell is open, the record of the last opening, and the blanks; a sign at a time."""
    signs = text.replace("\r\n", "\n").replace("\r", "\n")
    blanks: list[int] = []
    place, record, full, opened, start, line_start = 0, 1, 0, 0, True, True
    while place < len(signs):
        sign = signs[place]
        if sign == '"' and start:
            opened, place = record, place + 1
            while signs[place : place + 1] not in ("", '"') or signs[place : place + 2] == '""':
                place += 2 if signs[place] == '"' else 1
            if place >= len(signs):
                return True, opened, blanks
        elif sign == "\n":
            record += 1
            if line_start:
                blanks.append(full)
            full += not line_start
        start, line_start = sign in ",\n", sign == "\n"
        place += 1
    return False, opened, blanks


@given(st.text('"",,\r\n\nab', max_size=60), st.integers(1, 9))
def test_the_walker_agrees(text: str, block: int) -> None:
    records = Records(",")
    data = text.encode()
    for begin in range(0, len(data), block):
        records.see(data[begin : begin + block])
    records.finish()
    inside, opened, blanks = walked(text)
    assert (records.inside, list(records.blanks)) == (inside, blanks)
    assert not inside or records.opened == opened


def test_an_odd_quote_in_a_plain_cell_is_no_open_quote(tmp_path: Path) -> None:
    content = b'at,who,act\n2026-02-01,ana,5" cuff\n2026-02-01,"ben"x"y,v\n2026-02-01,cyd,v\n'
    assert read(log_file(tmp_path / "log.csv", content))[0] == [(2, "ana"), (3, 'benx"y'), (4, "cyd")]


def test_the_row_of_an_open_quote_counts_blank_lines(tmp_path: Path) -> None:
    content = b'at,who,act\n2026-02-01,ana,v\n\n2026-02-01,"ben,v\n2026-02-01,cyd,v\n'
    with pytest.raises(InputError, match=r"a quote is opened and never closed.* row 4"):
        read(log_file(tmp_path / "log.csv", content))
