"""Who is one person: known cases, one a row."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.people import naive
from tests.people.draw import NPI, OTHER_NPI, account, labels, numbered, partition, people, workforce
from tests.people.naive import Row

ANN = {"given_name": "Ann", "family_name": "Lee"}
BOB = {"given_name": "Bob", "family_name": "Day"}


@dataclass(frozen=True)
class Case:
    """Hold rows, and the person that each row must belong to: equal letters are one person."""

    title: str
    rows: list[Row]
    persons: str
    conflicts: tuple[tuple[str, ...], ...] = ()
    shared: tuple[str, ...] = ()


CASES = [
    Case("zeros are presentation", [workforce(employee_id="00017"), account("a", employee_id="17")], "AA"),
    Case("a prefix on one side", [workforce(employee_id="C1234"), account("a", employee_id="1234")], "AA"),
    Case("two prefixes", [workforce(employee_id="C1234"), account("a", employee_id="E1234")], "AB"),
    Case(
        "two prefixes and none: the bare number belongs to nobody for sure",
        [workforce(employee_id="C1234"), account("a", employee_id="E1234"), account("b", employee_id="1234")],
        "ABC",
    ),
    Case("all zeros are missing", [workforce(employee_id="0000"), account("a", employee_id="000")], "AB"),
    Case("no key", [account("a"), account("b")], "AB"),
    Case("one login in two directories", [account("a"), account("a", "ehr")], "AB"),
    Case(
        "one login in two directories, one employee",
        [account("a", employee_id="17"), account("a", "ehr", employee_id="17")],
        "AA",
    ),
    Case("case of a login is part of it", [account("a"), account("A")], "AB"),
    Case("an account listed twice is one", [account("a", employee_id="17"), account("a", npi=NPI), account("b", npi=NPI)], "AAA"),
    Case("invalid NPI", [account("a", npi="1234567890"), account("b", npi="1234567890")], "AB"),
    Case("NPI", [account("a", npi=NPI), account("b", "ehr", npi=f" {NPI} ")], "AA"),
    Case("plus-tags", [account("a", email="ann+ehr@x.org"), account("b", email="Ann@X.ORG")], "AA"),
    Case(
        "mailbox of different names",
        [account("a", email="desk@x.org", **ANN), account("b", email="desk@x.org", **BOB)],
        "AB",
        shared=("desk@x.org",),
    ),
    Case(
        "mailbox of one name written twice",
        [account("a", email="ann@x.org", **ANN), account("b", email="ann@x.org", given_name="ÄNN", family_name="lee")],
        "AA",
    ),
    Case(
        "mailbox of a name and of nobody named",
        [account("a", email="ann@x.org", **ANN), account("b", email="ann@x.org")],
        "AA",
    ),
    Case(
        "the name that only the workforce says is a name, too",
        [
            workforce(employee_id="17", **ANN),
            account("a", employee_id="17", email="desk@x.org"),
            account("b", "ehr", email="desk@x.org", **BOB),
        ],
        "AAB",
        shared=("desk@x.org",),
    ),
    Case(
        "someone who changed the name is one person, and the mailbox stays a key",
        [
            workforce(employee_id="17", **ANN),
            workforce(employee_id="17", given_name="Ann", family_name="Day"),
            account("a", email="ann@x.org", employee_id="17"),
            account("b", "ehr", email="ann@x.org", given_name="Ann", family_name="Day"),
        ],
        "AAAA",
    ),
    Case(
        "one name, one mailbox, two employee ids",
        [workforce(employee_id="17", email="ann@x.org", **ANN), workforce(employee_id="18", email="ann@x.org", **ANN)],
        "AB",
        conflicts=(("email", "ann@x.org"),),
    ),
    Case(
        "of a disputed mailbox only those without employee id stay joined",
        [
            workforce(employee_id="17", email="ann@x.org"),
            workforce(employee_id="18", email="ann@x.org"),
            account("a", email="ann@x.org"),
            account("b", email="ann@x.org"),
        ],
        "ABCC",
        conflicts=(("email", "ann@x.org"),),
    ),
    Case(
        "one employee id, two NPIs",
        [account("a", employee_id="17", npi=NPI), account("b", employee_id="17", npi=OTHER_NPI), account("c", employee_id="17")],
        "ABC",
        conflicts=(("employee_id", "17"),),
    ),
    Case(
        "one NPI, two employee ids",
        [account("a", employee_id="17", npi=NPI), account("b", employee_id="18", npi=NPI), account("c", npi=NPI), account("d", npi=NPI)],
        "ABCC",
        conflicts=(("npi", NPI),),
    ),
    Case(
        "a stronger level is settled before a weaker one",
        [
            account("a", employee_id="17", email="ann@x.org"),
            account("b", employee_id="17", npi=NPI),
            account("c", npi=NPI, email="bob@x.org"),
            account("d", employee_id="18", email="bob@x.org"),
        ],
        "AAAB",
        conflicts=(("email", "bob@x.org"),),
    ),
    Case(
        "a chain of mailboxes between two employees joins neither",
        [
            account("a", employee_id="17", email="a@x.org"),
            account("b", email="a@x.org"),
            account("b", email="b@x.org"),
            account("c", employee_id="18", email="b@x.org"),
        ],
        "ABBC",
        conflicts=(("email", "a@x.org", "b@x.org"),),
    ),
    Case(
        "two employee ids on one account make it a shared one, which is joined to nobody",
        [
            account("kiosk", employee_id="17", email="a@x.org"),
            account("kiosk", employee_id="18"),
            workforce(employee_id="17"),
            workforce(employee_id="18", email="a@x.org"),
        ],
        "AABC",
    ),
    Case(
        "two NPIs on one account, too",
        [account("kiosk", npi=NPI), account("kiosk", npi=OTHER_NPI), account("a", npi=NPI)],
        "AAB",
    ),
    Case(
        "two writings of one employee id do not",
        [account("a", employee_id="017"), account("a", employee_id="C17"), workforce(employee_id="C17")],
        "AAA",
    ),
]  # fmt: skip


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_known_cases(case: Case, backwards: bool) -> None:
    rows = numbered(case.rows)
    expected: dict[str, set[naive.Label]] = {}
    for letter, row in zip(case.persons, rows, strict=True):
        expected.setdefault(letter, set()).add(naive.label_of(row))
    persons = people(rows[::-1] if backwards else rows)
    assert partition(persons) == {frozenset(person) for person in expected.values()}
    assert partition(persons) == naive.resolve(rows).people
    assert sorted((conflict.level, *conflict.keys) for conflict in persons.conflicts) == sorted(case.conflicts)
    assert sorted(persons.shared_mailboxes) == sorted(case.shared)


@pytest.mark.parametrize(
    ("rows", "anchors"),
    [
        ([workforce(employee_id="0017", npi=NPI, email="ann@x.org")], {"employee_id:17"}),
        ([account("a", npi=NPI, email="ann@x.org")], {f"npi:{NPI}"}),
        ([account("b", email="ann@x.org"), account("a", "ehr", email="ann@x.org")], {"account:ad:b"}),
        ([workforce(email="b@x.org"), workforce(email="b@x.org")], {"mailbox:b@x.org"}),
        ([workforce(**ANN), workforce(**ANN)], {"workforce:hr.csv:2", "workforce:hr.csv:3"}),
        ([account("b:c", "a"), account("c", "a:b")], {"account:a:b:c", "account:a%3Ab:c"}),
        # in a conflict an id that one person alone has stays this person's anchor
        (
            [workforce(employee_id="17", email="ann@x.org"), workforce(employee_id="18", email="ann@x.org")],
            {"employee_id:17", "employee_id:18"},
        ),
        (
            [account("a", employee_id="17", npi=NPI), account("b", employee_id="17", npi=OTHER_NPI), account("c", employee_id="17")],
            {f"npi:{NPI}", f"npi:{OTHER_NPI}", "account:ad:c"},
        ),
        ([account("k", employee_id="17"), account("k", employee_id="18")], {"account:ad:k"}),
    ],
)  # fmt: skip
def test_the_anchor_is_the_strongest_identifier_that_the_person_alone_has(rows: list[Row], anchors: set[str]) -> None:
    assert set(people(numbered(rows)).anchors) == anchors


def test_invalid_npis_are_counted_by_row() -> None:
    persons = people(
        numbered([account("a", npi="1234567890"), account("a", npi="x"), account("b", npi=NPI), account("c")])
    )
    assert persons.identities.invalid_npis == 2


def test_of_an_account_listed_twice_the_first_kind_and_place_hold() -> None:
    rows = numbered([account("a", kind=None), account("a", kind="service"), account("a", kind="human")])
    nodes = people(rows).identities
    assert (nodes.kind, nodes.origin, len(nodes)) == (["service"], [("ad.csv", 2)], 1)


def test_nobody() -> None:
    persons = people([])
    assert (persons.anchors, persons.nodes, persons.conflicts, labels(persons)) == ([], [], (), [])


def test_open_conflicts_answered_same_join_all_their_people() -> None:
    rows = numbered(
        [
            workforce(employee_id="17", email="ann@x.org"),
            workforce(employee_id="18", email="ann@x.org"),
            workforce(employee_id="18", email="bob@x.org"),
            workforce(employee_id="19", email="bob@x.org"),
            workforce(employee_id="20"),
        ]
    )
    assert people(rows).together == [0, 0, 0, 3]
