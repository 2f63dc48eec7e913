"""Base metrics and tables of factors for tests; every factor but the shipped one is invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from percapita.policy.proxy_factors import SHELF, ProxyFactors, load_proxy_factors, parse_proxy_factors
from percapita.proxy.metrics import Value

SHIPPED = load_proxy_factors(None, Path())
HOSPITAL = """
[[factor]]
id = "SYN-1"
setting = "hospital"
metric = "staffed_beds"
factor = "1.3"
source = "S5"

[[factor]]
id = "SYN-2"
setting = "hospital"
metric = "billing_providers"
factor = "2"
source = "S5"
"""


def with_hospital(**changes: str) -> ProxyFactors:
    text = SHELF.text("2026").replace('id = "2026"', 'id = "synthetic"', 1) + HOSPITAL
    for old, new in changes.items():
        text = text.replace(f'{old} = "up"', f'{old} = "{new}"')
    return parse_proxy_factors(text.encode(), "synthetic")


def value(entity: str, setting: str, metric: str, number: str | int, as_of: str = "2025-12-31", *systems: str) -> Value:
    return Value(
        entity=entity, setting=setting, metric=metric, value=Decimal(number), as_of=date.fromisoformat(as_of),
        source="roster", systems=systems, where=f"{entity} {metric} {as_of}",
    )  # fmt: skip
