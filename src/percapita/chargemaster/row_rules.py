"""The rules of the data rows of a CSV file, tall or wide. A tall file is judged as a wide one with a single payer a
row.

A rule looks at many rows at once and yields (mask, element): `mask` marks the cells of the element that are wrong, one
column for each code or payer. An element that is None stands for the whole row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from percapita.chargemaster.cells import DRUG_TYPES, METHODOLOGIES, NUMBER_OF, SETTINGS
from percapita.chargemaster.common import modifiers_are_good
from percapita.chargemaster.rows import AMOUNTS, Rows, any_of
from percapita.chargemaster.rules import (
    ALERT,
    CSV,
    LAW_ALLOWED,
    LAW_CHARGE,
    LAW_CODE,
    LAW_ITEM,
    OURS,
    TALL,
    V2,
    V3,
    Rule,
    rule,
)
from percapita.chargemaster.split import Bools

CONDITIONS = "Conditional Requirements"
ELEMENTS = "Required Standard Charge, Item/Service, and Coding Data Elements"
ALLOWED = "Additional Allowed Amount Notes"
NINES = 999_999_999
ROUNDS_TO_ZERO = 0.005
Marks = Iterator[tuple[Bools, str | None]]
RowRule = Callable[[Rows], Marks]


@rule(
    "CSV-R01", CSV, '"{column}" is blank; describe the item or service in plain words', section=ELEMENTS, law=LAW_ITEM
)
def description(rows: Rows) -> Marks:
    """The description is blank."""
    yield rows.blank("description"), "description"


@rule(
    "CSV-R02", CSV, '"{column}" holds {value}; write inpatient, outpatient or both', section=ELEMENTS, law=LAW_ITEM,
)  # fmt: skip
def setting(rows: Rows) -> Marks:
    """The setting of an item is not inpatient, outpatient or both."""
    yield rows.item & ~rows.is_one_of("setting", SETTINGS), "setting"


@rule(
    "CSV-R03", CSV, '"{column}" is blank, but its type is given; write the code or remove the type',
    section=f"{CONDITIONS} 3", law=LAW_CODE,
)  # fmt: skip
def code_of_type(rows: Rows) -> Marks:
    """A code type has no code."""
    yield rows.filled("code_types") & rows.blank("codes"), "codes"


@rule(
    "CSV-R04", CSV, '"{column}" holds {value}, which is no code type; write one of the list, such as HCPCS, CDM '
    'or LOCAL',
    section="Additional Notes Concerning Code Types", law=LAW_CODE,
)  # fmt: skip
def type_of_code(rows: Rows) -> Marks:
    """A code has no type, or one that is not in the list."""
    known = rows.is_one_of("code_types", rows.layout.columns.template.code_types)
    yield rows.filled("codes") & ~known, "code_types"


@rule(
    "CSV-R05", CSV, '"{column}" holds {value}; write a number above zero, without signs, commas or currency, or '
    'nothing',
    section="General CSV Instructions", law=LAW_CHARGE,
)  # fmt: skip
def positive_numbers(rows: Rows) -> Marks:
    """An amount or percentage is not a plain decimal number above zero."""
    for element in AMOUNTS:
        yield rows.filled(element) & np.isnan(rows.amount(element)), element


@rule(
    "CSV-R06", CSV, '"{column}" holds {value}; write 0, "1 through 10", or a whole number from 11 up',
    section=ALLOWED, law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def counts(rows: Rows) -> Marks:
    """The count of allowed amounts is not 0, "1 through 10" or a whole number from 11 up."""
    yield rows.bad_counts, "count"


@rule(
    "CSV-R07", CSV, '"{column}" holds {value}; write case rate, fee schedule, percent of total billed charges, '
    'per diem or other',
    section="Additional Standard Charge Methodology Notes", law=LAW_CHARGE,
)  # fmt: skip
def methodology(rows: Rows) -> Marks:
    """The methodology is not one of the five."""
    yield rows.filled("methodology") & ~rows.is_one_of("methodology", METHODOLOGIES), "methodology"


@rule(
    "CSV-R08", CSV, '"{column}" is blank, but a charge of the payer is given in dollars, percent or as an '
    'algorithm; write it',
    section=f"{CONDITIONS} 1", law=LAW_CHARGE,
)  # fmt: skip
def charge_has_payer_and_methodology(rows: Rows) -> Marks:
    """A charge of a payer has no methodology; in tall files also: no payer or no plan."""
    for element in ("payer_name", "plan_name", "methodology"):
        if len(rows.layout.of(element)):
            yield rows.item & rows.charged & rows.blank(element), element


@rule(
    "CSV-R09", CSV, '"{column}" is blank, but the methodology is "other"; explain it there',
    section=f"{CONDITIONS} 4", law=LAW_CHARGE,
)  # fmt: skip
def other_methodology_is_explained(rows: Rows) -> Marks:
    """The methodology is "other" and the notes are blank (tall: generic notes; wide: those of the payer)."""
    yield rows.item & (rows.word("methodology") == NUMBER_OF["other"]) & rows.blank("notes"), "notes"


@rule(
    "CSV-R10", CSV, "the row has no charge: give a gross charge, a discounted cash price, or a negotiated dollar "
    "amount, "
    "percentage or algorithm",
    section=f"{CONDITIONS} 5", law=LAW_CHARGE,
)  # fmt: skip
def item_has_charge(rows: Rows) -> Marks:
    """An item has no charge of any kind."""
    priced = rows.filled("gross") | rows.filled("cash") | any_of(rows.charged)
    yield rows.item & ~priced, "gross"


@rule(
    "CSV-R11", CSV, '"{column}" is blank, but a charge in dollars is negotiated; give both minimum and maximum',
    section=f"{CONDITIONS} 6", law=LAW_CHARGE,
)  # fmt: skip
def dollar_has_bounds(rows: Rows) -> Marks:
    """A dollar amount is negotiated and the de-identified minimum or maximum is blank."""
    dollar = rows.item & any_of(rows.filled("dollar"))
    yield dollar & rows.blank("minimum"), "minimum"
    yield dollar & rows.filled("minimum") & rows.blank("maximum"), "maximum"


@rule(
    "CSV-R12", CSV, '"{column}" is blank, but the charge is a percentage or an algorithm; give the count of '
    'allowed amounts',
    section=f"{CONDITIONS} 7", law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def formula_has_count(rows: Rows) -> Marks:
    """A percentage or algorithm has no count of allowed amounts."""
    yield rows.item & rows.by_formula & rows.blank("count"), "count"


@rule(
    "CSV-R13", CSV, '"{column}" is blank, but the charge is a percentage or an algorithm and the count is not 0; '
    'give the amount',
    section=f"{CONDITIONS} 8", law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def formula_has_allowed_amounts(rows: Rows) -> Marks:
    """A percentage or algorithm, with a count that is not 0, lacks the median, 10th or 90th percentile."""
    needed = rows.item & rows.by_formula & ~rows.no_allowed_amounts
    for element in ("median", "p10", "p90"):
        yield needed & rows.blank(element), element


@rule(
    "CSV-R14", CSV, '"{column}" is blank, but the count of allowed amounts is 0; explain it there',
    section=f"{CONDITIONS} 9", law=LAW_ALLOWED, versions=V3,
)  # fmt: skip
def count_of_zero_is_explained(rows: Rows) -> Marks:
    """The count is 0 and the notes are blank (tall: generic notes; wide: those of the payer)."""
    yield rows.item & rows.no_allowed_amounts & rows.blank("notes"), "notes"


@rule(
    "CSV-R15", (TALL,), "the row names a payer and a plan but no charge of theirs; give a dollar amount, "
    "percentage or algorithm",
    section=f"{CONDITIONS} 1", law=LAW_CHARGE, versions=V3,
)  # fmt: skip
def payer_has_charge(rows: Rows) -> Marks:
    """Payer and plan are named and there is no charge of theirs."""
    if rows.layout.columns.tall:
        yield rows.item & rows.filled("payer_name") & rows.filled("plan_name") & ~rows.charged, "payer_name"


@rule(
    "CSV-R16", CSV, '"{column}" holds {value}; a drug needs a unit above zero and a type of measurement',
    section=f"{CONDITIONS} 12", law=LAW_ITEM,
)  # fmt: skip
def drug_unit(rows: Rows) -> Marks:
    """The drug unit is no positive number, or blank while the type of measurement is given."""
    given = rows.filled("drug_unit") | rows.filled("drug_type")
    yield given & np.isnan(rows.amount("drug_unit")), "drug_unit"


@rule(
    "CSV-R17", CSV, '"{column}" holds {value}; write GR, ME, ML, UN, F2, EA or GM',
    section="Additional Notes for Drug Type of Measurement Values", law=LAW_ITEM,
)  # fmt: skip
def drug_type(rows: Rows) -> Marks:
    """The type of measurement is not one of the seven, or blank while the drug unit is given."""
    given = rows.filled("drug_unit") | rows.filled("drug_type")
    yield given & ~rows.is_one_of("drug_type", DRUG_TYPES), "drug_type"


@rule(
    "CSV-R18", CSV, '"{column}" is blank, but a code of the row is an NDC; give the unit and the type of measurement',
    section=f"{CONDITIONS} 10", law=LAW_ITEM,
)  # fmt: skip
def ndc_has_drug_information(rows: Rows) -> Marks:
    """A code type is NDC and the drug unit or the type of measurement is blank."""
    ndc = any_of(rows.word("code_types") == NUMBER_OF["NDC"])
    yield ndc & rows.blank("drug_unit"), "drug_unit"
    yield ndc & rows.filled("drug_unit") & rows.blank("drug_type"), "drug_type"


@rule(
    "CSV-R19", CSV, "the row has neither a code nor a modifier; give a code and its type (LOCAL is allowed)",
    section=f"{CONDITIONS} 2", law=LAW_CODE,
)  # fmt: skip
def item_has_code(rows: Rows) -> Marks:
    """A row has no code, no code type and no modifier."""
    yield ~rows.has_code & rows.blank("modifiers"), None


@rule(
    "CSV-R20", CSV, "the row is about a modifier alone and says nothing of it; write notes, a dollar amount, a "
    "percentage "
    "or an algorithm",
    section=f"{CONDITIONS} 11", law=LAW_CODE,
)  # fmt: skip
def modifier_is_explained(rows: Rows) -> Marks:
    """A row of a modifier alone has neither notes nor a charge of any payer."""
    said = rows.filled("generic_notes") | any_of(rows.charged | rows.filled("notes"))
    yield rows.modifier_row & ~said, "generic_notes"


@rule(
    "CSV-R21", CSV, '"{column}" holds nine 9s; give the real figure', section=ALLOWED, law=LAW_ALLOWED, level=ALERT,
)  # fmt: skip
def nine_nines(rows: Rows) -> Marks:
    """Count, median, 10th or 90th percentile (v2.x: the estimated amount) is 999999999."""
    for element in ("count", "median", "p10", "p90", "estimate"):
        yield rows.amount(element) == NINES, element


@rule(
    "CSV-R22", CSV, '"{column}" is blank, but the charge is only a percentage or an algorithm; give the '
    'estimated amount',
    section=f"{CONDITIONS} (v2.2)", law="45 CFR 180.50(b)(2)(ii)(C)", versions=V2,
)  # fmt: skip
def formula_has_estimate(rows: Rows) -> Marks:
    """A charge is only a percentage or an algorithm and the estimated amount is blank."""
    yield rows.item & rows.by_formula & rows.blank("dollar") & rows.blank("estimate"), "estimate"


@rule(
    "CSV-E02", (TALL,), '"{column}" is blank: a payer needs a plan and a plan a payer',
    section=f"{CONDITIONS} 1", law=LAW_CHARGE, origin=OURS,
)  # fmt: skip
def payer_and_plan(rows: Rows) -> Marks:
    """A payer is named without a plan, or a plan without a payer."""
    if rows.layout.columns.tall:
        told = rows.item & rows.charged  # CSV-R08 says it
        yield ~told & rows.filled("plan_name") & rows.blank("payer_name"), "payer_name"
        yield ~told & rows.filled("payer_name") & rows.blank("plan_name"), "plan_name"


@rule(
    "CSV-X06", CSV, '"{column}" is {value}, outside the minimum and maximum of the row',
    section="Required Standard Charge, Item/Service, and Coding Data "
    "Elements", law=LAW_CHARGE, level=ALERT, origin=OURS,
)  # fmt: skip
def dollar_within_bounds(rows: Rows) -> Marks:
    """A negotiated dollar amount is below the minimum or above the maximum."""
    dollar = rows.amount("dollar")
    yield (dollar < rows.amount("minimum")) | (dollar > rows.amount("maximum")), "dollar"


@rule(
    "CSV-X07", CSV, '"{column}" is {value}, which is not between the 10th and the 90th percentile',
    section=ALLOWED, law=LAW_ALLOWED, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def percentiles_in_order(rows: Rows) -> Marks:
    """The 10th percentile, the median and the 90th percentile are not in ascending order."""
    low, middle, high = (rows.amount(element) for element in ("p10", "median", "p90"))
    wrong = (low > middle) | (middle > high)
    yield wrong, "median"
    yield ~wrong & (low > high), "p10"


@rule(
    "CSV-X08", CSV, '"{column}" is 0, but a median or a percentile of allowed amounts is given',
    section=ALLOWED, law=LAW_ALLOWED, level=ALERT, origin=OURS, versions=V3,
)  # fmt: skip
def count_of_zero_has_no_amounts(rows: Rows) -> Marks:
    """The count is 0 and there is a median, 10th or 90th percentile."""
    yield rows.no_allowed_amounts & (rows.filled("median") | rows.filled("p10") | rows.filled("p90")), "count"


@rule(
    "CSV-X09", CSV, '"{column}" holds {value}; modifiers have two letters or digits, with a pipe between them',
    section=ELEMENTS, law=LAW_CODE, level=ALERT, origin=OURS,
)  # fmt: skip
def modifier_form(rows: Rows) -> Marks:
    """A modifier has not the form of two letters or digits."""
    yield rows.unlike("modifiers", modifiers_are_good), "modifiers"


@rule(
    "CSV-X10", CSV, '"{column}" holds nine 9s; give the real '
    'figure', section=ALLOWED, law=LAW_CHARGE, level=ALERT, origin=OURS,
)  # fmt: skip
def nine_nines_elsewhere(rows: Rows) -> Marks:
    """A charge, minimum or maximum is 999999999."""
    for element in ("gross", "cash", "minimum", "maximum", "dollar", "percentage"):
        yield rows.amount(element) == NINES, element


@rule(
    "CSV-X11", CSV, '"{column}" is {value}, which is zero to the '
    'cent', section=ELEMENTS, law=LAW_CHARGE, level=ALERT, origin=OURS,
)  # fmt: skip
def charge_of_zero(rows: Rows) -> Marks:
    """A charge in dollars is above zero and rounds to 0.00."""
    for element in ("gross", "cash", "minimum", "maximum", "dollar", "median", "p10", "p90"):
        yield rows.amount(element) < ROUNDS_TO_ZERO, element


ROW_RULES: tuple[RowRule, ...] = (
    description, code_of_type, type_of_code, positive_numbers, counts, methodology, drug_unit, drug_type,
    ndc_has_drug_information, item_has_code, setting, charge_has_payer_and_methodology, other_methodology_is_explained,
    item_has_charge, dollar_has_bounds, formula_has_count, formula_has_allowed_amounts, formula_has_estimate,
    count_of_zero_is_explained, payer_has_charge, modifier_is_explained, payer_and_plan,
    nine_nines, dollar_within_bounds, percentiles_in_order, count_of_zero_has_no_amounts, modifier_form,
    nine_nines_elsewhere, charge_of_zero,
)  # fmt: skip

# What a rule reads beside the element it reports. With one of these columns missing it has nothing to say.
READS: dict[str, tuple[str, ...]] = {
    "CSV-R02": ("codes", "code_types", "modifiers"),
    "CSV-R03": ("code_types",),
    "CSV-R04": ("codes",),
    "CSV-R10": ("gross", "cash", "dollar", "percentage", "algorithm", "codes", "code_types", "modifiers"),
    "CSV-R11": ("minimum", "maximum"),
    "CSV-R13": ("count",),
    "CSV-R15": ("dollar", "percentage", "algorithm"),
    "CSV-R18": ("drug_unit", "drug_type"),
    "CSV-R19": ("codes", "code_types", "modifiers"),
    "CSV-R20": ("generic_notes", "dollar", "percentage", "algorithm", "notes", "codes", "code_types"),
    "CSV-R22": ("dollar",),
}


def rules_for(rows_layout: object) -> list[tuple[Rule, RowRule]]:
    """Return the rules that apply to a layout: those of its template whose columns are there."""
    columns = rows_layout.columns  # type: ignore[attr-defined]
    chosen = []
    for function in ROW_RULES:
        known: Rule = function.rule  # type: ignore[attr-defined]
        if columns.template.name in known.versions and columns.has(*READS.get(known.id, ())):
            chosen.append((known, function))
    return chosen
