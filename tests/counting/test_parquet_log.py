"""A typed Parquet log is grouped in SQL: every row counts once, whatever the lists of accounts look like."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from percapita.errors import InputError
from tests.support.plans import ENGINES, HEAD, RULES, SYSTEMS, statement

DIRECTORIES = """
[[source]]
type = "accounts"
path = "hospital.csv"
system = "*"
columns = { account_id = "login" }

[[source]]
type = "accounts"
path = "ehr.csv"
system = "ehr"
columns = { account_id = "login" }

[[source]]
type = "access"
path = "log.parquet"
columns = { occurred_at = "time", account_id = "login", system = "app", activity = "act" }
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_login_of_two_directories_counts_its_rows_once(engine: str, tmp_path: Path) -> None:
    for name in ("hospital.csv", "ehr.csv"):
        (tmp_path / name).write_text("login\na\n", encoding="utf-8")
    times = [datetime(year, 3, day, tzinfo=UTC) for year in (2025, 2026) for day in (1, 2)]
    rows = {"time": times, "login": ["a"] * 4, "app": ["ehr"] * 4, "act": ["order"] * 4}
    pq.write_table(pa.table(rows), tmp_path / "log.parquet")
    plan = tmp_path / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + DIRECTORIES + RULES, encoding="utf-8")
    ehr = statement(plan, engine)["systems"][0]
    assert (ehr["users"], ehr["events"], ehr["outside_period"]) == (1, 2, 2)


@pytest.mark.parametrize("activities", [("order", "view"), ("order", "receive")])
def test_a_register_of_outputs_decides_by_object(activities: tuple[str, str], tmp_path: Path) -> None:
    for name in ("hospital.csv", "ehr.csv"):
        (tmp_path / name).write_text("login\na\nb\nc\n", encoding="utf-8")
    (tmp_path / "outputs.csv").write_text(
        "system,output,contains_codes\nehr,beds,no\nehr,?,unknown\n", encoding="utf-8"
    )
    rows = {
        "time": [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)],
        "login": ["a", "b", "c"],
        "app": ["ehr"] * 3,
        "act": [activities[0], activities[1], activities[1]],
        "what": ["beds", "beds", "?"],
    }
    pq.write_table(pa.table(rows), tmp_path / "log.parquet")
    plan = tmp_path / "percapita.toml"
    rules = RULES.replace('"view"', '"view", "receive"')
    named = DIRECTORIES.replace('activity = "act"', 'activity = "act", object = "what"')
    plan.write_text('outputs = "outputs.csv"\n' + HEAD + SYSTEMS + named + rules, encoding="utf-8")
    found = [statement(plan, engine)["systems"][0] for engine in ENGINES]
    for ehr in found:
        assert ehr["users"] == (1 if "receive" in activities else 3)
        assert ehr["undetermined"]["persons"] == (1 if "receive" in activities else 0)
    assert found[0] == found[1]


def test_a_file_of_many_facts_an_account_is_written_and_read_as_any(tmp_path: Path) -> None:
    """Accounts are written as a dictionary where that is smaller; blanks around them mean nothing."""
    (tmp_path / "hospital.csv").write_text("login\na\nb\n", encoding="utf-8")
    (tmp_path / "ehr.csv").write_text("login\na\n", encoding="utf-8")
    times = [datetime(2026, month, 3, tzinfo=UTC) for month in range(1, 13) for _ in range(6)]
    rows = {
        "time": times,
        "login": ["a", "b", " b", "c", "a ", "b"] * 12,
        "app": ["ehr", "rcm"] * 36,
        "act": ["order", "view", "bill"] * 24,
    }
    pq.write_table(pa.table(rows), tmp_path / "log.parquet")
    plan = tmp_path / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + DIRECTORIES + RULES, encoding="utf-8")
    expected = statement(plan, "reference")
    for _ in range(2):  # from what was folded, then from the merge
        assert statement(plan, "duckdb")["systems"] == expected["systems"]
    shutil.rmtree(tmp_path / ".percapita" / "merged")
    assert statement(plan, "duckdb")["systems"] == expected["systems"]  # from the digest
    without = plan.read_text(encoding="utf-8").replace("[count]", "[count]\ndigest = false", 1)
    plan.write_text(without, encoding="utf-8")
    assert statement(plan, "duckdb")["systems"] == expected["systems"]


PLAN = """
[[source]]
type = "accounts"
path = "accounts.csv"
system = "*"
columns = { account_id = "login" }

[[source]]
type = "access"
path = "PATH"
columns = { occurred_at = "TIME", account_id = "ACCOUNT", system = "SYSTEM", activity = "ACTIVITY" }
"""


def logged(folder: Path, names: Sequence[str], path: str = "log.parquet", more: Sequence[str] = ()) -> Path:
    """Write a log of four rows, one without account, whose columns have these names, and its plan."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.csv").write_text("login\na\n", encoding="utf-8")
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    cells = (days, ["a", "b", None, "a"], ["ehr", "ehr", "ehr", "rcm"], ["order", "order", "order", "bill"])
    columns = dict(zip(names, cells, strict=True)) | {name: [None] * 4 for name in more}
    pq.write_table(pa.table(columns), folder / path)
    text = PLAN.replace("PATH", path)
    for word, name in zip(("TIME", "ACCOUNT", "SYSTEM", "ACTIVITY"), names, strict=True):
        text = text.replace(f'"{word}"', f'"{name}"')
    plan = folder / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + text + RULES, encoding="utf-8")
    return plan


FIGURES = [("ehr", 1, 2, 1), ("rcm", 1, 1, 0)]


def figures(found: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    assert [one["rejected"] for one in found["inputs"]] == [0, 1]
    return [(one["id"], one["users"], one["events"], one["unknown_accounts"]) for one in found["systems"]]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("names", "more"),
    [
        (("us", "account", "system", "code"), ()),
        (("first", "raw", "k", "place"), ("reason", "cell")),
        (("last", "k", "prefix", "cell"), ("REASON", "events")),
        (("time", "us", "s", "activity"), ("file_row_number",)),
        (("log_time", "log_account", "log_system", "log_activity"), ("bits",)),
        (("time", "USER", "app", "act"), ("user", "Time")),
        (("ti me", 'a"b', "x;--", "it's"), ("a.b",)),
    ],
)
def test_columns_may_have_any_name(names: Sequence[str], more: Sequence[str], engine: str, tmp_path: Path) -> None:
    if '"' in "".join(names):
        names = [name.replace('"', "'") for name in names]
    assert figures(statement(logged(tmp_path, names, more=more), engine)) == FIGURES


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("folder", ["log[1].parquet", "a*b/log.parquet", "what?/log.parquet", "it's [2]/lo[g].parquet"])
def test_a_name_with_signs_of_a_pattern_is_that_file(folder: str, engine: str, tmp_path: Path) -> None:
    """`log[1].parquet` is read and not `log1.parquet`; so it is with the folder of the plan and of its digests."""
    home = tmp_path / "Org [2026]"
    for other in ("log1.parquet", "axb/log.parquet", "whats/log.parquet", "it's 2/log.parquet"):
        logged(home, ("time", "login", "app", "act"), other)
        pq.write_table(pa.table({"time": [], "login": [], "app": [], "act": []}), home / other)
    logged(tmp_path / "Org 2", ("time", "login", "app", "act"), folder)
    plan = logged(home, ("time", "login", "app", "act"), folder)
    assert figures(statement(plan, engine)) == FIGURES
    assert figures(statement(plan, engine)) == FIGURES


@pytest.mark.parametrize("engine", ENGINES)
def test_times_that_mean_never_are_outside_the_period(engine: str, tmp_path: Path) -> None:
    plan = logged(tmp_path, ("time", "login", "app", "act"))
    for times in (["9999-12-31", "0001-01-01"], ["1800-01-01", "2300-01-01"]):
        for zone in (None, "UTC"):
            kind = pa.timestamp("us", tz=zone)
            rows = {
                "time": pa.array(times * 2).cast(pa.timestamp("us")).cast(kind),
                "login": ["a"] * 4,
                "app": ["ehr"] * 4,
                "act": ["order"] * 4,
            }
            pq.write_table(pa.table(rows), tmp_path / "log.parquet")
            ehr = statement(plan, engine)["systems"][0]
            assert (ehr["users"], ehr["outside_period"]) == (None, 4)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_log_of_many_years(engine: str, tmp_path: Path) -> None:
    """More than 127 months of text lie in one file."""
    rows = [f"{year}-{month:02}-15T12:00:00Z,a,ehr,order" for year in range(2014, 2028) for month in range(1, 13)]
    plan = logged(tmp_path, ("time", "login", "app", "act"), "old.csv")
    (tmp_path / "old.csv").write_text("\n".join(["time,login,app,act", *rows]), encoding="utf-8")
    ehr = statement(plan, engine)["systems"][0]
    assert (ehr["events"], ehr["outside_period"], len(ehr["months_covered"])) == (12, 13 * 12, 12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.struct([("a", pa.int64())]), pa.duration("s"), pa.time64("us")]
)
def test_a_column_that_holds_no_texts_is_named(kind: pa.DataType, engine: str, tmp_path: Path) -> None:
    plan = logged(tmp_path, ("time", "login", "app", "act"))
    table = pq.read_table(tmp_path / "log.parquet")
    pq.write_table(table.set_column(1, "login", pa.nulls(4, kind)), tmp_path / "log.parquet")
    with pytest.raises(InputError, match=r"column 'login' holds .* values · log.parquet · name a column of texts"):
        statement(plan, engine)
