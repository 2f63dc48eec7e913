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
type = "accounts"
path = "people.ldif"
system = "*"
directory = "ldap"
preset = "ldif"

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
MESSAGES = {
    "events.ndjson": "fhir-auditevent",
    "bundle.json.gz": "fhir-auditevent",
    "messages.xml": "atna",
    "messages.log": "atna",
    "okta.json": "okta-log",
}
LOGS = (
    *MESSAGES,
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
        **messages(),
        "people.ldif": ldif().encode(),
        "people.csv": f"EMP,FIRST,LAST,SPOUSE\n1,Ana,Ortiz,{SECRET}wife\n2,Ben,Okafor,{SECRET}son\n".encode(),
        "usage.csv": as_csv(usage_table()).encode(),
        "sent.csv": as_csv(sent_table()).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    write_tables(folder)
    write_book(folder / "book.xlsx")
    plan = folder / "percapita.toml"
    logs = "".join(log_source(name) for name in LOGS)
    plan.write_text(HEAD + logs + (OBJECT_RULE if object_rule else ""), encoding="utf-8")
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))  # old enough for their hashes to be recorded
    return plan


def log_source(name: str) -> str:
    if name not in MESSAGES:
        return LOG.replace("PATH", name)
    columns = ', columns = { object = "actor.note" }' if name == "okta.json" else ""
    return "\n[[source]]\n" + "\n".join(
        f'type = "access", path = "{name}", system = "ehr", preset = "{MESSAGES[name]}"{columns}'.split(", ")
    )


def messages() -> dict[str, bytes]:
    """Return the rows as messages full of patients, with messages that cannot be read among them."""
    events = [fhir(row) for row in rows()]
    spoiled = [
        fhir(next(rows())) | {"recorded": f"{SECRET}when {BIRTH}"},
        fhir(next(rows())) | {"agent": [{"who": {"display": f"{SECRET}who"}, "requestor": True}]},
    ]
    lines = [
        *map(json.dumps, [*events, *spoiled]),
        f'{{"agent": "{SECRET}open',
        f'"{SECRET}bare"',
        json.dumps({"name": SECRET}),
    ]
    entries = [{"fullUrl": f"https://x/{SECRET}", "resource": event} for event in (*events, *spoiled)]
    bundle = {"resourceType": "Bundle", "id": f"{SECRET}id", "entry": [*entries, f"{SECRET}bare"]}
    audit = [atna(row) for row in rows()]
    odd = [
        audit[0].replace("<EventIdentification", f"<{SECRET}"),
        audit[0].replace('EventDateTime="', f'EventDateTime="{SECRET}when'),
        audit[0][:-200],
    ]
    head = f"<85>1 2026-01-01T00:00:00Z {SECRET}host app - IHE+RFC-3881 - "
    okta = [event for row in rows() for event in [okta_event(row)]]
    return {
        "events.ndjson": "\n".join(lines).encode(),
        "bundle.json.gz": gzip.compress(json.dumps(bundle, indent=1).encode()),
        "messages.xml": f"<!-- {SECRET} --><all>{''.join([*audit[:9], *odd, *audit[9:]])}</all>".encode("utf-16"),
        "messages.log": "\n".join(
            [f"<34>1 - - {SECRET}", *(head + one for one in [*audit[:9], *odd, *audit[9:]])]
        ).encode(),
        "okta.json": json.dumps(
            [*okta, okta[0] | {"published": f"{SECRET}when"}, okta[0] | {"actor": SECRET}]
        ).encode(),
    }


def fhir(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as an AuditEvent; every ninth was made by a patient."""
    patient = {"reference": f"Patient/{SECRET}", "identifier": {"value": f"{SECRET}id"}, "display": f"{SECRET}self"}
    own = row["MRN"] % 9 == 0
    agent = {
        "who": patient if own else {"identifier": {"value": row["LOGIN"]}},
        "name": row["PATIENT"],
        "requestor": True,
    }
    return {
        "resourceType": "AuditEvent",
        "text": {"div": row["NOTE"]},
        "subtype": [{"code": row["ACT"], "display": row["NOTE"]}],
        "recorded": row["AT"].isoformat(),
        "outcome": "0",
        "outcomeDesc": row["NOTE"],
        "agent": [agent | ({"altId": f"{SECRET}alt"} if own else {}), {"who": patient, "requestor": False}],
        "patient": patient,
        "entity": [
            {"what": {"reference": f"{SECRET}/{NUMBER}"}, "role": {"code": "4"}},
            {"what": {"reference": f"Patient/{SECRET}", "identifier": {"value": str(row["MRN"])}}, "query": SECRET},
        ],
    }


def atna(row: dict[str, Any]) -> str:
    """Return a row as an audit message."""
    return (
        f'<AuditMessage><EventIdentification EventDateTime="{row["AT"].isoformat()}" EventOutcomeIndicator="0">'
        f'<EventID csd-code="{row["ACT"]}" originalText="{SECRET}event"/></EventIdentification>'
        f'<ActiveParticipant UserID="{SECRET}user" UserName="{row["PATIENT"]}" UserIsRequestor="false"/>'
        f'<ActiveParticipant UserID="{row["LOGIN"]}" UserName="{SECRET}name" AlternativeUserID="{SECRET}alt"/>'
        f'<ParticipantObjectIdentification ParticipantObjectID="{row["MRN"]}"><ParticipantObjectName>{row["PATIENT"]}'
        "</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>"
    )


def okta_event(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as an event of a log of sign-ins."""
    return {
        "actor": {"alternateId": row["LOGIN"], "displayName": row["PATIENT"], "note": row["OBJ"]},
        "published": row["AT"].isoformat(),
        "eventType": row["ACT"],
        "target": [{"type": "User", "displayName": row["PATIENT"]}],
        "debugContext": {"debugData": {SECRET: row["NOTE"]}},
    }


def ldif() -> str:
    """Return the accounts as entries; one is broken."""
    entries = [f"dn: cn={SECRET},dc=x\nuid: l{number}\ndescription: {SECRET}note\n" for number in range(5)]
    return "\n".join([*entries, f"dn: cn=x\nuid:: {SECRET}***\n", f"dn: cn=y\n{SECRET} no colon\n"])


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
