"""The words on screen: code keeps the short words, people read these. Source: GLOSSARY.md."""

from __future__ import annotations

USE_TYPES = {
    "direct_access": "sees codes",
    "product_reliance": "needs codes inside the product",
    "output_reliance": "uses its reports",
}

BASIS = {
    "log": "access log",
    "usage": "grouped log",
    "recipients": "report recipients",
    "account_list": "account list",
    "role": "role",
    "declared": "declared",
    "none": "no evidence",
}

KINDS = {
    "emr": "electronic medical record",
    "patient_billing": "patient billing",
    "practice_management": "practice management",
    "revenue_cycle": "revenue cycle",
    "other": "other",
}


def number(value: int | None) -> str:
    """Return a figure as people read it; what is not known is said so, and is never 0."""
    return "not known" if value is None else f"{value:,}"
