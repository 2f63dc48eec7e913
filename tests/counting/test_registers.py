"""Registers from other programs: their columns, their encodings, and every error with file, row and column."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percapita.counting.estate import template
from percapita.counting.explain import explain
from percapita.counting.load import LoadedPlan, load_plan
from percapita.counting.plan import Plan, System
from percapita.counting.registers import EXAMPLES, ROWS, Output, columns_of, output_rules, read_registers, use_rules
from percapita.errors import InputError
from percapita.usage.rules import first_rule
from tests.docs.examples import MINIMAL_PLAN
from tests.support.plans import ENGINES, Case, run

CMDB = """
[systems]
path = "cmdb.csv"
columns = { id = "number", name = "name", kind = { column = "u_type", map = { Clinical = "emr" } }, owner = "owned_by", environment = "used_for", part_of = "suite" }
"""
ROW_1 = "number;name;u_type;owned_by;used_for;suite;cost\n"


def loaded(folder: Path, top: str, **files: str | bytes) -> LoadedPlan:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    plan = folder / "percapita.toml"
    plan.write_text(top + MINIMAL_PLAN, encoding="utf-8")
    return load_plan(plan)


def refused(folder: Path, top: str, **files: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        loaded(folder, top, **files)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_cmdb_export(delimiter: str, encoding: str, tmp_path: Path) -> None:
    text = ROW_1 + "APP1; Café ;Clinical;Ann;Training;Suite;12\n;;;;;;\nAPP2;Bed board;OTHER;;;;\n"
    data = text.replace(";", delimiter).replace("\n", "\r\n").encode(encoding)
    found = loaded(tmp_path, CMDB.lstrip(), cmdb=data).plan.system
    assert found[1:] == (
        System(id="APP1", name="Café", kind="emr", owner="Ann", environment="training", part_of="Suite"),
        System(id="APP2", name="Bed board", kind="other"),
    )


def test_a_constant_and_a_quoted_line_break(tmp_path: Path) -> None:
    top = '[systems]\npath = "s.csv"\ncolumns = { id = "ID", name = "ID", kind = { value = "other" } }\n'
    found = loaded(tmp_path, top, s='id\n"two\nlines"\n\u00a0x\u00a0y\n').plan.system
    assert [(one.id, one.kind) for one in found[1:]] == [("two lines", "other"), ("x y", "other")]


SYSTEMS = 'systems = "s.csv"\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,name,kind\nx,X,Clinical\n", "'Clinical' is not a known kind · s.csv, row 2, kind · use one of: emr,"),
        (
            "id,name,kind,environment\n\nx,X,emr,trainng\n",
            "'trainng' is not a known environment · s.csv, row 3, environment · did you mean 'training'?",
        ),
        ("id,name,kind\nx,,emr\n", "name must not be empty · s.csv, row 2, name"),
        ("id,name,kind,ownr\nx,X,emr,\n", "the column 'ownr' is not known · s.csv, row 1 · did you mean 'owner'?"),
        ("id,name\nx,X\n", "the column 'kind' is missing · s.csv, row 1"),
        ("id,name,kind,ID\nx,X,emr,y\n", "the column 'ID' is there twice"),
        ("id,name,kind\nx,X,emr,y\n", "the row has 4 cells, the header 3 · s.csv, row 2"),
        ("id,name,kind\nehr,X,emr\n", "two systems have the id 'ehr' · s.csv, row 2"),
        ("id,name,kind\nx*,X,emr\n", "'x*' cannot be a system's id · s.csv, row 2"),
        ("id,name,kind\nx,X\x07,emr\n", "signs in it that cannot be printed · s.csv, row 2, name"),
        ("id,name,kind\nx,a,b\ny,a,c\nz,a,d\n", "; 2 more rows are wrong, see `percapita systems check`"),
        ("id,name,kind\n\0", "the register of systems is not text · s.csv"),
        ('id,name,kind\n"x', "cannot be split into cells · s.csv, row 2"),
        (b"id,name,kind\nx,\x81,emr\n", "is not UTF-8 text"),
        ("", "the column 'id' is missing"),
    ],
)
def test_what_is_wrong_with_a_row(content: str | bytes, says: str, tmp_path: Path) -> None:
    assert says in refused(tmp_path, SYSTEMS, s=content)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ('id = "NUMBR", name = "name", kind = "t"', "the column 'NUMBR' is not there · s.csv, row 1 · did you mean"),
        ('idd = "number"', "the column 'idd' is not known · systems, columns · did you mean 'id'?"),
        ('id = "number", name = "name"', "the column 'kind' is missing · systems, columns"),
        ('id = { map = { a = "b" } }', "id needs one of column and value · systems, columns"),
        ('id = { column = "number", without_bit = 2 }', "id cannot be read with without_bit"),
    ],
)
def test_what_is_wrong_with_the_columns(columns: str, says: str, tmp_path: Path) -> None:
    top = f'[systems]\npath = "s.csv"\ncolumns = {{ {columns} }}\n'
    assert says in refused(tmp_path, top, s="number,name,t\nx,X,emr\n")


def test_a_register_that_is_not_there(tmp_path: Path) -> None:
    assert "the register of systems cannot be read" in refused(tmp_path, SYSTEMS)


def test_owners_win(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        SYSTEMS + 'owners = "o.csv"\n',
        s="id,name,kind,owner\nx,X,emr,Ann\ny,Y,emr,Ann\n",
        o="system,owner\nx,Bob\nehr,Cyd\n",
    )
    assert {one.id: one.owner for one in found.plan.system} == {"ehr": "Cyd", "x": "Bob", "y": "Ann"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "owners",
            "system,owner\nehrr,Ann\n",
            "no system has the id 'ehrr' · r.csv, row 2, system · did you mean 'ehr'?",
        ),
        ("owners", "system,owner\nehr,Ann\nehr,Bob\n", "'ehr' is listed twice · r.csv, row 3"),
        ("outputs", "system,output\nehr,a\nehr,a\n", "'ehr: a' is listed twice · r.csv, row 3"),
        (
            "outputs",
            "system,output,contains_codes\nehr,a,maybe\n",
            "'maybe' is not a known contains codes · r.csv, row 2",
        ),
        ("rules", "system,activity,use_type\nx*,a,none\n", "the rule fits no listed system: 'x*' · r.csv, row 2"),
        ("rules", "system,activity,use_type\nehr,|,none\n", "the key 'activity' is missing · r.csv, row 2"),
        (
            "rules",
            "system,activity,role,use_type\nehr,a,b,none\n",
            "about activities or about accounts, not both: role · r.csv, row 2",
        ),
        ("rules", "system,activity,use_type\nehr,a,undetermined\n", "'undetermined' is not a known use type"),
    ],
)
def test_what_is_wrong_with_the_others(name: str, content: str, says: str, tmp_path: Path) -> None:
    assert says in refused(tmp_path, f'{name} = "r.csv"\n', r=content)


def test_rules_go_on_after_those_of_the_plan(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        'rules = "r.csv"\n',
        r="system,activity,use_type,object\nehr,print | copy,none,\n*,*,direct_access,a|b\n",
    )
    assert [(rule.label, rule.activity, rule.object) for rule in found.rules] == [
        ("use[0]", ("order*", "charge*"), ("*",)),
        ("use[1]", ("print", "copy"), ("*",)),
        ("use[2]", ("*",), ("a", "b")),
    ]
    assert found.rules == use_rules(found.plan.use)


@given(
    st.lists(
        st.tuples(st.text("a*?|[]\\", min_size=1), st.sampled_from(["yes", "no", "unknown"])),
        unique_by=lambda one: one[0],
    )
)
def test_the_name_of_an_output_is_no_glob(outputs: list[tuple[str, str]]) -> None:
    register = [
        msgspec.convert({"system": "ehr", "output": name, "contains_codes": says}, Output) for name, says in outputs
    ]
    rules = output_rules(register)
    for name, says in outputs:
        assert rules[first_rule(rules, "ehr", "receive", name)].label == f"output[{says}]"
        assert first_rule(rules, "ehr", "view", name) == -1
        assert first_rule(rules, "rcm", "receive", name) == -1
    assert first_rule(rules, "ehr", "receive", "b") == -1


SENT = Case(
    "",
    "",
    expect={},
    people="""
    employee | mail
    1        | ann@tiny.example
    2        | bob@tiny.example
    3        | cyd@tiny.example
    4        | dee@tiny.example
    """,
    outputs="""
    system | output  | contains_codes
    ehr    | charges | Yes
    ehr    | beds    | no
    ehr    | list*   |
    """,
    files={
        "sent.csv": "to | report\nann@tiny.example | charges\nbob@tiny.example | beds\ncyd@tiny.example | list*\n"
        "dee@tiny.example | other"
    },
    plan="""
    [[source]]
    type = "recipients"
    path = "sent.csv"
    system = "ehr"
    undated = true
    columns = { email = "to", output = "report" }

    [[use]]
    system = "ehr"
    activity = ["receive"]
    use_type = "output_reliance"
    """,
)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rule_of_each_recipient(engine: str, tmp_path: Path) -> None:
    found = run(SENT.write(tmp_path), engine, out=tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "persons.parquet").to_pylist()
    rules = sorted((row["rule"], row["counted"], row["use_types"]) for row in rows)
    assert rules == [
        ("UD-3/output[yes]", True, ["output_reliance"]),
        ("UD-3/use[3]", True, ["output_reliance"]),
        ("output[no]", False, []),
        ("undetermined", False, []),
    ]
    assert "Charting: nobody says whether 1 output contains codes: list*" in found.statement.warnings


def test_explain_names_the_register(tmp_path: Path) -> None:
    plan = SENT.write(tmp_path)
    told = {who: explain(plan, f"{who}@tiny.example").systems[0] for who in ("ann", "bob", "cyd", "dee")}
    assert [(one.counted, one.rule) for one in told.values()] == [
        (True, "UD-3/output[yes]"),
        (False, ""),
        (False, ""),
        (True, "UD-3/use[3]"),
    ]
    assert (told["bob"].no_use, told["cyd"].undetermined) == (1, 1)
    assert told["cyd"].because == "no rule fits, or nobody says whether the output contains codes"


def test_a_changed_register_is_counted_anew(tmp_path: Path) -> None:
    plan = SENT.write(tmp_path)
    first = run(plan).statement.systems[0]
    register = tmp_path / "outputs.csv"
    register.write_text(register.read_text(encoding="utf-8").replace("beds,no", "beds,yes"), encoding="utf-8")
    second = run(plan).statement.systems[0]
    assert (first.users, second.users) == (2, 3)


def test_the_examples_are_registers(tmp_path: Path) -> None:
    top = "".join(f'{name} = "{name}.csv"\n' for name in ROWS)
    for name in ROWS:
        (tmp_path / f"{name}.csv").write_text(template(name), encoding="utf-8")
        assert len(EXAMPLES[name]) == 2
        assert template(name).splitlines()[0] == ",".join(columns_of(name))
    table = tomllib.loads(top + MINIMAL_PLAN) | {"system": []}
    found = read_registers(msgspec.convert(table, Plan), tmp_path)
    assert found.problems == ()
    assert [(one.id, one.owner) for one in found.plan.system] == [("ehr", "A. Owner"), ("ehr-train", "A. Trainer")]
    assert (len(found.plan.use), len(found.outputs)) == (3, 2)
