"""`percapita check` says in seconds whether the plan fits its files, and counts nothing."""

from __future__ import annotations

import json
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.counting import check as sampling
from tests.cli.conftest import Complaint, Told
from tests.counting.organization import Organization


def checked(told: Told, clinic: Organization) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told("check", clinic.plan, "--format", "json"))
    return found


def test_sources_with_their_first_values(told: Told, clinic: Organization) -> None:
    sources = checked(told, clinic)["sources"]
    assert [(one["number"], one["type"], one["files"]) for one in sources] == [
        (1, "workforce", 1),
        (2, "accounts", 1),
        (3, "access", 3),
    ]
    log = sources[2]
    assert (log["first_file"], log["sampled_rows"], log["whole"], log["rejected"]) == ("logs/ehr-01.csv", 11, True, 0)
    assert log["values"]["activity"] == ["order", "order", "view"]
    assert log["months"] == ["2026-01", "2026-02", "2026-03", "2026-06", "2027-01"]
    assert sum(one["bytes"] for one in sources) == sum(path.stat().st_size for path in clinic.folder.rglob("*.csv"))


def test_only_named_columns_are_shown(told: Told, clinic: Organization) -> None:
    clinic.sources = clinic.sources.replace('family_name = "family", ', "")
    clinic.write_plan()
    assert "Okafor" not in told("check", clinic.plan)
    assert "Ben" in told("check", clinic.plan)


def test_activities_without_a_rule_the_most_frequent_first(told: Told, clinic: Organization) -> None:
    clinic.logs["more"] = "\n".join(
        ["rcm,ben,2026-05-01T08:00:00,audit"] * 3 + ["ehr,ben,2026-05-01T08:00:00,print"] * 6
    )
    clinic.write()
    assert checked(told, clinic)["without_rule"] == [["ehr", "print", 7], ["rcm", "audit", 3], ["rcm", "post", 1]]
    text = told("check", clinic.plan)
    assert text.index("print") < text.index("audit") < text.index("post")
    assert "add [[use]] rules for these; until then their rows are not counted" in text


def test_they_are_gone_when_the_rule_is_there(told: Told, clinic: Organization) -> None:
    clinic.rules += '\n[[use]]\nsystem = "*"\nactivity = ["p*"]\nuse_type = "none"\n'
    clinic.write_plan()
    assert checked(told, clinic)["without_rule"] == []
    assert "without a rule" not in told("check", clinic.plan)


def test_only_the_object_may_be_without_a_rule(told: Told, clinic: Organization) -> None:
    clinic.rules = '[[use]]\nsystem = "*"\nactivity = ["*"]\nobject = ["fees"]\nuse_type = "direct_access"\n'
    clinic.write_plan()
    assert sum(rows for _, _, rows in checked(told, clinic)["without_rule"]) == 11


def test_systems_that_the_plan_does_not_list(told: Told, clinic: Organization) -> None:
    clinic.logs["more"] = "pacs,ben,2026-05-01T08:00:00,view\npacs,ana,2026-05-02T08:00:00,view"
    clinic.systems += '\n[[system]]\nid = "lab"\nname = "Laboratory"\nkind = "other"\n'
    clinic.write()
    found = checked(told, clinic)
    assert found["unlisted_systems"] == [["pacs", 2]]
    assert found["systems_without_source"] == ["lab"]
    text = told("check", clinic.plan)
    assert "In the logs, but not listed as [[system]]" in text
    assert "no rows in the sample of: lab" in text


def test_systems_that_need_no_rows_are_not_missed(told: Told, clinic: Organization) -> None:
    system = '\n[[system]]\nid = "{0}"\nname = "{0}"\nkind = "other"\n'
    clinic.systems += "".join(system.format(name) for name in ("declared", "by-job", "nothing"))
    clinic.systems += "".join(system.format(f"silent-{number}") for number in range(30))
    clinic.rules += '\n[[use]]\nsystem = "by-job"\njob = ["coder"]\nuse_type = "direct_access"\n'
    clinic.rules += '\n[[source]]\ntype = "declared"\nsystem = "declared"\nnumber = 3\nby = "Lou"\ndate = 2026-05-01\n'
    clinic.write()
    missed = checked(told, clinic)["systems_without_source"]
    assert missed == ["nothing", *(f"silent-{number}" for number in range(30))]
    assert "silent-18, and 11 more" in told("check", clinic.plan)


def test_gaps_in_time(told: Told, clinic: Organization) -> None:
    clinic.head = clinic.head.replace("2026-12-31", "2026-06-30")
    clinic.write_plan()
    assert checked(told, clinic)["months_missing"] == ["2026-04", "2026-05"]
    assert "no rows in the sample of the months: 2026-04, 2026-05" in told("check", clinic.plan)


def test_rejects_are_named_by_their_form(told: Told, clinic: Organization) -> None:
    clinic.write_log("rcm-01", "rcm,ben,soon,bill\nrcm,ana,2026-02-11T08:00:00,login")
    source = checked(told, clinic)["sources"][2]
    assert source["rejected"] == 1
    assert source["first_reject"] == "logs/rcm-01.csv row 2: time: not a time: aaaa"


def test_too_many_rejects_stop_it(complaint: Complaint, clinic: Organization) -> None:
    clinic.head = clinic.head.replace("max_rejects = 1.0", "")
    clinic.sources = clinic.sources.replace('activity" }', 'activity" }\ndate_format = "%d.%m.%Y"')
    clinic.write_plan()
    code, line = complaint("check", clinic.plan)
    assert code == 2
    assert "sampled rows cannot be read" in line
    assert line.endswith("correct the columns or the date_format of this source")


def test_it_counts_and_keeps_nothing(told: Told, clinic: Organization) -> None:
    before = {path for path in clinic.folder.rglob("*") if path.is_file()}
    told("check", clinic.plan)
    assert {path for path in clinic.folder.rglob("*") if path.is_file()} == before


def test_every_file_is_looked_at(complaint: Complaint, clinic: Organization) -> None:
    """A column that only the last of many files lacks is found before an hour of counting."""
    clinic.log("rcm-99").write_text("system,login,when,activity\nrcm,ana,2026-02-11,bill\n", encoding="utf-8")
    code, line = complaint("check", clinic.plan)
    assert code == 2
    assert "column 'time' is not in the file · logs/rcm-99.csv" in line


def test_rows_of_grouped_logs_have_their_weight(told: Told, clinic: Organization) -> None:
    clinic.files["grouped.csv"] = "login,act,n,month\nana,export,40,2026-01\n"
    clinic.sources += (
        '\n[[source]]\ntype = "usage"\npath = "grouped.csv"\nsystem = "ehr"\n'
        'columns = { account_id = "login", activity = "act", events = "n", month = "month" }\n'
    )
    clinic.write()
    assert checked(told, clinic)["without_rule"][0] == ["ehr", "export", 40]


@pytest.mark.slow
def test_a_large_log_is_sampled(told: Told, clinic: Organization) -> None:
    """Not more than a part of some files is read, however large they are."""
    rows = 2_000_000
    table = pa.table(
        {
            "login": pa.array([f"u{number:07}" for number in range(1000)] * (rows // 1000)),
            "time": pa.array(range(1_767_300_000_000_000, 1_767_300_000_000_000 + rows * 15_000_000, 15_000_000)).cast(
                pa.timestamp("us", tz="UTC")
            ),
            "activity": pa.array(["order", "print"] * (rows // 2)),
            "noise": pa.array(range(rows)),
        }
    )
    for number in range(3):
        pq.write_table(table, clinic.folder / f"large-{number}.parquet", compression="none")
    clinic.sources = clinic.sources.replace('path = "logs/*.csv"', 'path = "large-*.parquet"\nsystem = "ehr"').replace(
        'system = "system", ', ""
    )
    clinic.write_plan()
    begun = time.monotonic()
    source = checked(told, clinic)["sources"][2]
    assert time.monotonic() - begun < 10
    assert source["bytes"] > sampling.WHOLE_BYTES
    assert not source["whole"]
    assert source["sampled_rows"] < 3 * 2 * sampling.SAMPLE_ROWS
    assert "a sample of the rows" in told("check", clinic.plan)
