"""The raw trio: figures from worksheet, line and column; files without their companions are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from percapita.errors import InputError
from percapita.industry.facts import Facts
from percapita.industry.load import load_files
from percapita.industry.store import opened

RPT = "700001,4,330001,,1,01/01/2021,12/31/2021,06/01/2022,N,N,1,13201,4,06/01/2022,F,,,06/01/2022\n"
CELLS = (
    ("S300001", "01400", "00200", "120"),
    ("S300001", "02700", "00200", "150"),
    ("S300001", "01400", "01000", "650.5"),
    ("S300001", "02700", "01000", "700.25"),
    ("S300001", "01400", "01500", "5000"),
    ("S300001", "00100", "00200", "99"),
    ("A000000", "20000", "00100", "50000000"),
)
NMRC = "".join(f"700001,{sheet},{line},{column},{value}\n" for sheet, line, column, value in CELLS)
ALPHA = (
    "700001,S200001,00300,00100,LAKESIDE HOSPITAL\n700001,S200001,00100,00100,1 MAIN ST\n"
    "700001,S200001,00200,00100,ALBANY\n700001,S200001,00200,00200,NY\n700001,S200001,00200,00300,12207-\n"
)


def trio(folder: Path, **parts: str) -> list[Path]:
    paths = []
    for part, text in {"RPT": RPT, "NMRC": NMRC, "ALPHA": ALPHA, **parts}.items():
        path = folder / f"HOSP10_2021_{part}.CSV"
        if text:
            path.write_text(text, encoding="utf-8", newline="")
            paths.append(path)
    return paths


def test_figures(tmp_path: Path) -> None:
    (one,) = load_files(trio(tmp_path), tmp_path / "industry")
    assert (one.load.kind, one.load.coverage, [name for name, _ in one.load.files]) == (
        "hcris-raw", "2021", ["HOSP10_2021_RPT.CSV", "HOSP10_2021_NMRC.CSV", "HOSP10_2021_ALPHA.CSV"],
    )  # fmt: skip
    with opened(tmp_path / "industry") as connection:
        (report,) = Facts(connection).reports("330001")
        assert (report.fte, report.beds, report.discharges, report.salaries) == (700.25, 120.0, 5000.0, 50e6)
        assert (report.kind, report.days) == ("STH", 365)
        names = Facts(connection).rows("SELECT name, address, city, state, zip FROM places")
    assert names == [("LAKESIDE HOSPITAL", "1 MAIN ST", "ALBANY", "NY", "12207")]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"NMRC": ""}, "its companion HOSP10_2021_NMRC.CSV is not given"),
        ({"RPT": ""}, "its companion HOSP10_2021_RPT.CSV is not given"),
        ({"NMRC": "700001,S300001,01400,120\n"}, "a NMRC file has 5 columns, this one 4"),
        ({"RPT": RPT.replace("330001", "3.3E+05")}, "scientific"),
        ({"RPT": RPT.replace("2021", "2017")}, "the name says 2021, but 1 of 1 rows are of fiscal year 2017"),
        ({"NMRC": NMRC.replace("5000\n", "many\n")}, "not a number"),
    ],
)
def test_a_trio_that_is_wrong(parts: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        load_files(trio(tmp_path, **parts), tmp_path / "industry")
    assert not (tmp_path / "industry").exists()


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    paths = trio(tmp_path)
    assert [one.new for one in load_files(paths[::-1], tmp_path / "industry")] == [True]
    (again,) = load_files(paths, tmp_path / "industry")
    assert (again.new, again.load.file) == (False, "HOSP10_2021_RPT.CSV")


def test_without_names(tmp_path: Path) -> None:
    (one,) = load_files(trio(tmp_path, ALPHA=""), tmp_path / "industry")
    assert len(one.load.files) == 2
