"""What stands for the same employee, provider or mailbox, as a table, and against the naive reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.people import keys
from tests.people import naive


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("17", ("", "17")),
        ("00017", ("", "17")),
        (" c1234 ", ("C", "1234")),
        ("C001234", ("C", "1234")),
        ("ABC7", ("ABC", "7")),
        ("000", None),
        ("C000", None),
        ("", None),
        ("  ", None),
        (None, None),
        ("e-17", ("", "E-17")),
        ("17a", ("", "17A")),
        ("Ä17", ("", "Ä17")),
        ("\u0661\u0667", ("", "\u0661\u0667")),
        ("CONTRACTOR", ("", "CONTRACTOR")),
    ],
)
def test_the_parts_of_an_employee_id(text: str | None, parts: tuple[str, str] | None) -> None:
    assert keys.employee_id(text) == parts == naive.employee_parts(text)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["C1234", "1234"], ["C1234", "C1234"]),
        (["C1234", "01234"], ["C1234", "C1234"]),
        (["1234", "C01234"], ["C1234", "C1234"]),
        (["C1234", "E1234"], ["C1234", "E1234"]),
        (["C1234", "E1234", "1234"], ["C1234", "E1234", "1234"]),
        (["00017", "17"], ["17", "17"]),
        (["17", "18", "E18"], ["17", "E18", "E18"]),
        (["x-1", "X-1"], ["X-1", "X-1"]),
        (["C1", "CONTRACTOR"], ["C1", "CONTRACTOR"]),
    ],
)
def test_a_prefix_is_ignored_only_where_one_side_has_none(ids: list[str], expected: list[str]) -> None:
    parts = [known for text in ids if (known := keys.employee_id(text))]
    found = keys.employee_keys(parts)
    assert [found[part] for part in parts] == expected


EMPLOYEE_TEXTS = st.lists(
    st.one_of(st.from_regex(r"[ceCE]?0{0,2}[12]{0,2}", fullmatch=True), st.text(max_size=4)), max_size=6
)


@given(EMPLOYEE_TEXTS)
def test_employee_keys_are_those_of_the_naive_reading(texts: list[str]) -> None:
    parts = [keys.employee_id(text) for text in texts]
    found = keys.employee_keys(part for part in parts if part)
    assert [found[part] if part else None for part in parts] == [
        naive.employee_key(text, list(texts)) for text in texts
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("1234567893", "1234567893"),
        (" 1234567893\t", "1234567893"),
        ("1234567890", None),
        ("0234567893", None),
        ("3234567897", None),
        ("123456789", None),
        ("12345678930", None),
        ("123456789\u0663", None),
        ("123456789X", None),
        ("", None),
        (None, None),
    ],
)
def test_an_npi_has_ten_digits_and_its_check_digit(text: str | None, known: str | None) -> None:
    assert keys.npi(text) == known == naive.npi_key(text)


@given(st.from_regex(r"[0-9]{8,11}", fullmatch=True))
def test_npis_are_those_of_the_naive_reading(text: str) -> None:
    assert keys.npi(text) == naive.npi_key(text)


@given(st.from_regex(r"[12][0-9]{8}", fullmatch=True))
def test_every_nine_digits_have_one_check_digit(digits: str) -> None:
    """So one mistyped digit is always seen."""
    assert len([sign for sign in "0123456789" if keys.npi(digits + sign)]) == 1


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("Ann.Lee@X.org", "ann.lee@x.org"),
        ("ann+ehr@x.org", "ann@x.org"),
        ("ann+a+b@x.org", "ann@x.org"),
        ("ann@x+y.org", "ann@x+y.org"),
        (" ann@x.org ", "ann@x.org"),
        ("+ehr@x.org", None),
        ("ann@x", None),
        ("ann@.org", None),
        ("ann@x.", None),
        ("ann@b@x.org", None),
        ("ann lee@x.org", None),
        ("@x.org", None),
        ("n/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_mailbox_has_no_case_and_no_tag(text: str | None, mailbox: str | None) -> None:
    assert keys.email(text) == mailbox == naive.mailbox_key(text)


@given(st.text(alphabet="aAb+@. \tÄ\u3000", max_size=9))
def test_mailboxes_are_those_of_the_naive_reading(text: str) -> None:
    assert keys.email(text) == naive.mailbox_key(text)


@given(st.text(alphabet="aAb+@. ", max_size=9))
def test_a_mailbox_is_the_key_of_itself(text: str) -> None:
    known = keys.email(text)
    assert known is None or keys.email(known) == known


@pytest.mark.parametrize(
    ("given_name", "family", "name"),
    [
        ("Ann", "Lee", "ann lee"),
        ("ÄNN", "O'Lee-Day", "ann oleeday"),
        ("Ann Marie", "Lee", "annmarie lee"),
        ("Ann", "Straße", "ann strasse"),
        ("Ann", None, None),
        ("", "Lee", None),
        ("Ann", "-", None),
    ],
)
def test_a_name_is_known_when_both_parts_are(given_name: str | None, family: str | None, name: str | None) -> None:
    assert keys.name(given_name, family) == name == naive.name_key(given_name, family)


def test_given_and_family_name_do_not_run_together() -> None:
    assert keys.name("Ann", "Marie Lee") != keys.name("Ann Marie", "Lee")
