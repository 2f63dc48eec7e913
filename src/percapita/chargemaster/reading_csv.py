"""Read the entries of a valid CSV file of standard charges, tall or wide."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from percapita.chargemaster.columns import Columns
from percapita.chargemaster.head import Head
from percapita.chargemaster.model import Entry, Hospital, Payer, Provision, Survey, plain
from percapita.chargemaster.templates import TEMPLATES, V2_NAME, V3_NAME, Template
from percapita.chargemaster.text import date_of, parts, trimmed
from percapita.errors import InputError

WIDEST_CELL = 16 << 20
PAYER_ELEMENTS = (
    "dollar",
    "percentage",
    "algorithm",
    "methodology",
    "median",
    "p10",
    "p90",
    "count",
    "notes",
    "estimate",
)
OWN_NOTES = "additional_payer_notes"  # in tall files that have notes of both kinds: those of the payer


@dataclass(frozen=True)
class Sheet:
    """Hold an opened CSV file: rows 1 and 2, the columns of row 3, and the rows below to come."""

    head: Head
    columns: Columns
    rows: Iterator[list[str]]
    payer_notes: int = -1
    billing_class: int = -1
    others: tuple[int, ...] = field(default=())


@contextmanager
def open_sheet(stream: BinaryIO, name: str) -> Iterator[Sheet]:
    """Yield the sheet of a file. Raises InputError where it cannot be split."""
    csv.field_size_limit(WIDEST_CELL)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="\n")
    try:
        yield _sheet(_split(text, name))
    finally:
        text.detach()  # who opened the stream closes it


def _sheet(rows: Iterator[list[str]]) -> Sheet:
    names, values, headers = ([trimmed(cell) for cell in next(rows, [])] for _ in range(3))
    said = next((value for header, value in zip(names, values, strict=False) if header.lower() == "version"), "")
    template = TEMPLATES[V2_NAME if said.startswith("2.") else V3_NAME]
    columns = Columns(headers, template)
    at = {found: place for place, found in reversed(list(enumerate(columns.split)))}
    own = at.get((OWN_NOTES.upper(),), -1) if columns.tall else -1
    billing = at.get(("BILLING_CLASS",), -1)
    known = {int(place) for places in columns.places.values() for place in places} | {own, billing}
    others = tuple(place for place, header in enumerate(headers) if header and place not in known)
    return Sheet(Head(names, values, template, date.min), columns, rows, own, billing, others)


def _split(text: io.TextIOWrapper, name: str) -> Iterator[list[str]]:
    rows = csv.reader(text)
    try:
        yield from rows
    except csv.Error as error:
        raise InputError(
            f"the text cannot be split into rows ({error})", f"{name}, line {rows.line_num}", "save it again"
        ) from None


def hospital_of(sheet: Sheet) -> Hospital:
    """Return what rows 1 and 2 say."""
    head = sheet.head
    template: Template = head.template
    location = "location_name" if template.is_v3 else "hospital_location"
    license = next(
        (
            (parts(name)[1], head.value(column))
            for column, name in head.known.items()
            if parts(name)[0] == "LICENSE_NUMBER"
        ),
        ("", ""),
    )
    own = {parts(name)[0]: head.value(column) for column, name in enumerate(head.names) if len(parts(name)) == 1}
    day = date_of(_value(head, "last_updated_on"))
    said = _value(head, template.statement).upper()
    return Hospital(
        name=_value(head, "hospital_name"),
        updated_on=date(*day) if day else date.min,
        locations=_pieces(_value(head, location)),
        addresses=_pieces(_value(head, "hospital_address")),
        state=license[0],
        license_number=license[1],
        npis=_pieces(_value(head, "type_2_npi")) if template.is_v3 else (),
        attested=said == "TRUE" if template.is_v3 and said else None,
        attester=_value(head, "attester_name") if template.is_v3 else "",
        provisions=provisions_of(own.get("GENERAL_CONTRACT_PROVISIONS", "")),
        aid_policy=own.get("FINANCIAL_AID_POLICY", ""),
        notice=own.get("COPYRIGHT_NOTICE", ""),
        version=_value(head, "version"),
    )


def _value(head: Head, header: str) -> str:
    column = head.column(header)
    return head.value(column) if column >= 0 else ""


def _pieces(value: str) -> tuple[str, ...]:
    return tuple(piece for part in value.split("|") if (piece := trimmed(part)))


def provisions_of(text: str) -> tuple[Provision, ...]:
    """Return the provisions that a cell holds: `payer | plan | text` in each line, or a text about all."""
    lines = [line for line in text.splitlines() if line.strip()]
    split = [[trimmed(part) for part in line.split("|")] for line in lines]
    if split and all(len(one) == 3 for one in split):
        return tuple(Provision(*one) for one in split)
    return (Provision("", "", text),) if text else ()


def entries_of(sheet: Sheet, survey: Survey) -> Iterator[Entry]:
    """Yield the entries; what is in columns of the hospital's own is counted in `survey`."""
    for place in sheet.others:
        survey.pass_over(f"column {sheet.columns.names[place]}", 0)
    read = _read_tall if sheet.columns.tall else _read_wide
    yield from read(sheet, _trimmed_rows(sheet, survey))


def _trimmed_rows(sheet: Sheet, survey: Survey) -> Iterator[list[str]]:
    width = len(sheet.columns.names)
    for row in sheet.rows:
        cells = list(map(trimmed, row))
        if not any(cells):
            continue
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        for place in sheet.others:
            if cells[place]:
                survey.pass_over(f"column {sheet.columns.names[place]}")
        cells.append("")  # what a missing column, -1, holds
        yield cells


class _Places:
    """Say where the elements of an entry stand in a row."""

    def __init__(self, sheet: Sheet) -> None:
        places = sheet.columns.places
        self.billing_class = sheet.billing_class
        self.codes = [(int(code), int(kind)) for code, kind in zip(places["codes"], places["code_types"], strict=True)]
        names = (
            "description",
            "modifiers",
            "setting",
            "drug_unit",
            "drug_type",
            "gross",
            "cash",
            "minimum",
            "maximum",
            "generic_notes",
        )
        self.single = {name: int(places[name][0]) for name in names}
        self.payers = [
            [int(places[name][index]) if name in places else -1 for name in PAYER_ELEMENTS]
            for index in range(len(places["dollar"]))
        ]

    def entry(self, row: Sequence[str], notes: str, payers: tuple[Payer, ...]) -> Entry:
        """Return the entry of a row."""
        at = self.single
        codes = tuple((row[code], row[kind].upper()) for code, kind in self.codes if row[code])
        modifiers = row[at["modifiers"]]
        return Entry(
            row[at["description"]],
            codes,
            _pieces(modifiers) if modifiers else (),
            row[at["setting"]].lower(),
            plain(row[at["drug_unit"]]),
            row[at["drug_type"]].upper(),
            row[self.billing_class],
            plain(row[at["gross"]]),
            plain(row[at["cash"]]),
            plain(row[at["minimum"]]),
            plain(row[at["maximum"]]),
            notes,
            payers,
        )


def _payer(row: Sequence[str], places: Sequence[int], name: str, plan: str) -> Payer:
    dollar, percentage, algorithm, methodology, median, low, high, count, notes, estimate = (
        row[place] for place in places
    )
    return Payer(
        name,
        plan,
        plain(dollar),
        plain(percentage),
        algorithm,
        methodology.lower(),
        plain(median),
        plain(low),
        plain(high),
        count.lower(),
        notes,
        plain(estimate),
    )


def _read_wide(sheet: Sheet, rows: Iterator[list[str]]) -> Iterator[Entry]:
    places = _Places(sheet)
    spelled = _names_as_spelled(sheet.columns)
    for row in rows:
        payers = tuple(
            _payer(row, at, *named)
            for at, named in zip(places.payers, spelled, strict=True)
            if any(row[place] for place in at)
        )
        yield places.entry(row, row[places.single["generic_notes"]], payers)


def _names_as_spelled(columns: Columns) -> list[tuple[str, str]]:
    """Return payers and plans as the headers of their dollar amounts write them."""
    found = []
    for column in columns.places["dollar"]:
        written = [trimmed(part) for part in columns.names[int(column)].split("|")]
        found.append((written[1], written[2]))
    return found


def _read_tall(sheet: Sheet, rows: Iterator[list[str]]) -> Iterator[Entry]:
    """Yield entries: rows that follow one another and differ only in the payer are one."""
    places = _Places(sheet)
    payer_at, plan_at = (int(sheet.columns.places[name][0]) for name in ("payer_name", "plan_name"))
    generic = places.single["generic_notes"]
    held: Entry | None = None
    payers: list[Payer] = []
    for row in rows:
        told = row[generic]
        if not row[payer_at]:
            if held is not None:
                yield held._replace(payers=tuple(payers))
            held, payers = None, []
            yield places.entry(row, told, ())
            continue
        own = row[sheet.payer_notes] if sheet.payer_notes >= 0 else told
        notes = told if sheet.payer_notes >= 0 and told != own else ""
        entry = places.entry(row, notes, ())
        if held is not None and entry != held:
            yield held._replace(payers=tuple(payers))
            payers = []
        held = entry
        payers.append(_payer(row, places.payers[0], row[payer_at], row[plan_at])._replace(notes=own))
    if held is not None:
        yield held._replace(payers=tuple(payers))
