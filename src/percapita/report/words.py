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
    "sign_in": "sign-ins",
    "recipients": "report recipients",
    "role": "role or job",
    "account_list": "account list",
    "declared": "declared number",
    "none": "no evidence",
}

# How weak each basis is: rows of use, signs of use, the right to use, somebody's word.
WEAKNESS = {
    "log": 0, "usage": 0, "sign_in": 1, "recipients": 1, "role": 2, "account_list": 2, "declared": 3, "none": 4,
}  # fmt: skip

FIGURES = {
    "users": "all users of the period",
    "without_leavers": "without leavers",
    "as_of": "active at the end",
    "peak_month": "peak month",
    "with_access": "with access",
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
