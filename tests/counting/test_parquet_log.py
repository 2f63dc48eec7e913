"""A typed Parquet log is grouped in SQL: every row counts once, whatever the lists of accounts look like."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
