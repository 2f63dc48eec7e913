"""Draw the questions about reported numbers: one page to print, with room for each reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from percapita.report.html import Markup, isolated, paragraph, section, table
from percapita.report.page import POLICY
from percapita.report.ranges import RangeRow, ranges

PEER_HEADS = ("CCN", "Hospital", "State", "Beds", "Discharges", "FTE", "Headcount")


def render_questions(told: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of some organizations, given as `percapita industry question --format json` prints them.

    An entry of `ranges` may carry `proxy`, the figure of the User Proxy Model.
    """
    style = (resources.files("percapita.report") / "style.css").read_text(encoding="utf-8")
    body = "".join(_organization(place, one) for place, one in enumerate(told))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Questions about reported users</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>Questions about reported users</h1>{paragraph(NOTE)}</header>\n<main>{body}</main>\n"
        "</body>\n</html>\n"
    )


NOTE = (
    "These are questions, not verdicts. The expected ranges follow from public data and from declared assumptions; "
    "each says what it rests on."
)


def _organization(place: int, told: Mapping[str, Any]) -> Markup:
    persons = told["persons"]
    rows = [
        RangeRow(row["name"], row["reported"], row.get("proxy"), row["low"], row["expected"], row["high"])
        for row in told["ranges"]
    ]
    known = (
        f"{persons['expected']:,} persons may work there, {persons['low']:,} to {persons['high']:,}: {told['method']}."
    )
    return section(
        f"organization-{place}",
        told["organization"],
        paragraph(known),
        ranges("Reported and expected individual users", rows),
        *(_finding(finding) for finding in told["findings"]),
        "" if told["findings"] else paragraph("No question."),
        _peers(told["findings"]),
    )


def _finding(finding: Mapping[str, Any]) -> Markup:
    reply = isolated(finding["reply"]) if finding["reply"] else "................................................"
    return Markup(
        f'<div class="open"><p><b>{isolated(finding["rule"])}</b> {isolated(finding["sentence"])}</p>'
        f"<p>Reply: {reply}</p></div>"
    )


def _peers(findings: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the hospitals that the questions compare with, each once."""
    peers = {peer["ccn"]: peer for finding in findings for peer in finding["peers"]}
    if not peers:
        return Markup("")
    rows = [tuple(_figure(value) for value in peer.values()) for peer in peers.values()]
    return table("Hospitals like it", PEER_HEADS, rows, range(3, 7))


def _figure(value: Any) -> Any:
    return round(value) if isinstance(value, float) else value
