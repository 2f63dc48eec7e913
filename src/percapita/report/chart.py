"""Draw the months of an application as SVG bars; a month without rows is marked, not drawn as zero."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from percapita.report.html import Markup

HEIGHT, STEP, WIDTH = 56, 22, 16


def months_chart(title: str, by_month: Mapping[str, int], missing: frozenset[str]) -> Markup:
    """Return the bars of the people of each month; the table under it says the figures."""
    largest = max(by_month.values(), default=0) or 1
    parts = []
    for place, (month, people) in enumerate(by_month.items()):
        left = place * STEP + 2
        if month in missing:
            parts.append(f'<rect class="gap" x="{left}" y="2" width="{WIDTH}" height="{HEIGHT}"/>')
        elif people:
            height = max(1, round(HEIGHT * people / largest))
            parts.append(f'<rect x="{left}" y="{HEIGHT + 2 - height}" width="{WIDTH}" height="{height}"/>')
        label = escape(month[5:])
        parts.append(f'<text x="{left + WIDTH // 2}" y="{HEIGHT + 15}">{label}</text>')
    width = len(by_month) * STEP + 4
    says = f"Users of {escape(title, quote=True)} by month; the table below has the figures"
    size = f'width="{width}" viewBox="0 0 {width} {HEIGHT + 18}"'
    return Markup(f'<svg class="months" role="img" aria-label="{says}" {size}>{"".join(parts)}</svg>')
