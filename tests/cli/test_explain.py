"""Why one person counts or does not: the same answer as the count, with the rows it rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Complaint, Told
from tests.counting.organization import Organization
from tests.generative.draw import OWN_DEFINITION


def answer(told: Told, clinic: Organization, who: str, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told("explain", clinic.plan, who, "--format", "json", *words))
    return found


def of_system(found: dict[str, Any], system: str) -> dict[str, Any]:
    return next(one for one in found["systems"] if one["system"] == system)


def test_a_person_who_counts(told: Told, clinic: Organization) -> None:
    found = answer(told, clinic, "ana")
    assert found["entity"] == "MAIN"
    assert [(one["directory"], one["account"], one["file"], one["row"]) for one in found["accounts"]] == [
        ("workforce", "", "people.csv", 2),
        ("*", "ana", "accounts.csv", 2),
    ]
    assert found["links"] == ["same employee id: people.csv row 2, *:ana"]
    ehr = of_system(found, "ehr")
    assert (ehr["counted"], ehr["rule"], ehr["use_types"]) == (True, "UD-1/use[0]", ["direct_access"])
    assert (ehr["events"], ehr["outside_period"]) == (1, 1)
    row = {"file": "logs/ehr-01.csv", "row": 2, "at": "2026-01-05T16:00:00+00:00", "account": "ana"}
    assert ehr["first"] == ehr["last"] == row
    rcm = of_system(found, "rcm")
    assert (rcm["counted"], rcm["because"], rcm["no_use"], rcm["first"]) == (
        False,
        "by the rules these rows are not use of codes",
        1,
        None,
    )


@pytest.mark.parametrize(
    ("who", "system", "because", "figure"),
    [
        ("svc_night", "ehr", "service account: no individual person", "left_out"),
        ("nobody", "ehr", "no accounts source lists this account", "left_out"),
        ("dov", "ehr", "no rule fits", "undetermined"),
        ("dov", "rcm", "no rule fits", "undetermined"),
        ("eve", "ehr", "all rows lie outside the period", "outside_period"),
        ("ana", "pacs", "the plan does not list this system", "no_use"),
    ],
)
def test_who_does_not_count(who: str, system: str, because: str, figure: str, told: Told, clinic: Organization) -> None:
    clinic.files["accounts.csv"] += "eve,5,human\n"
    clinic.logs["more"] = "ehr,eve,2027-03-03T09:00:00,order\npacs,ana,2026-03-03T09:00:00,login"
    clinic.write()
    found = of_system(answer(told, clinic, who), system)
    assert (found["counted"], found["because"], found[figure]) == (False, because, 1)


def test_who_is_left_out_is_told_why(told: Told, clinic: Organization) -> None:
    clinic.more += '\n[[exclude]]\naccount_id = ["b*"]\nreason = "works for the vendor"\n'
    clinic.write_plan()
    ehr = of_system(answer(told, clinic, "ben"), "ehr")
    assert (ehr["counted"], ehr["because"], ehr["left_out"]) == (False, "works for the vendor", 1)
    assert "works for the vendor" in told("explain", clinic.plan, "ben")


def test_who_did_too_little(told: Told, clinic: Organization) -> None:
    clinic.files["own.toml"] = OWN_DEFINITION
    clinic.head += '\n[policy]\nuser_definition = "own.toml"\n'
    clinic.write()
    ana, cyd = (of_system(answer(told, clinic, who), "ehr") for who in ("ana", "cyd"))
    assert (ana["counted"], ana["because"], ana["rule"]) == (False, "fewer than 2 events", "O-4/use[0]")
    assert (cyd["counted"], cyd["rule"]) == (True, "O-1/use[0]")


def test_first_and_last_evidence_are_rows_of_the_logs(told: Told, clinic: Organization) -> None:
    cyd = of_system(answer(told, clinic, "cyd"), "ehr")
    assert (cyd["first"]["file"], cyd["first"]["row"]) == ("logs/ehr-01.csv", 4)
    assert (cyd["last"]["file"], cyd["last"]["row"]) == ("logs/ehr-02.csv", 2)
    for end in ("first", "last"):
        line = (clinic.folder / cyd[end]["file"]).read_text(encoding="utf-8").splitlines()[cyd[end]["row"] - 1]
        assert line.split(",")[1] == "cyd"


@pytest.mark.parametrize("who", ["ana", "*:ana", "ANA", "ana@clinic.example", "Ana+lists@Clinic.example"])
def test_the_ways_to_name_a_person(who: str, told: Told, clinic: Organization) -> None:
    clinic.files["people.csv"] = (
        clinic.files["people.csv"]
        .replace("entity", "entity,mail")
        .replace("Ortiz,MAIN", "Ortiz,MAIN,ana@clinic.example")
    )
    clinic.files["people.csv"] = "\n".join(
        line if line.count(",") == 4 else f"{line}," for line in clinic.files["people.csv"].splitlines()
    )
    clinic.sources = clinic.sources.replace('entity = "entity"', 'entity = "entity", email = "mail"')
    clinic.write()
    assert answer(told, clinic, who)["person"] == answer(told, clinic, "ana")["person"]


def test_a_pseudonym_of_the_results_names_a_person(told: Told, clinic: Organization) -> None:
    out = clinic.folder / "out"
    told("count", clinic.plan, "--out", out)
    marks = {row["person"] for row in pq.read_table(out / "persons.parquet").to_pylist()}
    assert answer(told, clinic, "ana")["person"] in marks
    assert {answer(told, clinic, mark)["person"] for mark in marks} == marks


def test_one_login_in_two_directories_must_be_told_apart(
    told: Told, complaint: Complaint, clinic: Organization
) -> None:
    clinic.files["rcm-users.csv"] = "login,employee,kind\nana,4,human\n"
    clinic.sources += (
        '\n[[source]]\ntype = "accounts"\npath = "rcm-users.csv"\nsystem = "rcm"\n'
        'columns = { account_id = "login", employee_id = "employee", kind = "kind" }\n'
    )
    clinic.write()
    assert complaint("explain", clinic.plan, "ana") == (
        2,
        "'ana' is the account of several people · explain · name one: *:ana, rcm:ana",
    )
    assert answer(told, clinic, "*:ana")["entity"] == "MAIN"
    assert answer(told, clinic, "rcm:ana")["entity"] == "ANNEX"


def test_only_one_system(told: Told, clinic: Organization) -> None:
    assert [one["system"] for one in answer(told, clinic, "ana")["systems"]] == ["ehr", "rcm"]
    assert [one["system"] for one in answer(told, clinic, "ana", "--system", "rcm")["systems"]] == ["rcm"]


def test_conflicts_are_open_questions(told: Told, clinic: Organization) -> None:
    """An NPI that ties two employee ids together joins nobody, and whoever asks is told."""
    npi = "1234567893"
    clinic.files["accounts.csv"] = clinic.files["accounts.csv"].replace("kind\n", "kind,npi\n", 1)
    rows = clinic.files["accounts.csv"].splitlines()
    tied = [f"{row},{npi if row.startswith(('ana', 'ben')) else ''}" for row in rows[1:]]
    clinic.files["accounts.csv"] = "\n".join([rows[0], *tied]) + "\n"
    clinic.sources = clinic.sources.replace('kind = "kind"', 'kind = "kind", npi = "npi"')
    clinic.write()
    ana, ben = (answer(told, clinic, who) for who in ("ana", "ben"))
    assert ana["person"] != ben["person"]
    assert ["not joined" in line for line in ana["open"]] == [True]
    assert npi not in json.dumps(ana)


def test_what_people_read(told: Told, clinic: Organization) -> None:
    text = told("explain", clinic.plan, "cyd")
    for words in (
        "Accounts of this person",
        "Why counted, by application",
        "known to the organization",
        "same employee id",
    ):
        assert words in text
    assert "logs/ehr-02.csv row 2" in " ".join(text.split())
    assert "1 row without use" in " ".join(told("explain", clinic.plan, "ana").split())


def test_a_gone_file_is_explained_from_its_digest(told: Told, clinic: Organization) -> None:
    """What counted still counts, and is said to rest on rows that nobody can look up any more."""
    told("count", clinic.plan)
    before = answer(told, clinic, "cyd")
    clinic.log("ehr-01").unlink()
    after = answer(told, clinic, "cyd")
    assert after["open"] == ["logs/ehr-01.csv: the file is gone; its digest tells what was in it, not the rows"]
    ehr, was = of_system(after, "ehr"), of_system(before, "ehr")
    assert (ehr["counted"], ehr["events"], ehr["rule"]) == (was["counted"], was["events"], was["rule"])
    assert ehr["first"] == was["first"] | {"row": None}
    assert ehr["last"] == was["last"]
    assert "logs/ehr-01.csv (gone)" in " ".join(told("explain", clinic.plan, "cyd").split())
    assert answer(told, clinic, "ben")["systems"][0]["first"]["row"] is None


RECIPIENTS = """
[[source]]
type = "recipients"
path = "sent.csv"
system = "rcm"
columns = { employee_id = "to", output = "output", occurred_at = "sent" }
"""


def determinations(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["person"], row["system"]): row for row in pq.read_table(folder / "persons.parquet").to_pylist()}


@pytest.mark.parametrize("gone", [False, True])
def test_it_says_what_the_count_says(gone: bool, told: Told, clinic: Organization) -> None:
    """For every person and system: counted or not, rule, use types, events, first and last time."""
    clinic.more += '\n[[exclude]]\naccount_id = ["d*"]\nreason = "left out"\n'
    clinic.logs["more"] = (
        "ehr,ana,2026-07-01T08:00:00,view\nehr,dov,2026-07-01T08:00:00,view\nrcm,cyd,2026-07-01T08:00:00,bill"
    )
    clinic.write()
    told("count", clinic.plan)
    if gone:
        clinic.log("ehr-01").unlink()
    told("count", clinic.plan, "--out", clinic.folder / "out")
    found = determinations(clinic.folder / "out")
    assert len(found) > 6
    for (person, system), row in found.items():
        said = of_system(answer(told, clinic, person), system)
        assert said["counted"] == row["counted"], (person, system)
        if row["counted"]:
            assert (said["rule"], said["use_types"], said["events"]) == (row["rule"], row["use_types"], row["events"])
            assert said["first"]["at"] == row["first_seen"].isoformat()
            assert said["last"]["at"] == row["last_seen"].isoformat()


def test_a_login_of_two_directories_is_said_to_be_unclear(told: Told, clinic: Organization) -> None:
    clinic.files["more.csv"] = "account_id,employee_id\nana,77\n"
    clinic.write()
    plan = clinic.plan.read_text(encoding="utf-8")
    more = '[[source]]\ntype = "accounts"\npath = "more.csv"\nsystem = "*"\ndirectory = "more"\n'
    columns = 'columns = { account_id = "account_id", employee_id = "employee_id" }\n'
    clinic.plan.write_text(plan + more + columns, encoding="utf-8")
    found = json.loads(told("explain", clinic.plan, "more:ana", "--format", "json"))
    assert any("may be of this person or of the same login elsewhere" in text for text in found["open"])
