"""What differs between two files is found whatever their layouts; what is the same is not called a change."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from percapita.chargemaster.comparing import Comparison, compare
from percapita.chargemaster.reading import read_entries
from percapita.errors import InputError
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, WIDE_EXAMPLE, Book, tall
from tests.chargemaster.old import old_tall

DOLLAR = "standard_charge|negotiated_dollar"


def progress(title: str, done: int, total: int) -> None:
    """Show nothing."""


def compared(tmp_path: Path, book: Book, old: Path = TALL_EXAMPLE) -> Comparison:
    return compare(old, book.save(tmp_path / "new.csv"), tmp_path / "changes.csv", progress)


def changes(tmp_path: Path) -> list[list[str]]:
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("old", [TALL_EXAMPLE, WIDE_EXAMPLE])
@pytest.mark.parametrize("new", [TALL_EXAMPLE, WIDE_EXAMPLE])
def test_the_same_facts_are_no_change(old: Path, new: Path) -> None:
    found = compare(old, new, None, progress)
    assert (found.items["new"], found.items["gone"], found.items["described anew"]) == (0, 0, 0)
    assert (found.prices.new, found.prices.gone, found.prices.changed) == (0, 0, 0)
    assert (found.largest, found.hospital) == ((), ())


def test_json_lacks_only_what_modifiers_cost() -> None:
    found = compare(TALL_EXAMPLE, JSON_EXAMPLE, None, progress)
    assert (found.items["new"], found.items["gone"], found.prices.changed, found.prices.new, found.prices.gone) == (
        0,
        0,
        0,
        0,
        6,
    )


def test_a_price_that_changed(tmp_path: Path) -> None:
    book = tall().set(4, DOLLAR, "500").set(4, "standard_charge|max", "500").set(5, "standard_charge|max", "500")
    found = compared(tmp_path, book)
    assert (found.prices.changed, found.prices.up, found.prices.down, found.prices.median_percent) == (1, 1, 0, 25.0)
    (change,) = found.largest
    assert (change.payer, change.plan, change.before, change.after, change.percent) == (
        "Platform Health Insurance",
        "PPO",
        "400",
        "500",
        25.0,
    )
    by_payer = {(payer, plan): counts.changed for payer, plan, counts in found.by_payer}
    assert by_payer == {
        ("Platform Health Insurance", "PPO"): 1,
        ("Region Health Insurance", "HMO"): 0,
        ("gross charge", ""): 0,
        ("cash price", ""): 0,
    }
    assert {kind for kind, _, _, counts in found.by_type if counts.changed} == {"CPT", "RC"}
    assert [row[0] for row in changes(tmp_path)] == ["price changed"]


def test_another_spelling_of_a_number_is_no_change(tmp_path: Path) -> None:
    assert compared(tmp_path, tall().set(4, DOLLAR, "400.00")).prices.changed == 0


def test_items_that_come_go_and_are_described_anew(tmp_path: Path) -> None:
    book = tall().set(4, "description", "Picture").set(5, "description", "Picture")
    added = [*book.rows[11]]
    added[book.column("code|1")], added[book.column("code|1|type")] = "L77", "LOCAL"
    book.rows = [*book.rows[:45], added]
    found = compared(tmp_path, book)
    assert (found.items["new"], found.items["gone"], found.items["described anew"]) == (1, 1, 1)
    assert {kind: (new, gone) for kind, new, gone, _ in found.by_type if new or gone}["LOCAL"] == (1, 0)
    told = Counter(row[0] for row in changes(tmp_path))
    assert (told["item new"], told["item gone"], told["item described anew"]) == (1, 1, 1)


def test_items_alike_but_for_the_description_are_told_apart(tmp_path: Path) -> None:
    book = tall()
    rows = [number for number, row in enumerate(book.rows, 1) if "days 4-5" in row[0]]
    book.set(rows[0], DOLLAR, "1700").set(rows[0], "standard_charge|min", "1700").set(
        rows[0], "standard_charge|max", "1700"
    )
    found = compared(tmp_path, book)
    assert (found.items["new"], found.items["gone"], found.prices.changed) == (0, 0, 1)
    assert "days 4-5" in found.largest[0].description


def test_the_hospital_is_compared_too(tmp_path: Path) -> None:
    found = compared(tmp_path, tall().set(2, 1, "2026-05-01").set(2, 8, "Ann Lee"))
    assert found.hospital == (
        ("last_updated_on", "2026-04-01", "2026-05-01"),
        ("attester_name", "Leigh Attester", "Ann Lee"),
    )


def test_an_old_template_can_be_compared(tmp_path: Path) -> None:
    found = compare(old_tall().save(tmp_path / "old.csv"), TALL_EXAMPLE, None, progress)
    assert (found.items["new"], found.items["gone"], found.prices.changed) == (0, 0, 0)
    assert "attestation" in {one for one, _, _ in found.hospital}


def test_a_file_that_is_not_valid_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not valid"):
        compared(tmp_path, tall().set(4, "setting", "home"))
    assert not (tmp_path / "changes.csv").exists()


def by_hand(path: Path) -> dict[tuple[Any, ...], set[str]]:
    """Return the dollar amounts of a file by item, payer and plan."""
    found: dict[tuple[Any, ...], set[str]] = {}
    for entry in read_entries(path):
        for payer in entry.payers:
            if payer.dollar:
                found.setdefault((entry.description, frozenset(entry.codes), payer.name, payer.plan), set()).add(
                    payer.dollar
                )
    return found


def test_counts_agree_with_counting_by_hand(tmp_path: Path) -> None:
    book = tall()
    for row in range(4, 14):
        if book.get(row, DOLLAR):
            book.set(row, DOLLAR, str(int(book.get(row, DOLLAR)) + 7)).set(row, "standard_charge|max", "999999")
    found = compared(tmp_path, book)
    old, new = by_hand(TALL_EXAMPLE), by_hand(tmp_path / "new.csv")
    assert found.prices.changed == sum(old[key] != new[key] for key in old) > 5
    assert found.prices.up == found.prices.changed
