"""Real clinicians: for every product Percapita finds as many people as plain SQL finds distinct NPIs."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from percapita.statement.types import as_json
from tests.support.plans import ENGINES, run

DATA = Path(__file__).parents[1] / "data" / "real-clinicians"
SOURCE_SHA256 = "dc36b3b1aee6eb3943af2e9d5b5194ac042fadb94a782bffb8c1411fe3310220"


def sql(query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over the tables `attestations`, `clinicians` and `systems`: texts as they stand."""
    with duckdb.connect() as connection:
        for name in ("attestations.csv.gz", "clinicians.csv.gz", "systems.csv"):
            table = name.partition(".")[0]
            connection.execute(
                f"create view {table} as from read_csv('{DATA / name}', header = true, all_varchar = true)"
            )
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module", params=ENGINES)
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    done = run(folder / "percapita.toml", request.param, out=folder / "results")
    return {**as_json(done.statement), "persons.parquet": pq.read_table(folder / "results" / "persons.parquet")}


def test_users_of_every_product_are_the_distinct_npis(counted: dict[str, Any]) -> None:
    expected = dict(sql("select EHR_Product_Name, count(distinct NPI) from attestations group by all"))
    assert {system["id"]: system["users"] for system in counted["systems"]} == expected
    assert len(expected) == 310


def test_events_of_every_product_are_its_rows(counted: dict[str, Any]) -> None:
    expected = dict(sql("select EHR_Product_Name, count(*) from attestations group by all"))
    assert {system["id"]: system["events"] for system in counted["systems"]} == expected


def test_a_vendor_counts_a_clinician_once(counted: dict[str, Any]) -> None:
    expected = dict(
        sql(
            "select part_of, count(distinct NPI) from attestations join systems on id = EHR_Product_Name group by part_of"
        )
    )
    assert counted["groups"] == expected


def test_persons_over_all_are_the_distinct_npis(counted: dict[str, Any]) -> None:
    assert [(counted["persons"],)] == sql("select count(distinct NPI) from attestations")


def test_persons_file_has_a_row_for_every_clinician_and_product(counted: dict[str, Any]) -> None:
    expected = sql("select count(distinct (NPI, EHR_Product_Name)) from attestations")
    assert [(counted["persons.parquet"].num_rows,)] == expected


def test_nothing_is_open(counted: dict[str, Any]) -> None:
    assert counted["warnings"] == []
    assert counted["unlisted_systems"] == {}
    assert all(system["range"] == [system["users"]] * 2 for system in counted["systems"])
    assert all(system["unknown_accounts"] == 0 for system in counted["systems"])


def test_source_is_the_cited_one() -> None:
    assert hashlib.sha256((DATA / "attestations.csv.gz").read_bytes()).hexdigest() == SOURCE_SHA256


def test_derived_files_hold_what_the_source_holds() -> None:
    assert sql("select NPI from clinicians") == sql("select distinct NPI from attestations order by NPI")
    assert sql("select id from systems order by id") == sql(
        "select distinct EHR_Product_Name from attestations order by EHR_Product_Name"
    )
    assert sql("select id from systems where id <> name") == []
    strangers = "select id from systems where not exists (from attestations where EHR_Product_Name = id and Vendor_Name = part_of)"
    assert sql(strangers) == []
