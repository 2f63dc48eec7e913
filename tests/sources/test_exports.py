"""What export-help prints is read by the presets it names; its SQL runs and takes no patient along."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import duckdb
import pytest

from percapita.counting.load import load_plan
from percapita.sources.exports import exports
from percapita.sources.presets import presets
from tests.support.plans import HEAD, RULES, SYSTEMS, statement

PATIENT = re.compile(r"PAT_|PATIENT|CSN|MRN|RECORDID|DOCUMENT", re.IGNORECASE)
TABLES = {
    "epic": """
        CREATE TABLE ACCESS_LOG (ACCESS_TIME TIMESTAMP, USER_ID VARCHAR, METRIC_ID INTEGER, PAT_ID VARCHAR);
        CREATE TABLE ACCESS_LOG_METRIC (METRIC_ID INTEGER, METRIC_NAME VARCHAR);
        CREATE TABLE CLARITY_EMP (USER_ID VARCHAR, NAME VARCHAR, PROV_ID VARCHAR, USER_STATUS_C INTEGER);
        INSERT INTO ACCESS_LOG_METRIC VALUES (1, 'order'), (2, 'login');
        INSERT INTO ACCESS_LOG SELECT TIMESTAMP '2026-01-31 23:00:00' + n * INTERVAL 1 HOUR, 'u' || n % 3, 1 + n % 4, 'P' || n FROM range(40) t(n);
        INSERT INTO CLARITY_EMP VALUES ('u0', 'X', 'P', 1), ('u1', 'Y', NULL, 2), ('u2', 'Z', NULL, 1);
        """,
    "touchworks": """
        CREATE TABLE Audit_Log (UserID INTEGER, RecordType VARCHAR, TypeofAction VARCHAR, AccessedDTTM TIMESTAMP, PatientID INTEGER);
        CREATE TABLE IDX_User (ID INTEGER, IsInactiveFLAG VARCHAR);
        INSERT INTO Audit_Log SELECT 500 + n % 3, 'Charge', 'W', TIMESTAMP '2026-01-31 23:00:00' + n * INTERVAL 1 HOUR, n FROM range(40) t(n);
        INSERT INTO IDX_User VALUES (500, 'N'), (501, 'N'), (502, 'Y');
        """,
}


def queries(name: str) -> list[str]:
    lines = [line for line in exports()[name].text.splitlines() if not line.startswith("--")]
    return [query.strip() for query in "\n".join(lines).split(";") if query.strip()]


def with_sql() -> list[str]:
    return [name for name, export in exports().items() if export.comment == "-- "]


def test_every_sql_is_tried() -> None:
    assert with_sql() == sorted(TABLES)


def test_every_preset_says_what_to_ask_for() -> None:
    assert {preset.export_help for preset in presets().values()} <= set(exports())


@pytest.mark.parametrize("name", exports())
def test_the_lines_for_the_plan_are_a_plan(name: str, tmp_path: Path) -> None:
    plan = tmp_path / "percapita.toml"
    plan.write_text(HEAD + SYSTEMS + exports()[name].plan + RULES, encoding="utf-8")
    found = load_plan(plan).sources
    assert [source.preset for source in found] == [
        one["preset"] for one in tomllib.loads(exports()[name].plan)["source"]
    ]


@pytest.mark.parametrize("name", with_sql())
def test_the_sql_takes_no_patient_along(name: str) -> None:
    assert not any(PATIENT.search(query) for query in queries(name))


@pytest.mark.parametrize("name", with_sql())
def test_the_sql_gives_what_the_presets_read(name: str, tmp_path: Path) -> None:
    """The grouped log gives the same users as the log itself would."""
    sql = duckdb.connect()
    sql.execute(TABLES[name])
    (tmp_path / name).mkdir()
    for query, file in zip(queries(name), ("usage", "users"), strict=True):
        sql.execute(f"COPY ({query}) TO '{tmp_path / name / file}.csv' (HEADER)")
    plan = tmp_path / "percapita.toml"
    rules = '[[use]]\nsystem = "*"\nactivity = ["order", "W *"]\nuse_type = "direct_access"\n'
    plan.write_text(HEAD + SYSTEMS + exports()[name].plan + rules, encoding="utf-8")
    for engine in ("reference", "duckdb"):
        ehr = statement(plan, engine)["systems"][0]
        assert (ehr["users"], ehr["basis"], ehr["unknown_accounts"]) == (3, "usage", 0)
        assert ehr["events"] == (10 if name == "epic" else 40)
        assert {month: people for month, people in ehr["by_month"].items() if people} == {"2026-01": 1, "2026-02": 3}
