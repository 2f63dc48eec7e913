"""Declared assumptions say that they are declared, each with an interval; a broken table gives one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.industry_prior import SHELF, load_industry_priors, parse_industry_priors

TEXT = SHELF.text("2026")


@pytest.mark.parametrize("name", SHELF.ids())
def test_shipped(name: str) -> None:
    priors = load_industry_priors(name, Path())
    assert priors.id == name
    assert set(priors.assumptions) == {"shared", "clinician", "headcount"}
    assert "other" not in priors.shares  # absent means absent
    for prior in (*priors.shares.values(), *priors.assumptions.values()):
        assert prior.low <= prior.expected <= prior.high


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('status = "declared"', 'status = "found"', "these are assumptions"),
        ("low = 0.35", "low = 0.70", "this is no interval"),
        ("high = 0.95", "high = 1.5", "this is no interval"),
        ("low = 0.35", "low = 0.0", "this is no interval"),
        ('kind = "emr"', 'kind = "ehr"', "'ehr' is not a known kind"),
        ('kind = "patient_billing"', 'kind = "emr"', "two entries for 'emr'"),
        ('source = "D2"', 'source = "D9"', "'D9' is not a known source"),
        ('id = "shared"', 'id = "sharde"', "did you mean 'shared'"),
        ("expected = 0.65\n", "", "the key 'expected' is missing"),
        ("percapita/industry-prior/1", "percapita/industry-prior/9", "schema"),
    ],
)
def test_a_broken_table(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_industry_priors(TEXT.replace(old, new, 1).encode(), "mine.toml")
    assert words in str(caught.value)
    assert "mine.toml" in str(caught.value)
