"""From a chargemaster to files: what is built is valid and says what the tables say; every wrong row is named."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.chargemaster.building import BadRowsError, Built, build
from percapita.chargemaster.check import check_file
from percapita.chargemaster.model import Entry
from percapita.chargemaster.pricing import workshop
from percapita.chargemaster.profile import load_profile
from percapita.chargemaster.reading import read_entries, read_hospital
from percapita.chargemaster.tables import NoAmountError, amount_of, amount_text
from percapita.errors import InputError
from tests.chargemaster.hospital import CHARGEMASTER, PROFILE, RATES, hospital, remittances
from tests.chargemaster.test_layouts import facts

STEM = "123456789_made-up-hospital_standardcharges"


def progress(title: str, done: int, total: int) -> None:
    """Show nothing."""


def built(folder: Path, **changed: str) -> Built:
    return build([hospital(folder, **changed)], folder / "charges.toml", folder / "out", progress)


def entries(folder: Path) -> dict[str, Entry]:
    return {one.description: one for one in read_entries(folder / "out" / "tall" / f"{STEM}.csv")}


def test_what_is_built_is_valid_and_named_right(tmp_path: Path) -> None:
    done = built(tmp_path)
    assert [one.path for one in done.files] == [f"tall/{STEM}.csv", f"wide/{STEM}.csv", f"json/{STEM}.json"]
    for one in done.files:
        found = check_file(tmp_path / "out" / one.path, today=date(2026, 5, 2))
        assert (found.errors, found.alerts) == ([], [])
    names = sorted(
        one.relative_to(tmp_path / "out").as_posix() for one in (tmp_path / "out").rglob("*") if one.is_file()
    )
    beside = ["cms-hpt.txt", "footer-link.html", "left-out.csv", "manifest.json", "page.html"]
    assert names == sorted([*beside, *(one.path for one in done.files)])
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "chargemaster.csv",
        "charges.toml",
        "out",
        "rates.csv",
        "remittances.csv",
    ]


def test_the_three_layouts_say_the_same(tmp_path: Path) -> None:
    done = built(tmp_path)
    first, *others = (facts(tmp_path / "out" / one.path) for one in done.files)
    assert all(one == first for one in others)
    heads = [read_hospital(tmp_path / "out" / one.path) for one in done.files]
    assert heads[0].locations == ("Made-up Hospital", "Made-up Surgery Center")
    assert heads[1:] == heads[:1] * 2


def test_what_the_file_says(tmp_path: Path) -> None:
    built(tmp_path)
    found = entries(tmp_path)
    knee = found["Picture of the knee, made up"]
    assert knee.codes == (("0610", "RC"), ("00001", "CPT"), ("1001", "CDM"))
    assert (knee.setting, knee.gross, knee.cash) == ("outpatient", "1200.50", "720.30")
    assert (knee.minimum, knee.maximum) == ("250.00", "400.00")
    assert [(one.name, one.dollar, one.remittances) for one in knee.payers] == [
        ("Acme Health", "400.00", ""),
        ("Region Care", "250.00", ""),
    ]
    drug = found["Invented injection"]
    assert (drug.drug_unit, drug.drug_type, drug.codes[1]) == ("2.5", "ML", ("J0000", "HCPCS"))
    assert found["Both sides at once"].is_modifier
    assert "Statistical line" not in found


def test_allowed_amounts_are_observed_ones(tmp_path: Path) -> None:
    built(tmp_path)
    found = entries(tmp_path)
    (injection,) = found["Invented injection"].payers
    assert (injection.low, injection.median, injection.high, injection.remittances) == ("2.00", "7.00", "11.00", "12")
    (implant,) = found["Made-up implant"].payers
    assert (implant.low, implant.median, implant.high, implant.remittances) == (
        "39000.10",
        "41000.00",
        "44000.00",
        "1 through 10",
    )
    package = found["Package of a made-up operation"].payers[1]
    assert (package.remittances, package.median, package.notes) == ("0", "", "No remittances in these twelve months.")


def by_the_book(amounts: list[int], percent: int) -> int:
    """Return a percentile as the dictionary words it: a value that is observed; between two of them, the higher."""
    return next(one for one in sorted(amounts) if 100 * sum(other <= one for other in amounts) > percent * len(amounts))


@settings(max_examples=25, deadline=None)
@given(amounts=st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_percentiles_of_any_amounts(amounts: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    key = {"item": "1", "code": "", "code_type": "", "payer": "A", "plan": "B"}
    with workshop(tmp_path_factory.mktemp("shop")) as shop:
        shop.take("remits", [{**key, "allowed": Decimal(one)} for one in amounts])
        shop.join("")
        (found,) = shop.rows("SELECT low, median, high, n FROM statistics")
    assert found == (*(by_the_book(amounts, percent) for percent in (10, 50, 90)), len(amounts))
    assert set(found[:3]) <= set(amounts)


def test_of_an_even_number_the_median_is_the_next_highest(tmp_path: Path) -> None:
    key = {"item": "1", "code": "", "code_type": "", "payer": "A", "plan": "B"}
    with workshop(tmp_path) as shop:
        shop.take("remits", [{**key, "allowed": Decimal(one)} for one in (40, 10, 30, 20)])
        shop.join("")
        assert next(shop.rows("SELECT median FROM statistics"))[0] == 30


def test_what_is_left_out_is_listed_and_counted(tmp_path: Path) -> None:
    done = built(tmp_path)
    assert done.left_out == {
        "no charge of any kind": 1, "rate: no item has this id, code and setting": 1, "remittance: a reversal": 1,
        "remittance: an allowed amount of zero": 1, "remittance: outside the days of the profile": 1,
    }  # fmt: skip
    listed = (tmp_path / "out" / "left-out.csv").read_text(encoding="utf-8").splitlines()
    assert listed[1:] == [
        "chargemaster.csv,5,no charge of any kind",
        'rates.csv,9,"rate: no item has this id, code and setting"',
    ]


def test_the_manifest_names_every_file(tmp_path: Path) -> None:
    done = built(tmp_path)
    found = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [one["sha256"] for one in found["files"]] == [one.sha256 for one in done.files]
    assert [(one["name"], one["rows"]) for one in found["sources"]] == [
        ("chargemaster.csv", 7),
        ("rates.csv", 8),
        ("remittances.csv", 18),
    ]
    assert (found["publish"], found["entries"], found["payers"]) == (f"tall/{STEM}.csv", 6, 2)
    again = (tmp_path / "out" / "manifest.json").read_bytes()
    built(tmp_path)
    assert (tmp_path / "out" / "manifest.json").read_bytes() == again


def test_the_index_and_the_page(tmp_path: Path) -> None:
    built(tmp_path)
    index = (tmp_path / "out" / "cms-hpt.txt").read_text(encoding="utf-8")
    assert index.count("location-name: ") == 2
    assert f"mrf-url: https://www.hospital.example/files/{STEM}.csv\n" in index
    page = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "Prices &amp; Co" in page
    assert (tmp_path / "out" / "footer-link.html").read_text(encoding="utf-8").endswith(">Price Transparency</a>\n")


def test_a_workbook(tmp_path: Path) -> None:
    built(tmp_path)
    expected = facts(tmp_path / "out" / "tall" / f"{STEM}.csv")
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [
        line.split(";")
        for line in CHARGEMASTER.replace('"Picture of the knee, made up"', "Picture of the knee@ made up")
        .replace('"$1,200.50"', "1200.50")
        .replace('"', "")
        .replace(",", ";")
        .splitlines()
    ]:
        cells = [cell.replace("@", ",") for cell in row]
        book.active.append(
            [float(cell) if place == 3 and cell[:1].isdigit() else cell for place, cell in enumerate(cells)]
        )
    book.save(tmp_path / "cdm.xlsx")
    build([tmp_path / "cdm.xlsx"], tmp_path / "charges.toml", tmp_path / "out", progress)
    assert facts(tmp_path / "out" / "tall" / f"{STEM}.csv") == expected


@pytest.mark.parametrize(
    ("changed", "place", "said"),
    [
        ({"chargemaster": CHARGEMASTER.replace("5000", '"5,00"')}, ("chargemaster.csv", 3, "PRICE"), "no amount"),
        ({"chargemaster": CHARGEMASTER.replace("5000", "-5")}, ("chargemaster.csv", 3, "PRICE"), "no amount"),
        ({"chargemaster": CHARGEMASTER.replace("Stay in a made-up ward,I", ",I")}, ("chargemaster.csv", 3, "TEXT"), "describe the item"),
        ({"chargemaster": CHARGEMASTER.replace("ward,I", "ward,X")}, ("chargemaster.csv", 3, "WHERE"), "inpatient, outpatient, both"),
        ({"chargemaster": CHARGEMASTER.replace("J0000", "ZZ")}, ("chargemaster.csv", 4, "HCPCS"), "neither the form of CPT"),
        ({"chargemaster": CHARGEMASTER.replace("2.5,ml", "2.5,")}, ("chargemaster.csv", 4, "UNIT"), "a unit and a type"),
        ({"chargemaster": CHARGEMASTER.replace(",50,", ",bilateral,")}, ("chargemaster.csv", 8, "MOD"), "no list of modifiers"),
        ({"chargemaster": CHARGEMASTER + "1,2\n"}, ("chargemaster.csv", 9, ""), "more or fewer cells"),
        ({"rates": RATES.replace("per diem", "per dime")}, ("rates.csv", 4, "METHOD"), "per diem"),
        ({"rates": RATES.replace("1002,Acme Health,PPO", "1002,Acme Health,")}, ("rates.csv", 4, "PLAN"), "a payer needs a plan"),
        ({"rates": RATES.replace("the cost is known later", "")}, ("rates.csv", 6, "NOTES"), "explain it"),
        ({"rates": RATES.replace("400,,,", ",,,")}, ("rates.csv", 2, "RATE"), "no charge"),
        ({"rates": RATES.replace("Acme Health,PPO,case", "Acme|Health,PPO,case")}, ("rates.csv", 7, "PAYER"), "no pipe"),
        ({"remittances": remittances().replace("44000", "Jane Doe")}, ("remittances.csv", 16, "ALLOWED"), "no amount: aaaa aaa"),
        ({"remittances": remittances().replace("2024-01-01", "1/1/2024")}, ("remittances.csv", 19, "PAID"), "no date"),
        ({"charges": PROFILE.replace("none_note", "# none_note")}, ("rates.csv", 8, "notes"), "no remittance was found"),
        ({"charges": PROFILE.partition("[remittances]")[0]}, ("rates.csv", 5, "count"), "or [remittances]"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_nothing_is_written(
    changed: dict[str, str], place: tuple[str, int, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadRowsError) as caught:
        built(tmp_path, **changed)
    first = caught.value.problems.found[0]
    assert (first.file, first.row, first.column) == place
    assert said in first.message
    assert "Jane" not in str(caught.value)
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "chargemaster.csv",
        "charges.toml",
        "rates.csv",
        "remittances.csv",
    ]


def test_wrong_rows_may_be_left_out(tmp_path: Path) -> None:
    done = built(
        tmp_path,
        chargemaster=CHARGEMASTER.replace("5000", "x"),
        charges=PROFILE.replace("cash_percent", 'bad_rows = "leave out"\ncash_percent'),
    )
    assert done.left_out["a row that cannot be used"] == 1
    assert 'chargemaster.csv,3,"PRICE: ' in (tmp_path / "out" / "left-out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("ein =", "eim ="), "'eim' is not known · charges.toml, hospital · did you mean 'ein'?"),
        (lambda text: text.replace('attester_name = "Ann Lee"\n', ""), "this key is missing: 'attester_name'"),
        (lambda text: text.replace("attested = true", 'attested = "true"'), "hospital.attested"),
        (lambda text: text.replace("12-3456789", "1-2"), "is no EIN"),
        (lambda text: text.replace('"CA"', '"C"'), "is no state"),
        (lambda text: text.replace("1234567893", "1234567890"), "check digit"),
        (lambda text: text.replace("2025-04-01", "2024-12-31"), "12 to 15 months"),
        (lambda text: text.replace("2026-03-31", "2026-05-31"), "12 to 15 months"),
        (lambda text: text.replace("2025-04-01", "2025-05-01"), "12 to 15 months"),
        (lambda text: text.replace('type = "RC"', 'type = "REV"'), "is no code type"),
        (lambda text: text.replace("https://www.hospital.example/files", "ftp://x"), "no address of the web"),
        (lambda text: text.replace("prices@hospital.example", "nobody"), "no name and e-mail"),
        (lambda text: text.replace('"rates.csv"', '"none.csv"'), "there is no such file"),
        (lambda text: text.replace('dollar = "RATE"', 'dollar = "RAET"'), "column 'RAET' is not in the file"),
        (lambda text: text.replace('item = "CHARGE", payer = "PAYER", plan = "PLAN", allowed', 'code = "CHARGE", payer = "PAYER", plan = "PLAN", allowed'), "both name 'item'"),
        (lambda text: text.replace('"60"', '"lots"'), "is no percentage"),
        (lambda text: text + '\n[output]\npublish = "wide"\nlayouts = ["tall"]\n', "not written"),
        (lambda text: "not toml [", "the profile is not TOML"),
    ],
)  # fmt: skip
def test_a_broken_profile_is_one_line(change: Callable[[str], str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        built(tmp_path, charges=change(PROFILE))
    assert said in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_rates_by_code(tmp_path: Path) -> None:
    rates = "CODE,TYPE,SETTING,PAYER,PLAN,METHOD,RATE\n0610,RC,,Acme,One,fee schedule,10\n00001,CPT,outpatient,Acme,Two,fee schedule,20\n00001,CPT,inpatient,Acme,Three,fee schedule,30\n"
    columns = 'columns = { code = "CODE", code_type = "TYPE", setting = "SETTING", payer = "PAYER", plan = "PLAN", methodology = "METHOD", dollar = "RATE" }'
    profile = PROFILE.partition("[rates]")[0] + f'[rates]\npath = "rates.csv"\n{columns}\n'
    done = built(tmp_path, rates=rates, charges=profile)
    assert [(one.plan, one.dollar) for one in entries(tmp_path)["Picture of the knee, made up"].payers] == [
        ("One", "10.00"),
        ("Two", "20.00"),
    ]
    assert done.left_out["rate: no item has this id, code and setting"] == 1


def test_an_earlier_build_is_replaced_and_other_folders_are_not(tmp_path: Path) -> None:
    built(tmp_path)
    (tmp_path / "out" / "old.txt").write_text("x", encoding="utf-8")
    built(tmp_path)
    assert not (tmp_path / "out" / "old.txt").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="something else than a build"):
        build([tmp_path / "chargemaster.csv"], tmp_path / "charges.toml", other, progress)
    assert (other / "thesis.txt").exists()


def test_a_build_that_fails_keeps_the_earlier_one(tmp_path: Path) -> None:
    built(tmp_path)
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    with pytest.raises(BadRowsError):
        built(tmp_path, rates=RATES.replace("400", "x"))
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02" * 500,
        b"PK\x03\x04nothing",
        b"PAR1",
        random.Random(1).randbytes(5000),
        b'CHARGE,"TEXT\n' * 50,
    ],
)
def test_damaged_tables_are_one_line(content: bytes, tmp_path: Path) -> None:
    path = hospital(tmp_path)
    path.write_bytes(content)
    with pytest.raises(InputError):
        build([path], tmp_path / "charges.toml", tmp_path / "out", progress)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,200.50", "1200.50"), ("$5", "5.00"), ("$ 5.1", "5.10"), (".75", "0.75"), ("0", None), ("12.100000000001", "12.10"), ("0.12345", "0.1235"), (None, None)],
)  # fmt: skip
def test_amounts_as_tables_write_them(text: str | None, amount: str | None) -> None:
    assert amount_text(amount_of(text)) == (amount or "")


@pytest.mark.parametrize("text", ["", "x", "1,2", "5 000", "1e3", "(5)", "-5", "$", ".", "9" * 14, "٣"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(NoAmountError):
        amount_of(text)


def test_the_shipped_template_is_a_profile(tmp_path: Path) -> None:
    from importlib import resources

    content = (resources.files("percapita.chargemaster") / "profile_template.toml").read_text(encoding="utf-8")
    path = tmp_path / "charges.toml"
    path.write_text(content, encoding="utf-8")
    found: Any = load_profile(path)
    assert found.file_stem == "123456789_example-hospital_standardcharges"


def dead_process() -> int:
    """Return the id of a process that ran and is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.skipif(sys.platform == "win32", reason="there it cannot be asked whether a process runs")
def test_what_a_killed_build_left_is_cleared_up(tmp_path: Path) -> None:
    built(tmp_path)
    (tmp_path / "out").rename(tmp_path / f".out.{dead_process()}.old")
    (tmp_path / f".out.{dead_process()}.part").mkdir()
    running = tmp_path / f".out.{os.getppid()}.part"
    running.mkdir()
    with pytest.raises(BadRowsError):
        built(tmp_path, rates=RATES.replace("400", "x"))
    assert (tmp_path / "out" / "manifest.json").exists()
    built(tmp_path)
    assert [one.name for one in tmp_path.glob(".out.*")] == [running.name]
