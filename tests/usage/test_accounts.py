"""Which account a text in a log means: directories, case, ambiguity, recipients."""

from __future__ import annotations

from dataclasses import replace

import pytest

from percapita.usage.accounts import EMPLOYEES, MAILBOXES
from percapita.usage.standing import SHARED_MAILBOX, Exclusion
from tests.people.draw import account, workforce
from tests.people.naive import Row
from tests.usage.book import SHIPPED, anchor, book

ANN = {"given_name": "Ann", "family_name": "Lee"}
BOB = {"given_name": "Bob", "family_name": "Day"}
DIRECTORIES = [
    account("ann", "ad", employee_id="1"),
    account("Bob", "ad", employee_id="2"),
    account("eve", "ad", employee_id="3"),
    account("EVE", "ad", employee_id="4"),
    account("Straße", "ad", employee_id="5"),
    account("ann", "ehr", employee_id="6"),
    account("Eve", "ehr", employee_id="7"),
    account("dan", "ehr", employee_id="8"),
]


@pytest.mark.parametrize(
    ("scope", "text", "employee"),
    [
        (("ad",), "ann", "1"),
        (("ehr",), "ann", "6"),
        (("ad",), "ANN", "1"),
        (("ad",), "bob", "2"),
        (("ad",), "dan", None),
        (("ad", "ehr"), "dan", "8"),
        (("ad", "ehr"), "DAN", "8"),
        (("ad",), "eve", "3"),
        (("ad",), "EVE", "4"),
        (("ad",), "Eve", None),  # two accounts differ by case only
        (("ad",), "STRASSE", "5"),
        (("ad", "ehr"), "ann", None),  # an account in each directory
        (("ad", "ehr"), "Ann", None),
        (("ad", "ehr"), "eve", "3"),  # exactly one account is written so
        (("ad", "ehr"), "eVE", None),  # three accounts without case: the one of ehr is no better than the others
        ((), "ann", None),
        (("elsewhere",), "ann", None),
    ],
)
def test_a_text_means_the_one_account_that_fits(scope: tuple[str, ...], text: str, employee: str | None) -> None:
    found = book(DIRECTORIES)
    known = found.find(scope, text)
    assert anchor(found, known.person) == (employee and f"employee_id:{employee}")
    assert known.standing.status == ("person" if employee else "unknown")
    assert isinstance(known.identity, int) is (employee is not None)
    assert found.find(scope, text) is known


def test_an_exact_text_in_two_directories_is_not_settled_by_case() -> None:
    """`ann` stands in both; that `ad` holds an `Ann`, too, does not make it the other directory's."""
    rows = [account("ann", "ad"), account("Ann", "ad"), account("ann", "ehr")]
    assert book(rows).find(("ad", "ehr"), "ann").standing.status == "unknown"


def test_two_unknown_texts_are_two_accounts_and_scopes_are_apart() -> None:
    found = book([])
    identities = {found.find(scope, text).identity for scope in (("ad",), ("ehr",)) for text in ("x", "X")}
    assert len(identities) == 4


def test_an_unknown_account_that_an_exclusion_names_is_left_out() -> None:
    found = book([], Exclusion("robots", account_globs=("svc:*",))).find(("ad",), "svc:1")
    assert (found.standing.status, found.standing.reason, found.person) == ("excluded", "robots", None)


def test_an_account_found_without_case_is_judged_by_its_listed_id() -> None:
    rows = [account("svc:1", "ad")]
    assert book(rows, Exclusion("robots", account_globs=("svc:*",))).find(("ad",), "SVC:1").standing.reason == "robots"


PEOPLE = [
    workforce(employee_id="0017", email="ann@x.org", **ANN),
    workforce(employee_id="C18", email="desk@x.org", **ANN),
    workforce(employee_id="20", email="desk@x.org", **BOB),
]


@pytest.mark.parametrize(
    ("text", "status", "person"),
    [
        ("ann@x.org", "person", "employee_id:17"),
        ("ANN+reports@X.ORG", "person", "employee_id:17"),
        ("ghost@x.org", "unknown", None),
        ("no address", "unknown", None),
        ("desk@x.org", "excluded", None),
        ("Desk@x.org", "excluded", None),
    ],
)
def test_recipients_by_mailbox(text: str, status: str, person: str | None) -> None:
    found = book(PEOPLE)
    known = found.find(MAILBOXES, text)
    assert (known.standing.status, anchor(found, known.person)) == (status, person)
    assert known.standing.shared is (status == "excluded")
    assert (known.standing.reason == SHARED_MAILBOX) is (status == "excluded")


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("17", "employee_id:17"),
        ("000017", "employee_id:17"),
        ("X17", "employee_id:17"),  # one side has no prefix
        ("18", "employee_id:C18"),
        ("c018", "employee_id:C18"),
        ("E18", None),
        ("000", None),
        ("99", None),
        ("nobody", None),
    ],
)
def test_recipients_by_employee_id(text: str, person: str | None) -> None:
    found = book(PEOPLE)
    known = found.find(EMPLOYEES, text)
    assert anchor(found, known.person) == person
    assert known.standing.status == ("person" if person else "unknown")


def test_a_bare_employee_id_of_two_prefixes_is_nobody() -> None:
    assert book([workforce(employee_id="C18"), workforce(employee_id="E18")]).find(EMPLOYEES, "18").person is None


def test_two_writings_of_one_mailbox_are_one_recipient() -> None:
    found = book(PEOPLE)
    assert found.find(MAILBOXES, "ann@x.org").identity == found.find(MAILBOXES, "Ann+a@x.org").identity
    assert found.find(EMPLOYEES, "17").identity == found.find(EMPLOYEES, "017").identity
    assert found.find(MAILBOXES, "ghost@x.org").identity == found.find(MAILBOXES, "GHOST@x.org").identity


def test_one_recipient_has_one_standing() -> None:
    """An exclusion means a text as the file writes it; another writing of the mailbox is then another account."""
    found = book(PEOPLE, Exclusion("list", account_globs=("ANN@*",)))
    texts = ("ann@x.org", "ANN@x.org", "Ann@x.org")
    standings: dict[object, set[str]] = {}
    for text in texts:
        known = found.find(MAILBOXES, text)
        standings.setdefault(known.identity, set()).add(known.standing.status)
    assert sorted(map(sorted, standings.values())) == [["excluded"], ["person"]]


def test_recipients_are_excluded_as_humans() -> None:
    assert (
        book(PEOPLE, Exclusion("no", kinds=frozenset({"human"}))).find(MAILBOXES, "ann@x.org").standing.reason == "no"
    )
    assert (
        book(PEOPLE, Exclusion("no", kinds=frozenset({"test"}))).find(MAILBOXES, "ann@x.org").standing.status
        == "person"
    )


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([account("svc", kind="service", email="bot@x.org")], "excluded"),
        ([account("desk", kind="shared", email="bot@x.org")], "excluded"),
        ([account("pat", kind="patient", email="bot@x.org")], "determination"),
        ([account("svc", kind="service", email="bot@x.org"), account("ann", email="bot@x.org")], "person"),
        ([account("svc", kind="service", email="bot@x.org"), workforce(employee_id="1", email="bot@x.org")], "person"),
        (
            [account("svc", kind="service", email="bot@x.org", employee_id="1"), account("ann", employee_id="1")],
            "excluded",
        ),
    ],
)
def test_a_mailbox_that_only_accounts_without_a_person_have_is_nobody(rows: list[Row], status: str) -> None:
    assert book(rows).find(MAILBOXES, "bot@x.org").standing.status == status


def test_a_recipient_abroad_is_left_out() -> None:
    rows = [workforce(employee_id="1", email="ann@x.org", country="CA")]
    found = book(rows, definition=replace(SHIPPED, countries=("US",))).find(MAILBOXES, "ann@x.org")
    assert (found.standing.status, found.standing.rule) == ("excluded", "UD-21")


def test_a_shared_account_hides_nobody() -> None:
    rows = [account("kiosk", employee_id="1", email="k@x.org"), account("kiosk", employee_id="2"), workforce(employee_id="1"), workforce(employee_id="2")]  # fmt: skip
    found = book(rows)
    assert anchor(found, found.find(EMPLOYEES, "1").person) == "employee_id:1"
    assert anchor(found, found.find(EMPLOYEES, "2").person) == "employee_id:2"
    assert found.find(MAILBOXES, "k@x.org").standing.status == "unknown"
