"""A typed Parquet log is grouped in SQL: every row counts once, whatever the lists of accounts look like."""

from __future__ import annotations

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
