"""What an account stands for: exclusions of the plan first, then the user definition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from percapita.policy.user_definition import KindRule
from percapita.usage.standing import Exclusion, Judge, Standing, unrecognized_kinds
from tests.people.draw import account, numbered, people, workforce
from tests.usage.book import SHIPPED, book

ABROAD = replace(SHIPPED, countries=("US", "pr"))


def exclusion(reason: str = "left out", **parts: object) -> Exclusion:
    return Exclusion(reason, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "status", "rule"),
    [
        (None, "person", ""),
        ("human", "person", ""),
        ("HUMAN", "person", ""),
        ("service", "excluded", "UD-11"),
        ("Interface", "excluded", "UD-12"),
        ("TEST", "excluded", "UD-13"),
        ("shared", "excluded", "UD-14"),
        ("patient", "determination", "UD-15"),
        ("bot", "determination", "UD-16"),
        ("AI_agent", "determination", "UD-17"),
        ("nurse", "person", ""),
    ],
)
def test_the_shipped_definition_of_kinds(kind: str | None, status: str, rule: str) -> None:
    found = Judge(SHIPPED, ()).of_known(kind, "a", False, None)
    assert (found.status, found.rule) == (status, rule)
    assert found.shared is (kind == "shared")


@pytest.mark.parametrize(
    ("parts", "kind", "account_id", "fits"),
    [
        ({"kinds": frozenset({"service"})}, "service", "a", True),
        ({"kinds": frozenset({"service"})}, "human", "a", False),
        ({"account_globs": ("svc:*", "b?")}, "human", "svc:1", True),
        ({"account_globs": ("svc:*", "b?")}, "human", "b1", True),
        ({"account_globs": ("svc:*", "b?")}, "human", "SVC:1", False),
        ({"account_globs": ("*",)}, "human", None, False),
        ({"listed": frozenset({"a"})}, "human", "a", True),
        ({"listed": frozenset({"a"})}, "human", "b", False),
        ({"listed": frozenset({"*"})}, "human", "b", False),
        ({"kinds": frozenset({"human"}), "account_globs": ("a*",)}, "human", "ann", True),
        ({"kinds": frozenset({"human"}), "account_globs": ("a*",)}, "test", "ann", False),
        ({"kinds": frozenset({"human"}), "account_globs": ("a*",)}, "human", "bob", False),
        ({"account_globs": ("a*",), "listed": frozenset({"ann"})}, "human", "abe", False),
        ({}, "human", "a", True),
    ],
)
def test_all_parts_of_an_exclusion_must_fit(
    parts: dict[str, Any], kind: str, account_id: str | None, fits: bool
) -> None:
    assert exclusion(**parts).fits(kind, account_id) is fits


def test_an_exclusion_comes_before_the_definition_and_the_first_that_fits_is_named() -> None:
    judge = Judge(
        SHIPPED,
        [exclusion("one", kinds=frozenset({"bot"})), exclusion("two", account_globs=("r*",)), exclusion("three")],
    )
    assert judge.of_known("bot", "robot", False, None) == Standing("excluded", "one", "exclude[0]")
    assert judge.of_known("service", "robot", False, None) == Standing("excluded", "two", "exclude[1]")
    assert judge.of_known(None, "x", False, None) == Standing("excluded", "three", "exclude[2]")


def test_an_account_without_kind_is_excluded_as_human() -> None:
    judge = Judge(SHIPPED, [exclusion(kinds=frozenset({"human"}))])
    assert judge.of_known(None, "a", False, None).rule == "exclude[0]"


def test_an_unknown_account_has_no_kind_but_can_be_named() -> None:
    judge = Judge(SHIPPED, [exclusion(kinds=frozenset({"human"})), exclusion("named", account_globs=("svc:*",))])
    assert judge.of_unknown("ghost").status == "unknown"
    assert judge.of_unknown("svc:9") == Standing("excluded", "named", "exclude[1]")


def test_a_shared_account_is_marked_whatever_it_is_left_out_for() -> None:
    judge = Judge(SHIPPED, [exclusion("named", account_globs=("kiosk",))])
    assert judge.of_known(None, "kiosk", True, None) == Standing("excluded", "named", "exclude[0]", shared=True)
    assert judge.of_known("service", "x", True, None) == Standing("excluded", "service account: no individual person", "UD-11", shared=True)  # fmt: skip
    several = judge.of_known(None, "x", True, None)
    assert (several.status, several.rule, several.shared) == ("excluded", "shared", True)


def test_the_country_is_asked_last_and_an_unknown_one_counts() -> None:
    judge = Judge(ABROAD, ())
    assert judge.of_known(None, "a", False, None).status == "person"
    assert judge.of_known(None, "a", False, "us").status == "person"
    assert judge.of_known(None, "a", False, "PR").status == "person"
    assert judge.of_known(None, "a", False, "CA") == Standing("excluded", ABROAD.location_reason, ABROAD.location_rule)
    assert judge.of_known("bot", "a", False, "CA").rule == "UD-16"


def test_the_country_is_that_of_the_person() -> None:
    rows = [workforce(employee_id="1", country="CA"), account("a", employee_id="1"), account("b")]
    assert [standing.status for standing in book(rows, definition=ABROAD).standing_of_node] == ["excluded", "excluded", "person"]  # fmt: skip


def test_a_definition_that_says_nothing_of_a_kind_leaves_it_a_person() -> None:
    silent = replace(SHIPPED, kinds=tuple(kind for kind in SHIPPED.kinds if kind.kind != "service"))
    assert Judge(silent, ()).of_known("service", "a", False, None).status == "person"


def test_a_definition_may_count_shared_accounts_but_not_those_of_two_employees() -> None:
    kind = KindRule("X-1", "shared", "person", "counts", "S1")
    counting = replace(SHIPPED, kinds=(kind, *(one for one in SHIPPED.kinds if one.kind != "shared")))
    assert Judge(counting, ()).of_known("shared", "a", False, None).status == "person"
    assert Judge(counting, ()).of_known("shared", "a", True, None).status == "excluded"


def test_every_account_of_the_same_kind_is_judged_by_its_own_id() -> None:
    rows = [account("svc:1"), account("a"), account("svc:2"), account("b")]
    left = exclusion(account_globs=("svc:*",), kinds=frozenset({"human"}))
    listed = exclusion("listed", listed=frozenset({"b"}))
    found = [standing.rule for standing in book(rows, left, listed).standing_of_node]
    assert found == ["exclude[0]", "", "exclude[0]", "exclude[1]"]


def test_kinds_that_nobody_defined_are_counted_by_their_word() -> None:
    rows = [account("a", kind="Nurse"), account("b", kind="Nurse"), account("c", kind="TEST"), account("d"), account("e", kind="agency")]  # fmt: skip
    assert unrecognized_kinds(people(numbered(rows))) == {"Nurse": 2, "agency": 1}
