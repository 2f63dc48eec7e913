"""The report: one page that needs nothing else, holds every figure of its statement, and believes no name."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from percapita.cli.count import run_count
from percapita.report.page import render_report, write_report
from percapita.report.words import BASIS, KINDS, USE_TYPES
from percapita.statement.types import (
    Engine,
    Identities,
    InputFile,
    Organization,
    Period,
    Policies,
    PolicyReference,
    Statement,
    SystemFigures,
    Undetermined,
    as_json,
)
from tests.counting import organization

MONTHS = ("2026-01", "2026-02", "2026-03")
VOID = {"meta", "br", "hr", "img", "link", "input", "rect", "col"}


def system(number: int, **other: Any) -> SystemFigures:
    """Return figures of which no two are alike, so that each can be found on the page."""
    base = 10_000 * number
    given: dict[str, Any] = {
        "id": f"app{number}",
        "name": f"Application {number}",
        "kind": ("emr", "patient_billing", "practice_management", "revenue_cycle", "other")[number % 5],
        "basis": ("log", "usage", "recipients")[number % 3],
        "users": base + 1,
        "range": [base + 2, base + 1],
        "by_use": {use: base + 10 + place for place, use in enumerate(USE_TYPES)},
        "by_entity": {"MAIN": base + 21, "ANNEX": base + 22},
        "by_month": {month: base + 30 + place for place, month in enumerate(MONTHS)},
        "events": base + 41,
        "accounts_seen": base + 42,
        "idle_accounts": base + 43,
        "unknown_accounts": base + 44,
        "excluded": {"service account": base + 51, "vendor": base + 52},
        "needs_determination": {"robot": base + 53},
        "shared_accounts": base + 61,
        "below_minimum": base + 62,
        "undetermined": Undetermined(events=base + 71, persons=base + 72),
        "months_covered": list(MONTHS),
        "months_missing": [],
        "outside_period": base + 81,
        "users_on_proposals": base + 91,
        "part_of": "suite",
    }
    return SystemFigures(**(given | other))


ZEROS = (
    "events",
    "accounts_seen",
    "idle_accounts",
    "unknown_accounts",
    "shared_accounts",
    "below_minimum",
    "outside_period",
    "users_on_proposals",
)


def no_evidence(name: str) -> SystemFigures:
    nothing: dict[str, Any] = dict.fromkeys(ZEROS, 0)
    nothing |= {"by_entity": {}, "by_month": {}, "excluded": {}, "needs_determination": {}, "months_covered": []}
    nothing |= {"by_use": dict.fromkeys(USE_TYPES, 0), "undetermined": Undetermined(events=0, persons=0)}
    return system(9, id=name, name=name, basis="none", users=None, range=None, **nothing)


def with_a_gap(found: SystemFigures) -> SystemFigures:
    months = found.by_month | {"2026-02": 0}
    return replace(found, by_month=months, months_covered=["2026-01", "2026-03"], months_missing=["2026-02"])


def statement(**other: Any) -> Statement:
    given: dict[str, Any] = {
        "schema": "percapita/statement/1",
        "organization": Organization(id="tiny", name="Tiny Clinic"),
        "period": Period(start="2026-01-01", end="2026-03-31", timezone="America/Chicago"),
        "policy": Policies(user_definition=PolicyReference(id="2026", sha256="ab" * 32)),
        "systems": [system(1), system(2), with_a_gap(system(3))],
        "persons": 70_001,
        "idle_accounts": 70_002,
        "unlisted_systems": {"pacs": 70_003},
        "identities": Identities(
            accounts=70_011,
            workforce_rows=70_012,
            conflicts=70_013,
            shared_mailboxes=70_014,
            shared_accounts=70_015,
            invalid_npis=70_016,
            unrecognized_kinds={"avatar": 70_017},
            links=70_018,
            questions=70_019,
            decisions=70_020,
            proposed_kinds={"bot": 70_018},
        ),
        "groups": {"suite": 70_021},
        "inputs": [
            InputFile(path="logs/a.csv", sha256="cd" * 32, rows=70_031, rejected=70_032),
            InputFile(path="logs/gone.csv", sha256="ef" * 32, rows=70_033, rejected=0, kept=True),
        ],
        "warnings": ["lab: something is odd", "ehr: 3 rows fit no rule"],
        "engine": Engine(name="duckdb", version="2.0.1"),
    }
    return Statement(**(given | other))


class Page(HTMLParser):
    """Read a page strictly: every element is closed, in order; tables and texts are kept."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.order: list[str] = []
        self.text: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.captions: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.order.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")
        if tag == "caption":
            self.captions.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text.append(data)
        if "caption" in self.open:
            self.captions[-1] += data
        elif {"th", "td"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def rows(self, caption: str) -> list[list[str]]:
        return self.tables[self.captions.index(caption)]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(statement())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def figures(value: Any) -> list[int]:
    """Return every number of a statement."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [number for part in value for number in figures(part)] if isinstance(value, list) else []


def test_every_figure_is_on_the_page(page: Page) -> None:
    plain = as_json(statement())
    wanted = set(figures(plain))
    assert len(wanted) >= 80  # else the walk saw little of the statement
    shown = {int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*", page.words)}
    assert sorted(wanted - shown) == []


def test_every_name_and_reason_is_on_the_page(page: Page) -> None:
    found = statement()
    texts = [one.name for one in found.systems] + [
        "MAIN",
        "ANNEX",
        "service account",
        "vendor",
        "robot",
        "pacs",
        "suite",
    ]
    texts += [BASIS[one.basis] for one in found.systems] + [KINDS[one.kind] for one in found.systems]
    texts += [*USE_TYPES.values(), "avatar", "logs/a.csv", "logs/gone.csv", "Tiny Clinic", "America/Chicago"]
    texts += ["2026-01-01 to 2026-03-31", "duckdb 2.0.1", "ab" * 6, "cd" * 8, as_json(found)["digest"][:23]]
    texts += found.warnings
    assert [text for text in texts if text not in page.words] == []


def test_the_main_table(page: Page) -> None:
    heads, first, *_ = page.rows("Individual users by application")
    line = dict(zip(heads, first, strict=True))
    assert line["Application"] == "Application 1"
    assert line["Users"] == "10,001"
    assert line["Range"] == "10,002 to 10,001"
    assert line["Rests on"] == "grouped log"
    assert line["Idle accounts"] == "10,043"
    assert line["Months with rows"] == "3"


def test_parts_of_the_figure(page: Page) -> None:
    assert page.rows("Users by kind of use")[1] == ["Application 1", "10,001", "10,010", "10,011", "10,012"]
    assert page.rows("Users by entity")[:2] == [["Application", "ANNEX", "MAIN"], ["Application 1", "10,022", "10,021"]]
    assert page.rows("Users by month")[:2] == [
        ["Application", *MONTHS],
        ["Application 1", "10,030", "10,031", "10,032"],
    ]
    assert page.rows("Users by month")[3] == ["Application 3", "30,030", "no rows", "30,032"]
    assert ["Application 1", "vendor", "10,052"] in page.rows("Accounts not counted")
    assert ["Application 2", "robot", "20,053"] in page.rows("Accounts not counted")


def test_the_figures_come_first_then_what_is_open(page: Page) -> None:
    words = page.words
    assert words.index("Users of each application") < words.index("What is open") < words.index("Users by kind of use")
    for text in statement().warnings:
        assert text in words


def test_a_system_without_evidence_is_not_known() -> None:
    page = Page(render_report(statement(systems=[system(1), no_evidence("Laboratory")])))
    line = next(row for row in page.rows("Individual users by application") if row[0] == "Laboratory")
    assert line[1] == "not known"
    assert "0" not in line[1:4]
    assert all(row[0] != "Laboratory" for row in page.rows("Users by kind of use"))


def test_nothing_open_is_said_too() -> None:
    empty: dict[str, Any] = {"unknown_accounts": 0, "undetermined": Undetermined(events=0, persons=0)}
    quiet = system(1, needs_determination={}, excluded={}, below_minimum=0, users_on_proposals=0, **empty)
    none = Identities(
        accounts=0, workforce_rows=0, conflicts=0, shared_mailboxes=0, shared_accounts=0, invalid_npis=0,
        unrecognized_kinds={},
    )  # fmt: skip
    page = Page(
        render_report(
            statement(systems=[quiet], unlisted_systems={}, inputs=[], identities=none, groups={}, warnings=[])
        )
    )
    assert "Nothing: every row, account and application was decided." in page.words
    assert "Every account with use was counted." in page.words


def test_it_needs_nothing_else(html: str, page: Page) -> None:
    """No script, no picture, no font, no address outside the page; and a policy that would forbid them."""
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video"} & set(
        page.order
    )
    addresses = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href", "background")
    ]
    assert addresses
    assert all(address is not None and address.startswith("#") for address in addresses)
    assert not re.search(r"(?i)https?:|//[a-z]|url\(|@import|javascript:", html)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    policy = next(one["content"] for tag, one in page.tags if tag == "meta" and one.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_it_is_html_that_reads_aloud(html: str, page: Page) -> None:
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert page.order.count("h1") == 1
    assert page.order.count("main") == 1
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        address = attributes.get("href")
        assert address is None or address[1:] in ids
    assert [one.get("scope") for tag, one in page.tags if tag == "th" and not one.get("scope")] == []
    assert page.order.count("caption") == page.order.count("table") == len(page.captions)
    for rows in page.tables:
        assert len({len(row) for row in rows}) == 1


def test_charts_have_their_table_below(html: str, page: Page) -> None:
    assert page.order.count("svg") == 3
    for tag, attributes in page.tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert "by month; the table below has the figures" in (attributes["aria-label"] or "")
    section = html[html.index('<section id="month">') :]
    section = section[: section.index("</section>")]
    assert section.rindex("</svg>") < section.index("<table>")
    bars = re.findall(r"<rect [^>]*>", section)
    assert len(bars) == 9
    assert sum('class="gap"' in one for one in bars) == 1


def test_bars_are_as_high_as_their_figures() -> None:
    drawn = render_report(statement(systems=[system(1, by_month={"2026-01": 0, "2026-02": 50, "2026-03": 100})]))
    heights = [int(height) for height in re.findall(r'<rect x="[^>]*height="(\d+)"', drawn)]
    assert len(heights) == 2
    assert heights[1] == 2 * heights[0] > 0


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></head><script>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; & <b>",
    "\u202egnp.exe",
    "]]><!--",
    "{{7*7}}${7*7}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_texts(name: str) -> None:
    """Wherever a name comes from, it is shown as it is and does nothing."""
    kinds = replace(statement().identities, unrecognized_kinds={name: 3})
    hostile = statement(
        organization=Organization(id=name, name=name),
        period=replace(statement().period, timezone=name),
        policy=Policies(user_definition=PolicyReference(id=name, sha256="ab" * 32)),
        systems=[
            system(
                1,
                id=name,
                name=name,
                part_of=name,
                by_entity={name: 5},
                excluded={name: 6},
                needs_determination={name: 7},
            ),
            no_evidence(name),
        ],
        unlisted_systems={name: 8},
        groups={name: 9},
        identities=kinds,
        inputs=[InputFile(path=name, sha256=name, rows=1, rejected=1, kept=True)],
        warnings=[name],
        engine=Engine(name=name, version=name),
    )
    html = render_report(hostile)
    page = Page(html)
    assert not {"script", "img", "b"} & set(page.order)
    assert not any(attribute.startswith("on") for _, attributes in page.tags for attribute in attributes)
    assert "<!--" not in html
    usual = Page(render_report(statement(systems=[system(1), no_evidence("x")], inputs=statement().inputs[:1])))
    assert set(page.order) <= set(usual.order)
    assert "".join(page.text).count(name) > 10


def test_no_row_may_break_the_page() -> None:
    """A direction mark in a name turns that name alone: each foreign text is isolated."""
    html = render_report(statement(systems=[system(1, name="\u202eevil")]))
    for place in re.finditer("\u202e", html):
        before = html[: place.start()]
        inside = before.rindex("<bdi>") > before.rfind("</bdi>") if "<bdi>" in before else False
        assert inside or before.rindex("<") > before.rindex(">"), before[-60:]


def style() -> str:
    return (resources.files("percapita.report") / "style.css").read_text(encoding="utf-8")


def test_dark_and_print(html: str) -> None:
    for sheet in (style(), html):
        assert "@media print" in sheet
        assert "@media (prefers-color-scheme: dark)" in sheet
        assert "color-scheme: light dark" in sheet
        assert "break-inside: avoid" in sheet
        assert ":focus-visible" in sheet


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors. Source: WCAG 2.2, relative luminance."""

    def luminance(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_colors_can_be_read() -> None:
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", text)) for text in re.findall(r":root \{([^}]*)\}", style())
    )
    for colors in (light, light | dark):
        for ink, paper in (("ink", "paper"), ("soft", "paper"), ("ink", "open-tint"), ("ink", "tint")):
            assert contrast(colors[ink], colors[paper]) >= 4.5, (ink, paper)
        assert contrast(colors["bar"], colors["paper"]) >= 3
        assert contrast(colors["bar"], colors["tint"]) >= 3


def test_the_same_statement_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_report(tmp_path / name, statement())
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "two.html"]


@pytest.mark.slow
def test_many_applications_fit() -> None:
    """Three hundred applications and five years of months stay one page of a size that a browser opens."""
    months = {f"{year}-{month:02}": 5 for year in range(2022, 2027) for month in range(1, 13)}
    many = [system(number, by_month=months, months_covered=list(months)) for number in range(1, 301)]
    html = render_report(statement(systems=many))
    page = Page(html)
    assert len(page.rows("Individual users by application")) == 301
    assert len(page.rows("Users by month")[0]) == 61
    assert len(html) < 5_000_000


def test_the_page_of_a_count_is_that_of_its_statement(tmp_path: Path) -> None:
    clinic = organization.Organization(tmp_path).write()
    run = run_count(clinic.plan, tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert html == render_report(run.statement)
    page = Page(html)
    shown = {row[0]: row[1] for row in page.rows("Individual users by application")[1:]}
    assert shown == {one.name: str(one.users) for one in run.statement.systems}
    assert as_json(run.statement)["digest"][:23] in page.words


def test_the_method_says_how_people_were_linked() -> None:
    assert "Nothing else joined accounts" in Page(render_report(statement())).words
    model = PolicyReference(id="2026-people", sha256="ef" * 32)
    policy = Policies(user_definition=PolicyReference(id="2026", sha256="ab" * 32), link_model=model)
    words = Page(render_report(statement(policy=policy))).words
    assert "by the model 2026-people (efefefefefef)" in words
    assert "the range holds both answers" in words
