"""Draw reported figures beside the User Proxy Model and the expected range, as SVG with the table under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from percapita.report.html import Markup, table

WIDTH, LEFT, ROW, BAR = 640, 190, 34, 12


@dataclass(frozen=True)
class RangeRow:
    """Hold the figures of one application; what is not known is None and is not drawn."""

    name: str
    reported: int | None
    proxy: int | None
    low: int | None
    expected: int | None
    high: int | None

    def largest(self) -> int:
        """Return the largest figure."""
        return max(value or 0 for value in (self.reported, self.proxy, self.expected, self.high))


def ranges(caption: str, rows: Sequence[RangeRow]) -> Markup:
    """Return the chart of some applications and the table of its figures; nothing without rows."""
    if not rows:
        return Markup("")
    heads = ("Application", "Reported", "User Proxy Model", "Expected, low", "Expected", "Expected, high")
    figures = [(row.name, *map(_told, (row.reported, row.proxy, row.low, row.expected, row.high))) for row in rows]
    return Markup(
        f"<figure>{ranges_chart(caption, rows)}{_legend()}</figure>{table(caption, heads, figures, range(1, 6))}"
    )


def ranges_chart(caption: str, rows: Sequence[RangeRow]) -> Markup:
    """Return the chart alone: a band for the expected range with its middle, a bar, a mark for the model."""
    scale = (WIDTH - LEFT - 10) / (max(row.largest() for row in rows) or 1)
    body = "".join(_row(place, row, scale) for place, row in enumerate(rows))
    height = ROW * len(rows) + 4
    says = f"{escape(caption, quote=True)}; the table below has the figures"
    size = f'width="{WIDTH}" viewBox="0 0 {WIDTH} {height}"'
    return Markup(f'<svg class="ranges" role="img" aria-label="{says}" {size}>{body}</svg>')


def _row(place: int, row: RangeRow, scale: float) -> str:
    top = place * ROW + 4
    parts = [f'<text x="0" y="{top + BAR + 6}">{escape(_short(row.name))}</text>']
    if row.low is not None and row.high is not None:
        left, right = _x(row.low, scale), _x(row.high, scale)
        parts.append(f'<rect class="band" x="{left}" y="{top}" width="{max(right - left, 1)}" height="{BAR * 2}"/>')
    if row.reported is not None:
        width = max(_x(row.reported, scale) - LEFT, 1)
        parts.append(f'<rect x="{LEFT}" y="{top + BAR // 2}" width="{width}" height="{BAR}"/>')
    if row.expected is not None:
        at = _x(row.expected, scale)
        parts.append(f'<line class="middle" x1="{at}" x2="{at}" y1="{top}" y2="{top + BAR * 2}"/>')
    if row.proxy is not None:
        at, middle = _x(row.proxy, scale), top + BAR
        points = f"{at},{middle - 7} {at + 6},{middle} {at},{middle + 7} {at - 6},{middle}"
        parts.append(f'<polygon class="proxy" points="{points}"/>')
    return "".join(parts)


def _x(value: int, scale: float) -> int:
    return LEFT + round(value * scale)


def _short(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "\u2026"


def _told(value: int | None) -> object:
    return "not known" if value is None else value


def _legend() -> Markup:
    return Markup(
        "<figcaption>Bar: reported. Shaded: expected range, with its middle as a line. "
        "Diamond: User Proxy Model.</figcaption>"
    )
