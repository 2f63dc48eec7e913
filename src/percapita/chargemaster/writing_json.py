"""Write entries as a JSON file of template v3.0.0, an item a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Any

from percapita.chargemaster.json_nodes import ITEMS
from percapita.chargemaster.model import Entry, Hospital, Payer, Survey
from percapita.chargemaster.reading_json import OWN_MODIFIERS, described
from percapita.chargemaster.templates import ATTESTATION

CHARGE_KEYS = (
    ("gross_charge", 7),
    ("discounted_cash", 8),
    ("minimum", 9),
    ("maximum", 10),
)
PAYER_NUMBERS = (
    ('"standard_charge_dollar":', 2),
    ('"standard_charge_percentage":', 3),
    ('"median_amount":', 6),
    ('"10th_percentile":', 7),
    ('"90th_percentile":', 8),
)
PAYER_TEXTS = (
    ('"standard_charge_algorithm":', 4),
    ('"methodology":', 5),
    ('"count":', 9),
    ('"additional_payer_notes":', 10),
)


def root_of(hospital: Hospital) -> dict[str, Any]:
    """Return the root without its items. What is not known is left out."""
    attestation: dict[str, Any] = {"attestation": ATTESTATION}
    if hospital.attested is not None:
        attestation["confirm_attestation"] = hospital.attested
    if hospital.attester:
        attestation["attester_name"] = hospital.attester
    root: dict[str, Any] = {
        "hospital_name": hospital.name,
        "last_updated_on": hospital.updated_on.isoformat(),
        "version": "3.0.0",
        "location_name": list(hospital.locations),
        "hospital_address": list(hospital.addresses),
        "license_information": _license(hospital),
        "attestation": attestation,
    }
    root |= {"type_2_npi": list(hospital.npis)} if hospital.npis else {}
    root |= {"copyright_notice": hospital.notice} if hospital.notice else {}
    root |= {"financial_aid_policy": hospital.aid_policy} if hospital.aid_policy else {}
    if hospital.provisions:
        keys = ("payer_name", "plan_name", "provisions")
        root["general_contract_provisions"] = [
            {key: part for key, part in zip(keys, one, strict=True) if part} for one in hospital.provisions
        ]
    return root


def _license(hospital: Hospital) -> dict[str, str]:
    known = {"state": hospital.state, "license_number": hospital.license_number}
    return {key: value for key, value in known.items() if value}


def write_json(
    path: Path, hospital: Hospital, survey: Survey, entries: Iterable[Entry], seen: Callable[[int], None]
) -> int:
    """Write a JSON file and return how many items it has; `seen` is told the entries written."""
    modifiers: list[Entry] = []
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        file.write(f"{json.dumps(root_of(hospital), ensure_ascii=False)[:-1]}, {quoted(ITEMS)}: [\n")
        count = 0
        for number, text in enumerate(_items(entries, modifiers, seen)):
            file.write(f",\n{text}" if number else text)
            count = number + 1
        file.write("\n]")
        for key, found in _modifier_lists(modifiers):
            file.write(f", {quoted(key)}: {found}")
        file.write("}\n")
    return count


def _items(entries: Iterable[Entry], modifiers: list[Entry], seen: Callable[[int], None]) -> Iterator[str]:
    counted = 0
    for _, group in groupby(entries, key=Entry.item.fget):  # type: ignore[attr-defined]
        charges: list[Entry] = []
        for entry in group:
            (modifiers if entry.is_modifier else charges).append(entry)
            counted += 1
            if not counted % 10_000:
                seen(counted)
        if charges:
            yield _item(charges)


def _item(charges: list[Entry]) -> str:
    first = charges[0]
    codes = ", ".join(f'{{"code": {quoted(code)}, "type": {quoted(kind)}}}' for code, kind in first.codes)
    drug = (
        f', "drug_information": {{"unit": {first.drug_unit}, "type": {quoted(first.drug_type)}}}'
        if first.drug_unit
        else ""
    )
    listed = ", ".join(map(_charge, charges))
    named = f'"description": {quoted(first.description)}, "code_information": [{codes}]{drug}'
    return f'{{{named}, "standard_charges": [{listed}]}}'


def _charge(entry: Entry) -> str:
    parts = [f'"setting": {quoted(entry.setting)}']
    parts += [f'"{key}": {entry[place]}' for key, place in CHARGE_KEYS if entry[place]]
    if entry.modifiers:
        parts.append(f'"modifier_code": {json.dumps(entry.modifiers, ensure_ascii=False)}')
    if entry.payers:
        parts.append(f'"payers_information": [{", ".join(map(_payer, entry.payers))}]')
    if entry.notes:
        parts.append(f'"additional_generic_notes": {quoted(entry.notes)}')
    if entry.billing_class:
        parts.append(f'"billing_class": {quoted(entry.billing_class)}')
    return f"{{{', '.join(parts)}}}"


def _payer(one: Payer) -> str:
    parts = [f'"payer_name": {quoted(one.name)}, "plan_name": {quoted(one.plan)}']
    parts += [f"{key} {one[place]}" for key, place in PAYER_NUMBERS if one[place]]
    parts += [f"{key} {quoted(one[place])}" for key, place in PAYER_TEXTS if one[place]]
    return f"{{{', '.join(parts)}}}"


def _modifier_lists(modifiers: list[Entry]) -> Iterator[tuple[str, str]]:
    """Yield the lists of modifiers: the template's for those with payers, one of our own for the others."""
    for key, chosen in (
        ("modifier_information", [one for one in modifiers if one.payers]),
        (OWN_MODIFIERS, [one for one in modifiers if not one.payers]),
    ):
        if chosen:
            listed = ",\n".join(map(_modifier, chosen))
            yield key, f"[\n{listed}\n]"


def _modifier(entry: Entry) -> str:
    parts = [f'"description": {quoted(entry.description)}', f'"code": {quoted("|".join(entry.modifiers))}']
    parts += [f'"setting": {quoted(entry.setting)}'] if entry.setting else []
    if entry.payers:
        payers = (_payer(one._replace(notes="", median="", low="", high="", remittances="")) for one in entry.payers)
        described_payers = [
            f'{text[:-1]}, "description": {quoted(described(one))}}}'
            for text, one in zip(payers, entry.payers, strict=True)
        ]
        parts.append(f'"modifier_payer_information": [{", ".join(described_payers)}]')
    parts += [f'"additional_generic_notes": {quoted(entry.notes)}'] if entry.notes else []
    return f"{{{', '.join(parts)}}}"
