"""An organization whose files are full of patients, in every format and in every place where a row can go wrong."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

# Each begins with a sign that occurs nowhere else. SECRET stands in columns that the plan does not name and in rows that
# cannot be read. SAID stands where the plan looks: in activities and objects; only `check`, which shows both, may print it.
SECRET, SAID = "Zqxa", "Qyzu"
NUMBER = 7_700_990_011_223  # a medical record number kept as a number
BIRTH = "1931-04-17"
NAMED = ("LOGIN", "AT", "ACT", "OBJ")

HEAD = """
[organization]
id = "planted"
name = "Planted Hospital"

[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"

[count]
max_rejects = 1.0

[[system]]
id = "ehr"
name = "Charting"
kind = "emr"

[[source]]
type = "workforce"
path = "people.csv"
columns = { employee_id = "EMP", given_name = "FIRST", family_name = "LAST" }

[[source]]
type = "accounts"
path = "accounts.parquet"
system = "*"
columns = { account_id = "LOGIN", employee_id = "EMP" }

[[source]]
type = "usage"
path = "usage.csv"
system = "ehr"
columns = { account_id = "LOGIN", activity = "ACT", object = "OBJ", events = "N", month = "MONTH" }

[[source]]
type = "recipients"
path = "sent.csv"
system = "ehr"
columns = { account_id = "LOGIN", output = "OBJ", occurred_at = "AT" }

[[use]]
system = "*"
activity = ["login"]
use_type = "none"

[[use]]
system = "*"
activity = ["order*", "receive"]
use_type = "direct_access"
"""
OBJECT_RULE = '\n[[use]]\nsystem = "*"\nactivity = ["print"]\nobject = ["fee*"]\nuse_type = "output_reliance"\n'
LOG = """
[[source]]
type = "access"
path = "PATH"
system = "ehr"
columns = { account_id = "LOGIN", occurred_at = "AT", activity = "ACT", object = "OBJ" }
"""
LOGS = (
    "plain.csv",
    "latin.csv",
    "wide.csv",
    "packed.csv.gz",
    "packed.csv.zst",
    "tabs.tsv",
    "lines.jsonl",
    "typed.parquet",
    "texts.parquet",
    "book.xlsx",
)


def rows() -> Iterator[dict[str, Any]]:
    """Yield log rows: every third activity and object names a patient, with a rule that fits and without one."""
    activities = ("order", "login", "print", f"order {SAID}act", f"{SAID}act chart opened", "odd")
    for number in range(240):
        yield {
            "PATIENT": f"{SECRET}name, Väinö",
            "LOGIN": f"u{number % 7}",
            "MRN": NUMBER + number,
            "AT": datetime(2026, 1 + number % 12, 1 + number % 28, 12, tzinfo=UTC),
            "ACT": activities[number % 6],
            "OBJ": (f"{SAID}obj", "fee list", "")[number % 3],
            "DOB": datetime.fromisoformat(BIRTH),
            "NOTE": f'{SECRET}note says "pain",\nsecond line',
        }


def as_texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in row.items()}


def broken_texts() -> list[list[str]]:
    """Return rows of cells that cannot be read: too many, too few, shifted, a name for a time, no account."""
    whole = list(as_texts(next(rows())).values())
    shifted = [*whole[1:], f"{SECRET}shift"]
    name_for_time = [*whole[:3], f"{SECRET}when {BIRTH}", *whole[4:]]
    no_account = [whole[0], "", *whole[2:]]
    return [[*whole, f"{SECRET}more"], [f"{SECRET}less", "u1"], shifted, name_for_time, no_account]


def as_csv(table: Iterable[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(table)
    return text.getvalue()


def text_table() -> list[list[str]]:
    texts = [as_texts(row) for row in rows()]
    return [list(texts[0]), *(list(row.values()) for row in texts), *broken_texts()]


def json_lines() -> str:
    lines = [json.dumps(as_texts(row) | {"MRN": row["MRN"], "MORE": {"deep": [f"{SECRET}deep"]}}) for row in rows()]
    good = json.loads(lines[0])
    lines += [
        json.dumps(good | {"AT": f"{SECRET}when"}),
        json.dumps(good | {"ACT": {"nested": f"{SECRET}nest"}}),
        json.dumps(good | {"LOGIN": None}),
        f'{{"LOGIN": "u1", "NOTE": "{SECRET}open',
        f'["{SECRET}list"]',
        f"{SECRET}bare",
        '{"LOGIN": "u1", "AT": "2026-01-05", "NOTE": "' + SECRET + '\\ud800 \\x"}',
    ]
    return "\n".join(lines) + "\n"


def write_book(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for cells in (*text_table()[:-5], *broken_texts()):
        sheet.append(cells)
    sheet.cell(3, 3).value = NUMBER  # as a number
    book.create_sheet("Census").append([f"{SECRET}sheet"])
    book.save(path)


def write_planted(folder: Path, object_rule: bool) -> Path:
    """Write all files and the plan, and return the plan."""
    text = as_csv(text_table())
    contents = {
        "plain.csv": text.encode(),
        "latin.csv": as_csv(text_table(), ";").encode("cp1252"),
        "wide.csv": text.encode("utf-16"),
        "packed.csv.gz": gzip.compress(text.encode()),
        "packed.csv.zst": pa.compress(text.encode(), codec="zstd", asbytes=True),
        "tabs.tsv": as_csv(text_table(), "\t").encode(),
        "lines.jsonl": json_lines().encode(),
        "people.csv": f"EMP,FIRST,LAST,SPOUSE\n1,Ana,Ortiz,{SECRET}wife\n2,Ben,Okafor,{SECRET}son\n".encode(),
        "usage.csv": as_csv(usage_table()).encode(),
        "sent.csv": as_csv(sent_table()).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    write_tables(folder)
    write_book(folder / "book.xlsx")
    plan = folder / "percapita.toml"
    logs = "".join(LOG.replace("PATH", name) for name in LOGS)
    plan.write_text(HEAD + logs + (OBJECT_RULE if object_rule else ""), encoding="utf-8")
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))  # old enough for their hashes to be recorded
    return plan


def write_tables(folder: Path) -> None:
    typed = pa.Table.from_pylist(list(rows()))
    at = typed.schema.get_field_index("AT")
    missing = pa.array([None, *typed.column("AT").to_pylist()[1:]], pa.timestamp("us", tz="UTC"))
    pq.write_table(typed.set_column(at, "AT", missing), folder / "typed.parquet", row_group_size=100)
    texts = [as_texts(row) for row in rows()]
    texts[5]["AT"] = f"{SECRET}when"
    pq.write_table(pa.Table.from_pylist(texts), folder / "texts.parquet")
    people = {"LOGIN": [f"u{n}" for n in range(5)], "EMP": ["1", "2", "3", "4", None], "KIN": [f"{SECRET}kin"] * 5}
    pq.write_table(pa.table(people), folder / "accounts.parquet")


def usage_table() -> list[list[str]]:
    return [
        ["LOGIN", "ACT", "OBJ", "N", "MONTH", "PATIENT"],
        ["u1", "order", f"{SAID}obj", "5", "2026-01", f"{SECRET}name"],
        ["u2", f"{SAID}act", "", "5", "2026-02", f"{SECRET}name"],
        ["u4", "login", "", "1", "2026-03", f"{SECRET}name"],  # `check` shows the first three rows
        ["u3", "order", "", f"{SECRET}count", "2026-02", ""],
        ["u3", "order", "", "2", f"{SECRET}month", ""],
    ]


def sent_table() -> list[list[str]]:
    good = ["u1", f"{SAID}out", "2026-02-03", f"{SECRET}cc"]
    return [["LOGIN", "OBJ", "AT", "CC"], good, good, good, ["u2", "fee", f"{SECRET}on", ""]]
