"""Say whether a license holds for what it is asked for: the first rule that fits decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from percapita.licensing.claims import EVERY, License

State = Literal["active", "suspended", "revoked"]


@dataclass(frozen=True)
class Question:
    """Hold what is asked. None asks nothing; `state` is what the licensor's register says of the license, as of
    `state_from`.
    """

    on: date
    system: str | None = None
    entity: str | None = None
    content: str | None = None
    purpose: str | None = None
    release: int | None = None
    users: int | None = None
    state: State = "active"
    state_from: str = ""


@dataclass(frozen=True)
class Answer:
    """Hold yes or no, the code and the sentence of the rule that decided, and the last day of the license."""

    valid: bool
    code: str
    message: str
    until: date | None


Rule = Callable[[License, Question], str | None]


def check(license: License | None, question: Question) -> Answer:
    """Return the answer of the first rule that has something to say; None is a license that nobody finds."""
    if license is None:
        return Answer(False, "NOT_FOUND", NO_LICENSE["NOT_FOUND"], None)
    for code, (blocks, rule) in RULES.items():
        sentence = rule(license, question)
        if sentence is not None:
            return Answer(not blocks, code, _said(license, sentence), last_day(license))
    return Answer(True, "VALID", _said(license, f"valid until {license.expires}"), license.expires)


def last_day(license: License) -> date:
    """Return the last day on which the license holds, days of grace included."""
    return license.expires + timedelta(days=license.grace_days)


def _said(license: License, sentence: str) -> str:
    """Return the sentence; where nobody signed the license, with the words that say so."""
    return f"recorded, not verified: {sentence}" if license.recorded else sentence


def revoked(license: License, question: Question) -> str | None:
    """Say that the licensor took the license back."""
    return f"the licensor revoked this license{_source(question)}" if question.state == "revoked" else None


def suspended(license: License, question: Question) -> str | None:
    """Say that the license rests."""
    return f"the licensor suspended this license{_source(question)}" if question.state == "suspended" else None


def _source(question: Question) -> str:
    return f" ({question.state_from})" if question.state_from else ""


def not_yet_valid(license: License, question: Question) -> str | None:
    """Say that the license has not begun."""
    return f"it begins on {license.not_before}" if question.on < license.not_before else None


def expired(license: License, question: Question) -> str | None:
    """Say that the license is over, days of grace included."""
    return f"it ended on {license.expires}" if question.on > last_day(license) else None


def system_not_covered(license: License, question: Question) -> str | None:
    """Say that the license is not for the system: each system needs a license."""
    if question.system is None or question.system in license.systems:
        return None
    return f"it does not cover the application {question.system!r}"


def entity_not_covered(license: License, question: Question) -> str | None:
    """Say that the license is not for the entity."""
    if question.entity is None or {question.entity, EVERY} & set(license.entities):
        return None
    return f"it does not cover the entity {question.entity!r}"


def content_not_covered(license: License, question: Question) -> str | None:
    """Say that the license is not for the content file."""
    if question.content is None or question.content in license.content:
        return None
    return f"it does not cover the content {question.content!r}"


def release_not_covered(license: License, question: Question) -> str | None:
    """Say that the license is not for the code set of that year."""
    if question.release is None or question.release in license.releases:
        return None
    return f"it does not cover the {question.release} code set release"


def purpose_not_permitted(license: License, question: Question) -> str | None:
    """Say that the license does not permit the purpose."""
    if question.purpose is None or question.purpose in license.purposes:
        return None
    return f"it does not permit the purpose {question.purpose!r}"


def grace(license: License, question: Question) -> str | None:
    """Say that the license is over and its days of grace run."""
    if question.on <= license.expires:
        return None
    return f"it ended on {license.expires}; the days of grace end on {last_day(license)}"


def over_use(license: License, question: Question) -> str | None:
    """Say that more people use the system than are licensed: shown, never a reason to block."""
    licensed = license.units.get("users")
    if question.users is None or licensed is None or question.users <= licensed:
        return None
    return f"{question.users:,} users, {licensed:,} licensed: report the difference"


# In the order in which they are asked: (whether the answer is no, the rule).
RULES: dict[str, tuple[bool, Rule]] = {
    "REVOKED": (True, revoked),
    "SUSPENDED": (True, suspended),
    "NOT_YET_VALID": (True, not_yet_valid),
    "EXPIRED": (True, expired),
    "SYSTEM_NOT_COVERED": (True, system_not_covered),
    "ENTITY_NOT_COVERED": (True, entity_not_covered),
    "CONTENT_NOT_COVERED": (True, content_not_covered),
    "RELEASE_NOT_COVERED": (True, release_not_covered),
    "PURPOSE_NOT_PERMITTED": (True, purpose_not_permitted),
    "GRACE": (False, grace),
    "OVER_USE": (False, over_use),
}
# What is said of a text before there is a license to ask.
NO_LICENSE = {
    "NOT_FOUND": "there is no such license",
    "MALFORMED": "not a license",
    "SIGNATURE_INVALID": "the signature is not that of this key",
}
