"""Read base metrics: dated values of each entity, with their source and evidence."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from percapita.errors import InputError, nearest
from percapita.policy.csv_table import Column, day, decimal, one_of, read_csv
from percapita.policy.proxy_factors import SETTINGS, ProxyFactors

Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Value:
    """Hold one base metric of an entity as of a day. `systems` are those it is about; none are all."""

    entity: str
    setting: str
    metric: str
    value: Decimal
    as_of: date
    source: str
    evidence: str = ""
    systems: tuple[str, ...] = ()
    where: str = ""

    @property
    def key(self) -> Key:
        """Return what has one value on a day."""
        return self.entity, self.setting, self.metric

    def about(self, system: str) -> bool:
        """Tell whether it is about a system."""
        return not self.systems or system in self.systems


def columns(factors: ProxyFactors) -> tuple[Column, ...]:
    """Return the columns of a table of base metrics."""
    return (
        Column("entity", required=True),
        Column("setting", one_of(*SETTINGS), required=True),
        Column("metric", one_of(*factors.metrics), required=True),
        Column("value", decimal, required=True),
        Column("as_of", day, required=True),
        Column("systems"),
        Column("source", required=True),
        Column("evidence"),
    )


def read_metrics(path: Path, factors: ProxyFactors) -> tuple[Value, ...]:
    """Return the base metrics of a CSV file. Raises InputError that names the row and the column."""
    rows = read_csv(path, columns(factors), "table of base metrics")
    values = tuple(as_value(row.values, row.where) for row in rows)
    check_values(values, factors)
    return values


def as_value(said: dict[str, object], where: str) -> Value:
    """Return the base metric of a row's values."""
    systems = str(said["systems"] or "").replace(",", " ").split()
    texts = {name: str(said[name] or "") for name in ("entity", "setting", "metric", "source", "evidence")}
    value, as_of = said["value"], said["as_of"]
    if not isinstance(value, Decimal) or not isinstance(as_of, date):
        raise TypeError("a row of base metrics was not checked")
    return Value(**texts, value=value, as_of=as_of, systems=tuple(systems), where=where)


def check_values(values: Sequence[Value], factors: ProxyFactors) -> None:
    """Raise InputError for a metric that its setting does not have, and for two values of one day."""
    seen: dict[tuple[Key, date, tuple[str, ...]], Value] = {}
    for one in values:
        settings = factors.metrics[one.metric].settings
        if one.setting not in settings:
            raise InputError(
                f"{one.metric} is no metric of the setting {one.setting}", one.where, f"it is of: {', '.join(settings)}"
            )
        before = seen.setdefault((one.key, one.as_of, one.systems), one)
        if before is not one:
            raise InputError(
                f"{one.metric} of {one.entity} has two values as of {one.as_of}", one.where, f"see {before.where}"
            )


def check_names(values: Sequence[Value], entities: Sequence[str], systems: Sequence[str]) -> None:
    """Raise InputError for an entity or a system that the plan does not have; a plan without entities admits any."""
    for one in values:
        if entities and one.entity not in entities:
            raise InputError(f"the plan has no entity {one.entity!r}", one.where, nearest(one.entity, entities))
        for system in one.systems:
            if system not in systems:
                raise InputError(f"the plan has no application {system!r}", one.where, nearest(system, systems))


def newest(values: Sequence[Value], system: str, on: date) -> dict[Key, Value]:
    """Return for a system the value of each metric that holds on a day: the newest that is not later.

    A value told for the system itself wins over one of the same day for all. Source: rule UP-6.
    """
    found: dict[Key, Value] = {}
    for one in sorted(values, key=lambda value: (value.as_of, bool(value.systems))):
        if one.about(system) and one.as_of <= on:
            found[one.key] = one
    return found


def write_metrics(path: Path, values: Sequence[Value]) -> None:
    """Write base metrics as CSV. Raises InputError where that is not possible."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["entity", "setting", "metric", "value", "as_of", "systems", "source", "evidence"])
            for one in values:
                cells = (
                    one.entity, one.setting, one.metric, f"{one.value:f}", one.as_of.isoformat(),
                    " ".join(one.systems), one.source, one.evidence,
                )  # fmt: skip
                writer.writerow("'" + cell if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells)
    except OSError as error:
        raise InputError(
            f"the metrics cannot be written ({error.strerror})", str(path), "choose another --out"
        ) from None
