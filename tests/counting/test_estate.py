"""What a list of applications leaves open, before any file of people or rows is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from percapita.counting.estate import Copy, EstateCheck, check_estate, write_templates
from percapita.errors import InputError
from tests.docs.examples import MINIMAL_PLAN

SYSTEMS = """\
id,name,kind,part_of,environment,owner
ehr-test,Record (test),emr,suite,test,
ehr_train,Record (training),emr,,training,Ann
ehrx,Another,emr,suite,production,Ann
lab-2,Laboratory copy,other,lab,test,Ann
pacs,Images,other,,production,Ann
pacs-test,Images (test),other,Suite,test,Ann
pacs-test-old,Images (test),other,,production,Ann
pacs-test-old-2,Images (test),other,,test,Ann
"""


def checked(folder: Path, plan: str = MINIMAL_PLAN, **registers: str) -> EstateCheck:
    top = ""
    for name, content in registers.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        top += f'{name} = "{name}.csv"\n'
    path = folder / "percapita.toml"
    path.write_text(top + plan, encoding="utf-8")
    return check_estate(path)


def test_what_is_missing(tmp_path: Path) -> None:
    found = checked(tmp_path, systems=SYSTEMS, owners="system,owner\nehr,Bob\n")
    others = [line.partition(",")[0] for line in SYSTEMS.splitlines()[1:]]
    assert (found.systems, found.errors) == (9, [])
    assert found.without_evidence == others
    assert found.maybe_evidence == []
    assert found.without_rule == others
    assert found.without_owner == ["ehr-test"]
    assert found.single_groups == [("lab", "lab-2"), ("Suite", "pacs-test")]


def test_a_rule_by_which_no_row_counts_is_no_rule(tmp_path: Path) -> None:
    found = checked(
        tmp_path, systems=SYSTEMS, rules="system,activity,use_type\n*,login,none\npacs*,view,direct_access\n"
    )
    assert found.without_rule == ["ehr-test", "ehr_train", "ehrx", "lab-2"]


def test_copies_and_their_production(tmp_path: Path) -> None:
    assert checked(tmp_path, systems=SYSTEMS).copies == [
        Copy("ehr-test", "test", "ehr"),
        Copy("ehr_train", "training", "ehr"),
        Copy("lab-2", "test", None),
        Copy("pacs-test", "test", "pacs"),
        Copy("pacs-test-old-2", "test", "pacs-test-old"),
    ]


def test_a_copy_by_its_group(tmp_path: Path) -> None:
    systems = "id,name,kind,part_of,environment\nprod,P,emr,suite,production\nplay,T,emr,suite,training\n"
    assert checked(tmp_path, systems=systems).copies == [Copy("play", "training", "prod")]


def test_a_column_may_name_any_system(tmp_path: Path) -> None:
    column = 'activity = "ACTION", system = { column = "APP", map = { P = "pacs" } }'
    plan = MINIMAL_PLAN.replace('path = "access-log.csv"\nsystem = "ehr"', 'path = "access-log.csv"')
    found = checked(tmp_path, plan.replace('activity = "ACTION"', column), systems=SYSTEMS)
    assert found.without_evidence == []
    assert "pacs" not in found.maybe_evidence
    assert "pacs-test" in found.maybe_evidence
    assert "ehr" not in found.maybe_evidence


def test_all_wrong_rows_at_once(tmp_path: Path) -> None:
    systems = "id,name,kind,environment\nx,X,Clinical,\ny,Y,emr,Prod\nz,Z,emr,\n"
    found = checked(tmp_path, systems=systems, owners="system,owner\nx,Ann\n")
    assert [(what, where) for what, where, _ in found.errors] == [
        ("'Clinical' is not a known kind", "systems.csv, row 2, kind"),
        ("'Prod' is not a known environment", "systems.csv, row 3, environment"),
    ]
    assert found.without_owner == []


def test_rules_that_fit_nothing(tmp_path: Path) -> None:
    rules = """\
system,activity,use_type,object
ehr,order*,none,
pacs,view,direct_access,
ehr,print|view,direct_access,
ehr,view,none,x
ehr,*,none,a|b
ehr,look,none,b
ehr,look,none,c
"""
    assert checked(tmp_path, systems=SYSTEMS, rules=rules).idle_rules == [
        ("use[1]", "use[0] comes first and takes all it fits"),
        ("use[2]", "no source names pacs"),
        ("use[4]", "use[3] comes first and takes all it fits"),
        ("use[6]", "use[5] comes first and takes all it fits"),
    ]


def test_outputs(tmp_path: Path) -> None:
    outputs = "system,output,contains_codes,owner\nehr,a,yes,\nehr,b,unknown,Ann\nehr,c,,\n"
    found = checked(tmp_path, outputs=outputs)
    assert found.unknown_outputs == [("ehr", "b", "Ann"), ("ehr", "c", None)]
    assert found.idle_rules == [("outputs of ehr", "no recipients source names it")]
    recipients = '\n[[source]]\ntype = "recipients"\npath = "r.csv"\nsystem = "ehr"\nundated = true\n'
    recipients += 'columns = { email = "to", output = "report" }\n'
    assert checked(tmp_path, MINIMAL_PLAN + recipients, outputs=outputs).idle_rules == []


def test_templates_are_never_written_over(tmp_path: Path) -> None:
    assert [path.name for path in write_templates(tmp_path / "new")] == [
        "systems.csv",
        "rules.csv",
        "owners.csv",
        "outputs.csv",
    ]
    (tmp_path / "new" / "owners.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "new" / "systems.csv").unlink()
    with pytest.raises(InputError, match="there is such a file already"):
        write_templates(tmp_path / "new")
    assert (tmp_path / "new" / "owners.csv").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "new" / "systems.csv").exists()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="the registers cannot be written"):
        write_templates(tmp_path / "file" / "new")
