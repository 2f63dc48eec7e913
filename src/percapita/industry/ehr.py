"""Which health record a hospital attested: the listing of its bundle that is certified for order entry.

A CEHRT id stands for about seven certified products. The first of them is a messaging, identity or measures module in a
third of hospitals; the record is the listing with criterion 170.315(a)(1). Source: 45 CFR 170.315(a)(1); ONC
Certified Health IT Product List.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from percapita.industry.facts import Facts
from percapita.industry.identifiers import CEHRT, cehrt_forms

ORDER_ENTRY = ("170.315 (a)(1)", "170.315 (a)(2)", "170.315 (a)(3)")


@dataclass(frozen=True)
class Product:
    """Hold one product of a bundle: `orders` counts its criteria of order entry, None if unknown."""

    listing: str
    developer: str
    product: str
    orders: int | None


def bundle(facts: Facts, ccn: str) -> list[Product]:
    """Return the products that a hospital attested, in the order of the file."""
    rows = facts.rows(
        "SELECT max(text) FILTER (metric = 'listing'), max(text) FILTER (metric = 'developer'), "
        "max(text) FILTER (metric = 'product') FROM current_facts WHERE kind = 'onc-products' AND id = ? "
        "GROUP BY coverage, load, row ORDER BY load DESC, row",
        ccn,
    )
    orders = order_entry(facts, [listing for listing, _, _ in rows if listing])
    return [Product(one or "", by or "", what or "", orders.get(one or "")) for one, by, what in rows]


def order_entry(facts: Facts, listings: list[str]) -> dict[str, int]:
    """Return how many criteria of order entry each listing has, by its product number or database id.

    A listing that no loaded list knows is not in the result.
    """
    rows = facts.rows(
        "WITH known AS (SELECT id, load, row, max(text) FILTER (metric = 'listing_id') AS other, "
        "max(text) FILTER (metric = 'criteria') AS criteria, max(text) FILTER (metric = 'has_cpoe') AS cpoe "
        "FROM facts WHERE scheme = 'listing' GROUP BY ALL) "
        "SELECT id, other, criteria, cpoe FROM known WHERE list_contains($1::VARCHAR[], id) "
        "OR list_contains($1::VARCHAR[], other) ORDER BY load, row",
        listings,
    )
    found: dict[str, int] = {}
    for id, other, criteria, cpoe in rows:
        told = set((criteria or "").split("|"))
        orders = (
            sum(one in told for one in ORDER_ENTRY) if ORDER_ENTRY[0] in told else int((cpoe or "").upper() == "TRUE")
        )
        found |= {id: orders, other or id: orders}
    return found


def record_of(products: list[Product]) -> Product | None:
    """Return the health record among the products of a bundle: the one with most criteria of order entry."""
    able = [one for one in products if one.orders]
    return max(able, key=lambda one: (one.orders or 0, one.developer, one.product), default=None)


def attested_id(facts: Facts, ccn: str) -> tuple[str, int, str] | None:
    """Return the CEHRT id that a hospital attested last, with year and file."""
    rows = facts.rows(
        "SELECT text, coalesce(year(ends), 0), file FROM current_facts WHERE metric = 'cehrt_id' AND id = ? "
        "AND kind = 'pi-hospital' ORDER BY ends DESC NULLS LAST LIMIT 1",
        ccn,
    )
    return rows[0] if rows else None


def well_formed_ids(facts: Facts) -> Counter[str]:
    """Return how many hospitals attest each well-formed CEHRT id."""
    rows = facts.rows("SELECT text, count(DISTINCT id) FROM current_facts WHERE metric = 'cehrt_id' GROUP BY text")
    return Counter({text: number for text, number in rows if CEHRT.fullmatch(text)})


def mended(written: str, known: Counter[str]) -> str | None:
    """Return the id that others attest for which a malformed one must stand; None unless there is exactly one."""
    if CEHRT.fullmatch(written):
        return written
    fitting = [form for form in cehrt_forms(written) if known[form]]
    return fitting[0] if len(fitting) == 1 else None
