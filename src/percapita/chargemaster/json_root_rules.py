"""The rules of the root of a JSON file: what is said of the hospital and of the file as a whole."""

from __future__ import annotations

from datetime import timedelta

from percapita.chargemaster.cells import SETTINGS
from percapita.chargemaster.common import npi_is_good
from percapita.chargemaster.head import day_tuple
from percapita.chargemaster.json_nodes import (
    GENERAL,
    ITEMS,
    Found,
    Node,
    NodeRule,
    lacks,
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
    LAW_ATTEST,
    LAW_CODE,
    LAW_DATE,
    LAW_HOSPITAL,
    OURS,
    V3,
    rule,
)
from percapita.chargemaster.templates import JSON_STATES
from percapita.chargemaster.text import YEAR_FIRST, date_of, shown, trimmed

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


ROOT_ERRORS: tuple[NodeRule, ...] = (
    root_properties, root_values, statement, license_information, modifier_information,
)  # fmt: skip
ROOT_ALERTS: tuple[NodeRule, ...] = (
    version, statement_false, npis, date_in_future, date_too_old, locations_and_addresses, repeated_keys,
)  # fmt: skip
