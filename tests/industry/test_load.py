"""Loading: every kind is recognized, provenance stays, the same file changes nothing, the newest release stands."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.industry.facts import Facts
from percapita.industry.load import load_files
from percapita.industry.store import loads, locked, opened
from tests.industry.conftest import DATA, FILES

HGI = "Facility ID,Facility Name,Address,City/Town,State,ZIP Code,Telephone Number,Hospital Type,Hospital Ownership,Emergency Services\n"
HGI_ROW = "330001,Lakeside Hospital,1 Main St,Albany,NY,12207,(518) 555-0100,Acute Care Hospitals,Government,Yes\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_each_shipped_file_is_recognized(loaded_home: Path) -> None:
    kinds = {load.file: (load.kind, load.coverage, load.release) for load in loads(loaded_home)}
    assert kinds == {
        "cms_asc_personnel_2023_2024q3.csv.gz": ("asc-quality", "", "2024-09"),
        "cms_hospital_general_information_2025-07.csv.gz": ("hospital-general", "", "2025-07"),
        "cms_hospital_general_information_c2019.csv.gz": ("hospital-general", "", "2019"),
        "cms_ny_imm3_edv_op22_2024.csv.gz": ("timely-effective", "", "2024"),
        "cms_pi_hospital_py2023.csv.gz": ("pi-hospital", "2023", "2023"),
        "cms_pos_2025q4_extract.csv.gz": ("provider-of-services", "", "2025-12"),
        "cms_va_te_imm3_edv.csv.gz": ("va-timely-effective", "", "2024-03"),
        "ehr_incentive_eh_2013-09.csv.gz": ("ehr-incentive", "", "2013-09"),
        "hcris_ime_gme_fy2011.csv.gz": ("hcris-ime-gme", "2011", "2011"),
        "hcris_puf_costreport_fy2018.csv.gz": ("hcris-puf", "2018", "2018"),
        "hcris_puf_costreport_fy2020.csv.gz": ("hcris-puf", "2020", "2020"),
        "hcris_puf_costreport_fy2021.csv.gz": ("hcris-puf", "2021", "2021"),
        "onc_chpl_b10_listings_2026-02.csv.gz": ("chpl-listings", "", "2026-02"),
        "onc_pi_hospital_first_developer_py2023.csv.gz": ("onc-first-developer", "", "2023"),
    }


def test_figures_are_those_of_the_file(facts: Facts) -> None:
    (report,) = [one for one in facts.reports("010001") if one.year == 2021]
    assert (report.fte, report.beds, report.discharges, report.kind) == (2516.04, 326.0, 17818.0, "STH")
    assert [one.year for one in facts.reports("010001")] == [2021, 2020, 2018, 2011]
    headcount = facts.headcount("330214")
    assert headcount is not None
    assert (headcount.value, headcount.year, headcount.file) == (51172.0, 2025, "cms_ny_imm3_edv_op22_2024.csv.gz")


def test_provenance(loaded_home: Path) -> None:
    for load in loads(loaded_home):
        ((name, sha256),) = load.files
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == sha256


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    files = [DATA / "cms_va_te_imm3_edv.csv.gz", DATA / "cms_asc_personnel_2023_2024q3.csv.gz"]
    assert [one.new for one in load_files(files, tmp_path)] == [True, True]
    before = tree(tmp_path)
    assert [one.new for one in load_files(files, tmp_path)] == [False, False]
    assert tree(tmp_path) == before


def test_one_file_named_twice_is_loaded_once(tmp_path: Path) -> None:
    file = DATA / "cms_va_te_imm3_edv.csv.gz"
    assert len(load_files([file, file], tmp_path)) == 1


def test_a_newer_release_stands_and_the_older_stays(tmp_path: Path) -> None:
    new = write(tmp_path / "hgi_2025-07.csv", HGI + HGI_ROW.replace("Lakeside", "Lakeside Regional"))
    old = write(tmp_path / "hgi_2024-10.csv", HGI + HGI_ROW)
    home = tmp_path / "industry"
    assert [one.superseded_by for one in load_files([new], home)] == [None]
    assert [one.superseded_by for one in load_files([old], home)] == ["hgi_2025-07.csv"]
    with opened(home) as connection:
        facts = Facts(connection)
        assert facts.names() == {"330001": "LAKESIDE REGIONAL HOSPITAL".title()}
        assert facts.rows("SELECT count(*) FROM places") == [(2,)]
        assert facts.rows("SELECT DISTINCT file FROM current_facts") == [("hgi_2025-07.csv",)]


def test_years_of_one_kind_stand_beside_one_another(facts: Facts) -> None:
    rows = facts.rows("SELECT coverage FROM loads WHERE kind = 'hcris-puf' AND superseded_by = 0 ORDER BY 1")
    assert rows == [("2018",), ("2020",), ("2021",)]


def test_a_file_without_a_release(tmp_path: Path) -> None:
    path = write(tmp_path / "hospitals.csv", HGI + HGI_ROW)
    (one,) = load_files([path], tmp_path / "a")
    assert (one.load.release, one.notes) == (
        "undated",
        ("the release is not known: give it with --release, such as 2025-07",),
    )
    (told,) = load_files([path], tmp_path / "b", release="2025-07")
    assert (told.load.release, told.notes) == ("2025-07", ())


def test_either_all_files_or_none(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "a_2025.csv", HGI + HGI_ROW), write(tmp_path / "b_2025.csv", "x,y\n1,2\n")
    with pytest.raises(InputError):
        load_files([good, bad], tmp_path / "industry")
    assert not (tmp_path / "industry").exists()


def test_a_damaged_database_is_rebuilt_from_the_loads(tmp_path: Path) -> None:
    first = write(tmp_path / "a_2025.csv", HGI + HGI_ROW)
    home = tmp_path / "industry"
    load_files([first], home)
    (home / "industry.duckdb").write_bytes(b"broken")
    with pytest.raises(InputError, match="remove that file"), opened(home):
        pass
    (home / "industry.duckdb").unlink()
    load_files([write(tmp_path / "b_2026.csv", HGI + HGI_ROW)], home)
    with opened(home) as connection:
        assert Facts(connection).rows("SELECT count(*) FROM loads") == [(1,)]


def test_one_load_at_a_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a_2025.csv", HGI + HGI_ROW)
    with locked(tmp_path / "industry"), pytest.raises(InputError, match="another load is going on"):
        load_files([path], tmp_path / "industry")
    assert [one.new for one in load_files([path], tmp_path / "industry")] == [True]


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "industry").write_text("a file", encoding="utf-8")
    path = write(tmp_path / "a_2025.csv", HGI + HGI_ROW)
    with pytest.raises(InputError, match="the data home cannot be written"):
        load_files([path], tmp_path / "industry")


def test_a_crash_leaves_what_was_there(tmp_path: Path) -> None:
    home = tmp_path / "industry"
    load_files([write(tmp_path / "a_2025.csv", HGI + HGI_ROW)], home)
    before = tree(home)
    (home / ".making-1").mkdir()  # what a process that was killed leaves
    (home / ".industry.duckdb.1").write_bytes(b"half")
    with opened(home) as connection:
        assert Facts(connection).rows("SELECT count(*) FROM loads") == [(1,)]
    assert {name: content for name, content in tree(home).items() if not name.startswith(".industry")} == before


def test_nothing_loaded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="percapita industry load"), opened(tmp_path):
        pass


def test_a_finding_keeps_value_link_day_and_copy(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>1,234 employees</p>", encoding="utf-8")
    path = write(
        tmp_path / "found.csv",
        "ccn,metric,value,link,date,copy\n330001,headcount,1234,https://example.org/about,2026-02-03,page.html\n",
    )
    load_files([path], tmp_path / "industry")
    digest = hashlib.sha256(b"<p>1,234 employees</p>").hexdigest()
    assert (tmp_path / "industry" / "copies" / f"{digest}.html").read_bytes() == b"<p>1,234 employees</p>"
    with opened(tmp_path / "industry") as connection:
        facts = Facts(connection)
        told = facts.rows("SELECT metric, number, text, ends::VARCHAR FROM current_facts ORDER BY metric")
        assert told == [
            ("copy", None, f"sha256:{digest}", "2026-02-03"),
            ("headcount", 1234.0, None, "2026-02-03"),
            ("link", None, "https://example.org/about", "2026-02-03"),
        ]
        assert facts.headcount("330001") is not None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("330001,headcount,1234,https://example.org,2026-02-03,gone.html", "saved copy of a finding is not there"),
        ("330001,headcount,1234,,2026-02-03,page.html", "a finding has no link"),
        ("330001,employees,12,https://example.org,2026-02-03,page.html", "a finding has no metric that is known"),
        ("330001,headcount,many,https://example.org,2026-02-03,page.html", "not a number"),
        ("330001,headcount,12,https://example.org,02/03/2026,page.html", "not a date such as 2021-09-30"),
    ],
)
def test_a_finding_that_lacks_something(row: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("x", encoding="utf-8")
    path = write(tmp_path / "found.csv", f"ccn,metric,value,link,date,copy\n{row}\n")
    with pytest.raises(InputError, match=words):
        load_files([path], tmp_path / "industry")


MADE = {
    "aha-survey": ("ID,MCRNUM,MNAME,MLOCADDR,MLOCCITY,MSTATE,MLOCZIP,YEAR,BDTOT,ADMTOT,FTTOT,PTTOT,RESP\n6330001,330001,Lakeside,1 Main St,Albany,NY,12207,2024,120,5000,700,200,1\n", "beds", 120.0),
    "himss-analytics": ("HAEntityId,MedicareNumber,HospitalName,NofBeds,FullTimeEmployees,SurveyYear,Application,Vendor,Status\n77,330001,Lakeside,121,800,2012,Order Entry,Some Vendor,Live and Operational\n", "full_time", 800.0),
    "pecos-hospital": ("ENROLLMENT ID,NPI,MULTIPLE NPI FLAG,CCN,ASSOCIATE ID,ORGANIZATION NAME,DOING BUSINESS AS NAME,ADDRESS LINE 1,CITY,STATE,ZIP CODE,PROPRIETARY NONPROFIT\nO1,1356344915,N,330001,42,LAKESIDE LLC,LAKESIDE HOSPITAL,1 MAIN ST,ALBANY,NY,122070000,N\n", "pac_id", "42"),
    "pecos-reassignment": ("Individual NPI,Group PAC ID,Group Legal Business Name,Group State Code,Group Reassignments and Physician Assistants\n1356344915,42,LAKESIDE GROUP,NY,25\n", "clinicians", 25.0),
    "onc-products": ("Facility.ID,CEHRT.ID,chpl_id,developer_name,product_name\n330001,0015CAN28DKT47C,15.1,Some Vendor,Chart\n", "product", "Chart"),
    "chpl-download": ("CHPL ID,Developer Name,Product Name,Version,Certification Status,170.315(A)(1)\n15.1,Some Vendor,Chart,1,Active,TRUE\n", "has_cpoe", "TRUE"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MADE)
def test_made_rows_of_other_kinds(kind: str, tmp_path: Path) -> None:
    text, metric, value = MADE[kind]
    (one,) = load_files([write(tmp_path / "made_2024.csv", text)], tmp_path / "industry")
    assert one.load.kind == kind
    with opened(tmp_path / "industry") as connection:
        rows = Facts(connection).rows("SELECT coalesce(number::VARCHAR, text) FROM facts WHERE metric = ?", metric)
    assert rows == [(str(value),)]


def test_nppes_keeps_organizations_only(tmp_path: Path) -> None:
    head = "NPI,Entity Type Code,Provider Organization Name (Legal Business Name),Provider Other Organization Name,Provider First Line Business Practice Location Address,Provider Business Practice Location Address City Name,Provider Business Practice Location Address State Name,Provider Business Practice Location Address Postal Code\n"
    rows = "1356344915,2,LAKESIDE LLC,LAKESIDE,1 MAIN ST,ALBANY,NY,122070001\n1003004540,1,,,,,,\n"
    load_files([write(tmp_path / "npidata_2026-01.csv", head + rows)], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        found = Facts(connection).rows("SELECT id, name, zip FROM places ORDER BY name")
    assert found == [("1356344915", "LAKESIDE", "12207"), ("1356344915", "LAKESIDE LLC", "12207")]


def test_legacy_signs_in_names(tmp_path: Path) -> None:
    path = tmp_path / "enrollments_2026-01.csv"
    text = MADE["pecos-hospital"][0].replace("LAKESIDE HOSPITAL", "HOSPITAL PEÑA")
    path.write_bytes(text.encode("cp1252"))
    load_files([path], tmp_path / "industry")
    with opened(tmp_path / "industry") as connection:
        assert ("HOSPITAL PEÑA",) in Facts(connection).rows("SELECT name FROM places")


def test_plain_and_packed_files_say_the_same(tmp_path: Path) -> None:
    packed = FILES[0]
    plain = tmp_path / packed.name.removesuffix(".gz")
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    for name, file in (("a", packed), ("b", plain)):
        load_files([file], tmp_path / name)
    tables = []
    for name in ("a", "b"):
        with opened(tmp_path / name) as connection:
            tables.append(Facts(connection).rows("SELECT * FROM facts ORDER BY ALL"))
    assert tables[0] == tables[1]
