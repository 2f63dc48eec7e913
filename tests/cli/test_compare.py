"""What `percapita compare` and `percapita rules preview` print and refuse."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from percapita.cli.main import run
from tests.cli.conftest import Complaint, Told
from tests.counting.organization import LOGS, Organization

PRINT_IS_USE = '\n[[use]]\nsystem = "ehr"\nactivity = ["print"]\nuse_type = "direct_access"\n'


@pytest.fixture
def results(clinic: Organization, told: Told) -> tuple[Path, Path]:
    """Count the clinic with and without what one user did."""
    old, new = clinic.folder / "old", clinic.folder / "new"
    clinic.write_log("ehr-01", LOGS["ehr-01"].replace("ehr,ben,2026-01-31T23:30:00,order\n", ""))
    told("count", clinic.plan, "--out", old)
    clinic.write_log("ehr-01", LOGS["ehr-01"])
    told("count", clinic.plan, "--out", new)
    return old, new


def test_the_table(told: Told, results: tuple[Path, Path]) -> None:
    text = told("compare", *results)
    rows = [line.split() for line in text.splitlines()]
    assert ["Charting", "2", "3", "+1"] in rows
    assert ["+1", "began", "to", "use", "it", "1"] in rows
    assert ["Billing", "1", "1", "0"] in rows
    assert told("compare", *(one / "statement.json" for one in results)) == text


def test_where_very_many_are_alike_only_those_that_differ_are_listed(
    told: Told, clinic: Organization, results: tuple[Path, Path]
) -> None:
    clinic.systems += "".join(f'\n[[system]]\nid = "s{n}"\nname = "App {n}"\nkind = "other"\n' for n in range(30))
    clinic.write_plan()
    told("count", clinic.plan, "--out", results[1])
    clinic.rules += PRINT_IS_USE
    clinic.write_plan()
    text = told("rules", "preview", clinic.plan, "--results", results[1])
    assert "Charting" in text
    assert "App 7" not in text
    assert "applications without a difference: --format json lists them." in text
    told("count", clinic.plan, "--out", clinic.folder / "third")
    text = told("compare", results[1], clinic.folder / "third")
    assert "App 7" not in text
    assert "Charting" in text


def test_the_json_names_each_person_once(told: Told, results: tuple[Path, Path]) -> None:
    said = json.loads(told("compare", *reversed(results), "--format", "json"))
    (part,) = said["systems"][0]["parts"]
    assert (part["cause"], part["change"], part["added"]) == ("stopped", -1, [])
    assert part["removed"][0].startswith("p-")
    assert said["old"]["start"] == "2026-01-01"


class Details(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.summaries: list[str] = []
        self.people: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe")
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["summary"]:
            self.summaries.append(data)
        if "details" in self.open and self.open[-1] == "bdi":
            self.people.append(data)


def test_the_page_opens_each_list(told: Told, results: tuple[Path, Path]) -> None:
    page = results[0] / "changed.html"
    assert told("compare", *results, "--format", "html", "--out", page) == f"  {page}\n"
    text = page.read_text(encoding="utf-8")
    assert told("compare", *results, "--format", "html") == text
    found = Details()
    found.feed(text)
    assert found.open == []
    assert found.summaries == ["began to use it: 1 person added"]
    said = json.loads(told("compare", *results, "--format", "json"))
    assert found.people == said["systems"][0]["parts"][0]["added"]


def test_a_name_is_text_on_the_page(told: Told, clinic: Organization, results: tuple[Path, Path]) -> None:
    clinic.head = clinic.head.replace("Tiny Clinic", "<script>x</script>")
    clinic.write_plan()
    told("count", clinic.plan, "--out", results[1])
    assert "<script" not in told("compare", *results, "--format", "html")


def test_two_organizations_are_refused(
    complaint: Complaint, told: Told, clinic: Organization, results: tuple[Path, Path]
) -> None:
    clinic.head = clinic.head.replace('id = "tiny"', 'id = "other"')
    clinic.write_plan()
    told("count", clinic.plan, "--out", results[1])
    code, said = complaint("compare", *results)
    assert code == 2
    assert said.startswith("these are counts of two organizations: 'tiny' and 'other' · compare · ")


def test_bad_input(complaint: Complaint, results: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = results
    assert complaint("compare", tmp_path / "none", new)[0] == 2
    assert complaint("compare", tmp_path, new)[0] == 2
    code, said = complaint("compare", old, new, "--out", tmp_path / "x.html")
    assert (code, said) == (2, "--out is for a page · command line · add --format html, or leave --out out")
    page = tmp_path / "none" / "x.html"
    code, said = complaint("compare", old, new, "--format", "html", "--out", page)
    assert said == f"the page cannot be written (No such file or directory) · {page} · choose another --out"
    statement = old / "statement.json"
    statement.write_text(statement.read_text(encoding="utf-8").replace('"users": 2', '"users": 1'), encoding="utf-8")
    code, said = complaint("compare", old, new)
    assert code == 2
    assert "was changed after it was counted" in said


def test_preview_shows_whom_a_changed_rule_adds(told: Told, clinic: Organization) -> None:
    results = clinic.folder / "results"
    told("count", clinic.plan, "--out", results)
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    clinic.more = PRINT_IS_USE
    clinic.write_plan()
    text = told("rules", "preview", clinic.plan)
    rows = [line.split() for line in text.splitlines()]
    assert ["Charting", "3", "4", "1"] in rows
    assert ["Billing", "1", "1"] in rows
    said = json.loads(told("rules", "preview", clinic.plan, "--results", results, "--format", "json"))
    (part,) = said["systems"][0]["parts"]
    assert (part["cause"], len(part["added"]), part["removed"]) == ("rules", 1, [])
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before


def test_preview_against_the_plan_as_it_was(told: Told, clinic: Organization) -> None:
    old = clinic.folder / "old.toml"
    old.write_text(clinic.plan.read_text(encoding="utf-8"), encoding="utf-8")
    clinic.more = '\n[[exclude]]\naccount_id = ["ana"]\nreason = "vendor"\n'
    clinic.write_plan()
    rows = [line.split() for line in told("rules", "preview", clinic.plan, "--before", old).splitlines()]
    assert ["Charting", "3", "2", "1"] in rows
    assert not (clinic.folder / "results").exists()


def test_preview_needs_something_to_compare_with(complaint: Complaint, clinic: Organization) -> None:
    code, said = complaint("rules", "preview", clinic.plan)
    assert code == 2
    assert said.startswith("there are no results to compare with · ")
    both = ("--results", clinic.folder, "--before", clinic.plan)
    assert complaint("rules", "preview", clinic.plan, *both)[0] == 2


def test_preview_of_a_file_that_cannot_be_read_names_no_folder_that_is_gone(
    complaint: Complaint, told: Told, clinic: Organization
) -> None:
    told("count", clinic.plan, "--out", clinic.folder / "results")
    clinic.head = clinic.head.replace("max_rejects = 1.0", "max_rejects = 0.0")
    clinic.write_log("ehr-01", "ehr,ana,never,order\n")
    clinic.write_plan()
    code, said = complaint("rules", "preview", clinic.plan)
    assert code == 2
    assert said.endswith(" · correct the file or the plan, or raise [count] max_rejects")


def test_rules_alone_asks_for_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    assert "preview" in capsys.readouterr().out
