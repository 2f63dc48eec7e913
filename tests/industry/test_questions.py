"""Questions: each rule is found where it holds and not elsewhere; none is a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.industry.ehr import bundle, mended, record_of, well_formed_ids
from percapita.industry.facts import Facts
from percapita.industry.load import load_files
from percapita.industry.questions import RULES, Finding, Subject, as_json, questions
from percapita.industry.reported import read_reported, subjects_reported
from percapita.industry.store import opened
from percapita.policy.industry_prior import IndustryPriors

HEAD = "Provider CCN,Hospital Name,State Code,FTE - Employees on Payroll,Fiscal Year Begin Date,Fiscal Year End Date,Number of Beds,Total Discharges (V + XVIII + XIX + Unknown),Total Salaries From Worksheet A\n"
ATTESTED = "Facility ID,Facility Name,State,CEHRT ID,Meets criteria for promoting interoperability of EHRs,Start Date,End Date\n"
PRODUCTS = "Facility ID,CEHRT ID,chpl_id,developer_name,product_name\n"
LISTINGS = "listing_id,chpl_product_number,developer,product,version,certification_status,criteria\n"
GOOD_ID = "0015CAN28DKT41C"


def year(number: int, fte: float, pay: float = 80_000, ccn: str = "330001") -> str:
    return f"{ccn},Lakeside,NY,{fte},1/1/{number},12/31/{number},120,6000,{fte * pay:.0f}\n"


REPORTS = [year(number, 600) for number in range(2017, 2022)]


@contextmanager
def asked(
    folder: Path, priors: IndustryPriors, reported: str, reports: list[str], more: dict[str, str] | None = None
) -> Iterator[Subject]:
    """Yield the subject of hospital 330001 with made files."""
    files = {f"cost_{row.split(',')[5][-4:]}.csv": HEAD + row for row in reports} | (more or {})
    paths = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    load_files(paths, folder / "industry")
    (folder / "reported.csv").write_text("organization,system,ccn,kind,users\n" + reported, encoding="utf-8")
    with opened(folder / "industry") as connection:
        yield subjects_reported(Facts(connection), folder / "reported.csv", priors)[0][0]


def attested(id: str) -> dict[str, str]:
    rows = f"330001,Lakeside,NY,{id},Y,01/01/2023,12/31/2023\n330002,Hilltop,NY,{GOOD_ID},Y,01/01/2023,12/31/2023\n"
    return {"pi_2023.csv": ATTESTED + rows}


def bundled(first: str, second: str) -> dict[str, str]:
    """Return a bundle of two products: a messaging module and a record, in that order of listings `m` and `r`."""
    names = {"m": "m,Postbox Inc,Postbox", "r": "r,Vendor Systems,Chartmaker"}
    rows = "".join(f"330001,{GOOD_ID},{names[one]}\n" for one in (first, second))
    orders = "170.315 (a)(1)|170.315 (a)(2)|170.315 (b)(10)"
    listings = f"1,m,Postbox Inc,Postbox,1,Active,170.315 (h)(1)\n2,r,Vendor Systems,Chartmaker,1,Active,{orders}\n"
    return {"products_2023.csv": PRODUCTS + rows, "chpl_2026-02.csv": LISTINGS + listings}


CHARTING = "Lakeside,Charting,330001,emr,700\n"
CHARTMAKER = "Lakeside,Chartmaker,330001,emr,700\n"
# rule -> a case in which it is found: reported, cost reports, more files; then one in which it is not
CASES: dict[str, tuple[tuple[str, list[str], dict[str, str]], tuple[str, list[str], dict[str, str]]]] = {
    "IND-U01": (("Lakeside,Charting,330001,emr,40\n", REPORTS, {}), (CHARTING, REPORTS, {})),
    "IND-U02": (("Lakeside,Charting,330001,emr,1700\n", REPORTS, {}), (CHARTING, REPORTS, {})),
    "IND-U03": (("Lakeside,Tracker,330001,other,9000\n", REPORTS, {}), ("Lakeside,Tracker,330001,other,900\n", REPORTS, {})),
    "IND-U04": (("Lakeside,Bills,330001,patient_billing,40\n", REPORTS, attested(GOOD_ID)), (CHARTING, REPORTS, attested(GOOD_ID))),
    "IND-U05": ((CHARTING, REPORTS, bundled("r", "m")), (CHARTMAKER, REPORTS, bundled("m", "r"))),
    "IND-D01": ((CHARTING, [*REPORTS[:4], year(2021, 600 * 2080, 38.5)], {}), (CHARTING, REPORTS, {})),
    "IND-D02": ((CHARTING, [*REPORTS[:4], year(2021, 1900)], {}), (CHARTING, [*REPORTS[:4], year(2021, 1700)], {})),
    "IND-D03": ((CHARTING, [*REPORTS[:4], year(2021, 600, 15_000)], {}), (CHARTING, REPORTS, {})),
    "IND-D04": ((CHARTING, REPORTS, attested("EPIC2023")), (CHARTING, REPORTS, attested(GOOD_ID))),
    "IND-D05": ((CHARTING, REPORTS, attested("0015CAN28DKT4lC")), (CHARTING, REPORTS, attested("0015CAN28DKT4")) ),
    "IND-D06": ((CHARTMAKER, REPORTS, bundled("m", "r")), (CHARTMAKER, REPORTS, bundled("r", "m"))),
}  # fmt: skip


def found(id: str, subject: Subject) -> list[Finding]:
    return list(RULES[id].find(subject))


@pytest.mark.parametrize("id", sorted(CASES))
def test_a_rule(id: str, priors: IndustryPriors, tmp_path: Path) -> None:
    for place, (expected, case) in enumerate(zip((1, 0), CASES[id], strict=True)):
        folder = tmp_path / str(place)
        folder.mkdir()
        with asked(folder, priors, *case) as subject:
            told = found(id, subject)
            assert len(told) == expected, [one.sentence for one in told]
            for one in told:
                assert one.sentence.endswith("?")
                assert one.as_json()["reply"] == ""


def test_every_rule_has_its_case_and_says_when_it_is_found() -> None:
    assert set(RULES) == set(CASES)
    assert all(rule.found_when.endswith((".", "first row.")) for rule in RULES.values())


def test_a_wide_band_asks_nothing(facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    with asked(tmp_path, priors, "Lakeside,Bills,330001,patient_billing,1\n", REPORTS) as subject:
        assert as_json(subject)["ranges"][0]["usable_for"] == "context"
        assert questions(subject) == []


def test_a_kind_without_a_declared_share_has_no_range(priors: IndustryPriors, tmp_path: Path) -> None:
    with asked(tmp_path, priors, "Lakeside,Maps,330001,other,12\n", REPORTS) as subject:
        assert as_json(subject)["ranges"] == [
            {"name": "Maps", "kind": "other", "reported": 12, "proxy": None, "low": None, "expected": None, "high": None, "usable_for": "context"}
        ]  # fmt: skip


def test_the_record_is_chosen_by_order_entry_not_by_place(priors: IndustryPriors, tmp_path: Path) -> None:
    with asked(tmp_path, priors, CHARTMAKER, REPORTS, bundled("m", "r")) as subject:
        products = bundle(subject.facts, "330001")
        record = record_of(products)
        assert [one.product for one in products] == ["Postbox", "Chartmaker"]
        assert record is not None
        assert (record.product, record.orders) == ("Chartmaker", 2)


def test_real_cehrt_ids(facts: Facts) -> None:
    known = well_formed_ids(facts)
    rows = facts.rows("SELECT DISTINCT text FROM current_facts WHERE metric = 'cehrt_id' AND kind = 'pi-hospital'")
    odd = [text for (text,) in rows if not known[text]]
    assert len(odd) >= 5
    assert all(known[right] for text in odd if (right := mended(text, known)))


def test_minnesota(facts: Facts, priors: IndustryPriors, tmp_path: Path) -> None:
    path = tmp_path / "reported.csv"
    path.write_text("organization,ccn,kind,users\nAnoka,244002,emr,300\nGone,339999,emr,5\n", encoding="utf-8")
    (subject,), unknown = subjects_reported(facts, path, priors)
    assert unknown == ["Gone (339999)"]
    told = questions(subject)
    assert [one.rule for one in told] == ["IND-D01", "IND-D01"]
    assert told[0].sentence == (
        "In a cost report of 244002: FTE 924,033 of 2021 look like paid hours; / 2080 = 444. Is it the number of paid hours?"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ccn,kind\n330214,emr\n", "the column 'users' is missing"),
        ("ccn,kind,user\n330214,emr,1\n", "did you mean 'users'?"),
        ("ccn,kind,users\n330214,ehr,1\n", "'ehr' is not a kind of application · r.csv, row 2, column 'kind'"),
        ("ccn,kind,users\n330214,emr,-1\n", "'-1' is no number of users · r.csv, row 2, column 'users'"),
        ("ccn,kind,users\n330214,emr,many\n", "'many' is no number of users"),
        ("ccn,kind,users\n4.40E+03,emr,1\n", "scientific form; its digits are lost · r.csv, row 2, column 'ccn'"),
        ("ccn,kind,users\n", "the file reports nothing"),
        ("", "the column 'ccn' is missing"),
    ],
)
def test_reported_figures_that_cannot_be_read(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_reported(tmp_path / "r.csv")
    assert words in str(caught.value)
