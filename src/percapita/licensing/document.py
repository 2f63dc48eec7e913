"""Open a license however it comes: a signed token, in a file or as a text, or a recorded license in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from percapita.errors import InputError
from percapita.evidence.jws import LONGEST, ForeignSignatureError, MalformedTokenError
from percapita.licensing.claims import License, parse_license
from percapita.licensing.states import States
from percapita.licensing.token import verify
from percapita.licensing.validity import NO_LICENSE, Answer, Question, check

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def answer(
    text: str, where: str, key: Ed25519PublicKey | None, question: Question, states: States | None = None
) -> Answer:
    """Return what a license answers to a question. A text that is no license, or not of this key, answers no.

    `states` is what the licensor says of its licenses. Raises InputError when a token comes without a key to hold it
    against.
    """
    try:
        found = open_license(text, where, key)
        return check(found, question if states is None else states.ask_about(question, found.number))
    except MalformedTokenError as error:
        return Answer(False, "MALFORMED", f"{NO_LICENSE['MALFORMED']}: {error}", None)
    except ForeignSignatureError as error:
        return Answer(False, "SIGNATURE_INVALID", f"{NO_LICENSE['SIGNATURE_INVALID']}: {error}", None)


def open_license(text: str, where: str, key: Ed25519PublicKey | None) -> License:
    """Return the license in a text: JSON is a recorded one, anything else a token of the owner of `key`.

    Raises MalformedTokenError or ForeignSignatureError, and InputError when there is no key for a token.
    """
    if text.lstrip().startswith("{"):
        return _recorded(text, where)
    if key is None:
        raise InputError("a signed license needs the licensor's key", "--key", "give the .pub file of the licensor")
    return verify(text, key)


def number_of(text: str, where: str, key: Ed25519PublicKey | None) -> str:
    """Return the number of a license, `recorded` and the contract where nobody signed it, nothing if it is none."""
    try:
        found = open_license(text, where, key)
    except (MalformedTokenError, ForeignSignatureError):
        return ""
    return f"recorded {found.number}" if found.recorded else found.number


def _recorded(text: str, where: str) -> License:
    try:
        found = parse_license(text.encode("utf-8"), where)
    except InputError as error:
        raise MalformedTokenError(error.what) from None
    if found.recorded is None:
        raise MalformedTokenError("claims that nobody signed")
    return found


def read_text(told: str) -> tuple[str, str]:
    """Return the text of a license and where it stands; `told` is a path or the token itself.

    Raises InputError for a path that leads nowhere.
    """
    if told.count(".") == 2 and len(told) > 100 and "/" not in told and "\\" not in told:
        return told, "the token"
    path = Path(told)
    try:
        if path.stat().st_size > LONGEST:
            raise InputError("too large for a license", path.name, "give the file of a license")
        return path.read_bytes().decode("utf-8", errors="replace"), path.name
    except (OSError, ValueError):
        raise InputError("there is no such license", told[:80], "give the path of a license, or its token") from None
