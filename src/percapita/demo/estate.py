"""What the demo organization consists of: entities, systems, activities and their use, jobs and what they work with.

The use of an activity stands here twice on purpose: `USES` is what the maker knows, `RULES` is what the plan says.
A test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from percapita.policy.vocabulary import MappedUse

D: MappedUse = "direct_access"
P: MappedUse = "product_reliance"
O: MappedUse = "output_reliance"  # noqa: E741 - beside D and P in a table it is no zero
N: MappedUse = "none"
COUNTED = (D, P, O)

DOMAIN = "riverbend.example"
UNLISTED = "wound_photo"  # a system that is in a log but not in the plan
SILENT = "abstraction"  # a system that is in the plan but in no log
RECEIVED_IN = "warehouse"


@dataclass(frozen=True)
class Entity:
    """Name a legal entity; the identifiers are of ranges that nobody was given."""

    id: str
    name: str
    keys: str


@dataclass(frozen=True)
class System:
    """Name a system of the plan and the kind of evidence there is."""

    id: str
    name: str
    kind: str
    owner: str
    basis: Literal["log", "usage", "recipients", "none"] = "log"
    part_of: str = ""


@dataclass(frozen=True)
class Rule:
    """Hold a `[[use]]` rule of the plan and why it is there."""

    system: str
    activity: tuple[str, ...]
    use_type: MappedUse
    why: str = ""
    object: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """Say which share of a job's people work with a system, how many rows each makes a year, and which."""

    system: str
    reach: float
    rows: int
    mix: dict[str, int]


@dataclass(frozen=True)
class Job:
    """Hold a job, its share of all people and its work."""

    title: str
    share: float
    staff: Literal["employee", "provider", "contractor"] = "employee"
    nights: float = 0.0
    work: tuple[Work, ...] = ()


ENTITIES = (
    Entity("RMC", "Riverbend Medical Center", 'ccn = "330999"'),
    Entity("RCH", "Riverbend Creek Hospital", 'ccn = "330998"'),
    Entity("RPG", "Riverbend Physician Group", 'ein = "00-0000003"'),
)

SYSTEMS = (
    System("ehr", "Electronic health record", "emr", "Health IT", part_of="ehr_suite"),
    System("or_schedule", "Surgery scheduling", "other", "Perioperative services", part_of="ehr_suite"),
    System("billing", "Patient billing", "patient_billing", "Patient accounts"),
    System("clinic_pm", "Clinic practice management", "practice_management", "Physician group"),
    System("cdm", "Chargemaster manager", "revenue_cycle", "Revenue integrity"),
    System("denials", "Denials and appeals", "revenue_cycle", "Patient accounts"),
    System("encoder", "Coding workbench", "other", "Health information management"),
    System("scrubber", "Claims scrubber", "other", "Patient accounts"),
    System("lab", "Laboratory system", "other", "Laboratory"),
    System("pacs", "Radiology images (PACS)", "other", "Radiology", basis="usage"),
    System("warehouse", "Data warehouse and reports", "other", "Analytics", basis="recipients"),
    System("abstraction", "Legacy chart abstraction", "other", "Quality", basis="none"),
)

# Use of each activity; None: the plan has no rule for it, so it is undetermined.
USES: dict[str, dict[str, MappedUse | None]] = {
    "ehr": {
        "login": N,
        "logout": N,
        "order.enter": D,
        "order.sign": D,
        "charge.capture": D,
        "procedure.document": D,
        "visit.close": P,
        "build.charge_trigger": P,
        "worklist.charge_review": O,
        "flowsheet.enter": N,
        "med.administer": N,
        "result.review": N,
        "message.read": N,
        "chart.view": None,
        "schedule.view": None,
    },
    "or_schedule": {"login": N, "case.book": D, "case.view": P, "block.view": N, "preference.edit": None},
    "billing": {
        "SIGNON": N,
        "CHG INQ": D,
        "CHG ADJ": D,
        "CLM EDIT": D,
        "CLM PRINT": O,
        "PMT POST": P,
        "STMT SEND": N,
        "ACCT INQ": None,
    },
    "clinic_pm": {
        "login": N,
        "visit.checkin": N,
        "visit.schedule": P,
        "fee.estimate": D,
        "checkout.charge": D,
        "eligibility.check": None,
    },
    "cdm": {"login": N, "item.view": D, "item.edit": D, "price.publish": D, "export.run": O},
    "denials": {"login": N, "denial.view": D, "appeal.write": D, "letter.print": O, "queue.assign": None},
    "encoder": {"login": N, "code.search": D, "code.assign": D, "edit.check": P, "note.open": None},
    "scrubber": {"login": N, "edit.resolve": D, "claim.release": P, "queue.view": O},
    "lab": {
        "SIGN_IN": N,
        "ORDER_ENTRY": D,
        "ORDER_BILL": D,
        "CATALOG_LOOKUP": P,
        "SPECIMEN_RECEIVE": N,
        "INSTRUMENT_QC": N,
        "RESULT_VIEW": None,
    },
    "pacs": {"study.read": P, "exam.code": D, "study.view": N, "exam.protocol": None},
    UNLISTED: {"photo.tag": None},
}

# Reports: those with codes, those whose content nobody has looked at, those without codes.
REPORTS: dict[str, MappedUse | None] = {
    "RPT-101 Charge lag": O,
    "RPT-114 Procedure volumes": O,
    "RPT-130 Provider productivity": O,
    "RPT-502 Clinic access": None,
    "RPT-901 Staffing": N,
}

RULES = (
    Rule("*", ("login", "logout", "SIGNON", "SIGN_IN"), N, "signing in is no use of codes"),
    Rule("ehr", ("order.*", "charge.*", "procedure.document"), D, "orders, charges and procedure notes show codes"),
    Rule("ehr", ("visit.close", "build.*"), P, "the product cannot close a visit, or be configured, without codes"),
    Rule("ehr", ("worklist.charge_review",), O, "a worklist that is made with codes"),
    Rule(
        "ehr",
        ("flowsheet.enter", "med.administer", "result.review", "message.read"),
        N,
        "chart.view and schedule.view have no rule yet: they are shown as undetermined until someone decides",
    ),
    Rule("or_schedule", ("case.book",), D),
    Rule("or_schedule", ("case.view",), P),
    Rule("or_schedule", ("block.view",), N),
    Rule("billing", ("CHG *", "CLM EDIT"), D),
    Rule("billing", ("PMT POST",), P),
    Rule("billing", ("CLM PRINT",), O),
    Rule("billing", ("STMT SEND",), N, "ACCT INQ is undetermined"),
    Rule("clinic_pm", ("fee.estimate", "checkout.*"), D),
    Rule("clinic_pm", ("visit.schedule",), P),
    Rule("clinic_pm", ("visit.checkin",), N),
    Rule("cdm", ("item.*", "price.publish"), D),
    Rule("cdm", ("export.*",), O),
    Rule("denials", ("denial.view", "appeal.write"), D),
    Rule("denials", ("letter.print",), O),
    Rule("encoder", ("code.*",), D),
    Rule("encoder", ("edit.check",), P),
    Rule("scrubber", ("edit.resolve",), D),
    Rule("scrubber", ("claim.release",), P),
    Rule("scrubber", ("queue.view",), O),
    Rule("lab", ("ORDER_*",), D),
    Rule("lab", ("CATALOG_LOOKUP",), P),
    Rule("lab", ("SPECIMEN_RECEIVE", "INSTRUMENT_QC"), N),
    Rule("pacs", ("exam.code",), D),
    Rule("pacs", ("study.read",), P),
    Rule("pacs", ("study.view",), N),
    Rule("warehouse", ("receive",), O, "reports with codes; a recipient's activity is always receive", ("RPT-1*",)),
    Rule("warehouse", ("receive",), N, "reports without codes; RPT-5* is undetermined", ("RPT-9*",)),
)

_FLOOR = {"login": 8, "logout": 6, "flowsheet.enter": 34, "med.administer": 26, "result.review": 14, "chart.view": 12}
_PROCEDURE = {"login": 8, "logout": 6, "flowsheet.enter": 30, "charge.capture": 12, "order.enter": 8, "chart.view": 20}
_PROVIDER = {
    "login": 8,
    "order.sign": 24,
    "order.enter": 10,
    "procedure.document": 8,
    "visit.close": 14,
    "result.review": 16,
    "message.read": 10,
    "chart.view": 10,
}
_CODER = {"login": 6, "chart.view": 60, "worklist.charge_review": 34}
_BILLER = {
    "SIGNON": 6,
    "CHG INQ": 30,
    "CHG ADJ": 8,
    "CLM EDIT": 20,
    "CLM PRINT": 6,
    "PMT POST": 16,
    "ACCT INQ": 12,
    "STMT SEND": 2,
}
_CLINIC = {
    "login": 8,
    "visit.checkin": 36,
    "visit.schedule": 26,
    "fee.estimate": 6,
    "checkout.charge": 10,
    "eligibility.check": 14,
}
_ENCODER = {"login": 5, "code.search": 36, "code.assign": 34, "edit.check": 15, "note.open": 10}
_LAB = {
    "SIGN_IN": 6,
    "ORDER_ENTRY": 10,
    "ORDER_BILL": 6,
    "CATALOG_LOOKUP": 8,
    "SPECIMEN_RECEIVE": 34,
    "INSTRUMENT_QC": 14,
    "RESULT_VIEW": 22,
}
_PHLEBOTOMY = {"SIGN_IN": 14, "SPECIMEN_RECEIVE": 70, "RESULT_VIEW": 16}

JOBS = (
    Job("Registered nurse", 0.175, nights=0.4, work=(Work("ehr", 0.96, 150, _FLOOR),)),
    Job(
        "Procedure nurse",
        0.12,
        nights=0.2,
        work=(Work("ehr", 0.97, 150, _PROCEDURE), Work("or_schedule", 0.3, 50, {"login": 10, "case.view": 90})),
    ),
    Job(
        "Physician",
        0.11,
        "provider",
        nights=0.15,
        work=(
            Work("ehr", 0.95, 230, _PROVIDER),
            Work("or_schedule", 0.3, 40, {"login": 10, "case.book": 40, "block.view": 50}),
            Work("pacs", 0.4, 60, {"study.view": 96, "study.read": 4}),
        ),
    ),
    Job("Nurse practitioner", 0.05, "provider", work=(Work("ehr", 0.97, 220, _PROVIDER),)),
    Job("Travel nurse", 0.04, "contractor", nights=0.5, work=(Work("ehr", 0.95, 90, _FLOOR),)),
    Job(
        "Medical assistant",
        0.07,
        work=(
            Work("ehr", 0.95, 120, {"login": 10, "flowsheet.enter": 50, "schedule.view": 40}),
            Work("clinic_pm", 0.6, 110, _CLINIC),
        ),
    ),
    Job(
        "Registrar",
        0.07,
        work=(
            Work("ehr", 0.9, 60, {"login": 20, "schedule.view": 60, "message.read": 20}),
            Work("clinic_pm", 0.9, 200, _CLINIC),
            Work("billing", 0.5, 90, {"SIGNON": 10, "ACCT INQ": 86, "CHG INQ": 4}),
        ),
    ),
    Job(
        "Biller",
        0.05,
        work=(
            Work("billing", 0.97, 560, _BILLER),
            Work("scrubber", 0.7, 110, {"login": 8, "queue.view": 40, "edit.resolve": 36, "claim.release": 16}),
            Work(
                "denials",
                0.5,
                90,
                {"login": 8, "denial.view": 50, "appeal.write": 20, "letter.print": 12, "queue.assign": 10},
            ),
        ),
    ),
    Job("Coder", 0.02, work=(Work("encoder", 0.97, 480, _ENCODER), Work("ehr", 0.95, 110, _CODER))),
    Job("Agency coder", 0.015, "contractor", work=(Work("encoder", 0.95, 420, _ENCODER), Work("ehr", 0.9, 90, _CODER))),
    Job(
        "Chargemaster analyst",
        0.005,
        work=(
            Work("cdm", 1.0, 300, {"login": 8, "item.view": 60, "item.edit": 20, "price.publish": 2, "export.run": 10}),
            Work("billing", 1.0, 150, _BILLER),
        ),
    ),
    Job(
        "Laboratory technologist",
        0.045,
        nights=0.3,
        work=(
            Work("lab", 0.97, 430, _LAB),
            Work("ehr", 0.3, 30, {"login": 20, "result.review": 70, "order.enter": 10}),
        ),
    ),
    Job("Phlebotomist", 0.025, nights=0.2, work=(Work("lab", 0.95, 150, _PHLEBOTOMY),)),
    Job(
        "Radiology technologist",
        0.035,
        work=(
            Work("pacs", 0.97, 260, {"study.view": 50, "exam.code": 30, "exam.protocol": 20}),
            Work("ehr", 0.8, 60, {"login": 20, "result.review": 60, "order.enter": 20}),
        ),
    ),
    Job(
        "Surgery scheduler",
        0.015,
        work=(
            Work(
                "or_schedule",
                1.0,
                320,
                {"login": 6, "case.book": 40, "case.view": 30, "block.view": 16, "preference.edit": 8},
            ),
        ),
    ),
    Job(
        "Therapist",
        0.03,
        work=(Work("ehr", 0.97, 120, {"login": 10, "flowsheet.enter": 60, "charge.capture": 20, "chart.view": 10}),),
    ),
    Job("Pharmacist", 0.02, work=(Work("ehr", 0.97, 100, {"login": 10, "med.administer": 60, "result.review": 30}),)),
    Job(
        "Application analyst",
        0.015,
        work=(Work("ehr", 0.8, 40, {"login": 30, "build.charge_trigger": 30, "chart.view": 40}),),
    ),
    Job("Manager", 0.03),
    Job("Facilities", 0.06),
)


def own_directory(system: str) -> str:
    """Return the directory in which a system's accounts are administered."""
    return system if system in ("ehr", "lab") else "enterprise"
