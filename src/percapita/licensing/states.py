"""Say which licenses the licensor suspended or took back: a dated list, signed or plain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from percapita.errors import InputError, nearest
from percapita.evidence import jws
from percapita.licensing.claims import DAY, read_claims
from percapita.licensing.validity import Question, State

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KIND = "license-states"
KEYS = ("iss", "as_of", "states")
CURE = 'write {"iss": "...", "as_of": "2026-01-31", "states": {"L-1": "suspended", "L-2": "revoked"}}'


@dataclass(frozen=True)
class States:
    """Hold the state of licenses by number on a day; who is not listed is active. `signed` tells whether a licensor
    stands for the list.
    """

    issuer: str
    as_of: date
    states: dict[str, State]
    signed: bool

    def ask_about(self, question: Question, number: str) -> Question:
        """Return the question with what the list says of a license."""
        said = f"list of {self.as_of}" + ("" if self.signed else ", which nobody signed")
        return replace(question, state=self.states.get(number, "active"), state_from=said)


def load_states(path: Path, key: Ed25519PublicKey | None) -> States:
    """Return the list in a file: JSON, or that signed by the owner of `key`.

    Raises InputError for a list that cannot be read, is damaged, or is signed by somebody else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the list of states cannot be read ({error.strerror})", str(path), "check the path") from None
    if content.lstrip()[:1] == b"{":
        return parse_states(content, path.name, signed=False)
    if key is None:
        raise InputError("a signed list of states needs the licensor's key", "--key", "give the .pub file")
    try:
        payload = jws.verify(content.decode("utf-8", errors="replace"), key, KIND)
    except (jws.MalformedTokenError, jws.ForeignSignatureError) as error:
        raise InputError(f"the list of states is not genuine: {error}", path.name, "ask the licensor for it") from None
    return parse_states(payload, path.name, signed=True)


def parse_states(content: bytes, where: str, *, signed: bool) -> States:
    """Return the list that JSON describes. Raises InputError that names the key."""
    found = read_claims(content, where)
    if set(found) != set(KEYS):
        raise InputError(f"the keys are not {', '.join(KEYS)}", where, CURE)
    if not isinstance(found["iss"], str) or not isinstance(found["states"], dict):
        raise InputError("'iss' is no text, or 'states' no table", where, CURE)
    return States(found["iss"], _day(found["as_of"], where), _checked(found["states"], where), signed)


def _day(value: Any, where: str) -> date:
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise InputError("'as_of' is not a date", where, "write it such as 2026-01-31")


def _checked(states: dict[str, Any], where: str) -> dict[str, State]:
    for number, state in states.items():
        if state not in get_args(State):
            raise InputError(f"{state!r} is no state of {number!r}", where, nearest(str(state), get_args(State)))
    return states


def sign_states(content: bytes, where: str, key: Ed25519PrivateKey) -> tuple[str, States]:
    """Return a list as a signed text, and the list. Raises InputError for one that is damaged."""
    found = parse_states(content, where, signed=True)
    return jws.sign(read_claims(content, where), key, KIND), found
