"""Quote values for SQL: the one place where text of files and plans meets a query."""

from __future__ import annotations


def text(value: str) -> str:
    """Return a string literal."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Return a quoted identifier."""
    return '"' + value.replace('"', '""') + '"'
