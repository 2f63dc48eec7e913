"""Write the plan of the twelve hospitals."""

from __future__ import annotations

from collections.abc import Iterable

from percapita.demo.hospitals.estate import (
    HOSPITALS,
    JOINED,
    JOINS,
    LAST_DAY,
    NEW_EIN_FROM,
    ORGANIZATION,
    RENAMED,
    SOLD,
    Application,
    Hospital,
)

_HEAD = f"""\
# {ORGANIZATION}: twelve synthetic hospitals. Nobody in them exists.
systems = "lists/systems.csv"    # 300 applications, as a configuration database exports them
owners = "lists/owners.csv"      # who is in charge of which
rules = "lists/rules.csv"        # what is use
outputs = "lists/outputs.csv"    # which reports of the data warehouse are made with codes

[organization]
id = "twelve-rivers-demo"
name = "{ORGANIZATION}"

[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"

[people]
link = "exact"

"""

_SOURCES = """\
# ---- Who works here: a row for each contract.
[[source]]
type = "workforce"
path = "lists/workforce.csv"
columns = { employee_id = "employee", given_name = "given", family_name = "family", email = "email", \
entity = "hospital", worker_type = "worker_type", employer = "employer", country = "country", job = "job", \
department = "department", valid_from = "from", valid_to = "to" }

# ---- The accounts with which people sign in to most applications.
[[source]]
type = "accounts"
path = "lists/directory.csv"
system = "*"
columns = { account_id = "login", employee_id = "employee", email = "email", kind = "kind", enabled = "enabled" }

# ---- What was done in 19 applications: one file a year or a month, and a column says which application.
[[source]]
type = "access"
path = "logs/*.csv"
columns = { occurred_at = "time", account_id = "login", system = "application", activity = "activity" }

# ---- Who got which output of the data warehouse.
[[source]]
type = "recipients"
path = "lists/recipients.csv"
system = "warehouse"
columns = { employee_id = "employee", output = "output", occurred_at = "sent" }

# ---- Who signed in to 48 applications; what they did there is not known.
[[source]]
type = "access"
path = "lists/sign-ins.csv"
sign_ins = true
columns = { occurred_at = "day", account_id = "login", system = "application", activity = { value = "sign in" } }

# ---- Numbers for which somebody answers.
[[source]]
type = "declared"
path = "lists/declared.csv"

# ---- The accounts of applications that have a list of their own.
"""


def plan_text(listed: Iterable[Application]) -> str:
    """Return the plan; `listed` are the applications with a list of accounts."""
    entities = "\n".join(row for hospital in HOSPITALS for row in _entity(hospital))
    accounts = "\n".join(_accounts(one) for one in listed)
    return "\n".join((_HEAD + entities, _SOURCES + accounts))


def _entity(hospital: Hospital) -> list[str]:
    dates = {
        JOINED: [f"valid_from = {JOINS}"],
        SOLD: [f"valid_to = {LAST_DAY}"],
        RENAMED: ["valid_to = 2026-03-31", f"valid_from = {NEW_EIN_FROM}"],
    }
    head = f'[[entity]]\nid = "{hospital.id}"\nname = "{hospital.name}"\nccn = "{hospital.ccn}"\n'
    rows = [f"{line}\n" for line in dates.get(hospital.id, [])] or [""]
    eins = [hospital.ein, f"{hospital.ein[:-3]}9{hospital.ein[-2:]}"]
    return [f'{head}ein = "{ein}"\n{row}' for ein, row in zip(eins, rows, strict=False)]


def _accounts(application: Application) -> str:
    columns = 'account_id = "login", employee_id = "employee", role = "role", kind = "kind", enabled = "enabled"'
    return (
        f'[[source]]\ntype = "accounts"\npath = "accounts/{application.id}.csv"\nsystem = "{application.id}"\n'
        f'columns = {{ {columns}, last_login = "last_login" }}\n'
    )
