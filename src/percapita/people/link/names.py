"""Names as they can be compared: words without accents, roots of short forms, sounds."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

NOT_NAMES = frozenset(
    ("jr", "sr", "ii", "iii", "iv", "md", "do", "rn", "np", "pa", "phd", "dds", "pharmd", "mr", "mrs", "ms", "dr")
)
PARTICLES = frozenset(
    {"de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "las", "le", "los", "van", "von", "y", "e"}
    | {"al", "el", "bin", "ben", "san", "st"}
)
LEAST_PART = 3

# What sounds alike in names, applied in this order; a sound is a letter.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^x", "s"),
        (r"ph", "f"),
        (r"(?:tch|ch|sch|sh|cz)", "x"),
        (r"dg(?=[eiy])", "j"),
        (r"gh(?=[^aeiouy]|$)", ""),
        (r"gh", "g"),
        (r"(?:ck|q|c(?=[^eiyh]|$))", "k"),
        (r"[cz]", "s"),
        (r"x(?=[aeiouy])", "x"),
        (r"th", "t"),
        (r"v", "f"),
        (r"d(?=t|$)", "t"),
        (r"(?<=[aeiou])[hw]", ""),
        (r"y", "i"),
        (r"(?<=.)[aeiouh]+", ""),
        (r"^[aeiou]", "a"),
        (r"(.)\1+", r"\1"),
    )
)


def words(text: str | None) -> list[str]:
    """Return the words of a name in lower-case letters without accents; titles and generations are left out."""
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold().replace("'", "").replace("\u2019", ""))
    letters = "".join(sign if sign.isalpha() else " " for sign in decomposed if not unicodedata.combining(sign))
    return [word for word in letters.split() if word not in NOT_NAMES]


def given_forms(text: str | None) -> tuple[str, ...]:
    """Return the forms of a given name: the first word, then all words as one."""
    found = words(text)
    if not found:
        return ()
    whole = "".join(word for word in found if len(word) > 1) or found[0]
    return (found[0],) if whole == found[0] else (found[0], whole)


def family_forms(text: str | None) -> tuple[str, ...]:
    """Return the forms of a family name: all words as one, then those that can stand alone."""
    found = words(text)
    if not found:
        return ()
    parts = [word for word in found if len(word) >= LEAST_PART and word not in PARTICLES]
    return tuple(dict.fromkeys(["".join(found), *parts]))


@cache
def short_forms() -> dict[str, tuple[str, ...]]:
    """Return the roots of each given name that has some, itself among them if it is one."""
    text = (resources.files("percapita.people.link") / "nicknames.txt").read_text(encoding="utf-8")
    roots: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            root, *others = line.split()
            for name in dict.fromkeys((root, *others)):
                roots.setdefault(name, []).append(root)
    return {name: tuple(dict.fromkeys(of)) for name, of in roots.items()}


def roots_of(given: str) -> tuple[str, ...]:
    """Return the names that a given name may stand for; a name without short forms stands for itself."""
    return short_forms().get(given, (given,))


def sound(name: str) -> str:
    """Return how a name sounds: a first sign and consonants, six at most; equal for most spellings of one name."""
    for pattern, replacement in _SOUNDS:
        name = pattern.sub(replacement, name)
    return name[:6]
