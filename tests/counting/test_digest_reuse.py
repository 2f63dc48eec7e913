"""What was read once is not read again: spoiled files count as they were, and only what changed is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.policy.user_definition import SHELF
from tests.counting.organization import Organization, as_bytes, spoil, spoil_logs

MORE_LOG = "ehr,dov,2026-04-04T09:00:00,order\nrcm,cyd,2026-04-05T10:00:00,bill"


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


def reads(log: str) -> pytest.RaisesExc[Exception]:
    """Expect that a spoiled log is read: that stops the count."""
    return pytest.raises(Exception, match=f"column 'login' is not in the file · logs/{log}")


def test_spoiling_is_noticed_by_whoever_reads(clinic: Organization) -> None:
    clinic.count()
    spoil_logs(clinic)
    with reads("ehr-01"):
        clinic.count("reference")
    with reads("ehr-01"):
        clinic.count(verify_inputs=True)


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_what_a_reader_says_is_heard(engine: str, clinic: Organization) -> None:
    """An error of the input stays one within the engine that met it."""
    clinic.sources = clinic.sources.replace('"login", occurred', '"logon", occurred')
    clinic.write_plan()
    with pytest.raises(InputError, match="did you mean 'login'"):
        clinic.count(engine)


def test_unchanged_files_are_not_read_again(clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    spoil_logs(clinic)
    assert as_bytes(clinic.count()) == first


def test_a_new_file_is_the_only_one_read(clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    spoil_logs(clinic)
    clinic.write_log("ehr-03", MORE_LOG)
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))


def test_a_changed_file_is_the_only_one_read(clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    spoil_logs(clinic, "ehr-02", "rcm-01")
    clinic.write_log("ehr-01", clinic.logs["ehr-01"] + "ehr,dov,2026-01-06T10:00:00,order")
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))


NEW_RULE = '\n[[use]]\nsystem = "rcm"\nactivity = ["post"]\nuse_type = "product_reliance"\n'


def test_new_rules_read_only_the_files_of_the_systems_they_touch(clinic: Organization, tmp_path: Path) -> None:
    before = clinic.count()
    spoil_logs(clinic, "ehr-01", "ehr-02")
    clinic.rules += NEW_RULE
    clinic.write_plan()
    after = clinic.count()
    assert as_bytes(after) == as_bytes(clinic.fresh(tmp_path / "fresh"))
    assert [system["users"] for system in before["systems"]] == [3, 1]
    assert [system["users"] for system in after["systems"]] == [3, 2]


def test_new_rules_do_read_the_files_of_the_systems_they_touch(clinic: Organization) -> None:
    clinic.count()
    spoil_logs(clinic, "rcm-01")
    clinic.rules += NEW_RULE
    clinic.write_plan()
    with reads("rcm-01"):
        clinic.count()


def test_a_file_of_two_systems_is_read_again_for_either(clinic: Organization) -> None:
    clinic.logs = {"both": MORE_LOG}
    for log in clinic.log("").parent.iterdir():
        log.unlink()
    clinic.write().count()
    spoil_logs(clinic)
    clinic.rules += NEW_RULE
    clinic.write_plan()
    with reads("both"):
        clinic.count()


def definition(clinic: Organization) -> None:
    text = SHELF.text(SHELF.ids()[-1]).replace("events = 1", "events = 2")
    (clinic.folder / "ours.toml").write_text(text, encoding="utf-8")
    clinic.files["ours.toml"] = text
    clinic.head += '\n[policy]\nuser_definition = "ours.toml"\n'


def people(clinic: Organization) -> None:
    clinic.files["people.csv"] = clinic.files["people.csv"].replace("ANNEX", "MAIN") + "5,Eve,Roth,MAIN\n"


def accounts(clinic: Organization) -> None:
    clinic.files["accounts.csv"] = clinic.files["accounts.csv"].replace("ben,2", "ben,1") + "nobody,4,human\n"


def exclusion(clinic: Organization) -> None:
    clinic.more += '\n[[exclude]]\naccount_id = ["c*"]\nreason = "contractor of a vendor"\n'


def exclusion_list(clinic: Organization) -> None:
    clinic.files["left-out.csv"] = "account_id\nana\n"
    clinic.more += '\n[[exclude]]\nlist = "left-out.csv"\nreason = "told by the auditor"\n'


def quarter(clinic: Organization) -> None:
    clinic.head = clinic.head.replace("2026-12-31", "2026-03-31")


def february(clinic: Organization) -> None:
    clinic.head = clinic.head.replace("2026-01-01", "2026-02-01").replace("2026-12-31", "2026-02-28")


def next_year(clinic: Organization) -> None:
    clinic.head = clinic.head.replace("2026-01-01", "2027-01-01").replace("2026-12-31", "2027-12-31")


def use_type(clinic: Organization) -> None:
    clinic.rules = clinic.rules.replace('use_type = "product_reliance"', 'use_type = "output_reliance"')


def systems(clinic: Organization) -> None:
    clinic.systems = clinic.systems.replace('"Billing"', '"Patient billing"\npart_of = "suite"')


def directory(clinic: Organization) -> None:
    clinic.sources = clinic.sources.replace('path = "logs/*.csv"', 'path = "logs/*.csv"\ndirectory = "staff"')
    clinic.sources = clinic.sources.replace('system = "*"', 'system = "*"\ndirectory = "staff"')


def new_directory(clinic: Organization) -> None:
    clinic.files["rcm-users.csv"] = "login,employee,kind\nben,4,human\n"
    clinic.sources += (
        '\n[[source]]\ntype = "accounts"\npath = "rcm-users.csv"\nsystem = "rcm"\n'
        'columns = { account_id = "login", employee_id = "employee", kind = "kind" }\n'
    )


def more_rejects(clinic: Organization) -> None:
    clinic.head = clinic.head.replace("max_rejects = 1.0", "max_rejects = 0.5")


CHANGES: list[Callable[[Organization], None]] = [
    definition,
    people,
    accounts,
    exclusion,
    exclusion_list,
    quarter,
    february,
    next_year,
    use_type,
    systems,
    directory,
    new_directory,
    more_rejects,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_that_needs_no_log_reads_none(
    change: Callable[[Organization], None], clinic: Organization, tmp_path: Path
) -> None:
    before = clinic.count()
    spoil_logs(clinic)
    change(clinic)
    for name, text in clinic.files.items():
        (clinic.folder / name).write_text(text, encoding="utf-8")
    clinic.write_plan()
    after = clinic.count()
    assert as_bytes(after) == as_bytes(clinic.fresh(tmp_path / "fresh"))
    if change not in (directory, more_rejects):
        assert as_bytes(after) != as_bytes(before)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-12-31", "2026-03-03"),
        ("2026-01-01", "2026-01-31"),
        ('timezone = "America/Chicago"', 'timezone = "Asia/Tokyo"'),
    ],
)
def test_a_period_that_cuts_months_elsewhere_reads_again(
    old: str, new: str, clinic: Organization, tmp_path: Path
) -> None:
    clinic.count()
    clinic.head = clinic.head.replace(old, new)
    clinic.write_plan()
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))
    spoil_logs(clinic)
    assert as_bytes(clinic.count()) == as_bytes(clinic.count())


def test_a_file_that_straddles_months_is_cut_right(clinic: Organization) -> None:
    whole = clinic.count()
    assert (
        whole["systems"][0]["by_month"] | {"2026-01": 2, "2026-02": 1, "2026-03": 1} == whole["systems"][0]["by_month"]
    )
    spoil_logs(clinic)
    of_month = {}
    for start, end in (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")):
        clinic.head = Organization(clinic.folder).head.replace("2026-01-01", start).replace("2026-12-31", end)
        clinic.write_plan()
        system = clinic.count()["systems"][0]
        of_month[start[:7]] = (system["users"], system["events"], system["outside_period"])
    assert of_month == {"2026-01": (2, 3, 5), "2026-02": (1, 1, 7), "2026-03": (1, 2, 5)}


def test_the_times_of_a_file_say_nothing_of_its_content(clinic: Organization) -> None:
    """A touched file is hashed again, found the same, and not read for its rows."""
    first = as_bytes(clinic.count())
    made = {path: path.stat().st_mtime_ns for path in clinic.digests()}
    for name in clinic.logs:
        clinic.log(name).touch()
    assert as_bytes(clinic.count()) == first
    assert {path: path.stat().st_mtime_ns for path in clinic.digests()} == made


def test_a_file_changed_just_now_is_hashed_again(clinic: Organization, tmp_path: Path) -> None:
    """Two writes within the clock's grain give one time: such a file is not believed."""
    clinic.log("rcm-01").touch()
    clinic.count()
    spoil(clinic.log("rcm-01"))
    with reads("rcm-01"):
        clinic.count()


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_without_digests_every_count_reads(engine: str, clinic: Organization) -> None:
    kept = clinic.count(engine)
    clinic.head = clinic.head.replace("[count]", "[count]\ndigest = false")
    clinic.write_plan()
    for digest in clinic.digests():
        digest.unlink()
    assert as_bytes(clinic.count(engine)) == as_bytes(kept)
    assert clinic.digests() == []
    spoil_logs(clinic)
    with reads("ehr-01"):
        clinic.count(engine)
