"""Whatever the plan, the people and the logs: both engines give the same statement and the same determinations."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from percapita.counting.plan import Count, Entity, Exclude, Kind, Period, Policy, System, Use
from percapita.errors import InputError
from percapita.sources import spec
from percapita.statement.types import as_json
from tests.generative.draw import World, worlds, write_world
from tests.support.plans import run

EXAMPLES = int(os.environ.get("PERCAPITA_EXAMPLES", "150"))
drawn: set[str] = set()

# What is told about a file or a system and has no bearing on the count, or is drawn by the tests of its own room.
NOT_DRAWN = {
    "entity": set(Entity.__struct_fields__) - {"id", "name", "valid_from", "valid_to"},
    "system": {"owner", "environment"},
    "exclude": {"list"},
    "kind": {"list"},
    "source": {"format", "delimiter", "encoding", "header", "sheet", "date_format", "directory", "preset", "records"},
    "columns": {"birth_date", "month"},
}


def outcome(plan: Path, engine: str, out: Path) -> tuple[Any, Any]:
    """Return the statement without what names the engine, and the determinations."""
    try:
        found = as_json(run(plan, engine, out=out).statement)
    except InputError as error:
        return str(error), None
    del found["engine"], found["digest"]
    return found, pq.read_table(out / "persons.parquet").to_pylist()


# Shrinking a world takes minutes; it is worth it by hand, and not while everybody waits for the other tests.
PHASES = set(Phase) - ({Phase.shrink} if os.environ.get("CI") else set())


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=PHASES,
)
@given(worlds())
def check_engines_agree(world: World) -> None:
    drawn.update(world.elements)
    with tempfile.TemporaryDirectory() as folder:
        plan = write_world(world, Path(folder))
        reference = outcome(plan, "reference", Path(folder) / "reference")
        first = outcome(plan, "duckdb", Path(folder) / "first")
        again = outcome(plan, "duckdb", Path(folder) / "again")
    assert first == reference
    assert again == first


@pytest.mark.slow
def test_engines_agree_and_everything_is_drawn() -> None:
    check_engines_agree()
    missing = expected() - drawn
    assert not missing, f"never drawn: {sorted(missing)}"


def expected() -> set[str]:
    """Return every element of a plan that the drawing must meet."""
    found = {
        f"{name}.{key}"
        for name, table in (("period", Period), ("count", Count), ("policy", Policy))
        for key in table.__struct_fields__
    }
    for name, table in (("entity", Entity), ("system", System), ("use", Use), ("kind", Kind), ("exclude", Exclude)):
        found |= {f"{name}.{key}" for key in set(table.__struct_fields__) - NOT_DRAWN.get(name, set())}
    for source in (
        spec.WorkforceSource,
        spec.AccountsSource,
        spec.AccessSource,
        spec.UsageSource,
        spec.RecipientsSource,
    ):
        fields = set(source.__struct_fields__) - NOT_DRAWN["source"]
        found |= {f"{source.type}.{key}" for key in fields}
        columns = next(field.type for field in msgspec.structs.fields(source) if field.name == "columns")
        found |= {f"{source.type}.columns.{key}" for key in set(columns.__struct_fields__) - NOT_DRAWN["columns"]}
    alternatives = {"recipients.columns.employee_id", "recipients.columns.account_id", "recipients.undated"}
    return (found | {"csv", "parquet"}) - alternatives - {"usage.undated"}
