"""Turn rows of the chargemaster, rates and remittances into the tables of a build; name each row that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from percapita.chargemaster.cells import CODE_TYPES_3, DRUG_TYPES, METHODOLOGIES, SETTINGS
from percapita.chargemaster.common import BETWEEN_MODIFIERS, modifiers_are_good
from percapita.chargemaster.facts import CPT_SHAPE
from percapita.chargemaster.profile import BY_FORM, CodeColumn, Profile, Remittances
from percapita.chargemaster.tables import NoAmountError, Problem, TableFile, amount_of
from percapita.chargemaster.text import is_count, shown
from percapita.sources.rejects import shape

HCPCS_FORM = re.compile(r"[A-V][0-9]{4}", re.IGNORECASE)
CENT = Decimal("0.01")
LONGEST = 4000  # of a description, note or algorithm: more is a file that is not split as it should be
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
Row = dict[str, str | None]
Refuse = Callable[[str, str], None]


class Refused(Exception):  # noqa: N818 - not an error of the program: a row that is told about
    """Say which column of a row is wrong, and why."""

    def __init__(self, column: str, message: str) -> None:
        """Keep both."""
        super().__init__(column, message)
        self.column, self.message = column, message


def rows_of(batch: tuple[list[int], dict[str, list[str | None]]]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a batch with their numbers."""
    numbers, columns = batch
    names = list(columns)
    for number, values in zip(numbers, zip(*columns.values(), strict=True), strict=True):
        yield number, dict(zip(names, values, strict=True))


def problem_of(file: TableFile, number: int, refused: Refused) -> Problem:
    """Return the problem of a row, with the column's own name."""
    return Problem(file.file.path, number, file.labels.get(refused.column, refused.column), refused.message)


def _text(row: Row, name: str, needed: str = "") -> str:
    value = row.get(name) or ""
    if not value and needed:
        raise Refused(name, needed)
    if len(value) > LONGEST:
        raise Refused(name, f"longer than {LONGEST:,} signs")
    return value if value.isprintable() else CONTROLS.sub(" ", value)


def _amount(row: Row, name: str) -> Decimal | None:
    try:
        return amount_of(row.get(name))
    except NoAmountError as error:
        raise Refused(name, f"{shown(row.get(name) or '')} is {error}") from None


def _word(row: Row, name: str, words: tuple[str, ...], *, upper: bool = False, needed: bool = True) -> str:
    value = _text(row, name)
    found = value.upper() if upper else value.lower()
    if found not in words and (found or needed):
        raise Refused(name, f"{shown(value)} is not known; write one of: {', '.join(words)}")
    return found


class ItemIntake:
    """Make items of the rows of a chargemaster."""

    def __init__(self, profile: Profile) -> None:
        """Read rows as the profile says."""
        self._items = profile.items
        share = profile.items.cash_percent
        self._share = None if share is None else Decimal(share) / 100

    @staticmethod
    def rules(profile: Profile) -> dict[str, Any]:
        """Return the columns to read, by our names."""
        columns = profile.items.columns
        rules = {
            name: getattr(columns, name) for name in columns.__struct_fields__ if getattr(columns, name) is not None
        }
        for number, code in enumerate(profile.items.code):
            rules[f"code {number}"] = code.code
            if code.type_column:
                rules[f"code type {number}"] = code.type_column
        return rules

    def item(self, row: Row) -> dict[str, Any]:
        """Return an item with its codes. Raises Refused."""
        gross = _amount(row, "gross")
        cash = _amount(row, "cash")
        if self._share is not None and gross is not None:
            cash = (gross * self._share).quantize(CENT, ROUND_HALF_UP) or None
        unit, kind = _amount(row, "drug_unit"), _word(row, "drug_type", DRUG_TYPES, upper=True, needed=False)
        if (unit is None) != (not kind):
            raise Refused("drug_unit", "a drug has a unit and a type of measurement")
        modifiers = _text(row, "modifiers")
        if not modifiers_are_good(modifiers):
            raise Refused("modifiers", f"{shown(modifiers)} is no list of modifiers of two signs")
        codes = list(self._codes(row, bool(modifiers)))
        if any(one[1] == "NDC" for one in codes) and unit is None:
            raise Refused("drug_unit", "an NDC needs a unit and a type of measurement")
        return {
            "id": _text(row, "id", "blank; every row has an id"),
            "description": _text(row, "description", "blank; describe the item in plain words"),
            "setting": _word(row, "setting", SETTINGS),
            "modifiers": "|".join(part for part in BETWEEN_MODIFIERS.split(modifiers) if part),
            "drug_unit": unit, "drug_type": kind, "billing_class": _text(row, "billing_class"),
            "gross": gross, "cash": cash, "notes": _text(row, "notes"), "codes": codes,
        }  # fmt: skip

    def _codes(self, row: Row, modified: bool) -> Iterator[tuple[str, str]]:
        some = False
        for number, column in enumerate(self._items.code):
            code = _text(row, f"code {number}")
            if code:
                some = True
                yield code, self._type(row, number, column, code)
        # A row of a modifier alone is no item: its id is no code of one.
        if self._items.id_type and (some or not modified):
            yield _text(row, "id"), self._items.id_type

    def _type(self, row: Row, number: int, column: CodeColumn, code: str) -> str:
        if column.type_column:
            return _word(row, f"code type {number}", CODE_TYPES_3, upper=True)
        if column.type != BY_FORM:
            return column.type
        if CPT_SHAPE.fullmatch(code):
            return "CPT"
        if HCPCS_FORM.fullmatch(code):
            return "HCPCS"
        raise Refused(f"code {number}", f"{shown(code)} has neither the form of CPT nor of HCPCS")


AMOUNTS = ("dollar", "percentage", "median", "low", "high")


def rate_of(row: Row, by_type: bool) -> dict[str, Any]:
    """Return a payer's rate. Raises Refused."""
    found: dict[str, Any] = {name: _amount(row, name) for name in AMOUNTS}
    found["algorithm"] = _text(row, "algorithm")
    for name in ("payer", "plan"):
        found[name] = _text(row, name, "blank; a payer needs a plan and a plan a payer")
        if "|" in found[name] or found[name].startswith("["):
            raise Refused(name, "a name has no pipe and does not begin with a bracket")
    found["methodology"] = _word(row, "methodology", METHODOLOGIES)
    found["notes"] = _text(row, "notes")
    if found["methodology"] == "other" and not found["notes"]:
        raise Refused("notes", 'blank, but the methodology is "other"; explain it')
    if found["dollar"] is None and found["percentage"] is None and not found["algorithm"]:
        raise Refused("dollar", "the row has no charge: give a dollar amount, a percentage or an algorithm")
    found["setting"] = _word(row, "setting", SETTINGS, needed=False)
    found["count"] = _count(row)
    return found | _key(row, by_type)


def _count(row: Row) -> str:
    value = _text(row, "count").lower().replace(",", "")
    if value.isdigit() and 1 <= int(value) <= 10:
        return "1 through 10"
    if value and not is_count(value):
        raise Refused("count", f"{shown(value)} is no count of allowed amounts")
    return value


def _key(row: Row, by_type: bool) -> dict[str, str]:
    item, code = _text(row, "item"), _text(row, "code")
    if not item and not code:
        raise Refused("item" if "item" in row else "code", "blank; say of which item or code this is")
    kind = _word(row, "code_type", CODE_TYPES_3, upper=True) if by_type and code else ""
    return {"item": item, "code": code, "code_type": kind}


def remittance_of(row: Row, told: Remittances, by_type: bool) -> tuple[dict[str, Any], str]:
    """Return a remittance, and why it is left out, or nothing. Raises Refused; no value is repeated."""
    allowed = row.get("allowed") or ""
    if re.fullmatch(r"-.*|\(.*\)", allowed):
        return {}, "a reversal"
    try:
        found = amount_of(allowed or None)
    except NoAmountError:
        raise Refused("allowed", f"no amount: {shape(allowed)}") from None
    if found is None:
        return {}, "an allowed amount of zero"
    if told.columns.paid_on is not None and not _within(row, told):
        return {}, "outside the days of the profile"
    names = {name: _text(row, name, "blank") for name in ("payer", "plan")}
    return {"allowed": found, **names, **_key(row, by_type)}, ""


def _within(row: Row, told: Remittances) -> bool:
    text = (row.get("paid_on") or "")[:10]
    try:
        return told.first <= date.fromisoformat(text) <= told.last
    except ValueError:
        raise Refused("paid_on", f"no date as 2026-01-31: {shape(text)}") from None
