"""Several sites: nothing is summed silently, shared people are an assumption, what is not known is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.industry.expect import Interval
from percapita.industry.facts import Facts
from percapita.industry.load import load_files
from percapita.industry.organization import OrganizationExpected, add_up, expect_organization, read_sites
from percapita.industry.store import opened
from percapita.policy.industry_prior import IndustryPriors, Prior


def organization(text: str, facts: Facts, priors: IndustryPriors, folder: Path) -> OrganizationExpected:
    path = folder / "sites.csv"
    path.write_text(text, encoding="utf-8")
    return expect_organization(facts, read_sites(path), priors, "sites.csv")


def test_hospitals_clinics_and_stated_numbers(facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    text = "name,ccn,npi,clinicians,persons\nA,330214,,,\nB,010001,,,\nClinic,,,20,\nOffice,,,,150\n"
    told = organization(text, facts, priors, tmp_path)
    assert [site.level for site in told.sites] == ["headcount", "fte", "clinicians", "stated"]
    total = sum(site.persons.expected for site in told.sites)
    assert told.persons.expected == pytest.approx(total * 0.95)
    assert "less 5% (0% to 20%, declared, not found) whom two sites share" in told.method
    assert told.as_json()["sites"][2]["method"] == (
        "clinicians (stated by the organization) x 4 (2 to 8, declared, not found)"
    )


def test_an_unknown_site_makes_it_context(facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    told = organization("name,ccn\nA,330214\nGone,339999\n", facts, priors, tmp_path)
    assert (told.unknown, told.usable_for) == (("Gone",), "context")
    assert "nothing is known of 1 more, so it is a lower end" in told.method
    alone = organization("name,ccn\nA,330214\n", facts, priors, tmp_path)
    assert (alone.persons.expected, alone.usable_for) == (51172, "question")


def test_a_hospital_by_its_npi(facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    ((npi, ccn),) = facts.rows(
        "SELECT npi, any_value(p.id) FROM places p JOIN facts f ON f.id = p.id AND f.metric = 'headcount' WHERE npi <> '' "
        "GROUP BY npi HAVING count(DISTINCT p.id) = 1 ORDER BY npi LIMIT 1"
    )
    told = organization(f"npi\n{npi}\n", facts, priors, tmp_path)
    assert told.sites[0].ccn == ccn
    both = organization(f"npi,ccn\n{npi},\n,{ccn}\n", facts, priors, tmp_path)
    assert len(both.sites) == 1  # one hospital under two identifiers counts once


def test_a_group_by_its_reassignments(priors: IndustryPriors, tmp_path: Path) -> None:
    head = "Individual NPI,Group PAC ID,Group Legal Business Name,Group State Code,Group Reassignments and Physician Assistants\n"
    (tmp_path / "r_2026.csv").write_text(
        head + "1356344915,42,GROUP,NY,25\n1003004540,42,GROUP,NY,25\n", encoding="utf-8"
    )
    load_files([tmp_path / "r_2026.csv"], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        told = organization("pac\n42\n", Facts(connection), priors, tmp_path)
    assert told.sites[0].persons == Interval(50.0, 100.0, 200.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,cnn\nA,330214\n", "did you mean 'ccn'?"),
        ("name,ccn\nA,\n", "a site has nothing to go by · sites.csv, row 2"),
        ("name,ccn\n", "the file names no site"),
        ("ccn\n330214\n330214\n", "the site of row 2 stands there again · sites.csv, row 3"),
        ("ccn\n010001\n10001\n", "the site of row 2 stands there again"),
        ("ccn\n4.40E+03\n", "sites.csv, row 2, column 'ccn'"),
        ("npi\n1356344916\n", "the check digit of the NPI is wrong · sites.csv, row 2, column 'npi'"),
        ("clinicians\nmany\n", "'many' is no number of clinicians"),
        ("clinicians\n0\n", "'0' is no number of clinicians"),
        ("persons\n²\n", "is no number of persons"),
        ("ccn\n339999\n", "nothing is loaded about any of the sites"),
    ],
)
def test_sites_that_cannot_be_read(text: str, words: str, facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        organization(text, facts, priors, tmp_path)
    assert words in str(caught.value)


sizes = st.floats(1, 1e5)
parts = st.lists(st.tuples(sizes, sizes, sizes).map(lambda one: Interval(*sorted(one))), min_size=1, max_size=8)


@given(parts)
def test_sums(intervals: list[Interval]) -> None:
    none, some = Prior(0.0, 0.0, 0.0, ""), Prior(0.0, 0.05, 0.2, "")
    plain, shared = add_up(intervals, none), add_up(intervals, some)
    assert plain.expected == pytest.approx(sum(one.expected for one in intervals))
    assert plain.low >= sum(one.low for one in intervals) * 0.999 - 1e-6
    assert plain.high <= sum(one.high for one in intervals) * 1.001 + 1e-6
    assert shared.expected == pytest.approx(plain.expected * 0.95)
    assert shared.low <= shared.expected <= shared.high
