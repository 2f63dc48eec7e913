"""The engines that interpret a plan, found by name and imported when used."""

from __future__ import annotations

from percapita.counting.task import CountingEngine
from percapita.errors import InputError, MissingPartError, nearest

NAMES = ("duckdb", "reference")


def find_engine(name: str) -> CountingEngine:
    """Return the engine of that name. Raises InputError if there is none, MissingPartError if it is not installed."""
    if name == "reference":
        from percapita.counting.engines.reference import ReferenceEngine

        return ReferenceEngine()
    if name == "duckdb":
        from percapita.counting.engines.duckdb import DuckDBEngine

        return DuckDBEngine()
    if name.startswith("ibis:"):
        raise MissingPartError(
            "counting in a warehouse is not part of this release", "--engine", "count with --engine duckdb"
        )
    raise InputError(f"{name!r} is not an engine", "--engine", nearest(name, NAMES))
