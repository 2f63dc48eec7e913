"""Presets: the columns and the format of files that products write, as data. A plan can override each column.

`preset_tables/NAME.toml` is a preset. `verified` says that its columns follow a published specification or are made by
us; the others rest on what could be found and want a look at the first values (`percapita check`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from percapita.errors import InputError, nearest
from percapita.sources.spec import FileFormat

RECIPIENT = ("email", "employee_id", "account_id")  # a list of recipients names them by one of these


@dataclass(frozen=True)
class Preset:
    """Hold what a preset fills in: keys of the source, and columns."""

    name: str
    title: str
    type: str
    verified: bool
    basis: str
    says: str
    source: dict[str, Any]
    columns: dict[str, Any]
    export_help: str | None = None


@cache
def presets() -> dict[str, Preset]:
    """Return the presets that ship, by name."""
    folder = resources.files("percapita.sources") / "preset_tables"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): _read(name) for name in names}


def _read(file: str) -> Preset:
    text = (resources.files("percapita.sources") / "preset_tables" / file).read_text(encoding="utf-8")
    said = tomllib.loads(text)
    return Preset(
        name=file.removesuffix(".toml"), source=said.pop("source", {}), says=" ".join(said.pop("says").split()), **said
    )


def names_of(type_: str) -> list[str]:
    """Return the names of the presets for a type of source."""
    return [name for name, preset in presets().items() if preset.type == type_]


def with_presets(plan: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a plan as TOML gives it with its presets filled in. Raises InputError for an unknown preset.

    What is not shaped as a plan is left as it is, for the check of its shape to say so.
    """
    sources = plan.get("source")
    if not isinstance(sources, list):
        return plan
    filled = [_filled(source, f"{where}, [[source]] {number}") for number, source in enumerate(sources, start=1)]
    return {**plan, "source": filled}


def _filled(source: Any, where: str) -> Any:
    if not isinstance(source, dict) or not isinstance(source.get("columns", {}), dict):
        return source
    name = _named(source)
    if name is None:
        _check_columns(source, where)
        return source
    preset = _find(name, source, where)
    given = source.get("columns", {})
    columns = {column: rule for column, rule in preset.columns.items() if not _replaced(column, given, preset.type)}
    told = {key: value for key, value in source.items() if key != "format" or value not in presets()}
    return {**preset.source, **told, "preset": name, "columns": {**columns, **given}}


def _named(source: dict[str, Any]) -> Any:
    """Return the preset that a source names: by `preset`, or by a format that has a preset of its own name."""
    if "preset" in source:
        return source["preset"]
    format_ = source.get("format")
    wants = isinstance(format_, str) and format_ in presets() and (format_ not in FORMATS or "columns" not in source)
    return format_ if wants else None


FORMATS = get_args(FileFormat)


def _find(name: Any, source: dict[str, Any], where: str) -> Preset:
    preset = presets().get(name) if isinstance(name, str) else None
    type_ = source.get("type")
    if preset is None:
        known = names_of(str(type_)) or list(presets())
        raise InputError(f"{name!r} is not a known preset", where, nearest(str(name), known))
    if "type" in source and type_ != preset.type:
        raise InputError(
            f"the preset {name!r} is of another type of source",
            where,
            f'write type = "{preset.type}", or another preset',
        )
    return preset


def _replaced(column: str, given: dict[str, Any], type_: str) -> bool:
    return type_ == "recipients" and column in RECIPIENT and any(name in given for name in RECIPIENT)


def _check_columns(source: dict[str, Any], where: str) -> None:
    """Raise InputError for a source without columns, with the presets that could fill them in."""
    if "columns" not in source and (known := names_of(str(source.get("type")))):
        cure = f"name your columns, see `percapita init`, or let a preset do it: {', '.join(known)}"
        raise InputError("the key 'columns' is missing", where, cure)
