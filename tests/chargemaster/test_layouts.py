"""The three layouts carry the same facts: each is turned into each and back, and nothing is lost or added."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percapita.chargemaster.check import check_file
from percapita.chargemaster.converting import Additions, convert
from percapita.chargemaster.layouts import Layout
from percapita.chargemaster.model import Entry, Hospital, Payer, Provision, Survey, plain
from percapita.chargemaster.reading import look_through, read_entries, read_hospital
from percapita.chargemaster.writing import WRITERS
from percapita.errors import InputError
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, WIDE_EXAMPLE, tall
from tests.chargemaster.old import old_document, old_tall, old_wide

LAYOUTS = list(Layout)
EXAMPLES = {Layout.TALL: TALL_EXAMPLE, Layout.WIDE: WIDE_EXAMPLE, Layout.JSON: JSON_EXAMPLE}


def nobody(entries: int) -> None:
    """Tell nobody."""


def progress(title: str, done: int, total: int) -> None:
    """Show nothing."""


def amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def fact(entry: Entry, payer: Payer | None) -> tuple[Any, ...]:
    numbers = tuple(map(amount, (entry.drug_unit, entry.gross, entry.cash, entry.minimum, entry.maximum)))
    words = (
        entry.description,
        entry.codes,
        entry.modifiers,
        entry.setting,
        entry.drug_type,
        entry.billing_class,
        entry.notes,
    )
    if payer is None:
        return (*words, *numbers, None)
    amounts = tuple(map(amount, (payer.dollar, payer.percentage, payer.median, payer.low, payer.high)))
    return (
        *words,
        *numbers,
        payer.name,
        payer.plan,
        *amounts,
        payer.algorithm,
        payer.methodology,
        payer.remittances,
        payer.notes,
    )


def facts(path: Path) -> Counter[tuple[Any, ...]]:
    """Return what a file says, one thing for each payer of an entry, in no order."""
    return Counter(fact(entry, payer) for entry in read_entries(path) for payer in entry.payers or (None,))


def turned(source: Path, layout: Layout, folder: Path) -> Path:
    target = folder / f"{source.stem}-{layout.value}{layout.suffix}"
    convert(source, target, layout, Additions(), progress)
    return target


@pytest.mark.parametrize("last", LAYOUTS)
@pytest.mark.parametrize("middle", LAYOUTS)
@pytest.mark.parametrize("first", LAYOUTS)
def test_each_layout_into_each_and_back(first: Layout, middle: Layout, last: Layout, tmp_path: Path) -> None:
    source = EXAMPLES[first]
    there = turned(source, middle, tmp_path)
    back = turned(there, last, tmp_path)
    for path in (there, back):
        assert check_file(path, today=date(2026, 5, 1)).errors == []
        assert facts(path) == facts(source)
        assert replace(read_hospital(path), updated_on=date.min) == replace(read_hospital(source), updated_on=date.min)


text = st.text(
    st.characters(codec="utf-8", exclude_characters='|\x00\ufeff"\r', exclude_categories=("Cs", "Cc", "Z")),
    min_size=1,
    max_size=12,
)
number = st.decimals(min_value="0.01", max_value="99999999", places=2).map(str)
maybe = st.one_of(st.just(""), number)
note = st.one_of(
    st.just(""), text.filter(lambda one: one not in ("of the item", "=1+1"))
)  # told apart from notes of the item


@st.composite
def a_payer(draw: st.DrawFn) -> Payer:
    name, plan = draw(st.sampled_from([("A", "One"), ("A", "Two"), ("B, Inc.", "One"), ("Ä", '6" plan')]))
    if draw(st.booleans()):
        return Payer(name, plan, dollar=draw(number), methodology="fee schedule", notes=draw(note))
    formula: dict[str, str] = draw(st.sampled_from([{"percentage": "70.5"}, {"algorithm": "lesser, of"}]))
    low, median, high = sorted(draw(st.lists(number, min_size=3, max_size=3)), key=Decimal)
    return Payer(
        name,
        plan,
        methodology="other",
        notes=draw(text),
        median=median,
        low=low,
        high=high,
        remittances="12",
        **formula,
    )


@st.composite
def an_entry(draw: st.DrawFn) -> Entry:
    codes = draw(st.lists(st.tuples(text, st.sampled_from(["CDM", "RC", "HCPCS", "LOCAL"])), min_size=1, max_size=3))
    payers = tuple(draw(st.lists(a_payer(), max_size=4)))
    drug = draw(st.sampled_from([("", ""), ("1", "ML"), ("2.5", "GR")]))
    bounds = ("1", "99999999") if any(one.dollar for one in payers) else ("", "")
    return Entry(
        draw(text), tuple(codes), tuple(draw(st.lists(st.sampled_from(["50", "AA"]), max_size=2))), draw(st.sampled_from(["inpatient", "both"])),
        *drug, draw(st.sampled_from(["", "facility"])), draw(number), draw(maybe), *bounds, draw(st.sampled_from(["", "of the item", "=1+1"])), payers,
    )  # fmt: skip


HOSPITAL = Hospital(
    "Made-up Hospital", date(2026, 5, 1), ("East", "West"), ("1 Road", "2 Road"), "CA", "7", ("1234567893",), True, "Ann Lee",
    (Provision("A", "", "all of it"), Provision("", "One", "half")), "https://hospital.example/aid", "Copyright 2025, made up",
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(entries=st.lists(an_entry(), min_size=1, max_size=5))
def test_whatever_the_entries_are(entries: list[Entry], tmp_path: Path) -> None:
    survey = Survey()
    for entry in entries:
        survey.see(entry)
    said = Counter(fact(entry, payer) for entry in entries for payer in entry.payers or (None,))
    for layout in LAYOUTS if survey.payers else (Layout.TALL, Layout.JSON):
        path = tmp_path / f"x{layout.suffix}"
        WRITERS[layout](path, HOSPITAL, survey, entries, nobody)
        assert check_file(path, today=HOSPITAL.updated_on).errors == []
        assert facts(path) == said, layout
        assert read_hospital(path) == HOSPITAL


@pytest.mark.parametrize(
    ("written", "meant"), [("5", "5"), ("05.50", "5.50"), (".5", "0.5"), ("7.", "7"), ("", ""), ("00.1", "0.1")]
)
def test_numbers_as_json_has_them(written: str, meant: str) -> None:
    assert plain(written) == meant


@pytest.mark.parametrize("old", ["tall", "wide", "json"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_old_file_says_what_it_lacks(old: str, layout: Layout, tmp_path: Path) -> None:
    source = tmp_path / f"old{'.json' if old == 'json' else '.csv'}"
    if old == "json":
        source.write_text(json.dumps(old_document()), encoding="utf-8")
    else:
        (old_tall() if old == "tall" else old_wide()).save(source)
    done = convert(source, tmp_path / f"new{layout.suffix}", layout, Additions(), progress)
    assert done.found.error_count > 0
    words = " ".join(done.missing)
    # The old JSON file keeps the allowed amounts as elements of its own.
    expected = ("type_2_npi", "attester_name", "the attestation", *(() if old == "json" else ("10th percentile",)))
    assert [word for word in expected if word not in words] == []
    assert any("estimated_amount" in one for one in done.left)


def test_what_a_person_adds_completes_it(tmp_path: Path) -> None:
    book = old_tall()
    columns = [book.column(f"standard_charge|{kind}") for kind in ("negotiated_percentage", "negotiated_algorithm")]
    book.rows = [
        row for number, row in enumerate(book.rows) if number < 3 or not any(row[column] for column in columns)
    ]
    source = book.save(tmp_path / "old.csv")
    additions = Additions(("1234567893",), "Ann Lee", True)
    done = convert(source, tmp_path / "new.csv", Layout.WIDE, additions, progress)
    assert (done.missing, done.found.errors) == ((), [])
    assert read_hospital(tmp_path / "new.csv").attester == "Ann Lee"


def test_elements_of_ones_own_are_named(tmp_path: Path) -> None:
    source = tall().add_column("shelf", "7").save(tmp_path / "own.csv")
    done = convert(source, tmp_path / "new.json", Layout.JSON, Additions(), progress)
    assert done.left == ("column shelf, 45 values: an element of your own",)
    found = json.loads(JSON_EXAMPLE.read_text(encoding="utf-8"))
    found["shelf"] = 1
    found["standard_charge_information"][2]["standard_charges"][0]["shelf"] = 2
    source = tmp_path / "own.json"
    source.write_text(json.dumps(found), encoding="utf-8")
    survey = look_through(source)[1]
    assert survey.passed_over == {"shelf": 2}


def test_a_file_that_is_not_valid_is_not_turned(tmp_path: Path) -> None:
    source = tall().set(4, "setting", "home").save(tmp_path / "bad.csv")
    target = tmp_path / "new.json"
    with pytest.raises(InputError, match=r"F4"):
        convert(source, target, Layout.JSON, Additions(), progress)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.csv"]


def test_a_file_does_not_overwrite_itself(tmp_path: Path) -> None:
    source = tall().save(tmp_path / "x.csv")
    with pytest.raises(InputError, match="overwrite itself"):
        convert(source, source, Layout.TALL, Additions(), progress)


def test_half_a_surrogate_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    source = tmp_path / "half.json"
    source.write_bytes(JSON_EXAMPLE.read_bytes().replace(b"MRI", b"\\ud800").replace(b"Leigh", b"\\udfff"))
    convert(source, tmp_path / "new.csv", Layout.TALL, Additions(), progress)
    assert next(read_entries(tmp_path / "new.csv")).description == "? of brain (no contrast)"
    assert read_hospital(tmp_path / "new.csv").attester == "? Attester"
