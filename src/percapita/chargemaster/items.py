"""The items of a JSON file as types. What decodes into them has every word, number and list as it must be.

Whether elements that depend on one another are there is for `json_item_rules`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Text = Annotated[str, Meta(min_length=1)]
Amount = Annotated[float, Meta(gt=0)]
Setting = Literal["inpatient", "outpatient", "both"]
CodeType = Literal[
    "CPT", "HCPCS", "ICD", "DRG", "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG", "TRIS-DRG", "APC", "NDC",
    "HIPPS", "LOCAL", "EAPG", "CDT", "RC", "CDM", "CMG", "MS-LTC-DRG",
]  # fmt: skip


class Code(Struct, frozen=True, gc=False):
    """Hold a code and its type."""

    code: Text
    type: CodeType


class Drug(Struct, frozen=True, gc=False):
    """Hold the drug information."""

    unit: Amount
    type: Literal["GR", "ML", "ME", "UN", "F2", "GM", "EA"]


class Payer(Struct, frozen=True, gc=False):
    """Hold the charge of one payer and plan."""

    payer_name: Text
    plan_name: Text
    methodology: Literal["case rate", "fee schedule", "percent of total billed charges", "per diem", "other"]
    standard_charge_dollar: Amount | UnsetType = UNSET
    standard_charge_percentage: Amount | UnsetType = UNSET
    standard_charge_algorithm: Text | UnsetType = UNSET
    median_amount: Amount | UnsetType = UNSET
    low: Amount | UnsetType = field(name="10th_percentile", default=UNSET)
    high: Amount | UnsetType = field(name="90th_percentile", default=UNSET)
    count: Annotated[str, Meta(pattern=r"^(?:0|1 through 10|1[1-9]|[2-9][0-9]+|[1-9][0-9]{2,})\Z")] | UnsetType = UNSET
    additional_payer_notes: Text | UnsetType = UNSET


class Charge(Struct, frozen=True, gc=False):
    """Hold the charges of an item in a setting."""

    setting: Setting
    gross_charge: Amount | UnsetType = UNSET
    discounted_cash: Amount | UnsetType = UNSET
    minimum: Amount | UnsetType = UNSET
    maximum: Amount | UnsetType = UNSET
    modifier_code: Annotated[tuple[Text, ...], Meta(min_length=1)] | UnsetType = UNSET
    payers_information: Annotated[tuple[Payer, ...], Meta(min_length=1)] | UnsetType = UNSET
    additional_generic_notes: Text | UnsetType = UNSET


class Item(Struct, frozen=True, gc=False):
    """Hold an item or service."""

    description: Text
    code_information: Annotated[tuple[Code, ...], Meta(min_length=1)]
    standard_charges: Annotated[tuple[Charge, ...], Meta(min_length=1)]
    drug_information: Drug | UnsetType = UNSET
