"""A worksheet's cells reach too far exactly if the grid that holds them is too large, however the XML is cut."""

from __future__ import annotations

import io
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.sources import reach
from percapita.sources.reach import reach_too_far

Row = tuple[int | None, list[tuple[int | None, bool]]]
PLACES = st.one_of(st.none(), st.integers(1, 30), st.sampled_from([26, 27, 52, 53, 702, 703, 704, 16384]))
ROWS = st.one_of(st.none(), st.integers(1, 30), st.sampled_from([99, 100, 999, 1000, 1048576]))
SHEETS = st.lists(st.tuples(ROWS, st.lists(st.tuples(PLACES, st.booleans()), max_size=4)), max_size=5)


def letters(column: int) -> str:
    found = ""
    while column:
        column, place = divmod(column - 1, 26)
        found = chr(65 + place) + found
    return found


def written(sheet: list[Row]) -> tuple[bytes, int]:
    """Return a sheet as XML, and how many cells the grid of its full cells has."""
    xml = "<sheetData>"
    farthest = [1, 1]
    number = 0
    for row, cells in sheet:
        number = row or number + 1
        xml += f'<row r="{number}">' if row else "<row>"
        at = 0
        for column, full in cells:
            at = column or at + 1
            xml += (
                "<c"
                + (f' r="{letters(at)}{number}"' if column else "")
                + (' s="1"><v>1</v></c>' if full else ' s="1"/>')
            )
            if full:
                farthest = [max(farthest[0], number), max(farthest[1], at)]
        xml += "</row>"
    return (xml + "</sheetData>").encode(), farthest[0] * farthest[1]


@given(SHEETS, st.sampled_from([20, 100, 5_000, 30_000_000]), st.integers(20, 400))
def test_the_grid_is_measured(sheet: list[Row], most: int, block: int) -> None:
    xml, cells = written(sheet)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "MOST_CELLS", most)
        patch.setattr(reach, "BLOCK", block)
        found = reach_too_far(partial(io.BytesIO, xml))
    assert (found is not None) == (cells > most)


def test_a_million_rows_of_twenty_columns_are_not_too_far() -> None:
    row = "".join(f'<c r="{letters(column)}1048576"><v>1</v></c>' for column in range(1, 21))
    assert reach_too_far(partial(io.BytesIO, f'<row r="1048576">{row}</row>'.encode())) is None
