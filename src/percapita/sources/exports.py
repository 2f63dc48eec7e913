"""What to ask the owner of a product for: SQL that groups the log where it lies, or the specification of a report."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

UNVERIFIED = "Unverified: nobody has run this on an installation. Look at the first rows before you trust them."


@dataclass(frozen=True)
class Export:
    """Hold one text; `comment` begins the lines around it, so that SQL stays SQL. `plan` are the lines that read it."""

    name: str
    title: str
    verified: bool
    comment: str
    text: str
    plan: str

    @property
    def page(self) -> str:
        """Return all of it as it is printed."""
        head = [self.title, *([] if self.verified else [UNVERIFIED]), ""]
        foot = ["", "In the plan:", "", *self.plan.strip().splitlines()]
        lines = [*self._around(head), *self.text.strip().splitlines(), *self._around(foot)]
        return "\n".join(lines) + "\n"

    def _around(self, lines: list[str]) -> list[str]:
        return [(self.comment + line).rstrip() for line in lines]


@cache
def exports() -> dict[str, Export]:
    """Return the texts that ship, by name."""
    folder = resources.files("percapita.sources") / "export_tables"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    names = [entry.name.removesuffix(".toml") for entry in files]
    said = [tomllib.loads(entry.read_text(encoding="utf-8")) for entry in files]
    return {name: Export(name=name, **words) for name, words in zip(names, said, strict=True)}
