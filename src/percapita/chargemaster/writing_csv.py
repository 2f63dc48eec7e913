"""Write entries as a CSV file of template v3.0.0: tall, a row for each payer, or wide, columns for each payer."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from percapita.chargemaster.model import Entry, Hospital, Payer, Provision, Survey
from percapita.chargemaster.reading_csv import OWN_NOTES
from percapita.chargemaster.templates import ATTESTATION

BETWEEN = "|"
PAYER_KINDS = ("negotiated_dollar", "negotiated_percentage", "negotiated_algorithm", "methodology")
ALLOWED = ("median_amount", "10th_percentile", "90th_percentile", "count")
AFTER_CODES = ("modifiers", "setting", "drug_unit_of_measurement", "drug_type_of_measurement")
CHARGES = ("standard_charge|gross", "standard_charge|discounted_cash")
BOUNDS = ("standard_charge|min", "standard_charge|max", "additional_generic_notes")
NOTHING: Sequence[str] = ("",) * 9

Row = Sequence[str]


def head_rows(hospital: Hospital) -> list[Row]:
    """Return rows 1 and 2. What is not known stays blank."""
    attested = "" if hospital.attested is None else str(hospital.attested).lower()
    values = {
        "hospital_name": hospital.name,
        "last_updated_on": hospital.updated_on.isoformat(),
        "version": "3.0.0",
        "location_name": BETWEEN.join(hospital.locations),
        "hospital_address": BETWEEN.join(hospital.addresses),
        f"license_number|{hospital.state}": hospital.license_number,
        "type_2_npi": BETWEEN.join(hospital.npis),
        ATTESTATION: attested,
        "attester_name": hospital.attester,
    }
    if hospital.provisions:
        values["general_contract_provisions"] = provisions_text(hospital.provisions)
    if hospital.notice:
        values["copyright_notice"] = hospital.notice
    if hospital.aid_policy:
        values["financial_aid_policy"] = hospital.aid_policy
    return [list(values), list(values.values())]


def provisions_text(provisions: Sequence[Provision]) -> str:
    """Return provisions as one cell; `reading_csv.provisions_of` reads them again."""
    if len(provisions) == 1 and not provisions[0].payer and not provisions[0].plan:
        return provisions[0].text
    return "\n".join(" | ".join(" ".join(part.split()) for part in one) for one in provisions)


def write_tall(
    path: Path, hospital: Hospital, survey: Survey, entries: Iterable[Entry], seen: Callable[[int], None]
) -> int:
    """Write a tall file and return how many rows it has below row 3; `seen` is told the entries written."""
    header = [*_item_header(survey), *CHARGES, "payer_name", "plan_name"]
    header += [f"standard_charge|{kind}" for kind in PAYER_KINDS] + [*ALLOWED, *BOUNDS]
    header += [OWN_NOTES] if survey.both_notes else []
    return _write(path, hospital, header, _tall_rows(survey, entries), seen)


def write_wide(
    path: Path, hospital: Hospital, survey: Survey, entries: Iterable[Entry], seen: Callable[[int], None]
) -> int:
    """Write a wide file and return how many rows it has below row 3; `seen` is told the entries written."""
    header = [*_item_header(survey), *CHARGES, *BOUNDS]
    for payer, plan in survey.payers:
        named = f"{payer}|{plan}"
        header += [f"standard_charge|{named}|{kind}" for kind in PAYER_KINDS] + [f"{word}|{named}" for word in ALLOWED]
        header.append(f"{OWN_NOTES}|{named}")
    return _write(path, hospital, header, _wide_rows(survey, entries), seen)


def _item_header(survey: Survey) -> list[str]:
    codes = [name for number in range(1, survey.codes + 1) for name in (f"code|{number}", f"code|{number}|type")]
    return ["description", *codes, *AFTER_CODES, *(["billing_class"] if survey.billing_class else [])]


def _write(
    path: Path, hospital: Hospital, header: Row, rows: Iterator[Sequence[Row]], seen: Callable[[int], None]
) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([*head_rows(hospital), header])
        for number, group in enumerate(rows, start=1):
            writer.writerows(group)
            count += len(group)
            if not number % 10_000:
                seen(number)
    return count


def _item_cells(entry: Entry, survey: Survey) -> list[str]:
    cells = [entry.description]
    for code in entry.codes:
        cells += code
    cells += [""] * (2 * (survey.codes - len(entry.codes)))
    cells += [BETWEEN.join(entry.modifiers), entry.setting, entry.drug_unit, entry.drug_type]
    if survey.billing_class:
        cells.append(entry.billing_class)
    cells += [entry.gross, entry.cash]
    return cells


def _payer_cells(one: Payer) -> Row:
    return one[2:10]


def _tall_rows(survey: Survey, entries: Iterable[Entry]) -> Iterator[list[Row]]:
    for entry in entries:
        left, bounds = _item_cells(entry, survey), [entry.minimum, entry.maximum]
        if not entry.payers:
            last = [entry.notes, ""] if survey.both_notes else [entry.notes]
            yield [[*left, "", "", *NOTHING[:8], *bounds, *last]]
            continue
        group: list[Row] = []
        for one in entry.payers:
            last = [entry.notes or one.notes, one.notes] if survey.both_notes else [entry.notes or one.notes]
            group.append([*left, *one[:10], *bounds, *last])
        yield group


def _wide_rows(survey: Survey, entries: Iterable[Entry]) -> Iterator[list[Row]]:
    slots = {payer: place for place, payer in enumerate(survey.payers)}
    for entry in entries:
        left = [*_item_cells(entry, survey), entry.minimum, entry.maximum, entry.notes]
        yield [_wide_row(left, filled, len(slots)) for filled in _filled(entry, slots)]


def _filled(entry: Entry, slots: dict[tuple[str, str], int]) -> list[dict[int, Row]]:
    """Return the cells of payers by their slot: a payer who is there twice begins another row."""
    rows: list[dict[int, Row]] = [{}]
    for one in entry.payers:
        slot = slots[one.name, one.plan]
        row = next((row for row in rows if slot not in row), None)
        if row is None:
            rows.append(row := {})
        row[slot] = (*_payer_cells(one), one.notes)
    return rows


def _wide_row(left: list[str], filled: dict[int, Row], payers: int) -> Row:
    cells = list(left)
    for slot in range(payers):
        cells += filled.get(slot, NOTHING)
    return cells
