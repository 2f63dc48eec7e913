"""The rules of the twelve hospitals: which activity, role, job or sign-in is use."""

from __future__ import annotations

from dataclasses import dataclass

from percapita.policy.vocabulary import MappedUse


@dataclass(frozen=True)
class Rule:
    """Hold one rule; what is empty is not asked for. Texts with bars are several."""

    system: str
    use_type: MappedUse
    activity: str = ""
    role: str = ""
    job: str = ""
    department: str = ""
    worker_type: str = ""
    entity: str = ""
    signed_in: bool = False


# Not in here on purpose: `chart.view` of the record and the role `Greeter`. They wait for a decision.
RULES = (
    Rule("*", "none", "login"),
    Rule("ehr", "direct_access", "order.enter|charge.capture"),
    Rule("ehr", "product_reliance", "visit.close"),
    Rule("ehr", "none", "flowsheet.enter"),
    Rule("surgery", "direct_access", "case.book"),
    Rule("surgery", "product_reliance", "case.view"),
    Rule("surgery", "none", "block.view"),
    Rule("billing", "direct_access", "charge.entry|claim.edit"),
    Rule("billing", "none", "payment.post"),
    Rule("clinic_pm", "direct_access", "charge.entry"),
    Rule("clinic_pm", "none", "schedule.view"),
    Rule("encoder", "direct_access", "code.search"),
    Rule("encoder", "none", "record.view"),
    Rule("denials", "direct_access", "claim.view"),
    Rule("denials", "product_reliance", "appeal.write"),
    Rule("chargemaster", "direct_access", "item.view|price.edit"),
    Rule("lab-*", "direct_access", "order.create"),
    Rule("lab-*", "product_reliance", "charge.drop"),
    Rule("lab-*", "none", "result.enter"),
    Rule("imaging-*", "product_reliance", "sign in"),
    Rule("transcription-*", "product_reliance", "sign in"),
    Rule("oncology-*", "direct_access", "sign in"),
    Rule("cardiology-*", "direct_access", "sign in"),
    Rule("anesthesia-*", "direct_access", signed_in=True),
    Rule("anesthesia-*", "none", role="*"),  # has an account, but did not sign in
    Rule("pharmacy-*", "direct_access", role="Pharmacist"),
    Rule("pharmacy-*", "none", role="Clinician|Read only"),
    Rule("emergency-*", "product_reliance", role="Clinician"),
    Rule("emergency-*", "none", role="Read only"),
    Rule("endoscopy-*", "product_reliance", role="Clinician"),
    Rule("endoscopy-*", "none", role="Read only"),
    Rule("casemgmt-*", "output_reliance", role="Reviewer|Nurse"),
    Rule("registration-*", "direct_access", role="Registrar"),
    Rule("registration-*", "none", role="Supervisor"),
    Rule("dialysis-*", "product_reliance", role="Nurse|Provider"),
    Rule("maternity-*", "product_reliance", role="Nurse|Provider"),
    Rule("wound-*", "product_reliance", role="Nurse|Provider"),
    Rule("rehab-*", "direct_access", role="*"),
    Rule("pathology-*", "direct_access", role="*"),
    Rule("homecare-*", "direct_access", role="*"),
    Rule("sleep-*", "direct_access", role="*"),
    Rule("ehr-test", "direct_access", role="*"),
    Rule("ehr-training", "direct_access", role="*"),
    Rule("education", "product_reliance", job="*coder", department="Health information management"),
    Rule("charge-review", "output_reliance", department="Revenue integrity"),
    Rule("residency", "product_reliance", worker_type="resident"),
    Rule("alder-trials", "product_reliance", job="Physician", entity="ALD"),
)
