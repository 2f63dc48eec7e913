"""A log that is gone still counts while its digest is kept, and the statement says so."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from percapita.counting.check import check
from percapita.counting.keep import build, prune, show
from percapita.errors import InputError
from tests.counting.organization import Organization, as_bytes
from tests.support.plans import statement

ENGINES = ("reference", "duckdb")
GONE = "logs/ehr-01.csv: the file is gone; its kept digest was counted"


@pytest.fixture
def clinic(tmp_path: Path) -> Organization:
    folder = tmp_path / "clinic"
    folder.mkdir()
    return Organization(folder).write()


def as_if_there(found: dict[str, Any]) -> dict[str, Any]:
    """Return a statement without what it says of files that are gone, of the engine, and of itself."""
    plain = {key: value for key, value in found.items() if key not in ("digest", "engine")}
    plain["inputs"] = [one | {"kept": False} for one in found["inputs"]]
    plain["warnings"] = [warning for warning in found["warnings"] if "the file is gone" not in warning]
    return plain


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gone_file_counts_and_is_named(engine: str, clinic: Organization) -> None:
    before = clinic.count()
    clinic.log("ehr-01").unlink()
    after = clinic.count(engine)
    assert as_if_there(after) == as_if_there(before)
    assert [one["path"] for one in after["inputs"] if one["kept"]] == ["logs/ehr-01.csv"]
    assert GONE in after["warnings"]
    assert GONE not in before["warnings"]


@pytest.mark.parametrize("engine", ENGINES)
def test_all_files_of_a_glob_may_be_gone(engine: str, clinic: Organization) -> None:
    before = clinic.count()
    shutil.rmtree(clinic.folder / "logs")
    assert as_if_there(clinic.count(engine)) == as_if_there(before)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_named_without_a_glob_may_be_gone(engine: str, clinic: Organization) -> None:
    clinic.sources = clinic.sources.replace("logs/*.csv", "logs/ehr-01.csv")
    clinic.write_plan()
    before = clinic.count()
    clinic.log("ehr-01").unlink()
    assert as_if_there(clinic.count(engine)) == as_if_there(before)


def test_a_file_never_counted_is_missed(clinic: Organization) -> None:
    shutil.rmtree(clinic.folder / "logs")
    with pytest.raises(InputError, match="no file fits the path"):
        clinic.count()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_went_before_any_count_is_known_from_a_build(
    engine: str, clinic: Organization, tmp_path: Path
) -> None:
    whole = clinic.fresh(tmp_path / "fresh")
    build(clinic.plan)
    clinic.log("ehr-01").unlink()
    assert as_if_there(clinic.count(engine)) == as_if_there(whole)


def test_a_renamed_file_counts_once(clinic: Organization) -> None:
    before = clinic.count()
    clinic.log("ehr-01").rename(clinic.log("january"))
    after = clinic.count()
    assert after["systems"] == before["systems"]
    assert not any(one["kept"] for one in after["inputs"])


def test_a_compressed_file_is_another_file(clinic: Organization) -> None:
    """Nothing ties `ehr-01.csv` to `ehr-01.csv.gz`: a log that stays is not to be packed under the count's nose."""
    import gzip

    clinic.count()
    clinic.sources = clinic.sources.replace("logs/*.csv", "logs/*")
    clinic.write_plan()
    before = clinic.count()
    packed = clinic.folder / "logs" / "ehr-01.csv.gz"
    packed.write_bytes(gzip.compress(clinic.log("ehr-01").read_bytes(), mtime=0))
    clinic.log("ehr-01").unlink()
    after = clinic.count()
    assert [one["path"] for one in after["inputs"] if one["kept"]] == ["logs/ehr-01.csv"]
    assert after["systems"][0]["events"] == before["systems"][0]["events"] + 4


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_last_content_of_a_gone_file_counts(engine: str, clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    clinic.write_log("ehr-01", "ehr,dov,2026-01-06T10:00:00,order")
    clinic.count()
    clinic.log("ehr-01").unlink()
    assert as_if_there(clinic.count(engine)) == as_if_there(clinic.fresh(tmp_path / "fresh"))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_needs_no_log_changes_for_a_gone_file_too(engine: str, clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    shutil.rmtree(clinic.folder / "logs")
    clinic.head = clinic.head.replace("2026-12-31", "2026-02-28")
    clinic.rules = clinic.rules.replace('use_type = "product_reliance"', 'use_type = "output_reliance"')
    clinic.more += '\n[[exclude]]\naccount_id = ["ana"]\nreason = "left out"\n'
    clinic.write_plan()
    assert as_if_there(clinic.count(engine)) == as_if_there(clinic.fresh(tmp_path / "fresh"))


@pytest.mark.parametrize("engine", ENGINES)
def test_rules_that_a_gone_file_cannot_answer_stop_the_count(engine: str, clinic: Organization) -> None:
    clinic.count()
    clinic.log("ehr-01").unlink()
    clinic.rules += '\n[[use]]\nsystem = "ehr"\nactivity = ["print"]\nuse_type = "output_reliance"\n'
    clinic.write_plan()
    with pytest.raises(InputError, match=r"rules of ehr changed.*logs/ehr-01\.csv.*digest prune --gone"):
        clinic.count(engine)
    prune(clinic.plan, gone=True)
    assert [one["path"] for one in clinic.count(engine)["inputs"] if "logs" in one["path"]] == [
        "logs/ehr-02.csv",
        "logs/rcm-01.csv",
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_rules_of_another_system_leave_a_gone_file_alone(engine: str, clinic: Organization, tmp_path: Path) -> None:
    clinic.count()
    clinic.log("ehr-01").unlink()
    clinic.rules += '\n[[use]]\nsystem = "rcm"\nactivity = ["post"]\nuse_type = "product_reliance"\n'
    clinic.write_plan()
    assert as_if_there(clinic.count(engine)) == as_if_there(clinic.fresh(tmp_path / "fresh"))


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("head", "2026-12-31", "2026-12-15"),
        ("head", "America/Chicago", "America/Denver"),
        ("sources", 'path = "logs/*.csv"', 'path = "logs/*.csv"\ndelimiter = ","'),
    ],
)
def test_a_gone_file_is_never_lost_in_silence(part: str, old: str, new: str, clinic: Organization) -> None:
    """Its digest cannot answer when the source or the period cuts rows differently: that is said, or stops the count."""
    clinic.count()
    clinic.log("ehr-01").unlink()
    setattr(clinic, part, getattr(clinic, part).replace(old, new))
    clinic.write_plan()
    try:
        said = " ".join(clinic.count()["warnings"])
    except InputError as error:
        said = str(error)
    assert "logs/ehr-01.csv" in said


def test_rejects_of_a_gone_file_are_kept(clinic: Organization, tmp_path: Path) -> None:
    clinic.write_log("ehr-01", "ehr,ana,2026-01-05T10:00:00,order\nehr,ben,yesterday,order")
    out = tmp_path / "out"
    clinic.count(out=out)
    before = (out / "rejects.csv").read_bytes()
    assert b"logs/ehr-01.csv,3,time" in before
    clinic.log("ehr-01").unlink()
    clinic.count(out=out)
    assert (out / "rejects.csv").read_bytes() == before


def test_a_pruned_gone_file_counts_no_more(clinic: Organization) -> None:
    clinic.count()
    clinic.log("ehr-01").unlink()
    assert prune(clinic.plan, gone=False) == []
    assert [kept.file for kept in prune(clinic.plan, gone=True)] == ["logs/ehr-01.csv"]
    assert {kept.state for kept in show(clinic.plan)} == {"current"}
    assert not any(one["kept"] for one in clinic.count()["inputs"])


def test_a_file_that_comes_back_is_an_ordinary_one(clinic: Organization) -> None:
    before = as_bytes(clinic.count())
    content = clinic.log("ehr-01").read_bytes()
    clinic.log("ehr-01").unlink()
    clinic.count()
    clinic.log("ehr-01").write_bytes(content)
    assert as_bytes(clinic.count()) == before


def test_a_plan_whose_logs_are_all_gone_is_fine(clinic: Organization) -> None:
    clinic.count()
    for log in (clinic.folder / "logs").iterdir():
        log.unlink()
    found = check(clinic.plan)
    assert found.gone_sources == [len(found.sources) + 1]
    assert clinic.count()["persons"] > 0


def test_files_of_another_plan_are_not_missed(clinic: Organization) -> None:
    """Two plans of one organization beside one another keep their digests in one home."""
    other = clinic.folder / "other.toml"
    text = clinic.plan.read_text(encoding="utf-8")
    other.write_text(text.replace("2026-12-31", "2026-06-30").replace("logs/*.csv", "logs/rcm-*.csv"), encoding="utf-8")
    clinic.count()
    found = statement(other, "duckdb")
    assert [warning for warning in found["warnings"] if "gone" in warning] == []
    clinic.log("ehr-01").unlink()
    assert statement(other, "duckdb") == found
