"""Two counts that differ in one thing: everybody it adds or removes is in the part of that cause."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.counting.compare.comparison import Comparison, as_json, compare
from percapita.errors import InputError
from percapita.policy.user_definition import SHELF
from tests.support.plans import HEAD, RULES, SYSTEMS, Case, run

LOG = """
time                | login | system | activity
2026-02-01T10:00:00 | ana   | ehr    | order
2026-03-01T10:00:00 | ben   | ehr    | order
2026-03-02T10:00:00 | cyd   | ehr    | order
2026-03-02T10:00:00 | cyd   | rcm    | bill
"""
PEOPLE = """
employee | given | family | entity | from       | to
1        | Ana   | Ortiz  | MAIN   | 2020-01-01 |
2        | Ben   | Okafor | MAIN   | 2020-01-01 |
3        | Cyd   | Larsen | ANNEX  | 2020-01-01 |
"""
ACCOUNT_LIST = """
login | employee | kind
ana   | 1        | human
ben   | 2        | human
cyd   | 3        | human
dov   | 4        | human
"""
BASE = Case("", "", {}, log=LOG, accounts=ACCOUNT_LIST, people=PEOPLE)
KEY = '\n[organization]\nid = "tiny"\nname = "Tiny Clinic"\nkey_file = "../key"\n'
ORDER_BY_DOV = "2026-04-01T10:00:00 | dov | ehr | order\n"
DEFINITION = '\n[policy]\nuser_definition = "own.toml"\n'


class Pair:
    """Count two plans side by side, with one key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def results(self, name: str, case: Case, definition: str = "") -> Path:
        folder = self.folder / name
        folder.mkdir()
        head = re.sub(r"\n\[organization\]\n.*?\n(?=\n)", lambda _: KEY, case.head, count=1, flags=re.S)
        if definition:
            (folder / "own.toml").write_text(definition, encoding="utf-8")
            head += DEFINITION
        run(replace(case, head=head).write(folder), out=folder / "results")
        return folder / "results"

    def compare(self, old: Case, new: Case, definition: str = "") -> Comparison:
        return compare(self.results("old", old), self.results("new", new, definition))


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def parts(found: Comparison, system: str = "ehr") -> dict[str, tuple[int, int]]:
    """Return how many people each cause adds and removes in a system, and check that the parts add up."""
    assert found.notes == ()
    one = next(one for one in found.systems if one.id == system)
    assert sum(part.change for part in one.parts) == one.change
    return {part.cause: (len(part.added), len(part.removed)) for part in one.parts}


def changed(text: str, before: str, after: str) -> str:
    assert text.count(before) == 1, before
    return text.replace(before, after)


def both_ways(folder: Path, old: Case, new: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    there, back = folder / "there", folder / "back"
    there.mkdir()
    back.mkdir()
    return parts(Pair(there).compare(old, new)), parts(Pair(back).compare(new, old))


def test_nothing_changed(pair: Pair) -> None:
    found = pair.compare(BASE, BASE)
    assert (parts(found), parts(found, "rcm")) == ({}, {})


def test_began_and_stopped(tmp_path: Path) -> None:
    less = replace(BASE, log=changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", ""))
    assert both_ways(tmp_path, less, BASE) == ({"began": (1, 0)}, {"stopped": (0, 1)})


def test_a_login_that_became_an_account_of_somebody_else_is_identity(tmp_path: Path) -> None:
    apart = replace(BASE, accounts=changed(ACCOUNT_LIST, "ben   | 2 ", "ben   |   "))
    assert both_ways(tmp_path, BASE, apart) == ({"identity": (1, 1)}, {"identity": (1, 1)})


def test_two_users_who_are_one(tmp_path: Path) -> None:
    one = replace(BASE, accounts=changed(ACCOUNT_LIST, "ben   | 2 ", "ben   | 1 "))
    assert both_ways(tmp_path, BASE, one) == ({"identity": (0, 1)}, {"identity": (1, 0)})


def test_who_was_renamed_and_stopped_is_not_identity(pair: Pair) -> None:
    log = changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", "")
    new = replace(BASE, log=log, accounts=changed(ACCOUNT_LIST, "ben   | 2 ", "ben   |   "))
    assert parts(pair.compare(BASE, new)) == {"stopped": (0, 1)}


def minimum(events: int) -> str:
    text = SHELF.content(None, Path())[0].decode()
    found = re.search(r"^events = \d+", text, re.M)
    assert found is not None
    return text.replace(found[0], f"events = {events}")


def test_another_definition_that_wants_more_events(pair: Pair) -> None:
    log = LOG + "2026-02-02T10:00:00 | ana | ehr | order\n"
    case = replace(BASE, log=log)
    assert parts(pair.compare(case, case, minimum(2))) == {"definition": (0, 2)}


def test_another_definition_by_which_a_use_type_does_not_count(pair: Pair) -> None:
    text = SHELF.content(None, Path())[0].decode()
    head, use, rest = text.partition('use_type = "product_reliance"')
    definition = head + use + rest.replace("counted = true", "counted = false", 1)
    found = pair.compare(BASE, BASE, definition)
    assert (parts(found), parts(found, "rcm")) == ({}, {"definition": (0, 1)})


@pytest.mark.parametrize(
    "plan", ['[[exclude]]\naccount_id = ["ben"]\nreason = "vendor"\n', '[[exclude]]\nkind = ["human"]\nreason = "x"\n']
)
def test_exclusions(plan: str, tmp_path: Path) -> None:
    people = 1 if "ben" in plan else 3
    out = replace(BASE, plan=plan)
    assert both_ways(tmp_path, BASE, out) == ({"exclusions": (0, people)}, {"exclusions": (people, 0)})


def test_an_account_that_is_now_a_service(pair: Pair) -> None:
    new = replace(BASE, accounts=changed(ACCOUNT_LIST, "ben   | 2        | human", "ben   | 2        | service"))
    assert parts(pair.compare(BASE, new)) == {"exclusions": (0, 1)}


NOTHING_FITS = RULES.replace('"order", ', "")
NO_USE = NOTHING_FITS.replace('["login"]', '["login", "order"]')


@pytest.mark.parametrize("rules", [NOTHING_FITS, NO_USE])
def test_rules(rules: str, tmp_path: Path) -> None:
    other = replace(BASE, rules=rules)
    assert both_ways(tmp_path, BASE, other) == ({"rules": (0, 3)}, {"rules": (3, 0)})


def test_a_rule_of_another_system_is_no_cause(pair: Pair) -> None:
    rule = '\n[[use]]\nsystem = "rcm"\nactivity = ["post"]\nuse_type = "direct_access"\n'
    log = changed(LOG, "ben   | ehr    | order", "ben   | ehr    | login")
    found = pair.compare(BASE, replace(BASE, log=log, rules=RULES + rule))
    assert parts(found) == {"different_use": (0, 1)}


def test_late_logs(tmp_path: Path) -> None:
    early = replace(BASE, log=changed(LOG, "2026-02-01T10:00:00 | ana   | ehr    | order\n", ""))
    assert both_ways(tmp_path, early, BASE) == ({"logs": (1, 0)}, {"logs": (0, 1)})


def year_before(text: str) -> str:
    return text.replace("2026-", "2025-")


def test_missing_logs_of_another_year(pair: Pair) -> None:
    """All months but March lack in the new year; who used in February of the old year may be in what lacks."""
    old = replace(BASE, head=year_before(HEAD), log=year_before(LOG))
    new = replace(BASE, log=changed(LOG, "2026-02-01T10:00:00 | ana   | ehr    | order\n", ""))
    assert parts(pair.compare(old, new)) == {"logs": (0, 1)}


def test_a_month_outside_the_other_period_is_no_missing_log(pair: Pair) -> None:
    half = replace(BASE, head=HEAD.replace("2026-12-31", "2026-06-30"))
    full = replace(BASE, log=LOG + "2026-09-01T10:00:00 | dov | ehr | order\n")
    assert parts(pair.compare(half, full)) == {"began": (1, 0)}


def test_an_entity_that_left(tmp_path: Path) -> None:
    sold = replace(
        BASE,
        people=changed(PEOPLE, "3        | Cyd   | Larsen | ANNEX  | 2020-01-01 |\n", ""),
        accounts=changed(ACCOUNT_LIST, "cyd   | 3        | human\n", ""),
    )
    assert both_ways(tmp_path, BASE, sold) == ({"entities": (0, 1)}, {"entities": (1, 0)})


def test_joiners_and_leavers_by_the_lists(tmp_path: Path) -> None:
    gone = replace(
        BASE,
        people=changed(PEOPLE, "2        | Ben   | Okafor | MAIN   | 2020-01-01 |\n", ""),
        accounts=changed(ACCOUNT_LIST, "ben   | 2        | human\n", ""),
        log=changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", ""),
    )
    assert both_ways(tmp_path, BASE, gone) == ({"leavers": (0, 1)}, {"joiners": (1, 0)})


def test_a_leaver_whose_account_is_still_listed(tmp_path: Path) -> None:
    gone = replace(
        BASE,
        people=changed(PEOPLE, "2        | Ben   | Okafor | MAIN   | 2020-01-01 |\n", ""),
        log=changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", ""),
    )
    assert both_ways(tmp_path, BASE, gone) == ({"leavers": (0, 1)}, {"joiners": (1, 0)})


def test_an_employment_that_ended(tmp_path: Path) -> None:
    gone = replace(
        BASE,
        people=changed(PEOPLE, "2        | Ben   | Okafor | MAIN   | 2020-01-01 |", "2 | Ben | Okafor | MAIN | 2020-01-01 | 2026-01-15"),
        log=changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", ""),
    )  # fmt: skip
    assert both_ways(tmp_path, BASE, gone) == ({"leavers": (0, 1)}, {"joiners": (1, 0)})


def test_an_employment_that_begins_after_the_old_period(pair: Pair) -> None:
    people = changed(PEOPLE, "2        | Ben   | Okafor | MAIN   | 2020-01-01", "2 | Ben | Okafor | MAIN | 2026-01-01")
    new = replace(BASE, people=people)
    log = changed(year_before(LOG), "2025-03-01T10:00:00 | ben   | ehr    | order\n", "")
    assert parts(pair.compare(replace(new, head=year_before(HEAD), log=log), new)) == {"joiners": (1, 0)}


def test_who_left_in_both_counts_of_a_period_stopped(pair: Pair) -> None:
    people = changed(
        PEOPLE, "2        | Ben   | Okafor | MAIN   | 2020-01-01 |", "2 | Ben | Okafor | MAIN | 2020-01-01 | 2026-05-01"
    )
    old = replace(BASE, people=people)
    new = replace(old, log=changed(LOG, "2026-03-01T10:00:00 | ben   | ehr    | order\n", ""))
    assert parts(pair.compare(old, new)) == {"stopped": (0, 1)}


def test_a_system_without_evidence_has_no_list_of_people(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    none = replace(BASE, log=changed(LOG, "2026-03-02T10:00:00 | cyd   | rcm    | bill\n", ""))
    found = Pair(tmp_path / "there").compare(none, BASE)
    assert parts(found, "rcm") == {"basis": (0, 0)}
    rcm = found.systems[1]
    assert (rcm.said("old"), rcm.said("new"), rcm.change) == ("not known", 1, 1)


def test_systems_added_and_removed(tmp_path: Path) -> None:
    ehr_only = replace(BASE, systems=SYSTEMS[: SYSTEMS.index('[[system]]\nid = "rcm"')], rules=RULES)
    for name, old, new, expected in (
        ("there", ehr_only, BASE, {"system_added": (1, 0)}),
        ("back", BASE, ehr_only, {"system_removed": (0, 1)}),
    ):
        (tmp_path / name).mkdir()
        found = Pair(tmp_path / name).compare(old, new)
        assert parts(found, "rcm") == expected
        rcm = found.systems[1]
        assert (rcm.said("old"), rcm.said("new")) == (("not listed", 1) if name == "there" else (1, "not listed"))


def test_statements_alone_have_one_part_without_people(pair: Pair) -> None:
    new = replace(BASE, log=LOG + ORDER_BY_DOV)
    old_folder, new_folder = pair.results("old", BASE), pair.results("new", new)
    alone = pair.folder / "alone.json"
    (old_folder / "statement.json").rename(alone)
    found = as_json(compare(alone, new_folder))
    assert found["systems"][0]["parts"] == [{"cause": "basis", "change": 1, "added": [], "removed": []}]
    assert found["systems"][1]["parts"] == []
    assert len(found["notes"]) == 1
    assert "the old result lacks persons.parquet" in found["notes"][0]


def test_other_keys_are_noticed(pair: Pair) -> None:
    old = pair.results("old", BASE)
    (pair.folder / "key").unlink()
    new = pair.results("new", replace(BASE, log=LOG + ORDER_BY_DOV))
    found = compare(old, new)
    assert "made with different keys" in found.notes[0]
    assert [(part.cause, part.change) for part in found.systems[0].parts] == [("basis", 1)]


def test_everybody_is_named_by_pseudonym_alone(pair: Pair) -> None:
    folder = pair.results("old", BASE)
    accounts = pq.read_table(folder / "accounts.parquet").to_pylist()
    people = pq.read_table(folder / "people.parquet").to_pylist()
    assert {re.sub("[0-9a-f]{20}$", "", one["account"]) for one in accounts} == {"a-"}
    assert {re.sub("[0-9a-f]{20}$", "", one["person"]) for one in [*accounts, *people]} == {"p-"}
    assert len(accounts) == 4 + 3
    assert [one["in_workforce"] for one in people].count(True) == 3
    assert {one["entity"] for one in people} == {"MAIN", "ANNEX", "unknown"}


@pytest.mark.parametrize("name", ["persons.parquet", "people.parquet", "accounts.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"not Parquet"])
def test_damaged_files_are_refused(name: str, content: bytes, pair: Pair) -> None:
    folder = pair.results("old", BASE)
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=f"damaged · .*{name}"):
        compare(folder, folder)


def test_a_table_without_its_columns_or_metadata_is_refused(pair: Pair) -> None:
    folder = pair.results("old", BASE)
    people = pq.read_table(folder / "people.parquet")
    pq.write_table(people.drop_columns(["entity"]), folder / "people.parquet")
    with pytest.raises(InputError, match="damaged"):
        compare(folder, folder)
    for place, name in enumerate(people.column_names):
        empty = people.set_column(place, name, pa.nulls(len(people), people.schema.field(name).type))
        pq.write_table(empty, folder / "people.parquet")
        if name.startswith("employed"):
            compare(folder, folder)
            continue
        with pytest.raises(InputError, match=f"{name} is empty in some row"):
            compare(folder, folder)
    pq.write_table(people.replace_schema_metadata({}), folder / "people.parquet")
    with pytest.raises(InputError, match="does not say how it was made"):
        compare(folder, folder)


def test_persons_of_another_count_are_no_list(pair: Pair) -> None:
    old, new = pair.results("old", BASE), pair.results("new", replace(BASE, log=LOG + ORDER_BY_DOV))
    (old / "persons.parquet").rename(new / "persons.parquet")
    (old / "persons.parquet").write_bytes((new / "persons.parquet").read_bytes())
    assert parts(compare(old, new)) == {"basis": (0, 0)}
