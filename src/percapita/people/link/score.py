"""Score the candidates with Splink."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from percapita.errors import MissingPartError
from percapita.people.identities import IdentityTable
from percapita.people.link.candidates import find_candidates
from percapita.people.link.model import CONDITIONS, LinkModel, level_names
from percapita.people.link.records import can_be_compared, make_records
from percapita.people.resolve import Persons

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from splink import DuckDBAPI, Linker

MEMORY = "2GB"


@dataclass(frozen=True, slots=True, order=True)
class Scored:
    """Say how probable it is that two persons are one: `weight` in bits, `agreement` by comparison."""

    left: int
    right: int
    weight: float
    agreement: tuple[tuple[str, str], ...]


def score(persons: Persons, tables: Sequence[IdentityTable], model: LinkModel) -> list[Scored]:
    """Return the pairs that are worth a question or more, by person numbers. Splink is loaded only if there are pairs.

    Raises MissingPartError when Splink is needed and not installed.
    """
    with database() as connection:
        size = make_records(connection, persons, tables) if can_be_compared(tables) else 0
        if size < 2 or not find_candidates(connection):
            return []
        return _predict(connection, model, size)


@contextmanager
def database() -> Iterator[DuckDBPyConnection]:
    """Yield a database in memory that loads nothing."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY, "autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def require_splink() -> None:
    """Raise MissingPartError unless Splink is installed."""
    try:
        import splink  # noqa: F401
    except ImportError:
        raise MissingPartError(
            "probable links need Splink, which is not installed",
            "[people] link",
            'run `make setup` or install percapita[link]; or write link = "exact" for another, larger number',
        ) from None


def linker_of(connection: DuckDBPyConnection, model: LinkModel, size: int) -> tuple[DuckDBAPI, Linker]:
    """Return Splink's linker of the table `record`, which has `size` rows, and its database.

    Raises MissingPartError without Splink.
    """
    require_splink()
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    settings = SettingsCreator.from_path_or_dict(model.splink_settings(size))
    return api, Linker(api.register("record"), settings, log_level=None)


def _predict(connection: DuckDBPyConnection, model: LinkModel, size: int) -> list[Scored]:
    api, linker = linker_of(connection, model, size)
    linker.table_management.register_blocked_pairs_for_predict(api.register("pair"))
    threshold = model.bits("review_above")
    predicted = linker.inference.predict(threshold_match_weight=threshold, warning_mode="never")
    gammas = ", ".join(f"gamma_{name}" for name in CONDITIONS)
    query = (
        f"SELECT least(id_l, id_r), greatest(id_l, id_r), match_weight, {gammas} "
        f"FROM {predicted.physical_name} ORDER BY ALL"
    )
    names = {name: level_names(name) for name in CONDITIONS}
    return [
        Scored(left, right, round(weight, 6), _agreement(names, levels))
        for left, right, weight, *levels in connection.execute(query).fetchall()
    ]


def _agreement(names: dict[str, list[str]], levels: list[int]) -> tuple[tuple[str, str], ...]:
    """Return what Splink found in each comparison that both sides could answer."""
    said = zip(names.items(), levels, strict=True)
    return tuple((comparison, known[level]) for (comparison, known), level in said if level >= 0)
