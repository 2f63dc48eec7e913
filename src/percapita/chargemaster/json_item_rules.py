"""The rules of one item of a JSON file, with its charges and payers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from percapita.chargemaster.cells import DRUG_TYPES, METHODOLOGIES, SETTINGS
from percapita.chargemaster.common import modifiers_are_good
from percapita.chargemaster.json_nodes import (
    ALGORITHM,
    CHARGE,
    CONDITIONS,
    DOLLAR,
    HIGH,
    ITEM,
    LOW,
    MEDIAN,
    NINES,
    PAYER,
    PERCENTAGE,
    ROUNDS_TO_ZERO,
    Found,
    Node,
    NodeRule,
    is_number,
    lacks,
    no_amount,
    no_list,
    no_object,
    no_text,
    no_texts,
    no_word,
    repeated_keys,
    spelled,
)
from percapita.chargemaster.rules import (
    ALERT,
    JSON,
    LAW_ALLOWED,
    LAW_CHARGE,
    LAW_CODE,
    LAW_ITEM,
    OURS,
    V2,
    V3,
    rule,
)
from percapita.chargemaster.text import is_count, shown, trimmed


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
