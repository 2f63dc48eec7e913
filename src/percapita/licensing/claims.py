"""What a license says: who, which systems, entities, content, releases, units, purposes, from when until when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from percapita.errors import InputError, nearest
from percapita.policy.vocabulary import CONTENTS, PURPOSES, SYSTEM_KINDS

EVERY = "*"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class License:
    """Hold the scope of a license; `systems` are kinds by id. Both dates are inclusive.

    `recorded` is set where nobody signed: it stands for an agreement on paper, as somebody attests.
    """

    number: str
    issuer: str
    organization: str
    systems: dict[str, str]
    entities: tuple[str, ...]
    content: tuple[str, ...]
    releases: tuple[int, ...]
    units: dict[str, int]
    purposes: tuple[str, ...]
    not_before: date
    expires: date
    grace_days: int = 0
    recorded: Recorded | None = None


@dataclass(frozen=True)
class Recorded:
    """Hold what a recorded license rests on."""

    contract: str
    agreement_sha256: str
    attested_by: str
    attested_on: date


class BrokenClaimError(ValueError):
    """Say what is wrong with claims: the key and what to do."""


Check = Callable[[Any, str], Any]


def parse_license(content: bytes, where: str) -> License:
    """Return the license that JSON `content` describes. Raises InputError that names the key."""
    try:
        return license_of(read_claims(content, where), strict=True)
    except BrokenClaimError as error:
        what, _, cure = str(error).partition(" · ")
        raise InputError(what, where, cure) from None


def read_claims(content: bytes, where: str) -> dict[str, Any]:
    """Return a JSON object in which no key is there twice. Raises InputError if `content` is none."""
    try:
        claims = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, BrokenClaimError) else "not JSON in UTF-8"
        raise InputError(said, where, "see the claims of a license in the documentation") from None
    if not isinstance(claims, dict):
        raise InputError("not a JSON object", where, "see the claims of a license in the documentation")
    return claims


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BrokenClaimError("a key is there twice")
    return found


def license_of(claims: dict[str, Any], *, strict: bool) -> License:
    """Return the license of claims. Raises BrokenClaimError for a key that is missing, wrong or, if `strict`, unknown.

    A signed license may say more than this release knows; who writes one wants to hear of a typing error.
    """
    recorded = claims.get("recorded", False)
    if type(recorded) is not bool:
        raise BrokenClaimError("'recorded' is not true or false · write true for an agreement on paper")
    checks = {**SCOPE, **(RECORDED if recorded else SIGNED)}
    optional = {**OPTIONAL, **(SIGNED if recorded else {}), "recorded": _anything}
    for key in claims:
        if strict and key not in checks and key not in optional:
            raise BrokenClaimError(f"the key {key!r} is not known · {nearest(key, [*checks, *optional])}")
    for key in checks:
        if key not in claims:
            raise BrokenClaimError(f"the key {key!r} is missing · add it")
    values = {key: check(claims[key], key) for key, check in (checks | optional).items() if key in claims}
    return _license(values)


def _license(values: dict[str, Any]) -> License:
    if values["expires"] < values["not_before"]:
        raise BrokenClaimError("'expires' is before 'not_before' · exchange them")
    recorded = None
    if values.get("recorded"):
        recorded = Recorded(
            values["contract_id"], values["agreement_sha256"], values["attested_by"], values["attested_on"]
        )
    return License(
        number=values.get("number", values.get("contract_id", "")),
        issuer=values.get("iss", ""),
        organization=values["organization"],
        systems=values["systems"],
        entities=values["entities"],
        content=values["content"],
        releases=values["releases"],
        units=values["units"],
        purposes=values["purposes"],
        not_before=values["not_before"],
        expires=values["expires"],
        grace_days=values.get("grace_days", 0),
        recorded=recorded,
    )


def _anything(value: Any, key: str) -> Any:
    return value


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BrokenClaimError(f"{key!r} is not a text · write a text that is not empty")
    return value


def _day(value: Any, key: str) -> date:
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BrokenClaimError(f"{key!r} is not a date · write it such as 2026-01-31")


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BrokenClaimError(f"{key!r} is not a list · write at least one")
    return value


def _texts(value: Any, key: str) -> tuple[str, ...]:
    return tuple(_text(one, key) for one in _list(value, key))


def _words(known: tuple[str, ...]) -> Check:
    def check(value: Any, key: str) -> tuple[str, ...]:
        words = _texts(value, key)
        for word in words:
            if word not in known:
                raise BrokenClaimError(f"{word!r} is not known in {key!r} · {nearest(word, known)}")
        return words

    return check


def _years(value: Any, key: str) -> tuple[int, ...]:
    years = _list(value, key)
    if not all(type(year) is int and 1966 <= year <= 9999 for year in years):
        raise BrokenClaimError(f"{key!r} is not a list of years · write it such as [2026]")
    return tuple(years)


def _units(value: Any, key: str) -> dict[str, int]:
    if not isinstance(value, dict) or not value:
        raise BrokenClaimError(f'{key!r} is not a table of units · write it such as {{"users": 100}}')
    if not all(type(number) is int and number >= 0 for number in value.values()):
        raise BrokenClaimError(f"{key!r} has a unit that is not a whole number · write whole numbers from 0 up")
    return dict(value)


def _systems(value: Any, key: str) -> dict[str, str]:
    systems: dict[str, str] = {}
    for one in _list(value, key):
        if not isinstance(one, dict) or set(one) != {"id", "kind"}:
            raise BrokenClaimError(f'{key!r} has an entry without id and kind · write {{"id": "ehr", "kind": "emr"}}')
        name, kind = _text(one["id"], f"{key}.id"), _text(one["kind"], f"{key}.kind")
        if kind not in SYSTEM_KINDS:
            raise BrokenClaimError(f"{kind!r} is not a kind of system · {nearest(kind, SYSTEM_KINDS)}")
        if name in systems:
            raise BrokenClaimError(f"{key!r} has {name!r} twice · keep one of them")
        systems[name] = kind
    return systems


def _days(value: Any, key: str) -> int:
    if type(value) is not int or not 0 <= value <= 366:
        raise BrokenClaimError(f"{key!r} is not a number of days · write a whole number from 0 to 366")
    return value


def _sha256(value: Any, key: str) -> str:
    if not isinstance(value, str) or not SHA256.fullmatch(value):
        raise BrokenClaimError(f"{key!r} is not a SHA-256 · write 64 hexadecimal digits, as sha256sum prints them")
    return value


SCOPE: dict[str, Check] = {
    "organization": _text, "systems": _systems, "entities": _texts, "content": _words(CONTENTS), "releases": _years,
    "units": _units, "purposes": _words(PURPOSES), "not_before": _day, "expires": _day,
}  # fmt: skip
SIGNED: dict[str, Check] = {"iss": _text, "number": _text}
RECORDED: dict[str, Check] = {
    "contract_id": _text, "agreement_sha256": _sha256, "attested_by": _text, "attested_on": _day
}  # fmt: skip
OPTIONAL: dict[str, Check] = {"grace_days": _days}
