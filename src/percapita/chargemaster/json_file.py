"""Check a JSON file: its items in batches as they are read, then what its root says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO

import msgspec
import numpy as np
from msgspec import UNSET

from percapita.chargemaster.findings import Findings
from percapita.chargemaster.head import apply
from percapita.chargemaster.items import Charge, Item, Payer
from percapita.chargemaster.json_rules import (
    CHARGE_RULES,
    ITEM_RULES,
    ITEMS,
    NINES,
    PAYER_RULES,
    ROOT_ALERTS,
    ROOT_ERRORS,
    ROUNDS_TO_ZERO,
    Node,
)
from percapita.chargemaster.json_stream import JsonStream, NotJsonError, RepeatedKeys
from percapita.chargemaster.repeats import Repeats
from percapita.chargemaster.rules import ALERT, JSON, LAW_FORM, LAW_ITEM, OURS, Rule, rule
from percapita.chargemaster.templates import TEMPLATES, template_for
from percapita.chargemaster.text import trimmed

SECTION = "General JSON Instructions"
KEPT = frozenset(
    [
        "hospital_name",
        "last_updated_on",
        "license_information",
        "version",
        "hospital_address",
        "hospital_location",
        "location_name",
        "affirmation",
        "attestation",
        "modifier_information",
        "type_2_npi",
    ]
)


@rule("JSON-P01", (JSON,), "the file is not JSON: {why} (character {place})", section=SECTION, law=LAW_FORM)
def is_json(problem: NotJsonError) -> Iterator[NotJsonError]:
    """The text is not well-formed JSON."""
    if not problem.kind:
        yield problem


@rule(
    "JSON-E01",
    (JSON,),
    "something follows the end of the file's content (character {place})",
    section=SECTION,
    origin=OURS,
)
def nothing_follows(problem: NotJsonError) -> Iterator[NotJsonError]:
    """Something follows the value that the file holds."""
    if problem.kind == "after":
        yield problem


@rule(
    "JSON-E02",
    (JSON,),
    "there is a comma before the last brace (character {place}); remove it",
    section=SECTION,
    origin=OURS,
)
def no_last_comma(problem: NotJsonError) -> Iterator[NotJsonError]:
    """A comma stands before the closing brace of the root."""
    if problem.kind == "comma":
        yield problem


@rule(
    "JSON-X12", (JSON,), "this item is a copy of item "
    "{first}", section="Standard Charge Information Object", law=LAW_ITEM,
    level=ALERT, origin=OURS,
)  # fmt: skip
def repeated_items(repeats: Repeats) -> Iterator[tuple[int, int]]:
    """An item stands in the file twice, with the same content."""
    yield from repeats.found()


def _rule_of(function: Callable[..., object]) -> Rule:
    found: Rule = function.rule  # type: ignore[attr-defined]
    return found


BATCH = msgspec.json.Decoder(list[Item])


def decoded(text: str) -> list[Item] | None:
    """Return the items of an array if every value in it is as it must be and no key comes twice, else None."""
    if '"estimated_amount"' in text:
        return None
    try:
        items = BATCH.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    keys = sum(map(_keys, items))
    written = text.count('":')
    return items if keys in (written, written + text.count('" :')) else None


def _keys(item: Item) -> int:
    """Return how many keys an item has, those within it included."""
    found = 3 + 2 * len(item.code_information) + (3 if item.drug_information is not UNSET else 0)
    for charge in item.standard_charges:
        amounts = (charge.gross_charge, charge.discounted_cash, charge.minimum, charge.maximum)
        found += 8 - (*amounts, charge.modifier_code, charge.additional_generic_notes).count(UNSET)
        if charge.payers_information is UNSET:
            found -= 1
        else:
            found += sum(map(_keys_of_payer, charge.payers_information))
    return found


def _keys_of_payer(payer: Payer) -> int:
    charges = (payer.standard_charge_dollar, payer.standard_charge_percentage, payer.standard_charge_algorithm)
    allowed = (payer.median_amount, payer.low, payer.high, payer.count)
    return 11 - (*charges, *allowed, payer.additional_payer_notes).count(UNSET)


def faultless(item: Item) -> bool:
    """Tell whether it is certain that no rule finds anything about an item that could be decoded."""
    if item.drug_information is UNSET and any(code.type == "NDC" for code in item.code_information):
        return False
    if item.description[0] <= " " and not trimmed(item.description):
        return False
    return all(_charge_is_faultless(charge) for charge in item.standard_charges)


def _charge_is_faultless(charge: Charge) -> bool:
    if charge.modifier_code is not UNSET:
        return False
    for amount in (charge.gross_charge, charge.discounted_cash, charge.minimum, charge.maximum):
        if amount is not UNSET and (amount == NINES or amount < ROUNDS_TO_ZERO):
            return False
    payers = charge.payers_information
    if payers is UNSET:
        return charge.gross_charge is not UNSET or charge.discounted_cash is not UNSET
    least = 0.0 if charge.minimum is UNSET else charge.minimum
    most = 0.0 if charge.maximum is UNSET else charge.maximum
    return all(_payer_is_faultless(payer, least, most) for payer in payers)


def _payer_is_faultless(payer: Payer, least: float, most: float) -> bool:
    dollar = payer.standard_charge_dollar
    if dollar is not UNSET and (not 0 < least <= dollar <= most or dollar < ROUNDS_TO_ZERO or dollar == NINES):
        return False
    if payer.methodology == "other" and payer.additional_payer_notes is UNSET:
        return False
    if payer.standard_charge_percentage is UNSET and payer.standard_charge_algorithm is UNSET:
        return (
            dollar is not UNSET
            and payer.count is UNSET
            and payer.median_amount is UNSET
            and payer.low is UNSET is payer.high
        )
    low, middle, high = payer.low, payer.median_amount, payer.high
    if payer.count is UNSET or payer.count == "0" or low is UNSET or middle is UNSET or high is UNSET:
        return False
    return ROUNDS_TO_ZERO <= low <= middle <= high < NINES and payer.count != "999999999"


class JsonCheck:
    """Check one file while it is read."""

    def __init__(self, findings: Findings, version: str, today: date) -> None:
        """Prepare to check against a template: v3.0.0, v2.x or auto."""
        self._findings, self._version, self._today = findings, version, today
        self._root = RepeatedKeys()
        self._count = 0
        self.repeats = Repeats()

    @property
    def _template_name(self) -> str:
        said = self._root.get("version")
        return template_for(self._version, said if isinstance(said, str) else "").name

    def read(self, stream: JsonStream) -> None:
        """Check everything. Raises NotJsonError when the text is not JSON."""
        if stream.peek() == "{":
            for key, value in stream.properties(ITEMS, self._read_items):
                if key in self._root:
                    self._root.again = key
                if key in KEPT:
                    self._root[key] = value
        else:
            stream.value()
        if stream.peek():
            raise NotJsonError("", stream.place(), "after")

    def _read_items(self, stream: JsonStream) -> None:
        template = TEMPLATES[self._template_name]
        decode = decoded if template.is_v3 else lambda text: None
        for items, values in stream.elements(decode):
            for value in values or ():
                self._check_item(Node(value, f"/{ITEMS}/{self._count}", template, self._today))
                self._note([_identity(value)])
            if items:
                for index, item in enumerate(items):
                    if not faultless(item):
                        plain = msgspec.json.decode(msgspec.json.encode(item))
                        self._check_item(Node(plain, f"/{ITEMS}/{self._count + index}", template, self._today))
                self._note([hash(item) for item in items])

    def _note(self, identities: list[int]) -> None:
        places = np.arange(self._count, self._count + len(identities), dtype=np.int64)
        self.repeats.add(np.array(identities, dtype=np.int64), places)
        self._count += len(identities)

    def _check_item(self, item: Node) -> None:
        apply(ITEM_RULES, item, self._findings)
        for charge in item.each("standard_charges"):
            apply(CHARGE_RULES, charge, self._findings)
            for payer in charge.each("payers_information"):
                apply(PAYER_RULES, payer, self._findings)

    def finish(self) -> None:
        """Say what only the end of the file can tell."""
        if self._count:
            self._root[ITEMS] = []
        root = Node(self._root, "", TEMPLATES[self._template_name], self._today)
        apply(ROOT_ERRORS, root, self._findings)
        apply(ROOT_ALERTS, root, self._findings)
        for place, first in repeated_items(self.repeats):
            self._findings.add(_rule_of(repeated_items), f"/{ITEMS}/{place}", first=first)


def _identity(value: Any) -> int:
    """Return the hash of an item: the same whether or not it came in a batch."""
    try:
        return hash(msgspec.convert(value, Item))
    except msgspec.MsgspecError:
        return hash(json.dumps(value, sort_keys=True))


def check_json(stream: BinaryIO, findings: Findings, version: str, today: date) -> None:
    """Check a JSON file, read from a stream of bytes. When it is not JSON, that is the only error."""
    check = JsonCheck(findings, version, today)
    try:
        check.read(JsonStream(stream))
        check.finish()
    except NotJsonError as problem:
        if not problem.kind:
            findings.errors.clear()
            findings.error_count = 0
        else:
            check.finish()
        for function in (is_json, nothing_follows, no_last_comma):
            for found in function(problem):
                findings.add(_rule_of(function), "", why=found.why, place=f"{found.place:,}")
    finally:
        check.repeats.close()
