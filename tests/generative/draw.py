"""Draw random plans, people and logs, small enough that accidents meet: few logins, few systems, few days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from hypothesis import strategies as st

SYSTEMS = ("ehr", "rcm", "lab", "pacs")  # pacs is never listed
ACTIVITIES = ("order", "bill", "view", "login", "audit", "")
OBJECTS = ("", "charge", "menu", "report a")
LOGINS = ("a", "b", "c", "d", "A", "svc:1", "kiosk", "ghost")
EMPLOYEES = ("", "", "", "1", "01", "C1", "E1", "2", "0002", "3", "000")
NPIS = ("", "1234567893", "1003004540", "1234567890")
MAILBOXES = ("", "ann@x.example", "ANN+t@x.example", "desk@x.example", "bob@x.example", "none")
GIVEN, FAMILY = ("Ann", "Bob", ""), ("Lee", "Day", "")
KINDS = ("", "", "", "", "human", "human", "service", "shared", "bot", "TEST", "Nurse")
DAYS = ("", "2025-01-01", "2026-02-01", "2026-06-30", "2026-12-31")
ENTITIES = ("", "A", "Clinic A", "B")
ZONES = ("America/Chicago", "UTC", "Asia/Kolkata")
PERIODS = (
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 1, 15), date(2026, 4, 20)),
    (date(2025, 11, 1), date(2026, 3, 31)),
)
GLOBS = ("*", "*", "*", "o*", "bill", "view", "?iew", "login")
KINDS_OF_SOURCES = ("workforce", "accounts", "access", "usage", "recipients")
FORMATS = ("csv", "parquet")
JOBS, DEPARTMENTS = ("", "coder", "Coder II", "nurse"), ("", "HIM", "ward")
WORKER_TYPES, EMPLOYERS = ("", "employee", "Contractor", "PRN"), ("", "X", "Clinic A", "Agency")
ROLES = ("", "", "coder", "Reader", "admin")
OWNED: tuple[dict[str, date], ...] = ({}, {"valid_from": date(2026, 2, 10)}, {"valid_to": date(2026, 3, 31)})


@dataclass(frozen=True)
class World:
    """Hold a drawn plan as a tree of values, and its files as lists of rows."""

    plan: dict[str, Any]
    files: dict[str, list[dict[str, Any]]]
    elements: frozenset[str]


def instants() -> st.SearchStrategy[datetime]:
    """Return instants around the period, thick at the edges of months and of daylight saving."""
    edges = [
        datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2026, 1, 15, 6, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC),
        datetime(2026, 4, 21, 5, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC),
    ]  # fmt: skip
    near = st.builds(
        lambda edge, seconds: edge + timedelta(seconds=seconds), st.sampled_from(edges), st.integers(-7200, 7200)
    )
    wide = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
    return st.one_of(wide, near, wide).map(
        lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    )


def rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return lists of rows with these columns."""
    return st.lists(st.fixed_dictionaries(columns), min_size=3, max_size=14)


def workforce() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return workforce rows."""
    days = st.sampled_from(DAYS)
    return rows(
        employee=st.sampled_from(EMPLOYEES), npi=st.sampled_from(NPIS), mail=st.sampled_from(MAILBOXES), given=st.sampled_from(GIVEN),
        family=st.sampled_from(FAMILY), entity=st.sampled_from(ENTITIES), country=st.sampled_from(["", "US", "usa", "CA"]), begin=days, finish=days,
        job=st.sampled_from(JOBS), unit=st.sampled_from(DEPARTMENTS), type=st.sampled_from(WORKER_TYPES), boss=st.sampled_from(EMPLOYERS),
    )  # fmt: skip


def accounts() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return account rows."""
    return rows(
        login=st.sampled_from(LOGINS[:-1]), employee=st.sampled_from(EMPLOYEES), npi=st.sampled_from(NPIS),
        mail=st.sampled_from(MAILBOXES), given=st.sampled_from(GIVEN), family=st.sampled_from(FAMILY), kind=st.sampled_from(KINDS), hint=st.sampled_from(("", "", "bot", "Service", "odd")),
        role=st.sampled_from(ROLES), on=st.sampled_from(("", "yes", "no", "maybe")), last=st.sampled_from((*DAYS, "never")),
    )  # fmt: skip


def log() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return log rows; some without account, some without time."""
    time = st.one_of(instants(), instants(), instants(), st.none())
    return st.lists(
        st.fixed_dictionaries(
            {
                "time": time, "login": st.sampled_from((*LOGINS, "")), "app": st.sampled_from(SYSTEMS),
                "act": st.sampled_from(ACTIVITIES), "obj": st.sampled_from(OBJECTS), "patient": st.just("PTNT0001"),
            }
        ),
        min_size=8,
        max_size=40,
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a plan with its files."""
    start, end = draw(st.sampled_from(PERIODS))
    plan: dict[str, Any] = {
        **draw(st.sampled_from([{}, {"outputs": "outputs.csv"}])),
        "organization": {"id": "x", "name": "X"},
        "period": {"start": start, "end": end, "timezone": draw(st.sampled_from(ZONES))},
        "people": {"link": "exact"},
        "count": {"digest": draw(st.booleans()), "max_rejects": 1.0},
        "entity": [{"id": "A", "name": "Clinic A", **draw(st.sampled_from(OWNED))}] if draw(st.integers(0, 3)) else [],
        "system": draw(systems()),
        "source": [],
        "use": draw(st.lists(st.one_of(uses(), uses(), roster_uses()), min_size=1, max_size=6)),
        "kind": draw(st.lists(kind_rules(), max_size=2)),
        "exclude": draw(st.lists(exclusions(), max_size=2)),
    }
    files: dict[str, list[dict[str, Any]]] = {}
    more = draw(st.lists(st.sampled_from(KINDS_OF_SOURCES), max_size=3))
    kinds = ["accounts", "access", draw(st.sampled_from(("usage", "recipients"))), *more]
    for source, content in [draw(sources(kind)) for kind in kinds]:
        name = f"f{len(files)}.{draw(st.sampled_from(FORMATS))}"
        files[name] = content
        plan["source"].append({**source, "path": name})
    if draw(st.integers(0, 3)) == 0:
        plan["policy"] = {"user_definition": "own.toml"}
    return World(plan, files, frozenset(_elements(plan, files)))


def systems() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return the listed systems: always ehr and rcm, sometimes lab, sometimes in a group."""
    group = st.sampled_from([{}, {"part_of": "suite"}])
    one = [
        st.builds(lambda more, name=name: {"id": name, "name": name.upper(), "kind": "other", **more}, group)
        for name in SYSTEMS[:3]
    ]
    return st.builds(
        lambda first, second, third, three: [first, second, third][: 3 if three else 2], *one, st.booleans()
    )


def uses() -> st.SearchStrategy[dict[str, Any]]:
    """Return a rule."""
    types = st.sampled_from(["direct_access", "direct_access", "product_reliance", "output_reliance", "none"])
    globs = st.lists(st.sampled_from((*GLOBS, "receive", "sign*")), min_size=1, max_size=4)
    objects = st.one_of(
        st.just({}), st.builds(lambda glob: {"object": [glob]}, st.sampled_from(["charge", "*e*", "m?nu"]))
    )
    return st.builds(
        lambda system, activity, use_type, more: {"system": system, "activity": activity, "use_type": use_type, **more},
        st.sampled_from(["*", "ehr", "r*"]), globs, types, objects,
    )  # fmt: skip


def roster_uses() -> st.SearchStrategy[dict[str, Any]]:
    """Return a rule about accounts or workforce rows."""
    types = st.sampled_from(["direct_access", "product_reliance", "output_reliance", "none"])
    parts = st.sampled_from(
        [
            {"role": ["*"]},
            {"role": ["coder", "r*"]},
            {"job": ["coder*"]},
            {"department": ["HIM"], "worker_type": ["employee", ""]},
            {"entity": ["A"]},
            {"signed_in": True},
            {"role": ["*"], "job": ["nurse"], "signed_in": True},
        ]
    )
    return st.builds(
        lambda system, use_type, part: {"system": system, "use_type": use_type, **part},
        st.sampled_from(["*", "ehr", "r*"]), types, parts,
    )  # fmt: skip


def exclusions() -> st.SearchStrategy[dict[str, Any]]:
    """Return an exclusion."""
    parts = st.sampled_from(
        [
            {"kind": ["service", "Test"]},
            {"account_id": ["svc:*"]},
            {"account_id": ["gh*"]},
            {"kind": ["human"], "account_id": ["a"]},
        ]
    )
    return st.builds(lambda reason, part: {"reason": reason, **part}, st.sampled_from(["one", "two"]), parts)


def kind_rules() -> st.SearchStrategy[dict[str, Any]]:
    """Return a rule that tells the kind of accounts."""
    parts = st.sampled_from([{"proposed": True}, {"account_id": ["k*"]}, {"account_id": ["a", "svc:?"]}])
    return st.builds(lambda kind, part: {"kind": kind, **part}, st.sampled_from(["service", "shared", "human"]), parts)


@st.composite
def sources(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw a source of a type with its rows."""
    if kind == "workforce":
        named = {"employee_id": "employee", "npi": "npi", "email": "mail", "given_name": "given", "family_name": "family",
                 "entity": "entity", "country": "country", "valid_from": "begin", "valid_to": "finish",
                 "job": "job", "department": "unit", "worker_type": "type", "employer": "boss"}  # fmt: skip
        return {"type": kind, "columns": named}, draw(workforce())
    if kind == "accounts":
        named = {"account_id": "login", "employee_id": "employee", "npi": "npi", "email": "mail", "given_name": "given",
                 "family_name": "family", "kind": "kind", "proposed_kind": "hint", "role": "role", "enabled": "on",
                 "last_login": "last"}  # fmt: skip
        return {"type": kind, "system": draw(st.sampled_from(["*", "*", "ehr", "rcm"])), "columns": named}, draw(
            accounts()
        )
    return draw(events(kind))


@st.composite
def events(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw a source of events with its rows."""
    source: dict[str, Any] = {"type": kind, "columns": {}}
    system: dict[str, Any] = draw(st.sampled_from([{"system": "app"}, {"system": {"value": "rcm"}}, {}]))
    if not system:
        source["system"] = "ehr"
    if draw(st.booleans()):
        source["timezone"] = draw(st.sampled_from(ZONES))
    found = draw(log())
    if kind == "recipients":
        source["columns"] = {"email": "mail", "output": "obj", **system}
        mailboxes = draw(st.lists(st.sampled_from(MAILBOXES), min_size=len(found), max_size=len(found)))
        found = [
            {**row, "mail": mailbox, "obj": row["obj"] or "r"} for row, mailbox in zip(found, mailboxes, strict=True)
        ]
    else:
        source["columns"] = {"account_id": "login", "activity": "act", **system}
        source["columns"] |= {"object": "obj"} if draw(st.booleans()) else {}
    if kind == "access" and draw(st.integers(0, 3)) == 0:
        source["sign_ins"] = True
    if kind == "usage":
        source["columns"] |= {"events": "n", "first_seen": "time", "last_seen": "time"}
        numbers = draw(st.lists(st.integers(0, 3), min_size=len(found), max_size=len(found)))
        found = [{**row, "n": number} for row, number in zip(found, numbers, strict=True)]
    elif draw(st.integers(0, 4)) == 0:
        source["undated"] = True
    elif kind == "recipients" and draw(st.booleans()):
        source["columns"] |= {"valid_from": "begin", "valid_to": "finish"}
        days = st.lists(st.sampled_from(DAYS), min_size=len(found), max_size=len(found))
        ends = zip(found, draw(days), draw(days), strict=True)
        return source, [{**row, "begin": begin, "finish": finish} for row, begin, finish in ends]
    if kind != "usage" and not source.get("undated"):
        source["columns"]["occurred_at"] = "time"
    return source, found


def _elements(plan: dict[str, Any], files: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Return the names of what a plan holds, for the test that everything is drawn sometimes."""
    found = {f"{table}.{key}" for table in ("period", "count", "policy") for key in plan.get(table, {})}
    for table in ("entity", "system", "use", "kind", "exclude"):
        found |= {f"{table}.{key}" for entry in plan[table] for key in entry}
    for source in plan["source"]:
        found |= {f"{source['type']}.{key}" for key in source}
        found |= {f"{source['type']}.columns.{key}" for key in source["columns"]}
    return found | {name.rpartition(".")[2] for name in files}


OUTPUTS = """\
system,output,contains_codes
ehr,charge,no
ehr,report a,yes
ehr,r,unknown
rcm,r,yes
rcm,menu,unknown
rcm,report ?,no
"""

OWN_DEFINITION = """
schema = "percapita/user-definition/1"
id = "own"
title = "Own"
effective = 2026-01-01
text = "own"

[[source]]
id = "S"
title = "S"
says = "S"

[[use]]
rule = "O-1"
use_type = "direct_access"
counted = true
text = "sees"
source = "S"

[[use]]
rule = "O-2"
use_type = "product_reliance"
counted = false
text = "needs"
source = "S"

[[account_kind]]
rule = "O-3"
kind = "shared"
treatment = "person"
reason = "counts here"
source = "S"

[minimum]
rule = "O-4"
events = 2
source = "S"

[location]
rule = "O-5"
countries = ["us"]
reason = "outside"
source = "S"
"""


def write_world(world: World, folder: Path) -> Path:
    """Write the plan and the files, and return the plan."""
    for name, content in world.files.items():
        _write_file(folder / name, content, _names(world.plan, name))
    (folder / "own.toml").write_text(OWN_DEFINITION, encoding="utf-8")
    (folder / "outputs.csv").write_text(OUTPUTS, encoding="utf-8")
    path = folder / "percapita.toml"
    path.write_text(to_toml(world.plan), encoding="utf-8")
    return path


def _names(plan: dict[str, Any], name: str) -> list[str]:
    """Return the columns that the plan expects of a file, for files without rows."""
    source = next(source for source in plan["source"] if source["path"] == name)
    return sorted({column for column in source["columns"].values() if isinstance(column, str)})


def _write_file(path: Path, content: list[dict[str, Any]], names: list[str]) -> None:
    columns = list(dict.fromkeys([*(content[0] if content else {}), *names]))
    table = pa.table({name: _array([row.get(name) for row in content], name) for name in columns})
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        texts = {name: [_text(value) for value in table.column(name).to_pylist()] for name in columns}
        pc.write_csv(pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()}), path)


def _array(values: list[Any], name: str) -> pa.Array:
    kind = {"time": pa.timestamp("us", tz="UTC"), "n": pa.int64()}.get(name, pa.string())
    return pa.array(values, kind)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def to_toml(plan: dict[str, Any]) -> str:
    """Return a plan as TOML."""
    lines = []
    for name, table in plan.items():
        if isinstance(table, str):
            lines.append(f"{name} = {_toml(table)}")
            continue
        for entry in table if isinstance(table, list) else [table]:
            lines.append(f"[[{name}]]" if isinstance(table, list) else f"[{name}]")
            lines += [f"{key} = {_toml(value)}" for key, value in entry.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return str(value) if isinstance(value, date | float | int) else f'"{value}"'
