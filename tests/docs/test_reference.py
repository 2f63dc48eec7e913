"""The generated pages are current, and the pages written by hand name everything there is."""

from __future__ import annotations

import re

import pytest

from percapita.errors import InputError, MissingPartError, PercapitaError
from tests.docs.generate import PAGES, REFERENCE, REFRESH, page

STOPPED_BY_THE_USER = 130


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == page(name), f"docs/reference/{name} is not current: run {REFRESH}"


def test_exit_codes_are_all_explained() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    errors = {error.exit_code for error in (PercapitaError, InputError, MissingPartError)}
    assert listed == {0, 1, STOPPED_BY_THE_USER} | errors
