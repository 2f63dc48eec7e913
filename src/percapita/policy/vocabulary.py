"""The domain's closed lists of words, in one place. Source: the contracts of the plan and the statement."""

from __future__ import annotations

from typing import Literal, get_args

SystemKind = Literal["emr", "patient_billing", "practice_management", "revenue_cycle", "other"]
UseType = Literal["direct_access", "product_reliance", "output_reliance"]
MappedUse = Literal["direct_access", "product_reliance", "output_reliance", "none"]
Environment = Literal["production", "test", "training"]
Basis = Literal["log", "usage", "sign_in", "recipients", "role", "account_list", "declared", "none"]
Figure = Literal["users", "without_leavers", "as_of", "peak_month", "with_access"]

SYSTEM_KINDS: tuple[str, ...] = get_args(SystemKind)
USE_TYPES: tuple[str, ...] = get_args(UseType)
ENVIRONMENTS: tuple[str, ...] = get_args(Environment)
FIGURES: tuple[str, ...] = get_args(Figure)

# What people are to the organization. Another word is shown as unknown and reported.
WORKER_TYPES = ("employee", "contractor", "locum", "resident", "student", "volunteer", "vendor", "affiliate")

# What is licensed, and for what.
CONTENTS: tuple[str, ...] = ("cpt", "rvu", "hcpcs", "icd10", "snomed-map")
PURPOSES: tuple[str, ...] = ("use", "chargemaster_posting")

# What an account can be. An account whose kind is absent is human; an unrecognized word counts as human and is
# reported, because leaving people out silently is the worse error.
AccountKind = Literal["human", "service", "interface", "test", "shared", "patient", "bot", "ai_agent"]
ACCOUNT_KINDS: tuple[str, ...] = get_args(AccountKind)
