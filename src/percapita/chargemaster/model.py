"""What a file of standard charges says, whatever its format: the hospital, and entries one after the other.

An entry is an item or service in one setting with its charges, and the payers who negotiated one. Amounts are texts,
plain decimals as they are written, so that no digit is lost; what is absent is an empty text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from percapita.chargemaster.text import POSITIVE


class Payer(NamedTuple):
    """Hold the charge of a payer and plan. `remittances` is the count of allowed amounts, `estimate`
    the estimated amount of v2.
    """

    name: str
    plan: str
    dollar: str = ""
    percentage: str = ""
    algorithm: str = ""
    methodology: str = ""
    median: str = ""
    low: str = ""
    high: str = ""
    remittances: str = ""
    notes: str = ""
    estimate: str = ""


class Entry(NamedTuple):
    """Hold an item or service in one setting. Without codes it is about its modifiers alone."""

    description: str
    codes: tuple[tuple[str, str], ...]
    modifiers: tuple[str, ...] = ()
    setting: str = ""
    drug_unit: str = ""
    drug_type: str = ""
    billing_class: str = ""
    gross: str = ""
    cash: str = ""
    minimum: str = ""
    maximum: str = ""
    notes: str = ""
    payers: tuple[Payer, ...] = ()

    @property
    def item(self) -> tuple[object, ...]:
        """Return what makes two entries settings of one item."""
        return self.description, self.codes, self.drug_unit, self.drug_type

    @property
    def is_modifier(self) -> bool:
        """Tell whether the entry is about a modifier, without an item."""
        return not self.codes and bool(self.modifiers)


class Provision(NamedTuple):
    """Hold a general provision of contracts; payer and plan are empty where it is about all."""

    payer: str
    plan: str
    text: str


@dataclass(frozen=True)
class Hospital:
    """Hold what a file says once. `attested` is None where nothing attests it as v3.0.0 asks.

    `notice` is a copyright notice, an element of our own.
    """

    name: str
    updated_on: date
    locations: tuple[str, ...]
    addresses: tuple[str, ...]
    state: str
    license_number: str = ""
    npis: tuple[str, ...] = ()
    attested: bool | None = None
    attester: str = ""
    provisions: tuple[Provision, ...] = ()
    aid_policy: str = ""
    notice: str = ""
    version: str = "3.0.0"

    @property
    def is_v3(self) -> bool:
        """Tell whether the file is of the template in force."""
        return self.version.startswith("3")


@dataclass
class Survey:
    """Hold what must be known of all entries before the first is written, and what was passed over.

    `payers` are (payer, plan) in the order of the file; `both_notes` tells whether an entry with payers has notes
    of its own; `passed_over` counts the uses of elements that no template has.
    """

    payers: dict[tuple[str, str], None] = field(default_factory=dict)
    codes: int = 1
    entries: int = 0
    payer_entries: int = 0
    modifiers: int = 0
    billing_class: bool = False
    both_notes: bool = False
    passed_over: dict[str, int] = field(default_factory=dict)
    estimates: int = 0
    formulas_without_amounts: int = 0
    payers_without_charge: int = 0

    def see(self, entry: Entry) -> Entry:
        """Take note of an entry, and return it."""
        self.entries += 1
        self.modifiers += entry.is_modifier
        self.codes = max(self.codes, len(entry.codes))
        self.billing_class = self.billing_class or bool(entry.billing_class)
        self.both_notes = self.both_notes or bool(entry.notes and entry.payers)
        for payer in entry.payers:
            self.payers[payer.name, payer.plan] = None
            self._see_payer(payer, entry)
        self.payer_entries += len(entry.payers)
        return entry

    def _see_payer(self, payer: Payer, entry: Entry) -> None:
        formula = payer.percentage or payer.algorithm
        self.estimates += bool(payer.estimate)
        if entry.codes:
            known = payer.remittances and (payer.remittances == "0" or (payer.median and payer.low and payer.high))
            self.formulas_without_amounts += bool(formula and not known)
            self.payers_without_charge += not (formula or payer.dollar)

    def pass_over(self, name: str, times: int = 1) -> None:
        """Count an element that is not carried on."""
        self.passed_over[name] = self.passed_over.get(name, 0) + times


def plain(number: str) -> str:
    """Return a decimal number as JSON can hold it: no zeros before it, no point at either end."""
    if not number or (number[0] not in "0." and number[-1] != ".") or not POSITIVE.fullmatch(number):
        return number
    whole, _, part = number.partition(".")
    return f"{whole.lstrip('0') or '0'}{'.' + part if part else ''}"
