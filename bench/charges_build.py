"""Standard charges: build, turn, compare files of a hospital with many items; nothing else does the same to compare with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from bench.charges_data import METHODS, SETTINGS, WORDS
from bench.run import PERCAPITA, run

PROFILE = """
[hospital]
name = "Bench Hospital"
ein = "12-3456789"
state = "CA"
type_2_npi = ["1234567893"]
updated_on = 2026-05-01
attester_name = "A. Tester"
attested = true
[[location]]
name = "Bench Hospital"
address = "1 Bench Street"
[web]
page_url = "https://www.hospital.example/prices"
files_url = "https://www.hospital.example/files"
contact_name = "A. Tester"
contact_email = "a@hospital.example"
[items]
cash_percent = "60"
columns = { id = "ID", description = "TEXT", setting = "SETTING", gross = "PRICE" }
[[items.code]]
code = "LOCAL"
type = "LOCAL"
[rates]
path = "rates.csv"
columns = { item = "ID", payer = "PAYER", plan = "PLAN", methodology = "METHOD", dollar = "RATE", percentage = "PERCENT" }
[remittances]
path = "remittances.csv"
first = 2025-04-01
last = 2026-03-31
none_note = "No remittances in these twelve months."
columns = { item = "ID", payer = "PAYER", plan = "PLAN", allowed = "ALLOWED" }
"""
PAYERS = 3


def items(draw: random.Random, count: int) -> Iterator[str]:
    """Yield the rows of a chargemaster."""
    for number in range(count):
        text = " ".join(draw.choices(WORDS, k=6)).capitalize()
        yield f"C{number},{text} {number},{SETTINGS[number % 3]},{draw.random() * 9000 + 1:.2f},L{number % 9999}\n"


def rates(draw: random.Random, count: int) -> Iterator[str]:
    """Yield the rates, mostly dollars."""
    for number in range(count):
        for payer in range(PAYERS):
            if draw.random() < 0.8:
                yield f"C{number},Payer {payer},PPO,{METHODS[number % 3]},{draw.random() * 900 + 50:.2f},\n"
            else:
                yield f"C{number},Payer {payer},PPO,percent of total billed charges,,{draw.random() * 90 + 5:.1f}\n"


def remittances(draw: random.Random, count: int) -> Iterator[str]:
    """Yield as many remittances as there are items, of a tenth of them."""
    for _ in range(count):
        yield f"C{int(draw.random() ** 3 * count / 10)},Payer {draw.randrange(PAYERS)},PPO,{draw.random() * 900:.2f}\n"


def make(folder: Path, count: int) -> None:
    """Write chargemaster, rates, remittances and profile."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = (
        ("chargemaster.csv", "ID,TEXT,SETTING,PRICE,LOCAL\n", items),
        ("rates.csv", "ID,PAYER,PLAN,METHOD,RATE,PERCENT\n", rates),
        ("remittances.csv", "ID,PAYER,PLAN,ALLOWED\n", remittances),
    )
    for name, header, rows in parts:
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(header)
            file.writelines(rows(random.Random(7), count))
    (folder / "charges.toml").write_text(PROFILE, encoding="utf-8")


def measure(folder: Path, count: int) -> None:
    """Build files of so many items, turn one, compare two, and print time and memory."""
    if not (folder / "charges.toml").exists():
        make(folder, count)
    out, stem = folder / "out", "123456789_bench-hospital_standardcharges"
    told = ("--profile", str(folder / "charges.toml"), "--out", str(out), "--format", "json")
    print(f"{count:,} items, {PAYERS} payers each\n\n| command | s | MB |\n|---|---|---|")
    steps = {
        "charges build": ("build", str(folder / "chargemaster.csv"), *told),
        "charges convert, tall to JSON": (
            "convert", str(out / "tall" / f"{stem}.csv"), "--to", "json", "--out", str(folder / "turned.json"), "--format", "json",
        ),
        "charges diff, tall with JSON": ("diff", str(out / "tall" / f"{stem}.csv"), str(folder / "turned.json")),
    }  # fmt: skip
    for title, words in steps.items():
        done = run((*PERCAPITA, "charges", *words), folder)
        print(f"| {title} | {done.seconds:.0f} | {done.memory} |", flush=True)
