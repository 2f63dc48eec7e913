"""Names are compared in forms that survive accents, titles, short forms and spelling."""

from __future__ import annotations

import pytest

from percapita.people.link.names import family_forms, given_forms, roots_of, short_forms, sound, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nuñez-Ö’Brien", ["nunez", "obrien"]),
        ("O'Brien, Jr.", ["obrien"]),
        ("Lee MD", ["lee"]),
        (" ", []),
        (None, []),
    ],
)
def test_words(text: str | None, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_given_name_stands_alone_and_with_the_second() -> None:
    assert given_forms("Mary Ann") == ("mary", "maryann")
    assert given_forms("Mary A.") == ("mary",)
    assert given_forms("J") == ("j",)


def test_a_hyphenated_name_has_parts_and_particles_are_none() -> None:
    assert family_forms("Lee-Smith") == ("leesmith", "lee", "smith")
    assert family_forms("de la Cruz") == ("delacruz", "cruz")


def test_short_forms_share_a_root() -> None:
    assert set(roots_of("bob")) & set(roots_of("robert"))
    assert set(roots_of("liz")) & set(roots_of("elizabeth"))
    assert not set(roots_of("bob")) & set(roots_of("william"))
    assert roots_of("xyz") == ("xyz",)
    assert all(name.isalpha() and name.islower() for name in short_forms())


@pytest.mark.parametrize(
    ("one", "other"), [("katherine", "catherine"), ("philips", "filips"), ("schmidt", "shmitt"), ("reyes", "reies")]
)
def test_what_sounds_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)
    assert sound(one) != sound("garcia")
