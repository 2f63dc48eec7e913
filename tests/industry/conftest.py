"""A home with the shipped industry files, loaded once; tests that load more have a home of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from percapita.industry.facts import Facts
from percapita.industry.load import load_files
from percapita.industry.store import opened
from percapita.policy.industry_prior import IndustryPriors, load_industry_priors

DATA = Path(__file__).parents[1] / "data" / "industry"
FILES = sorted(DATA.glob("*.csv.gz"))


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home") / "industry"
    load_files(FILES, home)
    return home


@pytest.fixture
def facts(loaded_home: Path) -> Iterator[Facts]:
    with opened(loaded_home) as connection:
        yield Facts(connection)


@pytest.fixture(scope="session")
def priors() -> IndustryPriors:
    return load_industry_priors(None, Path())
