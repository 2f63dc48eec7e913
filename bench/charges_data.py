"""Make standard-charges files of any size: invented items under LOCAL and CDM codes, random charges, all valid."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from percapita.chargemaster.templates import ATTESTATION

HEADERS = (
    "hospital_name", "last_updated_on", "version", "location_name", "hospital_address", "license_number|CA", "type_2_npi",
    f'"{ATTESTATION}"', "attester_name",
)  # fmt: skip
VALUES = (
    "Bench Hospital",
    "4/1/2026",
    "3.0.0",
    "Bench Hospital",
    "1 Bench Street",
    "1",
    "1234567893",
    "true",
    "A. Tester",
)
WORDS = [
    "brain",
    "knee",
    "hip",
    "view",
    "without",
    "with",
    "contrast",
    "implant",
    "screw",
    "tray",
    "panel",
    "level",
    "visit",
    "daily",
    "minor",
    "major",
    "repair",
    "pump",
]
SETTINGS = ("inpatient", "outpatient", "both")
METHODS = ("fee schedule", "case rate", "per diem")
TALL = (
    "description,code|1,code|1|type,code|2,code|2|type,modifiers,setting,drug_unit_of_measurement,drug_type_of_measurement,"
    "standard_charge|gross,standard_charge|discounted_cash,payer_name,plan_name,standard_charge|negotiated_dollar,"
    "standard_charge|negotiated_percentage,standard_charge|negotiated_algorithm,standard_charge|methodology,median_amount,"
    "10th_percentile,90th_percentile,count,standard_charge|min,standard_charge|max,additional_generic_notes"
)
WIDE = (
    "description,code|1,code|1|type,code|2,code|2|type,modifiers,setting,drug_unit_of_measurement,drug_type_of_measurement,"
    "standard_charge|gross,standard_charge|discounted_cash,standard_charge|min,standard_charge|max,additional_generic_notes"
)
PAYER = (
    "standard_charge|{0}|negotiated_dollar,standard_charge|{0}|negotiated_percentage,standard_charge|{0}|negotiated_algorithm,"
    "standard_charge|{0}|methodology,median_amount|{0},10th_percentile|{0},90th_percentile|{0},count|{0},"
    "additional_payer_notes|{0}"
)


def head(header: str) -> str:
    """Return rows 1 to 3."""
    return f"{','.join(HEADERS)}\n{','.join(VALUES)}\n{header}\n"


def item(draw: random.Random, number: int) -> str:
    """Return what a row says of an item before its charges."""
    name = " ".join(draw.choices(WORDS, k=6)).capitalize()
    if number % 7 == 0:
        name = f'"{name}, {draw.choice(WORDS)}"'
    drug = f"{draw.randint(1, 50)},ML" if number % 9 == 0 else ","
    return f"{name} {number},C{number},CDM,L{number % 9999},LOCAL,,{SETTINGS[number % 3]},{drug}" if not name.startswith('"') else (
        f"{name},C{number},CDM,L{number % 9999},LOCAL,,{SETTINGS[number % 3]},{drug}"
    )  # fmt: skip


def charge(draw: random.Random) -> str:
    """Return the nine cells of a payer: mostly dollars, sometimes a percentage with its allowed amounts."""
    dollar = draw.random() * 900 + 50
    if draw.random() < 0.8:
        return f"{dollar:.2f},,,{METHODS[int(dollar) % 3]},,,,,"
    return f",{draw.random() * 99 + 1:.2f},,percent of total billed charges,{dollar:.2f},{dollar / 2:.2f},{dollar * 2:.2f},{int(dollar)},"


def tall_rows(draw: random.Random, rows: int, payers: int) -> Iterator[str]:
    """Yield the rows of a tall file."""
    text = ""
    for number in range(rows):
        if number % payers == 0:
            text = f"{item(draw, number)},{draw.random() * 9000 + 1000:.2f},{draw.random() * 900 + 90:.2f}"
        cells = charge(draw).split(",")
        yield f"{text},Payer {number % payers},PPO,{','.join(cells[:8])},40,1000,{cells[8]}\n"


def wide_rows(draw: random.Random, rows: int, payers: int, filled: float) -> Iterator[str]:
    """Yield the rows of a wide file; `filled` is the share of payers that have a charge."""
    for number in range(rows):
        cells = [charge(draw) if draw.random() < filled else ",,,,,,,," for _ in range(payers)]
        yield f"{item(draw, number)},{draw.random() * 9000 + 1000:.2f},{draw.random() * 900 + 90:.2f},40,1000,,{','.join(cells)}\n"


def make_tall(path: Path, rows: int, payers: int = 10) -> None:
    """Write a tall file."""
    with path.open("w", encoding="utf-8") as file:
        file.write(head(TALL))
        file.writelines(tall_rows(random.Random(7), rows, payers))


def make_wide(path: Path, rows: int, payers: int, filled: float = 0.6) -> None:
    """Write a wide file."""
    headers = ",".join(PAYER.format(f"Payer {number}|PPO") for number in range(payers))
    with path.open("w", encoding="utf-8") as file:
        file.write(head(f"{WIDE},{headers}"))
        file.writelines(wide_rows(random.Random(7), rows, payers, filled))


def payer_entry(draw: random.Random, number: int) -> dict[str, object]:
    """Return the charge of one payer in a JSON file."""
    found: dict[str, object] = {"payer_name": f"Payer {number}", "plan_name": "PPO"}
    dollar = round(draw.random() * 900 + 50, 2)
    if draw.random() < 0.8:
        return found | {"standard_charge_dollar": dollar, "methodology": METHODS[int(dollar) % 3]}
    amounts = {
        "median_amount": dollar,
        "10th_percentile": round(dollar / 2, 2),
        "90th_percentile": round(dollar * 2, 2),
    }
    share = {
        "standard_charge_percentage": 45.5,
        "methodology": "percent of total billed charges",
        "count": str(int(dollar)),
    }
    return found | share | amounts


def json_item(draw: random.Random, number: int, payers: int) -> dict[str, object]:
    """Return an item of a JSON file."""
    charges = {
        "setting": SETTINGS[number % 3], "gross_charge": round(draw.random() * 9000 + 1000, 2), "minimum": 40, "maximum": 1000,
        "payers_information": [payer_entry(draw, payer) for payer in range(payers)],
    }  # fmt: skip
    codes = [{"code": f"C{number}", "type": "CDM"}, {"code": f"L{number % 9999}", "type": "LOCAL"}]
    return {
        "description": " ".join(draw.choices(WORDS, k=6)).capitalize(),
        "code_information": codes,
        "standard_charges": [charges],
    }


def make_json(path: Path, items: int, payers: int = 10, indent: int | None = None) -> None:
    """Write a JSON file."""
    draw = random.Random(7)
    head = {
        "hospital_name": "Bench Hospital", "last_updated_on": "2026-04-01", "version": "3.0.0", "location_name": ["Bench Hospital"],
        "hospital_address": ["1 Bench Street"], "license_information": {"state": "CA"}, "type_2_npi": ["1234567893"],
        "attestation": {"attestation": ATTESTATION, "confirm_attestation": True, "attester_name": "A. Tester"},
    }  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "standard_charge_information": [\n')
        for number in range(items):
            text = json.dumps(json_item(draw, number, payers), indent=indent)
            file.write(text + (",\n" if number < items - 1 else "\n"))
        file.write("]}\n")
