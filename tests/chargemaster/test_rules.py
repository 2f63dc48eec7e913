"""One test for each rule: a valid file, one thing changed, and the rule speaks at the right place. None is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from percapita.chargemaster.check import check_file
from percapita.chargemaster.findings import Findings
from percapita.chargemaster.rules import ERROR, RULES, all_rules
from percapita.chargemaster.templates import ATTESTATION
from tests.chargemaster.book import Book, document, tall, wide
from tests.chargemaster.old import old_document, old_tall

TODAY = date(2026, 6, 1)
NAME = "123456789_west-mercy_standardcharges"
PAYER = "platform health insurance|ppo"
DOLLAR = f"standard_charge|{PAYER}|negotiated_dollar"
ITEM = "/standard_charge_information/0"
CHARGE = f"{ITEM}/standard_charges/0"
PAYERS = f"{CHARGE}/payers_information/0"
V3, V2 = "v3.0.0", "v2.x"


@dataclass(frozen=True)
class Case:
    """Hold a broken file and where its rule must speak. `also` are other rules that speak of the same."""

    rule: str
    content: Callable[[], bytes]
    path: str
    version: str = V3
    suffix: str = ".csv"


def csv(rule: str, path: str, book: Callable[[], Book]) -> Case:
    return Case(rule, lambda: book().text().encode(), path)


def js(rule: str, path: str, change: Callable[[Any], object], version: str = V3) -> Case:
    def content() -> bytes:
        found = document() if version == V3 else old_document()
        change(found)
        return json.dumps(found).encode()

    return Case(rule, content, path, version, ".json")


def text(rule: str, old: str, new: str) -> Case:
    return Case(rule, lambda: json.dumps(document()).replace(old, new, 1).encode(), "", V3, ".json")


def item(found: Any) -> Any:
    return found["standard_charge_information"][0]


def charge(found: Any) -> Any:
    return item(found)["standard_charges"][0]


def payer(found: Any) -> Any:
    return charge(found)["payers_information"][0]


def formula(found: Any, **more: Any) -> Any:
    """Make the first payer's charge a percentage with everything that needs."""
    entry = payer(found)
    del entry["standard_charge_dollar"]
    amounts = {"median_amount": 20, "10th_percentile": 10, "90th_percentile": 30, "count": "12"}
    entry.update({"standard_charge_percentage": 50, **amounts, **more})
    return entry


def blank_row(number: int) -> Book:
    book = tall()
    book.rows[number - 1] = [""]
    return book


def rows(count: int) -> Book:
    return Book(tall().rows[:count])


CSV_CASES = [
    csv("CSV-F01", "A3", lambda: blank_row(3)),
    csv("CSV-F02", "A1", lambda: rows(3)),
    csv("CSV-H01", "row 1", lambda: tall().set(1, 8, "attester")),
    csv("CSV-H02", "L1", lambda: tall().set(1, 11, "Version")),
    csv("CSV-H03", "F1", lambda: tall().set(1, 5, "license_number|[state]")),
    csv("CSV-H04", "A2", lambda: tall().set(2, 0, " ")),
    csv("CSV-H05", "B2", lambda: tall().set(2, 1, "2/30/2026")),
    csv("CSV-H06", "H2", lambda: tall().set(2, 7, "yes")),
    csv("CSV-H07", "C2", lambda: tall().set(2, 2, "2.2.0")),
    csv("CSV-H08", "H2", lambda: tall().set(2, 7, "False")),
    csv("CSV-C01", "row 3", lambda: tall().set(3, "payer_name", "payer")),
    csv("CSV-C02", "row 3", lambda: wide().set(3, f"count|{PAYER}", "own")),
    csv("CSV-C03", "Y3", lambda: tall().add_column("own").add_column("OWN").set(3, 24, "setting")),
    csv("CSV-C04", "Y3", lambda: tall().add_column("code|[i]")),
    csv("CSV-C05", "A1", lambda: tall().set(3, "payer_name", "payer")),
    csv("CSV-C06", "Y3", lambda: tall().add_column("estimated_amount")),
    csv("CSV-R01", "A4", lambda: tall().set(4, "description", "")),
    csv("CSV-R02", "F4", lambda: tall().set(4, "setting", "home")),
    csv("CSV-R03", "B4", lambda: tall().set(4, "code|1", "")),
    csv("CSV-R04", "E4", lambda: tall().set(4, "code|2|type", "CPT4")),
    csv("CSV-R05", "L4", lambda: wide().set(4, DOLLAR, "$400")),
    csv("CSV-R06", "T14", lambda: tall().set(14, "count", "5")),
    csv("CSV-R07", "W4", lambda: tall().set(4, "standard_charge|methodology", "unknown")),
    csv("CSV-R08", "K4", lambda: tall().set(4, "payer_name", "")),
    csv("CSV-R09", "X4", lambda: tall().set(4, "standard_charge|methodology", "Other")),
    csv("CSV-R10", "J4", lambda: _without_charges()),
    csv("CSV-R11", "V4", lambda: tall().set(4, "standard_charge|max", "")),
    csv("CSV-R12", "T14", lambda: tall().set(14, "count", "")),
    csv("CSV-R13", "R14", lambda: tall().set(14, "10th_percentile", "")),
    csv("CSV-R14", "X4", lambda: tall().set(4, "count", "0")),
    csv("CSV-R15", "K4", lambda: tall().set(4, "standard_charge|negotiated_dollar", "")),
    csv("CSV-R16", "G4", lambda: tall().set(4, "drug_type_of_measurement", "ML")),
    csv("CSV-R17", "H4", lambda: tall().set(4, "drug_unit_of_measurement", "5")),
    csv("CSV-R18", "G4", lambda: tall().set(4, "code|1|type", "NDC")),
    csv("CSV-R19", "row 6", lambda: tall().set(8, "code|1", "").set(8, "code|1|type", "").swap(8, 6)),
    csv("CSV-R20", "AF4", lambda: _bare_modifier()),
    csv("CSV-R21", "Q4", lambda: tall().set(4, "median_amount", "999999999")),
    csv("CSV-E01", "X4", lambda: tall().set(4, "additional_generic_notes", "@")),
    csv("CSV-E02", "L4", lambda: tall().set(4, "plan_name", "").set(4, "standard_charge|negotiated_dollar", "")),
    Case("CSV-E03", lambda: tall().text().encode() + b"x" * (5 << 20), "row 49"),
    csv("CSV-X01", "G2", lambda: tall().set(2, 6, "1234567890")),
    csv("CSV-X02", "B2", lambda: tall().set(2, 1, "6/2/2026")),
    csv("CSV-X03", "B2", lambda: tall().set(2, 1, "5/30/2025")),
    csv("CSV-X04", "E2", lambda: tall().set(2, 4, "12 Main Street")),
    csv("CSV-X05", "AG3", lambda: wide().add_column("standard_charge|A|B|C|negotiated_dollar")),
    csv("CSV-X06", "N4", lambda: tall().set(4, "standard_charge|negotiated_dollar", "401")),
    csv("CSV-X07", "Q14", lambda: tall().set(14, "median_amount", "1")),
    csv("CSV-X08", "T14", lambda: tall().set(14, "count", "0").set(14, "additional_generic_notes", "x")),
    csv("CSV-X09", "M4", lambda: tall().set(4, "modifiers", "50|bilateral")),
    csv("CSV-X10", "I4", lambda: tall().set(4, "standard_charge|gross", "999999999")),
    csv("CSV-X11", "I4", lambda: tall().set(4, "standard_charge|gross", "0.001")),
    csv("CSV-X12", "row 49", lambda: Book([*tall().rows, tall().rows[3]])),
    csv("CSV-X13", "row 4", lambda: Book([*tall().rows[:3], [""]])),
    Case("CSV-R22", lambda: old_tall().set(14, "estimated_amount", "").text().encode(), "Q14", V2),
]  # fmt: skip


def _without_charges() -> Book:
    book = wide()
    for header in (
        "standard_charge|gross",
        "standard_charge|discounted_cash",
        DOLLAR,
        DOLLAR.replace(PAYER, "region health insurance|hmo"),
    ):
        book.set(4, header, "")
    return book


def _bare_modifier() -> Book:
    book = wide()
    for column in range(len(book.rows[2])):
        book.set(4, column, "")
    return book.set(4, "description", "Bilateral").set(4, "modifiers", "50")


JSON_CASES = [
    text("JSON-P01", '"hospital_name"', "hospital_name"),
    text("JSON-E01", '{"hospital_name"', '{} {"hospital_name"'),
    Case("JSON-E02", lambda: json.dumps(document())[:-1].encode() + b",}", "", V3, ".json"),
    js("JSON-G01", "", lambda found: found.pop("version")),
    js("JSON-G02", "/last_updated_on", lambda found: found.update(last_updated_on="4/1/2026")),
    js("JSON-G03", "/attestation/confirm_attestation", lambda found: found["attestation"].update(confirm_attestation="true")),
    js("JSON-G04", "/license_information/state", lambda found: found["license_information"].update(state="ca")),
    js("JSON-G05", "/modifier_information/0", lambda found: found["modifier_information"][0].pop("code")),
    js("JSON-A01", "/version", lambda found: found.update(version="2.2.0")),
    js("JSON-A02", "/attestation/confirm_attestation", lambda found: found["attestation"].update(confirm_attestation=False)),
    js("JSON-I01", f"{ITEM}/code_information/0/type", lambda found: item(found)["code_information"][0].update(type="rc")),
    js("JSON-I02", ITEM, lambda found: item(found)["code_information"][0].update(type="NDC")),
    js("JSON-I03", f"{ITEM}/drug_information/unit", lambda found: item(found).update(drug_information={"unit": "1", "type": "ML"})),
    js("JSON-C01", f"{CHARGE}/setting", lambda found: charge(found).update(setting="Inpatient")),
    js("JSON-C02", CHARGE, lambda found: [charge(found).pop(key) for key in ("gross_charge", "discounted_cash", "payers_information")]),
    js("JSON-C03", CHARGE, lambda found: charge(found).pop("minimum")),
    js("JSON-Y01", f"{PAYERS}/plan_name", lambda found: payer(found).update(plan_name="")),
    js("JSON-Y02", PAYERS, lambda found: payer(found).pop("standard_charge_dollar")),
    js("JSON-Y03", PAYERS, lambda found: payer(found).update(methodology="other")),
    js("JSON-Y04", PAYERS, lambda found: formula(found).pop("count")),
    js("JSON-Y05", PAYERS, lambda found: formula(found).pop("median_amount")),
    js("JSON-Y06", PAYERS, lambda found: payer(found).update(count="0")),
    js("JSON-Y07", f"{PAYERS}/count", lambda found: payer(found).update(count=12)),
    js("JSON-Y08", f"{CHARGE}/payers_information/0", lambda found: payer(found).update(standard_charge_percentage=payer(found).pop("standard_charge_dollar")), V2),
    js("JSON-A03", PAYERS, lambda found: payer(found).update(estimated_amount=5)),
    js("JSON-A04", f"{PAYERS}/median_amount", lambda found: formula(found, median_amount=999999999)),
    js("JSON-X01", "/type_2_npi/0", lambda found: found.update(type_2_npi=["1234567890"])),
    js("JSON-X02", "/last_updated_on", lambda found: found.update(last_updated_on="2026-06-02")),
    js("JSON-X03", "/last_updated_on", lambda found: found.update(last_updated_on="2025-05-30")),
    js("JSON-X04", "/hospital_address", lambda found: found.update(hospital_address=["x"])),
    js("JSON-X06", f"{PAYERS}/standard_charge_dollar", lambda found: payer(found).update(standard_charge_dollar=401)),
    js("JSON-X07", PAYERS, lambda found: formula(found, median_amount=5)),
    js("JSON-X08", f"{PAYERS}/count", lambda found: formula(found, count="0", additional_payer_notes="x")),
    js("JSON-X09", f"{CHARGE}/modifier_code/0", lambda found: charge(found).update(modifier_code=["bilateral"])),
    js("JSON-X10", f"{CHARGE}/gross_charge", lambda found: charge(found).update(gross_charge=999999999)),
    js("JSON-X11", f"{CHARGE}/gross_charge", lambda found: charge(found).update(gross_charge=0.001)),
    js("JSON-X12", "/standard_charge_information/1", lambda found: found["standard_charge_information"].insert(0, item(found))),
    js("JSON-X14", f"{ITEM}/description", lambda found: item(found).update(description=" ")),
    text("JSON-X15", '"hospital_address": [', '"license_information": {"state": "CA", "state": "CA"}, "hospital_address": ['),
]  # fmt: skip

FILE_CASES = [
    Case("FILE-E01", lambda: b"\x1f\x8b\x08cut off", ""),
    Case("FILE-N01", lambda: tall().text().encode(), "", V3, "x.csv"),
    Case("FILE-X01", lambda: tall().set(4, "description", "Caf@").text().encode("latin-1").replace(b"@", b"\xe9"), ""),
]
CASES = [*CSV_CASES, *JSON_CASES, *FILE_CASES]


def found_in(case: Case, folder: Path) -> Findings:
    path = folder / f"{NAME}{case.suffix}"
    content = case.content()
    if case.rule == "CSV-E01":
        content = content.replace(b"@", b'"@')
    path.write_bytes(content)
    return check_file(path, case.version, 1000, TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_rule(case: Case, tmp_path: Path) -> None:
    found = found_in(case, tmp_path)
    known = RULES[case.rule]
    listed = found.errors if known.level == ERROR else found.alerts
    spoken = [one for one in listed if one.rule == case.rule]
    assert case.path in [one.path for one in spoken], [*found.errors, *found.alerts]
    assert all("{" not in one.message and one.message for one in spoken)
    others = {one.rule for one in found.errors} - {case.rule} - COMPANY.get(case.rule, set())
    assert others == set()


# Errors that cannot be made without others, by what they are.
COMPANY: dict[str, set[str]] = {
    "CSV-C01": {"CSV-C05"},
    "CSV-C05": {"CSV-C01"},
    "CSV-H03": {"CSV-H01"},
    "CSV-C03": {"CSV-C02"},
    "CSV-R20": set(),
    "CSV-E01": {"CSV-R09"},
    "CSV-E03": {"CSV-R02", "CSV-R10", "CSV-R19"},
    "JSON-E01": {"JSON-G01"},
    "JSON-Y02": {"JSON-C03"},
    "CSV-R15": set(),
    "CSV-R18": set(),
}


def test_every_rule_has_its_case() -> None:
    tested = [case.rule for case in CASES]
    assert sorted(tested) == sorted(rule.id for rule in all_rules())


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_says_everything(rule: Any) -> None:
    assert rule.level in ("error", "alert")
    assert rule.section
    assert rule.law.startswith("45 CFR 180.50")
    assert rule.checks.endswith((".", ")"))
    assert rule.formats


def test_the_examples_are_valid(tmp_path: Path) -> None:
    for suffix, content in ((".csv", tall().text()), (".csv", wide().text()), (".json", json.dumps(document()))):
        path = tmp_path / f"{NAME}{suffix}"
        path.write_text(content, encoding="utf-8")
        found = check_file(path, today=TODAY)
        assert found.errors == []
        assert {one.rule for one in found.alerts} <= {"CSV-X01", "JSON-X01"}  # the NPIs of the examples are invented


def test_the_attestation_is_that_of_the_examples() -> None:
    assert document()["attestation"]["attestation"] == ATTESTATION
    assert tall().rows[0][7] == ATTESTATION
