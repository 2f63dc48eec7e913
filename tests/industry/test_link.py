"""Linking: identifiers first, then names and addresses, one to one; legal names of paid hospitals as the measure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.industry import HOSPITALS, judged, linked
from percapita.errors import InputError
from percapita.industry.link import Hospitals, Link, Organization, Weights, read_organizations, write_links
from percapita.industry.link_words import Place, place, words
from percapita.industry.load import load_files

WEIGHTS = Weights()
KNOWN = [
    ("330001", "1356344915", place("Lakeside Hospital", "1 Main Street", "Albany", "NY", "12207", "518-555-0100")),
    ("330002", "", place("Saint Mary's Hospital", "200 South Oak Avenue", "Albany", "NY", "12208", "")),
    ("330003", "", place("Valley General", "PO BOX 12", "Utica", "NY", "13501", "")),
    ("330004", "", place("Albany Psychiatric Center", "75 New Scotland Ave", "Albany", "NY", "12208", "")),
    ("450001", "", place("Lakeside Hospital", "1 Main Street", "Austin", "TX", "78701", "")),
]


def one(name: str, address: str = "", city: str = "", state: str = "", zip: str = "", phone: str = "") -> Place:
    return place(name, address, city, state, zip, phone)


def link(*organizations: Organization) -> list[tuple[str, str]]:
    return [(found.decision, found.ccn) for found in Hospitals(KNOWN).link(organizations, WEIGHTS)]


def test_identifiers_come_first() -> None:
    other = one("Valley General", "PO BOX 12", "Utica", "NY", "13501")
    assert link(Organization("a", other, ccn="330001")) == [("match", "330001")]
    assert link(Organization("a", other, npi="1356344915")) == [("match", "330001")]
    assert link(Organization("a", other, ccn="339999")) == [("match", "330003")]


def test_names_and_addresses_in_other_words() -> None:
    told = one("ST. MARYS HOSPITAL, INC", "200 S. Oak Ave.", "ALBANY", "New York", "12208-1234")
    assert link(Organization("a", told)) == [("match", "330002")]


def test_the_same_name_in_another_state_is_another_hospital() -> None:
    assert link(Organization("a", one("Lakeside Hospital", "1 Main St", "Austin", "Texas", "78701"))) == [
        ("match", "450001")
    ]


def test_two_organizations_never_share_a_hospital() -> None:
    told = one("Lakeside Hospital", "1 Main St", "Albany", "NY", "12207")
    found = link(Organization("a", told), Organization("b", told))
    assert [decision for decision, _ in found].count("match") == 0  # a coin would decide, so a human does
    exact = link(Organization("a", told, ccn="330001"), Organization("b", told))
    assert exact[0] == ("match", "330001")
    assert exact[1][1] != "330001"


def test_a_specialty_that_one_side_names() -> None:
    told = one("Albany Children's Hospital", "75 New Scotland Ave", "Albany", "NY", "12208")
    plain = one("Albany Center", "75 New Scotland Ave", "Albany", "NY", "12208")
    hospitals = Hospitals(KNOWN)
    different, _ = hospitals._score(told, KNOWN[3][2], WEIGHTS)
    same, _ = hospitals._score(plain, KNOWN[3][2], Weights(specialty=0.0))
    assert different < same


def test_nothing_near_and_nothing_said() -> None:
    assert link(Organization("a", one("Nowhere", "9 Far Rd", "Boise", "ID", "83701"))) == [("none", "")]
    assert link(Organization("a", one(""))) == [("none", "")]


@given(st.lists(st.sampled_from(range(len(KNOWN))), unique=True, min_size=1), st.randoms())
def test_the_order_of_rows_changes_nothing(chosen: list[int], random: object) -> None:
    organizations = [Organization(str(number), KNOWN[number][2]) for number in chosen]
    told = {found.id: found for found in Hospitals(KNOWN).link(organizations, WEIGHTS)}
    random.shuffle(organizations)  # type: ignore[attr-defined]
    again = {found.id: found for found in Hospitals(KNOWN).link(organizations, WEIGHTS)}
    assert told == again
    matched = [found.ccn for found in told.values() if found.decision == "match"]
    assert len(matched) == len(set(matched))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared(name: str, address: str) -> None:
    told = one(name, address, "Albany", "NY", "12207")
    Hospitals(KNOWN).link([Organization("a", told)], WEIGHTS)


def test_words() -> None:
    assert words("St. Mary's & Peña-Clínica") == ("ST", "MARYS", "AND", "PENA", "CLINICA")
    told = one("The Saint Anne Hosp, LLC", "Twenty First St", "X", "")
    assert told.name == {"ST", "ANNE", "HOSPITAL"}
    assert one("x", "1100 21st Street North").number == "1100"
    assert one("x", "P.O. Box 12").box


@pytest.mark.slow
@pytest.mark.parametrize("phone", [False, True])
def test_legal_names_against_hospitals_of_2019(phone: bool, tmp_path: Path) -> None:
    load_files([HOSPITALS], tmp_path / "industry")
    links, known, seconds = linked(tmp_path / "industry", phone, WEIGHTS)
    for part, least in ((None, 0.96), (1, 0.955)):  # all, and the half on which nothing was chosen
        found = judged(links, known, part)
        assert found.right >= least
        assert found.wrong <= 0.005
    assert seconds < 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name,adress\n1,x,y\n", "the column 'adress' is not known · orgs.csv, row 1 · did you mean 'address'?"),
        ("id,address\n1,x\n", "the column 'name' is missing"),
        ("id,name\n1,x\n1,y\n", "the id is there twice · orgs.csv, row 3, column 'id'"),
        ("id,name\n,x\n", "the id is missing"),
        ("", "the column 'id' is missing"),
    ],
)
def test_organizations_that_cannot_be_read(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "orgs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_organizations(path)
    assert words in str(caught.value)


def test_a_damaged_identifier_is_said_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "orgs.csv"
    path.write_bytes("id,name,city,state,zip,ccn\n1,Hospital Peña,Utica,NY,13501,4.40E+03\n".encode("latin-1"))
    (told,) = read_organizations(path)
    assert (told.ccn, sorted(told.told.name)) == ("", ["HOSPITAL", "PENA"])
    (found,) = Hospitals(KNOWN).link([told], WEIGHTS)
    assert found.reason.endswith("ccn not used: a spreadsheet wrote the CCN in scientific form; its digits are lost")


def test_links_are_written(tmp_path: Path) -> None:
    write_links(tmp_path / "links.csv", [Link("1", "330001", None, "match", "the CCN is the same")])
    assert (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines() == [
        "id,ccn,score,decision,reason", "1,330001,,match,the CCN is the same",
    ]  # fmt: skip
    with pytest.raises(InputError, match="cannot be written"):
        write_links(tmp_path / "no" / "links.csv", [])
