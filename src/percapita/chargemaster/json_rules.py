"""The rules of a JSON file: of its root, and of one item with its charges and payers.

A rule is given a `Node`: a value with its JSON pointer. It yields (pointer, words). Values are plain Python values;
what is not an object, a list, a text or a number where one should be is named by the rule about that element and else
passed
over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from percapita.chargemaster.cells import DRUG_TYPES, METHODOLOGIES, SETTINGS
from percapita.chargemaster.common import modifiers_are_good, npi_is_good
from percapita.chargemaster.head import Place, day_tuple
from percapita.chargemaster.json_stream import RepeatedKeys
from percapita.chargemaster.rules import (
    ALERT,
    JSON,
    LAW_ALLOWED,
    LAW_ATTEST,
    LAW_CHARGE,
    LAW_CODE,
    LAW_DATE,
    LAW_FORM,
    LAW_HOSPITAL,
    LAW_ITEM,
    OURS,
    V2,
    V3,
    rule,
)
from percapita.chargemaster.templates import JSON_STATES, Template
from percapita.chargemaster.text import YEAR_FIRST, date_of, is_count, shown, trimmed

GENERAL = "General Data Elements"
ITEM = "Standard Charge Information Object"
CHARGE = "Standard Charges Object"
PAYER = "Payers Information Object"
CONDITIONS = "Conditional Requirements"
NINES = 999_999_999
ROUNDS_TO_ZERO = 0.005
ITEMS = "standard_charge_information"
DOLLAR, PERCENTAGE, ALGORITHM = "standard_charge_dollar", "standard_charge_percentage", "standard_charge_algorithm"
MEDIAN, LOW, HIGH = "median_amount", "10th_percentile", "90th_percentile"


@dataclass(frozen=True)
class Node:
    """Hold a value of the file, its JSON pointer, and the template it is checked against."""

    value: Any
    pointer: str
    template: Template
    today: date = date.min

    def has(self, key: str) -> bool:
        """Tell whether the value is an object with this key."""
        return isinstance(self.value, dict) and key in self.value

    def get(self, key: str) -> Any:
        """Return the value of a key, None if there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def at(self, key: str) -> Node:
        """Return the value of a key with its pointer."""
        return Node(self.get(key), f"{self.pointer}/{key}", self.template, self.today)

    def each(self, key: str) -> Iterator[Node]:
        """Yield the elements of a list."""
        found = self.get(key)
        for index, value in enumerate(found if isinstance(found, list) else ()):
            yield Node(value, f"{self.pointer}/{key}/{index}", self.template, self.today)


Found = Iterator[Place]
NodeRule = Callable[[Node], Found]


# ---- what several rules ask


def is_number(value: Any) -> bool:
    """Tell whether a value is a number as JSON has them."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def lacks(node: Node, *keys: str) -> Found:
    """Yield the object itself for each of its keys that is missing."""
    if isinstance(node.value, dict):
        for key in keys:
            if key not in node.value:
                yield node.pointer, {"what": f'"{key}" is missing'}


def no_object(node: Node) -> Found:
    """Yield a value that is no object."""
    if not isinstance(node.value, dict):
        yield node.pointer, {"what": f"{spelled(node.value)} stands where an object in braces must be"}


def no_text(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no text, or an empty one."""
    for key in keys:
        if node.has(key):
            value = node.get(key)
            if not isinstance(value, str):
                yield f"{node.pointer}/{key}", {"what": f'"{key}" is {spelled(value)}; write a text in quotes'}
            elif not value:
                yield f"{node.pointer}/{key}", {"what": f'"{key}" is an empty text; write one or leave the key out'}


def no_amount(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no numbers above zero."""
    for key in keys:
        if node.has(key) and not (is_number(node.get(key)) and node.get(key) > 0):
            yield (
                f"{node.pointer}/{key}",
                {"what": f'"{key}" is {spelled(node.get(key))}; write a number above zero, without quotes'},
            )


def no_list(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no lists, or empty ones."""
    for key in keys:
        if node.has(key) and not (isinstance(node.get(key), list) and node.get(key)):
            yield (
                f"{node.pointer}/{key}",
                {"what": f'"{key}" is {spelled(node.get(key))}; write a list in brackets that is not empty'},
            )


def no_texts(node: Node, key: str, *, empty: bool = False) -> Found:
    """Yield a key that is no list, and the elements of the list that are no texts, or empty ones unless `empty` is
    true.
    """
    yield from no_list(node, key)
    for element in node.each(key):
        if not isinstance(element.value, str) or (not element.value and not empty):
            yield element.pointer, {"what": f'"{key}" holds {spelled(element.value)}; write a text in quotes'}


def no_word(node: Node, key: str, words: tuple[str, ...]) -> Found:
    """Yield the value of a key that is there and is none of the words; capitals matter in JSON."""
    if node.has(key) and node.get(key) not in words:
        listed = ", ".join(words)
        yield f"{node.pointer}/{key}", {"what": f'"{key}" is {spelled(node.get(key))}; write one of: {listed}'}


def spelled(value: Any) -> str:
    """Return a value as a message shows it."""
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "list"
        return f"an {'empty ' if not value else ''}{kind}" if kind == "object" or not value else "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return shown(value) if isinstance(value, str) else str(value)


# ---- the root

V3_ROOT = (
    "hospital_name", ITEMS, "last_updated_on", "location_name", "hospital_address", "type_2_npi", "license_information",
    "attestation", "version",
)  # fmt: skip
V2_ROOT = (
    "hospital_name", ITEMS, "last_updated_on", "hospital_location", "hospital_address",
    "license_information", "affirmation",
    "version",
)  # fmt: skip


@rule("JSON-G01", (JSON,), "{what}", section=GENERAL, law=LAW_HOSPITAL)
def root_properties(root: Node) -> Found:
    """A required property of the root is missing; standard_charge_information must be a list that is not empty."""
    found = root if isinstance(root.value, dict) else Node({}, "", root.template)
    yield from lacks(found, *(V3_ROOT if root.template.is_v3 else V2_ROOT))


@rule("JSON-G02", (JSON,), "{what}", section=GENERAL, law=LAW_HOSPITAL)
def root_values(root: Node) -> Found:
    """A name, date, address, location, NPI or version of the root is of the wrong type, empty, or no date."""
    yield from no_text(root, "hospital_name", "version")
    yield from no_texts(root, "hospital_address", empty=not root.template.is_v3)
    if root.template.is_v3:
        yield from no_texts(root, "location_name")
        yield from no_texts(root, "type_2_npi")
    else:
        yield from no_texts(root, "hospital_location", empty=True)
    day = root.get("last_updated_on")
    if root.has("last_updated_on") and not (isinstance(day, str) and YEAR_FIRST.fullmatch(day) and date_of(day)):
        yield (
            f"{root.pointer}/last_updated_on",
            {"what": f'"last_updated_on" is {spelled(day)}; write a date as "2026-01-31"'},
        )


@rule("JSON-G03", (JSON,), "{what}", section="Attestation Object", law=LAW_ATTEST)
def statement(root: Node) -> Found:
    """The attestation (v2.x: affirmation) is not as CMS words it, is neither true nor false, or names nobody."""
    word = root.template.statement_word
    if not root.has(word):
        return
    said = root.at(word)
    yield from no_object(said)
    yield from lacks(said, word, f"confirm_{word}", *(("attester_name",) if root.template.is_v3 else ()))
    if said.has(word) and said.get(word) != root.template.statement:
        yield (
            f"{said.pointer}/{word}",
            {"what": f"the {word} is not word for word as in the data dictionary; copy it from there"},
        )
    confirm = f"confirm_{word}"
    if said.has(confirm) and not isinstance(said.get(confirm), bool):
        yield (
            f"{said.pointer}/{confirm}",
            {"what": f'"{confirm}" is {spelled(said.get(confirm))}; write true or false, without quotes'},
        )
    if root.template.is_v3:
        yield from no_text(said, "attester_name")


@rule("JSON-G04", (JSON,), "{what}", section="License Information Object", law=LAW_HOSPITAL)
def license_information(root: Node) -> Found:
    """The license information has no state, an unknown one, or an empty license number."""
    if not root.has("license_information"):
        return
    found = root.at("license_information")
    yield from no_object(found)
    yield from lacks(found, "state")
    yield from no_word(found, "state", JSON_STATES)
    yield from no_text(found, "license_number")


@rule("JSON-G05", (JSON,), "{what}", section="Modifier Information Object", law=LAW_CODE)
def modifier_information(root: Node) -> Found:
    """The modifier information is incomplete or of the wrong type."""
    if not root.template.is_v3 and root.get("modifier_information") == []:
        return
    yield from no_list(root, "modifier_information")
    for modifier in root.each("modifier_information"):
        yield from no_object(modifier)
        yield from lacks(modifier, "description", "modifier_payer_information", "code")
        yield from no_text(modifier, "description", "code")
        yield from no_list(modifier, "modifier_payer_information")
        if root.template.is_v3:
            yield from no_word(modifier, "setting", SETTINGS)
        for payer in modifier.each("modifier_payer_information"):
            yield from no_object(payer)
            yield from lacks(payer, "payer_name", "plan_name", "description")
            yield from no_text(payer, "payer_name", "plan_name", "description")


@rule(
    "JSON-A01", (JSON,), "the file says it is of version {value}, but it was checked as {template}",
    section=GENERAL, law=LAW_DATE, level=ALERT,
)  # fmt: skip
def version(root: Node) -> Found:
    """The version that the file states is not that of the template it is checked against."""
    said = root.get("version")
    if isinstance(said, str) and said not in root.template.json_versions:
        yield "/version", {"value": shown(said), "template": root.template.name}


@rule(
    "JSON-A02", (JSON,), "the {word} is false: the file is in good form, and the hospital does not meet the rule",
    section="Attestation Object", law=LAW_ATTEST, level=ALERT,
)  # fmt: skip
def statement_false(root: Node) -> Found:
    """The attestation (v2.x: affirmation) is false."""
    word = root.template.statement_word
    if root.at(word).get(f"confirm_{word}") is False:
        yield f"/{word}/confirm_{word}", {"word": word}


@rule(
    "JSON-X01", (JSON,), "{value} is no NPI: {why}",
    section=GENERAL, law=LAW_HOSPITAL, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def npis(root: Node) -> Found:
    """A type 2 NPI has not ten digits, or its check digit is wrong."""
    for npi in root.each("type_2_npi"):
        if isinstance(npi.value, str) and npi.value and (why := npi_is_good(trimmed(npi.value))):
            yield npi.pointer, {"value": shown(npi.value), "why": why}


@rule(
    "JSON-X02", (JSON,), "the file says it was updated on {value}, which is still to come",
    section=GENERAL, law=LAW_DATE, level=ALERT, origin=OURS,
)  # fmt: skip
def date_in_future(root: Node) -> Found:
    """last_updated_on lies in the future."""
    day = root.get("last_updated_on")
    if isinstance(day, str) and (date_of(day) or (0, 0, 0)) > day_tuple(root.today):
        yield "/last_updated_on", {"value": shown(day)}


@rule(
    "JSON-X03", (JSON,), "the file says it was updated on {value}; it must be updated at least once in twelve months",
    section=GENERAL, law="45 CFR 180.50(e)", level=ALERT, origin=OURS,
)  # fmt: skip
def date_too_old(root: Node) -> Found:
    """last_updated_on is older than a year."""
    day = root.get("last_updated_on")
    found = date_of(day) if isinstance(day, str) else None
    if found is not None and found < day_tuple(root.today - timedelta(days=366)):
        yield "/last_updated_on", {"value": shown(day)}


@rule(
    "JSON-X04", (JSON,), "there are {locations} locations and {addresses} addresses; give one address for each, "
    "in the same order",
    section=GENERAL, law=LAW_HOSPITAL, level=ALERT, origin=OURS,
)  # fmt: skip
def locations_and_addresses(root: Node) -> Found:
    """The numbers of locations and of addresses differ."""
    locations = root.get("location_name" if root.template.is_v3 else "hospital_location")
    addresses = root.get("hospital_address")
    if isinstance(locations, list) and isinstance(addresses, list) and len(locations) != len(addresses):
        yield "/hospital_address", {"locations": len(locations), "addresses": len(addresses)}


# ---- an item


@rule("JSON-I01", (JSON,), "{what}", section=ITEM, law=LAW_ITEM)
def item_properties(item: Node) -> Found:
    """An item lacks its description, codes or charges, or one of them is of the wrong type, empty, or no known word."""
    yield from no_object(item)
    yield from lacks(item, "description", "code_information", "standard_charges")
    yield from no_text(item, "description")
    yield from no_list(item, "code_information", "standard_charges")
    for code in item.each("code_information"):
        yield from no_object(code)
        yield from lacks(code, "code", "type")
        yield from no_text(code, "code")
        yield from no_word(code, "type", item.template.code_types)


@rule("JSON-I02", (JSON,), "{what}: a code of the item is an NDC", section=CONDITIONS, law=LAW_ITEM)
def ndc_has_drug_information(item: Node) -> Found:
    """A code is an NDC and there is no drug information."""
    ndc = any(code.get("type") == "NDC" for code in item.each("code_information"))
    if not item.template.is_v3 and isinstance(item.value, dict):
        # The schema of v2 takes an item for a drug also where nothing is said of its codes.
        ndc = "code_information" not in item.value or any(
            code.value.get("type", "NDC") == "NDC"
            for code in item.each("code_information")
            if isinstance(code.value, dict)
        )
    if ndc:
        yield from lacks(item, "drug_information")


@rule("JSON-I03", (JSON,), "{what}", section="Drug Information Object", law=LAW_ITEM)
def drug_information(item: Node) -> Found:
    """The drug information lacks its unit or type, or they are not as they must be."""
    if not item.has("drug_information"):
        return
    drug = item.at("drug_information")
    yield from no_object(drug)
    yield from lacks(drug, "unit", "type")
    yield from (no_amount if item.template.is_v3 else no_text)(drug, "unit")
    yield from no_word(drug, "type", DRUG_TYPES)


@rule("JSON-C01", (JSON,), "{what}", section=CHARGE, law=LAW_CHARGE)
def charge_properties(charge: Node) -> Found:
    """A charge lacks its setting, or an element of it is of the wrong type, empty, not above zero, or no known word."""
    yield from no_object(charge)
    yield from lacks(charge, "setting")
    yield from no_word(charge, "setting", SETTINGS)
    yield from no_amount(charge, "gross_charge", "discounted_cash", "minimum", "maximum")
    yield from no_list(charge, "payers_information")
    if charge.template.is_v3:
        yield from no_text(charge, "additional_generic_notes")
        yield from no_texts(charge, "modifier_code") if charge.has("modifier_code") else ()
    elif charge.has("additional_generic_notes") and not isinstance(charge.get("additional_generic_notes"), str):
        yield from no_text(charge, "additional_generic_notes")


def _has_charge(payer: Node) -> bool:
    return payer.has(DOLLAR) or payer.has(PERCENTAGE) or payer.has(ALGORITHM)


@rule(
    "JSON-C02", (JSON,), "there is no charge: give a gross charge, a discounted cash price, or payers that each "
    "have a dollar "
    "amount, percentage or algorithm",
    section=f"{CONDITIONS}", law=LAW_CHARGE,
)  # fmt: skip
def item_has_charge(charge: Node) -> Found:
    """There is neither a gross charge nor a cash price, and not every payer has a charge."""
    payers = charge.get("payers_information")
    negotiated = isinstance(payers, list) and all(_has_charge(payer) for payer in charge.each("payers_information"))
    negotiated = negotiated and (bool(payers) or not charge.template.is_v3)
    if not (charge.has("gross_charge") or charge.has("discounted_cash") or negotiated):
        yield charge.pointer, {}
        if not charge.template.is_v3:  # no rule of v2 speaks of a payer without charge otherwise
            yield from ((payer.pointer, {}) for payer in charge.each("payers_information") if not _has_charge(payer))


@rule("JSON-C03", (JSON,), "{what}: a payer has a charge in dollars", section=CONDITIONS, law=LAW_CHARGE)
def dollar_has_bounds(charge: Node) -> Found:
    """A payer has a dollar amount and there is no minimum or no maximum."""
    if any(payer.has(DOLLAR) for payer in charge.each("payers_information")):
        yield from lacks(charge, "minimum", "maximum")


@rule("JSON-Y01", (JSON,), "{what}", section=PAYER, law=LAW_CHARGE)
def payer_properties(payer: Node) -> Found:
    """A payer lacks its name, plan or methodology, or an element is of the wrong type, empty, not above zero, or
    unknown.
    """
    yield from no_object(payer)
    yield from lacks(payer, "payer_name", "plan_name", "methodology")
    yield from no_text(payer, "payer_name", "plan_name")
    yield from no_word(payer, "methodology", METHODOLOGIES)
    yield from no_amount(payer, DOLLAR, PERCENTAGE)
    if payer.template.is_v3:
        yield from no_text(payer, ALGORITHM, "additional_payer_notes")
        yield from no_amount(payer, MEDIAN, LOW, HIGH)
        return
    yield from no_amount(payer, "estimated_amount")
    for key in (ALGORITHM, "additional_payer_notes"):
        if payer.get(key) != "":
            yield from no_text(payer, key)


@rule(
    "JSON-Y02", (JSON,), "the payer has no charge: give a dollar amount, a percentage or an algorithm",
    section=CONDITIONS, law=LAW_CHARGE, versions=V3,
)  # fmt: skip
def payer_has_charge(payer: Node) -> Found:
    """A payer has neither a dollar amount nor a percentage nor an algorithm."""
    if isinstance(payer.value, dict) and not _has_charge(payer):
        yield payer.pointer, {}


@rule("JSON-Y03", (JSON,), '{what}: the methodology is "other"', section=CONDITIONS, law=LAW_CHARGE)
def other_methodology_is_explained(payer: Node) -> Found:
    """The methodology is "other" and there are no notes of the payer."""
    if payer.get("methodology") == "other":
        yield from lacks(payer, "additional_payer_notes")
        notes = payer.get("additional_payer_notes")
        if not payer.template.is_v3 and payer.has("additional_payer_notes") and not (isinstance(notes, str) and notes):
            yield payer.pointer, {"what": '"additional_payer_notes" is no text'}
            yield from no_text(payer, "additional_payer_notes") if notes == "" else ()


@rule(
    "JSON-Y04",
    (JSON,),
    "{what}: the charge is a percentage or an algorithm",
    section=CONDITIONS,
    law=LAW_ALLOWED,
    versions=V3,
)
def formula_has_count(payer: Node) -> Found:
    """A percentage or algorithm has no count of allowed amounts."""
    if payer.has(PERCENTAGE) or payer.has(ALGORITHM):
        yield from lacks(payer, "count")


@rule(
    "JSON-Y05", (JSON,), "{what}: the charge is a percentage or an algorithm, and the count is not 0",
    section=CONDITIONS, law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def formula_has_allowed_amounts(payer: Node) -> Found:
    """A percentage or algorithm, with a count that is not "0", lacks the median, 10th or 90th percentile."""
    if (payer.has(PERCENTAGE) or payer.has(ALGORITHM)) and payer.get("count") != "0":
        yield from lacks(payer, MEDIAN, LOW, HIGH)


@rule(
    "JSON-Y06", (JSON,), "{what}: the count of allowed amounts is 0", section=CONDITIONS, law=LAW_ALLOWED, versions=V3
)
def count_of_zero_is_explained(payer: Node) -> Found:
    """The count is "0" and there are no notes of the payer."""
    if payer.get("count") == "0":
        yield from lacks(payer, "additional_payer_notes")


@rule(
    "JSON-Y07", (JSON,), '"count" is {value}; write "0", "1 through 10", or a whole number from "11" up, in quotes',
    section=PAYER, law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def count(payer: Node) -> Found:
    """The count is not a text that holds 0, 1 through 10, or a whole number from 11 up."""
    found = payer.get("count")
    if payer.has("count") and not (isinstance(found, str) and is_count(found) and found in (found.lower(), "0")):
        yield f"{payer.pointer}/count", {"value": spelled(found)}


@rule(
    "JSON-Y08", (JSON,), "{what}: the charge is only a percentage or an algorithm",
    section=f"{CONDITIONS} (v2.2)", law=LAW_CHARGE, versions=V2,
)  # fmt: skip
def formula_has_estimate(payer: Node) -> Found:
    """A charge is only a percentage or an algorithm and the estimated amount is missing."""
    if (payer.has(PERCENTAGE) or payer.has(ALGORITHM)) and not payer.has(DOLLAR):
        yield from lacks(payer, "estimated_amount")


@rule(
    "JSON-A03", (JSON,), '"estimated_amount" is no element any more since January 1, 2026: the 10th percentile, '
    'median, 90th '
    "percentile and count of allowed amounts have replaced it",
    section=PAYER, law=LAW_ALLOWED, level=ALERT, versions=V3,
)  # fmt: skip
def estimated_amount(payer: Node) -> Found:
    """A payer has an estimated amount."""
    if payer.has("estimated_amount"):
        yield payer.pointer, {}


@rule("JSON-A04", (JSON,), '"{key}" is nine 9s; give the real figure', section=PAYER, law=LAW_ALLOWED, level=ALERT)
def nine_nines(payer: Node) -> Found:
    """Count, median, 10th or 90th percentile (v2.x: the estimated amount) is 999999999."""
    keys = (MEDIAN, LOW, HIGH) if payer.template.is_v3 else ("estimated_amount",)
    for key in keys:
        if payer.get(key) == NINES and is_number(payer.get(key)):
            yield f"{payer.pointer}/{key}", {"key": key}
    if payer.template.is_v3 and payer.get("count") == str(NINES):
        yield f"{payer.pointer}/count", {"key": "count"}


@rule(
    "JSON-X06", (JSON,), "{value} is outside the minimum and maximum of the charge",
    section=CHARGE, law=LAW_CHARGE, level=ALERT, origin=OURS,
)  # fmt: skip
def dollar_within_bounds(charge: Node) -> Found:
    """A negotiated dollar amount is below the minimum or above the maximum."""
    least, most = charge.get("minimum"), charge.get("maximum")
    for payer in charge.each("payers_information"):
        dollar = payer.get(DOLLAR)
        if is_number(dollar) and ((is_number(least) and dollar < least) or (is_number(most) and dollar > most)):
            yield f"{payer.pointer}/{DOLLAR}", {"value": dollar}


@rule(
    "JSON-X07", (JSON,), "the 10th percentile, the median and the 90th percentile are not in ascending order",
    section=PAYER, law=LAW_ALLOWED, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def percentiles_in_order(payer: Node) -> Found:
    """The 10th percentile, the median and the 90th percentile are not in ascending order."""
    found = [payer.get(key) for key in (LOW, MEDIAN, HIGH) if is_number(payer.get(key))]
    if found != sorted(found):
        yield payer.pointer, {}


@rule(
    "JSON-X08", (JSON,), "the count is 0, but a median or a percentile of allowed amounts is given",
    section=PAYER, law=LAW_ALLOWED, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def count_of_zero_has_no_amounts(payer: Node) -> Found:
    """The count is "0" and there is a median, 10th or 90th percentile."""
    if payer.get("count") == "0" and any(payer.has(key) for key in (MEDIAN, LOW, HIGH)):
        yield f"{payer.pointer}/count", {}


@rule(
    "JSON-X09", (JSON,), "{value} is no modifier: they have two letters or digits",
    section=CHARGE, law=LAW_CODE, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def modifier_form(charge: Node) -> Found:
    """A modifier has not the form of two letters or digits."""
    for code in charge.each("modifier_code"):
        if isinstance(code.value, str) and not modifiers_are_good(code.value):
            yield code.pointer, {"value": shown(code.value)}


@rule(
    "JSON-X10",
    (JSON,),
    '"{key}" is nine 9s; give the real figure',
    section=CHARGE,
    law=LAW_CHARGE,
    level=ALERT,
    origin=OURS,
)
def nine_nines_elsewhere(charge: Node) -> Found:
    """A charge, minimum or maximum is 999999999."""
    yield from _where(
        charge, lambda value: value == NINES, ("gross_charge", "discounted_cash", "minimum", "maximum"), ()
    )


@rule("JSON-X11", (JSON,), '"{key}" is zero to the cent', section=CHARGE, law=LAW_CHARGE, level=ALERT, origin=OURS)
def charge_of_zero(charge: Node) -> Found:
    """A charge in dollars is above zero and rounds to 0.00."""
    keys = ("gross_charge", "discounted_cash", "minimum", "maximum")
    yield from _where(charge, lambda value: 0 < value < ROUNDS_TO_ZERO, keys, (MEDIAN, LOW, HIGH))


def _where(charge: Node, odd: Callable[[Any], bool], keys: tuple[str, ...], of_payers: tuple[str, ...]) -> Found:
    for key in keys:
        if is_number(charge.get(key)) and odd(charge.get(key)):
            yield f"{charge.pointer}/{key}", {"key": key}
    for payer in charge.each("payers_information"):
        for key in (DOLLAR, *of_payers):
            if is_number(payer.get(key)) and odd(payer.get(key)):
                yield f"{payer.pointer}/{key}", {"key": key}


@rule(
    "JSON-X14", (JSON,), '"description" is blank; describe the item or service in plain words',
    section=ITEM, law=LAW_ITEM, level=ALERT, origin=OURS,
)  # fmt: skip
def blank_description(item: Node) -> Found:
    """The description holds nothing but blanks."""
    found = item.get("description")
    if isinstance(found, str) and found and not trimmed(found):
        yield f"{item.pointer}/description", {}


@rule(
    "JSON-X15", (JSON,), 'the key "{key}" stands in the object twice; only the last one is read',
    section="General JSON Instructions", law=LAW_FORM, level=ALERT, origin=OURS,
)  # fmt: skip
def repeated_keys(node: Node) -> Found:
    """An object has a key twice."""
    if isinstance(node.value, RepeatedKeys) and node.value.again:
        yield node.pointer, {"key": node.value.again}
    inner = (
        node.value.items()
        if isinstance(node.value, dict)
        else enumerate(node.value)
        if isinstance(node.value, list)
        else ()
    )
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from repeated_keys(Node(value, f"{node.pointer}/{key}", node.template))


ROOT_ERRORS: tuple[NodeRule, ...] = (
    root_properties, root_values, statement, license_information, modifier_information,
)  # fmt: skip
ROOT_ALERTS: tuple[NodeRule, ...] = (
    version, statement_false, npis, date_in_future, date_too_old, locations_and_addresses, repeated_keys,
)  # fmt: skip
ITEM_RULES: tuple[NodeRule, ...] = (
    item_properties, ndc_has_drug_information, drug_information, blank_description, repeated_keys,
)  # fmt: skip
CHARGE_RULES: tuple[NodeRule, ...] = (
    charge_properties, item_has_charge, dollar_has_bounds, dollar_within_bounds, modifier_form, nine_nines_elsewhere,
    charge_of_zero,
)  # fmt: skip
PAYER_RULES: tuple[NodeRule, ...] = (
    payer_properties, payer_has_charge, other_methodology_is_explained, formula_has_count, formula_has_allowed_amounts,
    formula_has_estimate, count_of_zero_is_explained, count, estimated_amount, nine_nines, percentiles_in_order,
    count_of_zero_has_no_amounts,
)  # fmt: skip
