"""What the license check needs to know is found in every format, and alike."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from percapita.chargemaster.facts import CPT_SHAPE, descriptors_of, facts_of, folded
from percapita.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "standard-charges"
EXAMPLES = [
    "V3.0.0_Tall_CSV_Format_Example.csv", "V3.0.0_Wide_CSV_Format_Example.csv", "v3_json_format_example.json"
]  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_cms(name: str) -> None:
    found = facts_of(DATA / name, valid=True)
    assert found.attested is True
    assert found.updated_on is not None
    assert found.rows_by_type["CPT"] > 0
    assert (found.cpt_under_hcpcs, found.copied, found.notice_year) == (0, None, None)


def test_the_formats_agree_on_the_day() -> None:
    assert len({facts_of(DATA / name, valid=True).updated_on for name in EXAMPLES}) == 1


def test_packed(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress((DATA / EXAMPLES[2]).read_bytes()))
    plain = facts_of(DATA / EXAMPLES[2], valid=True)
    assert facts_of(path, valid=True).rows_by_type == plain.rows_by_type


def test_nothing_is_read_of_a_file_that_is_not_valid(tmp_path: Path) -> None:
    found = facts_of(tmp_path / "none.csv", valid=False)
    assert (found.valid, found.rows_by_type) == (False, {})


def rows(tmp_path: Path, *items: str, head: str = "", value: str = "") -> Path:
    names = f"hospital_name,last_updated_on,To the best of its knowledge and belief this is so,{head}"
    values = f"West,2026-06-01,FALSE,{value}"
    columns = "description,code|1,code|1|type,code|2,code|2|type"
    path = tmp_path / "x.csv"
    path.write_text("\n".join([names, values, columns, *items]), encoding="utf-8")
    return path


def test_rows_by_type(tmp_path: Path) -> None:
    path = rows(tmp_path, "A,00000,cpt,1,CDM", "B,99Z99,HCPCS,,", "C,00001, hcpcs ,2,CDM", ",,,,", "D,X0001,HCPCS,3")
    found = facts_of(path, valid=True)
    assert found.rows_by_type == {"CPT": 2, "CDM": 2, "HCPCS": 2}
    assert (found.cpt_under_hcpcs, found.attested, found.updated_on) == (1, False, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("code", "is_cpt"),
    [("00000", True), ("0000F", True), ("0000t", True), ("0000U", True), ("0000M", True), ("0000A", True), ("A0000", False), ("000000", False), ("0000Z", False)],
)  # fmt: skip
def test_the_shape_of_cpt(code: str, is_cpt: bool) -> None:
    assert (CPT_SHAPE.fullmatch(code) is not None) == is_cpt


def test_a_copied_descriptor_is_found_whatever_its_case(tmp_path: Path) -> None:
    path = rows(
        tmp_path, '"Made-up  PROCEDURE, one",00000,CPT,,', "Something else,00001,CPT,,", "made up procedure one,7,CDM,,"
    )
    found = facts_of(path, valid=True, descriptors={folded("Made up procedure one")})
    assert found.copied == 1


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("CPT copyright 2025 American Medical Association. All rights reserved.", 2025),
        ("CPT © 2025 American Medical Association", 2025),
        ("(c) 2025 by the American Medical Association", 2025),
        ("copyright 2025 West Mercy", None),
        ("", None),
    ],
)
def test_the_copyright_notice_in_the_file_or_beside_it(text: str, year: int | None, tmp_path: Path) -> None:
    assert facts_of(rows(tmp_path, head="notice", value=text), valid=True).notice_year == year
    plain = rows(tmp_path)
    (tmp_path / "copyright-notice.txt").write_text(text, encoding="utf-8")
    assert facts_of(plain, valid=True).notice_year == year


def test_a_notice_in_json(tmp_path: Path) -> None:
    content = json.loads((DATA / EXAMPLES[2]).read_text(encoding="utf-8"))
    content["notice"] = "CPT copyright 2025 American Medical Association"
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert facts_of(path, valid=True).notice_year == 2025


@pytest.mark.parametrize(
    "content",
    ["A notice.\n00000\tMade-up thing, long\n", "A notice, made up\n00000 Made-up thing, long\n0000T other\n"],
)
def test_release_files_with_tabs_or_fixed_columns(content: str, tmp_path: Path) -> None:
    path = tmp_path / "release.txt"
    path.write_bytes(content.encode("cp1252"))
    assert "made up thing long" in descriptors_of(path)
    assert not any("notice" in one for one in descriptors_of(path))


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"nothing of the kind"])
def test_a_release_file_without_descriptors_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "release.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no descriptor"):
        descriptors_of(path)
