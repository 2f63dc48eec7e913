"""Which kind a login makes likely, and what a plan that tells kinds does with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.people.identities import Identities
from percapita.policy.vocabulary import ACCOUNT_KINDS
from percapita.usage.kinds import BY_ITS_LIST, KindRule, kind_words, propose, settle_kinds


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("svc_lab", "service"),
        ("SVC-LAB", "service"),
        ("lab.svc2", "service"),
        ("svc", "service"),
        ("backup01", "service"),
        ("hl7feed", None),
        ("hl7_feed", "interface"),
        ("feed.hl7", "interface"),
        ("rpa-billing", "bot"),
        ("front.desk", "shared"),
        ("kiosk12@clinic.example", "shared"),
        ("test.ann", "test"),
        ("train07", "test"),
        ("testa", None),
        ("svcarpenter", None),
        ("ann@test.example", None),
        ("", None),
        ("...", None),
    ],
)
def test_words_of_a_login(account: str, kind: str | None) -> None:
    found = propose(account)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("hint", "kind"), [("service", "service"), ("Bot", "bot"), ("human", None), ("nurse", None), (None, None)]
)
def test_flags_of_a_list(hint: str | None, kind: str | None) -> None:
    found = propose("ann", hint)
    assert found is None if kind is None else (found is not None and (found.kind, found.why) == (kind, BY_ITS_LIST))


def test_the_words_propose_known_kinds() -> None:
    assert set(kind_words().values()) <= set(ACCOUNT_KINDS) - {"human"}
    assert all(word == word.casefold() and word.isalnum() for word in kind_words())


def nodes(*kinds: str | None) -> Identities:
    count = len(kinds)
    names = [f"svc_{number}" for number in range(count)]
    return Identities(
        directory=["d"] * count, account=names, kind=list(kinds), origin=[("f", number) for number in range(count)]
    )


def test_the_first_rule_that_fits_tells_and_a_list_stands() -> None:
    found = nodes(None, None, None, "human", "service")
    rules = [
        KindRule("human", account_globs=("svc_0", "svc_4")),
        KindRule("shared", listed=frozenset({"svc_1"}), account_globs=("svc_*",)),
        KindRule("bot", proposed=True),
    ]
    left = settle_kinds(found, rules, {("f", 2): "bot"})
    assert found.kind == ["human", "shared", "bot", "human", "service"]
    assert left == [None] * 5


def test_without_rules_nothing_changes() -> None:
    found = nodes(None, "human")
    left = settle_kinds(found, [], {})
    assert found.kind == [None, "human"]
    assert [one.kind if one else None for one in left] == ["service", None]


@given(st.text(max_size=20), st.one_of(st.none(), st.text(max_size=9)))
def test_any_login_is_judged_without_case(account: str, hint: str | None) -> None:
    found = propose(account, hint)
    assert found is None or found.kind in ACCOUNT_KINDS
    if account.isascii():
        assert propose(account.upper(), hint) == found
