"""The examples of v3.0.0 as files of v2: what has another name is renamed, what is new is left out."""

from __future__ import annotations

from typing import Any

from percapita.chargemaster.templates import AFFIRMATION
from tests.chargemaster.book import Book, document, tall, wide


def _old(book: Book) -> Book:
    head = book.rows[0]
    head[head.index("location_name")] = "hospital_location"
    head[7] = AFFIRMATION
    head[8] = head[6] = ""
    book.rows[1][8] = book.rows[1][6] = ""
    book.rows[1][2] = "2.0.0"
    for column, name in enumerate(book.rows[2]):
        if name.startswith("median_amount"):
            book.rows[2][column] = name.replace("median_amount", "estimated_amount")
    for word in ("10th_percentile", "90th_percentile", "count"):
        for column in reversed([place for place, name in enumerate(book.rows[2]) if name.startswith(word)]):
            book.drop_column(column)
    column = book.column("code|1|type")
    for row in book.rows[3:]:
        estimates = [place for place, name in enumerate(book.rows[2]) if name.startswith("estimated_amount")]
        for place in estimates:
            if not row[place] and any("negotiated" in name and row[at] for at, name in enumerate(book.rows[2])):
                row[place] = "5"
        row[column] = {"CMG": "LOCAL", "MS-LTC-DRG": "LOCAL"}.get(row[column], row[column])
    book.changes.clear()
    return book


def old_tall() -> Book:
    return _old(tall())


def old_wide() -> Book:
    return _old(wide())


def old_document() -> Any:
    found = document()
    found["version"] = "2.2.0"
    found["hospital_location"] = found.pop("location_name")
    del found["type_2_npi"], found["attestation"]
    found["affirmation"] = {"affirmation": AFFIRMATION, "confirm_affirmation": True}
    for item in found["standard_charge_information"]:
        if "drug_information" in item:
            item["drug_information"]["unit"] = str(item["drug_information"]["unit"])
        for charge in item["standard_charges"]:
            for payer in charge.get("payers_information", ()):
                if "standard_charge_dollar" not in payer:
                    payer["estimated_amount"] = payer.get("median_amount", 5)
    return found
