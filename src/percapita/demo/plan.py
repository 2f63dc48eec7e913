"""Write the plan of the demo organization, commented for someone who will edit it for their own files."""

from __future__ import annotations

from collections.abc import Iterable

from percapita.demo.accounts import DIRECTORIES
from percapita.demo.estate import ENTITIES, RULES, SYSTEMS, Entity, Rule, System
from percapita.demo.files import KIND_LETTERS, LAB_KINDS
from percapita.demo.logs import ZONE
from percapita.demo.troubles import TRAINING

_HEAD = f"""\
# Riverbend Health (demo): a synthetic organization. Nobody in it exists, and no code in it means anything.
# This file is the plan: what to count, from which files, under which rules. Copy it and put in your own.
#   percapita check percapita.toml                  reads a few rows of each file and says what does not fit
#   percapita count percapita.toml --out results    counts
# Paths are relative to this file; globs such as "logs/**/*.csv" are allowed.

[organization]
id = "riverbend-demo"
name = "Riverbend Health (demo)"

[period]                         # both days inclusive, in this time zone
start = 2026-01-01
end = 2026-12-31
timezone = "{ZONE}"

[people]
link = "exact"                   # accounts are one person if an employee id, an NPI or an e-mail says so

[count]
max_rejects = 0.01               # more unreadable rows than this share of a file stop the count


# ---- Legal entities or sites. The workforce files name them by id or by name.
"""

_SYSTEMS = """

# ---- Every software product in which CPT is used, also those you have no log of.
# kind: emr, patient_billing, practice_management, revenue_cycle or other.
# part_of: systems of one group; a person who uses several of them counts once in the group.
"""

_WORKFORCE = """

# ---- People known to the organization. In `columns`, the left side is Percapita's word, the right side your column.
# Columns that you do not name are not read. Several dated rows a person are fine: leavers, re-hires, two entities.

# HR: employee ids with leading zeros, semicolons, Windows encoding, US dates.
[[source]]
type = "workforce"
path = "workforce/hr-employees.csv"
delimiter = ";"
encoding = "cp1252"
date_format = "%m/%d/%Y"
columns = { employee_id = "EMP_ID", given_name = "FIRST", family_name = "LAST", birth_date = "DOB", email = "MAIL", \
entity = "ENTITY", job = "TITLE", worker_type = "TYPE", country = "COUNTRY", valid_from = "START", valid_to = "END" }

# Agencies and the medical staff office: those whom HR does not know. Here are the NPIs.
[[source]]
type = "workforce"
path = "workforce/contractors-and-medical-staff.csv"
columns = { employee_id = "worker_no", npi = "npi", given_name = "given_name", family_name = "surname", \
email = "e_mail", worker_type = { column = "class", map = { medical_staff = "affiliate" } }, employer = "company", \
entity = "site", country = "country", valid_from = "from", valid_to = "until" }
"""

_ACCOUNTS = f"""

# ---- Accounts. system = "*": a directory that many systems use. A system with accounts of its own uses only those.
# kind says what an account is: human (or nothing), service, interface, test, shared, bot, ai_agent, patient.
# Where your words differ, `map` translates them.
[[source]]
type = "accounts"
path = "directory/enterprise-directory.csv"
system = "*"
directory = "{DIRECTORIES[0]}"
columns = {{ account_id = "login", employee_id = "employee_number", given_name = "first_name", \
family_name = "last_name", email = "mail", enabled = "status", \
kind = {{ column = "account_type", map = {{ @LETTERS }} }} }}

# The EHR's own accounts: employee ids with a letter in front; providers with their NPI.
[[source]]
type = "accounts"
path = "ehr/accounts.parquet"
system = "ehr"
directory = "ehr"
columns = {{ account_id = "USER_ID", employee_id = "EMP_ID", given_name = "FIRST", family_name = "LAST", \
birth_date = "DOB", npi = "NPI", email = "MAIL", kind = "TYPE", enabled = "ACTIVE", role = "ROLE" }}

# The laboratory's own accounts, in its vendor's words.
[[source]]
type = "accounts"
path = "lab/accounts.jsonl"
system = "lab"
directory = "lab"
columns = {{ account_id = "user", employee_id = "staff_no", given_name = "forename", family_name = "surname", \
email = "contact", enabled = "enabled", kind = {{ column = "category", map = {{ @LAB }} }} }}
"""

_LOGS = """

# ---- Who did what, when. Name neither the patient nor anything else you do not need.

# Times with a zone need nothing. The file has a column PATIENT_ID: it is not named here, so it is never read.
[[source]]
type = "access"
path = "ehr/access-*.parquet"
system = "ehr"
columns = { occurred_at = "EVENT_TIME", account_id = "USER_ID", activity = "ACTION" }

# Times that are neither ISO nor epoch: say how they are written. timezone is that of the times (default: the period's).
[[source]]
type = "access"
path = "billing/access-2026.csv"
system = "billing"
date_format = "%m/%d/%Y %H:%M"
timezone = "America/Chicago"
columns = { occurred_at = "Date/Time", account_id = "Operator", activity = "Function" }

# Compressed JSON lines with epoch milliseconds.
[[source]]
type = "access"
path = "lab/audit-*.jsonl.gz"
system = "lab"
columns = { occurred_at = "ts", account_id = "user", activity = "event" }

# One log of many systems: a column says which. A system that is not listed above is reported, not lost.
[[source]]
type = "access"
path = "gateway/sign-on-*.csv.gz"
columns = { occurred_at = "time", system = "app", account_id = "login", activity = "action" }

# A log that someone has already grouped by month.
[[source]]
type = "usage"
path = "pacs/usage-by-month.csv"
system = "pacs"
columns = { month = "month", account_id = "user", activity = "activity", events = "n" }

# Who gets reports by e-mail, and never signs in. The activity is always "receive", the report is the object.
[[source]]
type = "recipients"
path = "reports/recipients-*.csv"
system = "warehouse"
columns = { email = "to", output = "report", occurred_at = "sent" }
"""

_RULES = """

# ---- Which activity is which use; the first rule that fits decides. Globs: * and ?.
# direct_access: sees codes. product_reliance: needs codes inside the product. output_reliance: uses its reports.
# none: no use. An activity without a rule is undetermined: not counted, but shown until you decide.
"""

_EXCLUDE = f"""

# ---- Accounts that are not individuals of the organization, with the reason. The user definition already leaves out
# service, interface, test and shared accounts; bots and AI agents wait for a determination.
# Here: accounts that only their name gives away.
[[exclude]]
account_id = ["{TRAINING}*"]
reason = "training account by its name"
"""

_README = """\
Riverbend Health (demo) - a synthetic health system. Nobody in it exists; codes are drawn at random and mean nothing.

percapita.toml                               the plan: what to count, from which files, under which rules
workforce/hr-employees.csv                   employees, a row for each employment (semicolons, cp1252, US dates)
workforce/contractors-and-medical-staff.csv  agency staff, and providers with their NPI
directory/enterprise-directory.csv           accounts that most systems use
ehr/accounts.parquet, lab/accounts.jsonl     accounts of the EHR and of the laboratory
ehr/access-YYYY-MM.parquet                   who did what in the EHR; months in UTC, so the last hours are in 2027-01
billing/access-2026.csv                      the same in billing: local US times, logins in capitals, some bad rows
lab/audit-2026.jsonl.gz                      the same in the laboratory: epoch milliseconds, July is missing
gateway/sign-on-2026.csv.gz                  seven systems in one log, one of them not in the plan
pacs/usage-by-month.csv                      radiology, already grouped by month
reports/recipients-2026.csv                  who got which report by e-mail

Count it:  percapita count percapita.toml --out results
"""


def plan_text() -> str:
    """Return the plan as TOML."""
    accounts = _ACCOUNTS.replace("@LETTERS", _words(KIND_LETTERS)).replace("@LAB", _words(LAB_KINDS))
    return "".join(
        (
            _HEAD,
            "\n".join(_entity(entity) for entity in ENTITIES),
            _SYSTEMS,
            "\n".join(_system(system) for system in SYSTEMS),
            _WORKFORCE,
            accounts,
            _LOGS,
            _RULES,
            "\n".join(_rule(rule) for rule in RULES),
            _EXCLUDE,
        )
    )


def readme_text() -> str:
    """Return what each file is."""
    return _README


def _words(kinds: dict[str, str]) -> str:
    return ", ".join(f'{word} = "{kind}"' for kind, word in kinds.items())


def _entity(entity: Entity) -> str:
    return f'[[entity]]\nid = "{entity.id}"\nname = "{entity.name}"\n{entity.keys}\n'


def _system(system: System) -> str:
    lines = ["[[system]]", f'id = "{system.id}"', f'name = "{system.name}"', f'kind = "{system.kind}"']
    if system.part_of:
        lines.append(f'part_of = "{system.part_of}"')
    lines.append(f'owner = "{system.owner}"')
    if system.basis == "none":
        lines.append("# nobody could give a log of it: its users are unknown, which is not zero")
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> str:
    lines = [f"# {rule.why}"] if rule.why else []
    lines += ["[[use]]", f'system = "{rule.system}"', f"activity = {_list(rule.activity)}"]
    if rule.object:
        lines.append(f"object = {_list(rule.object)}")
    lines.append(f'use_type = "{rule.use_type}"')
    return "\n".join(lines) + "\n"


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
