"""Charts of reported figures: nothing unknown is drawn, the table below says all, no text of others breaks the page."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from percapita.report.questions import render_questions
from percapita.report.ranges import RangeRow, ranges, ranges_chart

FULL = RangeRow("Charting", 900, 1000, 1306, 2907, 4997)
BARE = RangeRow("Billing", None, None, None, None, None)


def shapes(*rows: RangeRow) -> list[str]:
    tree = ElementTree.fromstring(ranges_chart("Users", rows))
    return [child.get("class") or child.tag for child in tree]


def test_all_is_drawn() -> None:
    assert shapes(FULL) == ["text", "band", "rect", "middle", "proxy"]


def test_what_is_not_known_is_not_drawn() -> None:
    assert shapes(BARE) == ["text"]
    assert "not known" in ranges("Users", [BARE])
    assert ranges("Users", []) == ""


def test_nothing_leaves_the_picture() -> None:
    tree = ElementTree.fromstring(ranges_chart("Users", [FULL, RangeRow("Big", 10**12, None, 0, 1, 2)]))
    for shape in tree.iter("rect"):
        assert 0 <= float(shape.get("x") or 0) + float(shape.get("width") or 0) <= 640


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "\u202egnitrahC"])
def test_foreign_names_stay_text(name: str) -> None:
    told = {
        "organization": name, "ccns": [], "persons": {"low": 1, "expected": 2, "high": 3}, "method": name,
        "ranges": [{"name": name, "kind": "emr", "reported": 1, "low": 1, "expected": 2, "high": 3, "usable_for": "question"}],
        "findings": [{"rule": "IND-U01", "sentence": name, "reply": "", "peers": [], "expected": None, "reported": 1}],
    }  # fmt: skip
    page = render_questions([told])
    assert "<script" not in page
    assert "<img" not in page
    assert "Reply:" in page
