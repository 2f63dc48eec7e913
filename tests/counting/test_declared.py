"""Declared numbers: of the plan or of a file, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from percapita.errors import InputError
from tests.support.plans import Case, statement

FILE = '[[source]]\ntype = "declared"\npath = "declared.csv"\n'
HEAD = "system,number,by,date,evidence\n"
LOG = "time | login | system | activity\n2026-02-01T10:00:00 | ann | ehr | order\n"


def counted(tmp_path: Path, rows: str, plan: str = FILE) -> dict[str, dict[str, object]]:
    (tmp_path / "declared.csv").write_text(HEAD + rows, encoding="utf-8")
    case = Case("", "", {}, log=LOG, accounts="login\nann\n", plan=plan)
    return {system["id"]: system for system in statement(case.write(tmp_path), "duckdb")["systems"]}


def test_the_newest_holds(tmp_path: Path) -> None:
    rows = "rcm,12,A,2026-05-01,\nrcm,15,B,2026-06-01,a letter\nrcm,9,C,2025-06-01,\n"
    found = counted(tmp_path, rows)["rcm"]
    assert (found["users"], found["basis"]) == (15, "declared")
    assert found["declared"] == {"number": 15, "by": "B", "date": "2026-06-01", "evidence": "a letter"}


def test_nobody_is_a_number(tmp_path: Path) -> None:
    assert counted(tmp_path, "rcm,0,A,2026-05-01,\n")["rcm"]["users"] == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("rcn,12,A,2026-05-01,\n", "no system has the id 'rcn' · declared.csv, row 2"),
        ("rcm,-3,A,2026-05-01,\n", "is not a whole number"),
        ("rcm,1.5,A,2026-05-01,\n", "is not a whole number"),
        ("rcm,12,,2026-05-01,\n", "this must not be empty · declared.csv, row 2, by"),
        ("rcm,12,A,May,\n", "is not a day"),
        ("rcm,12,A,2026-05-01,\nrcm,13,B,2026-05-01,\n", "'rcm' is declared twice for 2026-05-01: 12 and 13 · declared.csv, row 3"),
    ],
)  # fmt: skip
def test_wrong_files(rows: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        counted(tmp_path, rows)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ('number = 3\nby = "A"\ndate = 2026-01-01', "the key 'system' is missing · percapita.toml, [[source]] 3"),
        ('system = "rcm"\nnumber = 3\ndate = 2026-01-01', "the key 'by' is missing"),
        ('system = "rcm"\nnumber = -3\nby = "A"\ndate = 2026-01-01', "the declared number is below 0"),
        ('path = "none.csv"', "cannot be read"),
    ],
)
def test_wrong_plans(keys: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        counted(tmp_path, "", f'[[source]]\ntype = "declared"\n{keys}\n')
    assert says in str(error.value)
