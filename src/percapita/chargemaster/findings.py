"""Collect what is wrong with a file: the first so many errors and alerts in full, all others only counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from percapita.chargemaster.rules import ERROR, Rule

DEFAULT_LIMIT = 1000


@dataclass(frozen=True)
class Finding:
    """Hold one error or alert: its place (a cell, `row 7`, a JSON pointer, or nothing for the file), what is wrong,
    its rule.
    """

    path: str
    message: str
    rule: str

    def as_json(self) -> dict[str, str]:
        """Return the finding as JSON values."""
        return {"path": self.path, "message": self.message, "rule": self.rule}


@dataclass
class Findings:
    """Hold the findings of one file; `limit` of errors and `limit` of alerts are kept, the rest is counted."""

    limit: int = DEFAULT_LIMIT
    errors: list[Finding] = field(default_factory=list)
    alerts: list[Finding] = field(default_factory=list)
    error_count: int = 0
    alert_count: int = 0

    def room(self, rule: Rule) -> int:
        """Return how many more findings of the rule's level are kept."""
        return self.limit - len(self._list(rule))

    def add(self, rule: Rule, path: str, **words: Any) -> None:
        """Add a finding; `words` fill in the message of the rule."""
        self.count(rule, 1)
        self.keep(rule, path, **words)

    def count(self, rule: Rule, number: int) -> None:
        """Count findings that are kept, or not, by `keep`."""
        if rule.level == ERROR:
            self.error_count += number
        else:
            self.alert_count += number

    def keep(self, rule: Rule, path: str, **words: Any) -> None:
        """Keep a finding that was counted, if there is room."""
        if self.room(rule) > 0:
            self._list(rule).append(Finding(path, rule.says.format(**words), rule.id))

    def _list(self, rule: Rule) -> list[Finding]:
        return self.errors if rule.level == ERROR else self.alerts

    def as_json(self, file: str) -> dict[str, Any]:
        """Return the verdict on a file as JSON values."""
        return {
            "file": file,
            "valid": self.error_count == 0,
            "errors": [one.as_json() for one in self.errors],
            "alerts": [one.as_json() for one in self.alerts],
            "error_count": self.error_count,
            "alert_count": self.alert_count,
        }
