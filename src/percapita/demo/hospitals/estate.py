"""What the twelve hospitals consist of: hospitals, jobs, and the families of applications with the evidence of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

ORGANIZATION = "Twelve Rivers Health (demo)"
DOMAIN = "twelverivers.example"
JOINED, JOINS = "JUN", date(2026, 7, 1)
SOLD, LAST_DAY = "LAK", date(2026, 9, 30)
RENAMED, NEW_EIN_FROM = "CED", date(2026, 4, 1)  # a new Employer Identification Number
MISSING_MONTH = 4  # of the log of the encoder
UNLISTED = "old-portal"  # signed in to, but in no list of applications

Evidence = Literal["log", "recipients", "sso", "last_login", "accounts", "workforce", "declared", "none"]


@dataclass(frozen=True)
class Hospital:
    """Name a hospital and its share of all people; the identifiers are of ranges that nobody was given."""

    id: str
    name: str
    share: float
    ccn: str
    ein: str


@dataclass(frozen=True)
class Job:
    """Hold a job, its share of all people, and how many rows a year each of them leaves in which log."""

    title: str
    department: str
    share: float
    worker_type: str = "employee"
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """Hold an application that is installed in each hospital, or once; `jobs` have accounts in it, with their role."""

    id: str
    name: str
    evidence: Evidence
    owner: str = ""
    kind: str = "other"
    everywhere: bool = True
    part_of: str = ""
    environment: str = "production"
    jobs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Application:
    """Hold one application of the list: a family in a hospital, or in all together."""

    id: str
    name: str
    family: Family
    hospital: str = ""


_NAMES = ("Alder", "Birch", "Cedar", "Dale", "Elm", "Fern", "Glen", "Heath", "Ivy", "Juniper", "Kelp", "Lake")
_SHARES = (0.2, 0.14, 0.12, 0.1, 0.08, 0.07, 0.06, 0.06, 0.05, 0.05, 0.04, 0.03)
HOSPITALS = tuple(
    Hospital(name[:3].upper(), f"{name} River Hospital", share, f"3309{number:02d}", f"00-00001{number:02d}")
    for number, (name, share) in enumerate(zip(_NAMES, _SHARES, strict=True), 1)
)

JOBS = (
    Job("Nurse", "Nursing", 0.27, rows={"ehr": 18, "lab": 3}),
    Job("Physician", "Medical staff", 0.09, rows={"ehr": 26, "surgery": 6, "clinic_pm": 4}),
    Job("Resident", "Graduate medical education", 0.03, "resident", {"ehr": 24}),
    Job("Medical student", "Graduate medical education", 0.02, "student", {"ehr": 4}),
    Job("Coder", "Health information management", 0.03, rows={"encoder": 90, "ehr": 10}),
    Job("Agency coder", "Health information management", 0.02, "contractor", {"encoder": 80}),
    Job("Biller", "Patient accounts", 0.06, rows={"billing": 60, "denials": 20}),
    Job("Charge analyst", "Revenue integrity", 0.02, rows={"chargemaster": 60, "billing": 15}),
    Job("Scheduler", "Patient access", 0.06, rows={"surgery": 15, "clinic_pm": 30}),
    Job("Laboratory technologist", "Laboratory", 0.06, rows={"lab": 60}),
    Job("Radiology technologist", "Radiology", 0.05, rows={"ehr": 6}),
    Job("Therapist", "Rehabilitation", 0.06, rows={"ehr": 12}),
    Job("Pharmacist", "Pharmacy", 0.04, rows={"ehr": 8}),
    Job("Quality analyst", "Quality", 0.02),
    Job("Application analyst", "Information technology", 0.03, rows={"ehr": 5}),
    Job("Manager", "Administration", 0.03),
    Job("Volunteer", "Volunteer services", 0.04, "volunteer"),
    Job("Locum physician", "Medical staff", 0.02, "locum", {"ehr": 16}),
    Job("Vendor engineer", "Information technology", 0.02, "vendor", {"ehr": 3}),
    Job("Practice physician", "Affiliated practices", 0.03, "affiliate", {"ehr": 14}),
)

_CLINICIANS = {"Nurse": "Clinician", "Physician": "Clinician", "Resident": "Clinician", "Manager": "Read only"}
_NURSES = {"Nurse": "Nurse", "Physician": "Provider"}
_REVIEWERS = {"Quality analyst": "Reviewer", "Nurse": "Nurse"}
_DESK = {"Scheduler": "Registrar", "Biller": "Registrar", "Manager": "Supervisor", "Volunteer": "Greeter"}

FAMILIES = (
    # 20 with logs
    Family("ehr", "Electronic health record", "log", "Clinical applications", "emr", False, "ehr_suite",
           jobs={"*": "User"}),
    Family("surgery", "Surgery scheduling", "log", "Perioperative services", "other", False, "ehr_suite"),
    Family("billing", "Patient billing", "log", "Patient accounts", "patient_billing", False),
    Family("clinic_pm", "Clinic practice management", "log", "Physician services", "practice_management", False),
    Family("encoder", "Coding workbench", "log", "Health information management", "other", False),
    Family("denials", "Denials and appeals", "log", "Patient accounts", "revenue_cycle", False),
    Family("chargemaster", "Chargemaster manager", "log", "Revenue integrity", "revenue_cycle", False),
    Family("lab", "Laboratory system", "log", "Laboratory"),
    Family("warehouse", "Data warehouse", "recipients", "Analytics", "other", False),
    # 60 with sign-ins
    Family("imaging", "Imaging viewer", "sso", "Radiology", jobs={"Radiology technologist": "", "Physician": ""}),
    Family("transcription", "Transcription", "sso", "Health information management", jobs={"Physician": ""}),
    Family("oncology", "Oncology planning", "sso", "Oncology", jobs={"Nurse": "", "Pharmacist": ""}),
    Family("cardiology", "Cardiology reports", "sso", "Cardiology", jobs={"Physician": "", "Locum physician": ""}),
    Family("anesthesia", "Anesthesia record", "last_login", "Perioperative services", jobs=_CLINICIANS),
    # 150 with lists of accounts, or counted by the jobs of the workforce
    Family("pharmacy", "Pharmacy system", "accounts", "Pharmacy", jobs={"Pharmacist": "Pharmacist", **_CLINICIANS}),
    Family("rehab", "Rehabilitation notes", "accounts", "Rehabilitation", jobs={"Therapist": "Therapist"}),
    Family("dialysis", "Dialysis record", "accounts", "Nephrology", jobs=_NURSES),
    Family("emergency", "Emergency tracking", "accounts", "Emergency", jobs=_CLINICIANS),
    Family("maternity", "Maternity record", "accounts", "Women's health", jobs=_NURSES),
    Family("pathology", "Pathology system", "accounts", jobs={"Laboratory technologist": "Technologist"}),
    Family("endoscopy", "Endoscopy reports", "accounts", "Digestive health", jobs=_CLINICIANS),
    Family("wound", "Wound care photos", "accounts", jobs=_NURSES),
    Family("homecare", "Home care visits", "accounts", "Home care", jobs={"Therapist": "Visitor", "Nurse": "Visitor"}),
    Family("sleep", "Sleep laboratory", "accounts", jobs={"Laboratory technologist": "Technologist"}),
    Family("registration", "Patient registration", "accounts", "Patient access", jobs=_DESK),
    Family("casemgmt", "Case management", "accounts", "Quality", jobs=_REVIEWERS),
    Family("ehr-test", "Electronic health record, test copy", "accounts", "Clinical applications", "emr", False,
           "ehr_suite", "test", {"Application analyst": "Analyst", "Vendor engineer": "Engineer"}),
    Family("ehr-training", "Electronic health record, training copy", "accounts", "Clinical applications", "emr", False,
           "ehr_suite", "training", {"Resident": "Trainee", "Medical student": "Trainee"}),
    Family("education", "Coding education", "workforce", "Health information management", "other", False),
    Family("charge-review", "Charge review worklists", "workforce", "Revenue integrity", "revenue_cycle", False),
    Family("residency", "Residency case log", "workforce", "Graduate medical education", "other", False),
    Family("alder-trials", "Clinical trials at Alder River", "workforce", "Research", "other", False),
    # 70 of which somebody tells a number, or nobody tells anything
    Family("research", "Research billing", "declared", "Research", "patient_billing"),
    Family("dictation", "Dictation", "declared", "Medical staff"),
    Family("registry", "Specialty registry", "declared", "Quality"),
    Family("contracts", "Payer contract model", "declared", "Managed care", "revenue_cycle", False),
    Family("costing", "Cost accounting", "declared", "Finance", "other", False),
    Family("telehealth", "Telehealth visits", "declared", "Physician services", "practice_management", False),
    Family("price-tool", "Price estimates", "declared", "Patient access", "revenue_cycle", False),
    Family("bedboard", "Bed board", "none", "Patient access"),
    Family("nursecall", "Nurse call", "none"),
    Family("edi", "Claims gateway", "none", "Patient accounts", "revenue_cycle", False),
    Family("audit", "Charge audit", "none", "Compliance", "other", False),
    Family("archive", "Legacy record archive", "none", "", "other", False),
    Family("population", "Population health", "none", "Quality", "other", False),
    Family("extracts", "Analyst extracts", "none", "Analytics", "other", False),
    Family("portal", "Patient portal", "none", "Clinical applications", "other", False),
)  # fmt: skip


def applications() -> list[Application]:
    """Return the 300 applications of the list, family by family."""
    return [one for family in FAMILIES for one in _installed(family)]


def _installed(family: Family) -> list[Application]:
    if not family.everywhere:
        return [Application(family.id, family.name, family)]
    return [
        Application(f"{family.id}-{hospital.id.lower()}", f"{family.name}, {hospital.name}", family, hospital.id)
        for hospital in HOSPITALS
    ]
