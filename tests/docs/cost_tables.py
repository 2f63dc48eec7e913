"""The page of the tables behind the cost: rates, calendars, factors. Made from what ships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from percapita.policy.proxy_factors import load_proxy_factors
from percapita.policy.rate_card import load_rate_card
from percapita.policy.report_calendar import load_report_calendars
from percapita.royalty import ledger, split

Row = Sequence[str]
Grid = Callable[[Row, Iterable[Row]], str]

TEXT = """
# The tables behind the cost

Nothing of this is in the program. Each table is dated, names its sources, and can be replaced by that of your own
agreement: `percapita policy list --kind rate-card` lists those that ship, `percapita policy show --kind rate-card` prints
one to copy. What no source states is not in them.

"""


def cost_page(grid: Grid) -> str:
    """Return the page without its note."""
    return (
        TEXT
        + _rates(grid)
        + _rules(grid, "Who pays", split.__doc__)
        + _calendars(grid)
        + _rules(grid, "Reports", ledger.__doc__)
        + _factors(grid)
    ).rstrip() + "\n"


def _rules(grid: Grid, title: str, doc: str | None) -> str:
    """Return the rules that the docstring of a module lists, one after a dash each, and who says so."""
    listed, _, source = (doc or "").partition("\nSource")
    found = [" ".join(part.split()).partition(": ") for part in listed.split("\n- ")[1:]]
    rows = [(rule, says) for rule, _, says in found]
    return f"## {title}: rules\n\n{grid(('rule', 'says'), rows)}\nSource {' '.join(source.split())}\n\n"


def _rates(grid: Grid) -> str:
    card = load_rate_card(None, Path())
    rows = [
        (str(release), content, f"{item} ({rate.basis})" if rate.basis else item, f"{rate.amount:.2f}", rate.source)
        for (release, content, item), rate in sorted(card.rates.items())
    ]
    rows += [
        (str(release), content, "", "not available", source)
        for (release, content), source in sorted(card.not_available.items())
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    header = ("release", "content", "item", f"amount, {card.currency}", "according to")
    return f"## Rates: `rate-card` {card.id}\n\n`percapita quote --rates`. SHA-256 `{card.sha256}`.\n\n{grid(header, rows)}\n"


def _calendars(grid: Grid) -> str:
    table = load_report_calendars(None, Path())
    rows = [
        (
            name,
            period.end.strftime("%m-%d"),
            f"{period.due:%m-%d}" + (" of the next year" if period.due.year > 2026 else ""),
            one.source,
        )
        for name, one in table.calendars.items()
        for period in one.periods(2026)
    ]
    header = ("calendar", "period to", "due", "according to")
    return f"## Due dates: `report-calendar` {table.id}\n\n`percapita ledger start --calendars`. SHA-256 `{table.sha256}`.\n\n{grid(header, rows)}\n"


def _factors(grid: Grid) -> str:
    table = load_proxy_factors(None, Path())
    factors = [
        (one.id, one.setting, one.metric, f"{one.factor:f}", one.cap, "example" if one.example else "", one.source)
        for one in table.factors
    ]
    metrics = [
        (f"`{one.id}`", ", ".join(one.settings), one.question, one.definition, one.where_found)
        for one in table.metrics.values()
    ]
    rules = [(one.id, one.text, one.source) for one in sorted(table.rules.values(), key=lambda rule: rule.id)]
    return (
        f"## User Proxy Model: `proxy-factors` {table.id}\n\n`percapita proxy --factors`. SHA-256 `{table.sha256}`. No factor for hospitals ships.\n\n"
        + grid(("factor", "setting", "metric", "users of one", "never more than", "", "according to"), factors)
        + "\n### Metrics\n\n"
        + grid(("metric", "settings", "question", "what is meant", "where it is found"), metrics)
        + "\n### Rules\n\n"
        + grid(("rule", "says", "according to"), rules)
    )
