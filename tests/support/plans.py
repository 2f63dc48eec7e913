"""Write small plans and their files, and count them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from percapita.counting.run import Run, Settings, count
from percapita.statement.types import as_json

ENGINES = ("reference", "duckdb")

HEAD = """
[organization]
id = "tiny"
name = "Tiny Clinic"

[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"

[people]
link = "exact"

[count]
max_rejects = 1.0
"""

SYSTEMS = """
[[system]]
id = "ehr"
name = "Charting"
kind = "emr"

[[system]]
id = "rcm"
name = "Billing"
kind = "revenue_cycle"
"""

WORKFORCE = """
[[source]]
type = "workforce"
path = "people.csv"
columns = { COLUMNS }
"""

ACCOUNTS = """
[[source]]
type = "accounts"
path = "accounts.csv"
system = "*"
columns = { COLUMNS }
"""

LOG = """
[[source]]
type = "access"
path = "log.csv"
columns = { COLUMNS }
"""

RULES = """
[[use]]
system = "*"
activity = ["order", "view"]
use_type = "direct_access"

[[use]]
system = "*"
activity = ["bill"]
use_type = "product_reliance"

[[use]]
system = "*"
activity = ["login"]
use_type = "none"
"""

NAMES = {
    "employee": "employee_id",
    "given": "given_name",
    "family": "family_name",
    "born": "birth_date",
    "mail": "email",
    "from": "valid_from",
    "to": "valid_to",
    "type": "worker_type",
    "login": "account_id",
    "time": "occurred_at",
}


def table(text: str) -> list[list[str]]:
    """Return the rows of a table written with bars or commas, the header first."""
    lines = [line for line in textwrap.dedent(text).strip().splitlines() if line.strip()]
    separator = "|" if "|" in lines[0] else ","
    return [[cell.strip() for cell in line.split(separator)] for line in lines]


def columns(header: list[str]) -> str:
    """Return the plan's column map for a header in the short words of the tests."""
    return ", ".join(f'{NAMES.get(word, word)} = "{word}"' for word in header)


@dataclass(frozen=True)
class Case:
    """Hold a small count: tables of people, accounts and a log, more of the plan, and the figures that must follow."""

    title: str
    text: str
    expect: dict[str, Any]
    log: str = ""
    accounts: str = ""
    people: str = ""
    plan: str = ""
    rules: str = RULES
    systems: str = SYSTEMS
    head: str = HEAD
    outputs: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the plan and its files, and return the plan."""
        registers = ""
        if self.outputs:
            rows = table(self.outputs)
            (folder / "outputs.csv").write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
            registers = 'outputs = "outputs.csv"\n'
        plan = registers + self.head + self.systems
        for name, text, source in (
            ("people.csv", self.people, WORKFORCE),
            ("accounts.csv", self.accounts, ACCOUNTS),
            ("log.csv", self.log, LOG),
        ):
            if text:
                rows = table(text)
                (folder / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
                plan += source.replace("COLUMNS", columns(rows[0]))
        for name, text in self.files.items():
            (folder / name).write_text("".join(",".join(row) + "\n" for row in table(text)), encoding="utf-8")
        path = folder / "percapita.toml"
        path.write_text(plan + self.rules + textwrap.dedent(self.plan), encoding="utf-8")
        return path


def statement(plan: Path, engine: str, **settings: Any) -> dict[str, Any]:
    """Count a plan and return the statement as JSON values."""
    return as_json(run(plan, engine, **settings).statement)


def run(plan: Path, engine: str = "duckdb", **settings: Any) -> Run:
    """Count a plan."""
    return count(plan, Settings(engine=engine, **settings))


def figure(found: dict[str, Any], name: str) -> Any:
    """Return the figure that a dotted name means: `ehr.users`, `ehr.by_use.direct_access`, `persons`."""
    first, *rest = name.split(".")
    by_id = {system["id"]: system for system in found["systems"]}
    value = by_id[first] if first in by_id else found[first]
    for part in rest:
        value = value[part]
    return value
