"""Name the layouts of a file of standard charges."""

from __future__ import annotations

from enum import StrEnum


class Layout(StrEnum):
    """Name the layouts in which CMS takes standard charges."""

    TALL = "tall"
    WIDE = "wide"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """Return how the name of such a file ends."""
        return ".json" if self is Layout.JSON else ".csv"
