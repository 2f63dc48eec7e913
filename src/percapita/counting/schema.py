"""The JSON Schemas of plan and statement, made from the types; `python -m percapita.counting.schema` writes them."""

from __future__ import annotations

import inspect
import json
from importlib import resources
from pathlib import Path
from typing import Any

SHIPPED = {
    "plan": ("percapita.counting", "plan.schema.json"),
    "statement": ("percapita.statement", "statement.schema.json"),
}


def generate(name: str) -> dict[str, Any]:
    """Return the schema of `plan` or `statement` made from its types."""
    import msgspec

    from percapita.counting.plan import Plan
    from percapita.statement.types import Statement

    made = msgspec.json.schema({"plan": Plan, "statement": Statement}[name])
    if name == "plan":
        _allow_presets(made["$defs"])
    plain = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Percapita {name}", **made}
    document: dict[str, Any] = json.loads(json.dumps(plain), object_hook=_tidy)  # tuples in the types, lists in JSON
    return document


def _tidy(part: dict[str, Any]) -> dict[str, Any]:
    """Take the indentation out of a description: newer Pythons leave it out of a docstring, older ones keep it."""
    if isinstance(part.get("description"), str):
        part["description"] = inspect.cleandoc(part["description"])
    return part


def _allow_presets(definitions: dict[str, Any]) -> None:
    """Let a preset stand for the columns of a source: the schema is of the plan as it is written."""
    from percapita.sources.presets import FORMATS, names_of

    for definition in [
        one for name, one in definitions.items() if "columns" in one.get("properties", {}) and name.endswith("Source")
    ]:
        type_ = definition["properties"]["type"]["enum"][0]
        columns = definitions[definition["properties"]["columns"]["$ref"].rpartition("/")[2]]
        needed = columns.pop("required", [])
        names = names_of(type_)
        definition["required"].remove("columns")
        definition["properties"]["preset"] = {"enum": names}
        definition["properties"]["format"] = {"enum": list(dict.fromkeys([*FORMATS, *names]))}
        by_format = {"properties": {"format": {"enum": names}}, "required": ["format"]}
        definition["if"] = {"not": {"anyOf": [{"required": ["preset"]}, by_format]}}
        definition["then"] = {"required": ["columns"], "properties": {"columns": {"required": needed}}}


def as_text(name: str) -> str:
    """Return the text of the schema's file, made from its types."""
    return json.dumps(generate(name), indent=2) + "\n"


def shipped(name: str) -> dict[str, Any]:
    """Return the schema that ships with the package."""
    package, file = SHIPPED[name]
    loaded: dict[str, Any] = json.loads((resources.files(package) / file).read_text(encoding="utf-8"))
    return loaded


def main() -> None:
    """Write both schemas into the package's source."""
    for name, (package, file) in SHIPPED.items():
        target = Path(str(resources.files(package))) / file
        target.write_text(as_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
