"""Whatever may make a figure wrong is said, in words, and nothing that is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from percapita.wording import many
from tests.support.plans import ENGINES, Case, statement

LOG = """
time                | login | system | activity
2026-02-01T10:00:00 | a     | ehr    | order
2026-02-01T10:00:00 | a     | rcm    | bill
"""
ACCOUNTS = """
login | employee | kind
a     | 1        | human
"""


def warnings(tmp_path: Path, engine: str = "duckdb", **parts: object) -> list[str]:
    given: dict[str, object] = {"log": LOG, "accounts": ACCOUNTS} | parts
    case = Case("", "", {}, **given)  # type: ignore[arg-type]
    found: list[str] = statement(case.write(tmp_path), engine)["warnings"]
    return [text for text in found if "no rows in" not in text]  # a row a system leaves eleven months without


def test_nothing_is_open(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2025-02-01T10:00:00", "Charting: there is no evidence, so its users are not known: none of 1 row lies in the period"),
        ("", "Charting: there is no evidence, so its users are not known"),
    ],
)  # fmt: skip
def test_a_log_without_a_row_of_the_period_is_no_evidence(time: str, said: str, engine: str, tmp_path: Path) -> None:
    log = LOG.replace("2026-02-01T10:00:00 | a     | ehr", f"{time} | a | ehr")
    case = Case("", "", {}, log=log, accounts=ACCOUNTS)
    found = statement(case.write(tmp_path), engine)
    ehr = found["systems"][0]
    assert (ehr["basis"], ehr["users"], ehr["range"]) == ("none", None, None)
    assert found["warnings"][0] == said


@pytest.mark.parametrize("engine", ENGINES)
def test_a_log_with_nothing_but_a_header_is_no_evidence(engine: str, tmp_path: Path) -> None:
    plan = '[[source]]\ntype = "access"\npath = "empty.csv"\nsystem = "rcm"\ncolumns = { occurred_at = "time", account_id = "login" }\n'
    case = Case(
        "", "", {}, log=LOG.replace("| rcm    | bill", "| ehr    | bill"), accounts=ACCOUNTS, plan=plan,
        files={"empty.csv": "time,login"},
    )  # fmt: skip
    rcm = statement(case.write(tmp_path), engine)["systems"][1]
    assert (rcm["basis"], rcm["users"]) == ("none", None)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("exclude", "silent"),
    [
        ('kind = ["servce"]', True),
        ('account_id = ["A"]', True),
        ('account_id = ["gho*"]', False),
        ('kind = ["human"]', False),
    ],
)
def test_an_exclusion_that_leaves_out_nobody(exclude: str, silent: bool, engine: str, tmp_path: Path) -> None:
    found = warnings(
        tmp_path,
        engine,
        log=LOG + "2026-02-01T10:00:00 | ghost | ehr | order",
        plan=f'[[exclude]]\n{exclude}\nreason = "vendor"\n',
    )
    assert ("[[exclude]] 1 (vendor) leaves out no account" in found) == silent


def test_the_same_log_under_two_names(tmp_path: Path) -> None:
    plan = (
        '[[source]]\ntype = "access"\npath = "copy.csv"\n'
        'columns = { occurred_at = "time", account_id = "login", system = "system", activity = "activity" }\n'
    )
    found = warnings(tmp_path, plan=plan, files={"copy.csv": LOG})
    assert found == ["copy.csv and log.csv have the same content: their rows are counted 2 times"]


def test_conflicts_mailboxes_and_determinations_are_said(tmp_path: Path) -> None:
    accounts = """
    login | employee | mail    | given | family | kind
    a     | 1        | x@y.z   | Ann   | Lee    | human
    b     | 2        | x@y.z   | Ann   | Lee    | human
    c     |          | w@y.z   | Bob   | Day    | human
    d     |          | w@y.z   | Cyd   | Fox    | human
    e     | 9        |         |       |        | bot
    """
    log = LOG + "2026-02-01T10:00:00 | e     | ehr    | order"
    assert warnings(tmp_path, accounts=accounts, log=log) == [
        "1 key ties people with different employee ids or NPIs together; they were not joined",
        "1 mailbox is used by people with different names; no account was joined by it",
        "Charting: 1 account is not counted yet: bot: needs a determination",
    ]


def test_rows_without_a_rule_that_would_add_nobody_are_one_line(tmp_path: Path) -> None:
    log = LOG + "2026-02-01T10:00:00 | a | ehr | audit\n2026-02-01T10:00:00 | a | rcm | audit"
    assert warnings(tmp_path, log=log) == ["Charting, Billing: 2 rows fit no rule and would add nobody"]


def test_the_most_people_come_first(tmp_path: Path) -> None:
    log = LOG + "".join(f"2026-02-01T10:00:00 | g{number} | ehr | order\n" for number in range(3))
    found = warnings(tmp_path, log=log + "2026-02-01T10:00:00 | h | rcm | bill")
    assert found == [
        "Charting: 3 accounts are in no accounts source, or in several",
        "Billing: 1 account is in no accounts source, or in several",
    ]


def test_numbers_of_things() -> None:
    assert [many(1, "row"), many(0, "row"), many(2000, "row"), many(2, "person", "people")] == [
        "1 row", "0 rows", "2,000 rows", "2 people",
    ]  # fmt: skip
