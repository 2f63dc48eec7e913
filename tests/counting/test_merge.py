"""A kept merge stands for the digests in it, no more and no less; the statement is the same with or without it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.counting.organization import Organization, as_bytes

MORE_LOG = "ehr,dov,2026-04-04T09:00:00,order\nrcm,cyd,2026-04-05T10:00:00,bill"


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


def empty_facts(clinic: Organization) -> None:
    """Leave of the digests nothing but their stamps: whoever looks into one makes all of them again."""
    for path in clinic.digests():
        content = path.read_bytes()
        foot = 8 + int.from_bytes(content[-8:-4], "little")
        path.write_bytes(content[:4] + bytes(len(content) - 4 - foot) + content[-foot:])


def test_a_count_again_reads_the_merge_alone(clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    empty_facts(clinic)
    spoiled = [path.read_bytes() for path in clinic.digests()]
    assert as_bytes(clinic.count()) == first
    assert [path.read_bytes() for path in clinic.digests()] == spoiled


def test_a_new_file_is_added_to_the_merge(clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    empty_facts(clinic)
    spoiled = {path: path.read_bytes() for path in clinic.digests()}
    clinic.write_log("ehr-03", MORE_LOG)
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))
    assert {path: path.read_bytes() for path in spoiled} == spoiled


def test_without_the_digests_a_merge_does_not_count_twice(clinic: Organization) -> None:
    first = as_bytes(clinic.count())
    for path in clinic.digests():
        path.unlink()
    assert as_bytes(clinic.count()) == first


def test_a_file_that_is_left_out_is_in_no_merge(clinic: Organization, tmp_path: Path) -> None:
    clinic.write_log("ehr-03", MORE_LOG)
    clinic.count()
    clinic.log("ehr-03").unlink()
    for path in clinic.digests():
        if b"ehr-03" in path.read_bytes():
            path.unlink()
    clinic.logs.pop("ehr-03", None)
    assert as_bytes(clinic.count()) == as_bytes(clinic.fresh(tmp_path / "fresh"))


def test_rules_that_conclude_otherwise_are_heard(clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    plan = clinic.plan.read_text(encoding="utf-8")
    assert '"direct_access"' in plan
    clinic.plan.write_text(plan.replace('"direct_access"', '"none"'), encoding="utf-8")
    changed = as_bytes(clinic.count())
    shutil.rmtree(clinic.home / "merged")
    assert as_bytes(clinic.count()) == changed


def test_the_same_content_twice_counts_twice(clinic: Organization) -> None:
    copied = clinic.log("ehr-09")
    shutil.copyfile(clinic.log("ehr-01"), copied)
    expected = clinic.count("reference")["systems"]
    for _ in range(2):
        assert clinic.count()["systems"] == expected
    shutil.rmtree(clinic.home / "merged")
    assert clinic.count()["systems"] == expected


def test_a_home_that_knows_no_links_keeps_merges(clinic: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object, **more: object) -> None:
        raise OSError("no links here")

    first = as_bytes(clinic.count())
    monkeypatch.setattr(os, "link", refuse)
    empty_facts(clinic)
    assert as_bytes(clinic.count()) == first
