"""Make the files of a small hospital that does not exist: synthetic codes, invented descriptions, random charges."""

from __future__ import annotations

from pathlib import Path

PROFILE = """
[hospital]
name = "Made-up Hospital"
ein = "12-3456789"
state = "CA"
license_number = "50056"
type_2_npi = ["1234567893"]
updated_on = 2026-05-01
attester_name = "Ann Lee"
attested = true

[[location]]
name = "Made-up Hospital"
address = "1 Main Street, Anytown, CA 90000"

[[location]]
name = "Made-up Surgery Center"
address = "2 Side Street, Anytown, CA 90000"

[web]
page_url = "https://www.hospital.example/price-transparency"
files_url = "https://www.hospital.example/files"
contact_name = "Prices & Co"
contact_email = "prices@hospital.example"

[items]
columns = { id = "CHARGE", description = "TEXT", setting = { column = "WHERE", map = { I = "inpatient", O = "outpatient", B = "both" } }, gross = "PRICE", modifiers = "MOD", drug_unit = "UNIT", drug_type = "UNIT_TYPE", notes = "NOTE" }
cash_percent = "60"

[[items.code]]
code = "REV"
type = "RC"

[[items.code]]
code = "HCPCS"
type = "CPT/HCPCS"

[rates]
path = "rates.csv"
columns = { item = "CHARGE", payer = "PAYER", plan = "PLAN", methodology = "METHOD", dollar = "RATE", percentage = "PERCENT", algorithm = "RULE", notes = "NOTES" }

[remittances]
path = "remittances.csv"
first = 2025-04-01
last = 2026-03-31
none_note = "No remittances in these twelve months."
columns = { item = "CHARGE", payer = "PAYER", plan = "PLAN", allowed = "ALLOWED", paid_on = "PAID" }
"""
CHARGEMASTER = """CHARGE,TEXT,WHERE,PRICE,MOD,UNIT,UNIT_TYPE,NOTE,REV,HCPCS
1001,"Picture of the knee, made up",O,"$1,200.50",,,,,0610,00001
1002,Stay in a made-up ward,I,5000,,,,,0120,
1003,Invented injection,B,75,,2.5,ml,,0636,J0000
1004,Statistical line,O,0,,,,,,
1005,Made-up implant,O,40000,,,,Ask for the price,0278,
1006,Package of a made-up operation,O,,,,,,0360,00002
M50,Both sides at once,B,,50,,,"the second side is paid by half",,
"""
RATES = """CHARGE,PAYER,PLAN,METHOD,RATE,PERCENT,RULE,NOTES
1001,Acme Health,PPO,fee schedule,400,,,
1001,Region Care,HMO,Fee Schedule,250.00,,,
1002,Acme Health,PPO,per diem,"1,400.00",,,per day
1003,Region Care,HMO,percent of total billed charges,,80,,
1005,Acme Health,PPO,other,,,110% of the invoice,the cost is known later
1006,Acme Health,PPO,case rate,8000,,,
1006,Region Care,HMO,percent of total billed charges,,55.5,,
9999,Acme Health,PPO,fee schedule,1,,,
"""


def remittances() -> str:
    """Return 12 amounts of one item, 3 of another, and some that count for nothing."""
    rows = [f"1003,Region Care,HMO,{amount}.00,2025-06-01" for amount in range(12, 0, -1)]
    rows += [f"1005,Acme Health,PPO,{amount},2025-07-01" for amount in ("41000", "39000.10", "44000")]
    rows += [
        "1003,Region Care,HMO,0.00,2025-06-02",
        "1003,Region Care,HMO,-7.00,2025-06-03",
        "1003,Region Care,HMO,999,2024-01-01",
    ]
    return "CHARGE,PAYER,PLAN,ALLOWED,PAID\n" + "\n".join(rows) + "\n"


def hospital(folder: Path, **changed: str) -> Path:
    """Write the files of the hospital, some of them as told, and return the chargemaster; the profile is beside it."""
    files = {"chargemaster": CHARGEMASTER, "rates": RATES, "remittances": remittances(), "charges": PROFILE} | changed
    for name, content in files.items():
        suffix = "toml" if name == "charges" else "csv"
        (folder / f"{name}.{suffix}").write_text(content, encoding="utf-8")
    return folder / "chargemaster.csv"
