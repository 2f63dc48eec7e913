"""Every engine gives the figures of every case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.cases import CHAPTERS
from tests.support.plans import ENGINES, Case, figure, statement

CASES = [case for chapter in CHAPTERS.values() for case in chapter]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_figures(case: Case, engine: str, tmp_path: Path) -> None:
    found = statement(case.write(tmp_path), engine)
    assert {name: figure(found, name) for name in case.expect} == case.expect


def test_titles_are_unique() -> None:
    assert len({case.title for case in CASES}) == len(CASES)
