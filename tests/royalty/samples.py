"""Statements of invented systems, and rows of who pays, for tests."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from percapita.evidence.canonical import digest_of
from percapita.policy.rate_card import load_rate_card
from percapita.royalty.bill import Terms
from percapita.royalty.figures import Figures, System
from percapita.royalty.payers import FAR, PayerRow

CARD = load_rate_card(None, Path())
TERMS = Terms(card=CARD, release=2024)


def system(name: str, users: int | None, by_entity: dict[str, int] | None = None, **more: Any) -> System:
    entities = {"MAIN": users} if by_entity is None and users else by_entity or {}
    kind = more.pop("kind", "emr")
    return System(
        id=name,
        name=name.upper(),
        kind=kind,
        basis="none" if users is None else "log",
        users=users,
        by_entity=entities,
        **more,
    )


def figures(*systems: System, persons: int = 1000, groups: dict[str, int] | None = None) -> Figures:
    return Figures(
        organization="x", name="X", start=date(2024, 1, 1), end=date(2024, 12, 31), digest="sha256:0",
        systems=systems, persons=persons, groups=groups or {},
    )  # fmt: skip


def row(name: str, payer: str, units: int | str, begins: str = "2020-01-01", ends: str = "", **more: str) -> PayerRow:
    upstream = more.pop("upstream_end", "")
    return PayerRow(
        system=name, payer=payer, units=units, begins=date.fromisoformat(begins),
        ends=date.fromisoformat(ends) if ends else FAR,
        upstream_end=date.fromisoformat(upstream) if upstream else FAR, **more,
    )  # fmt: skip


def statement(*systems: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a statement as JSON with the right digest."""
    plain = {
        "schema": "percapita/statement/1",
        "organization": {"id": "x", "name": "X Health"},
        "period": {"start": "2024-01-01", "end": "2024-12-31", "timezone": "America/Chicago"},
        "systems": [{"name": one["id"].upper(), "kind": "emr", "basis": "log", **one} for one in systems],
        "persons": 100,
        **more,
    }
    return {**plain, "digest": digest_of(plain)}


def write_statement(path: Path, *systems: dict[str, Any], **more: Any) -> Path:
    path.write_text(json.dumps(statement(*systems, **more)), encoding="utf-8")
    return path
