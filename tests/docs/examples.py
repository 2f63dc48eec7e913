"""The examples that the generated pages show: the least plan, and times as files write them."""

from __future__ import annotations

MINIMAL_PLAN = """
[organization]
id = "tiny"
name = "Tiny Clinic"

[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"

[[system]]
id = "ehr"
name = "Electronic health record"
kind = "emr"

[[source]]
type = "accounts"
path = "accounts.csv"
system = "ehr"
columns = { account_id = "LOGIN", employee_id = "EMP_ID" }

[[source]]
type = "access"
path = "access-log.csv"
system = "ehr"
columns = { occurred_at = "TIME", account_id = "LOGIN", activity = "ACTION" }

[[use]]
system = "ehr"
activity = ["order*", "charge*"]
use_type = "direct_access"
"""

CHICAGO = "America/Chicago"
US_MINUTES = "%m/%d/%Y %H:%M"

# The text of a cell, the told format, the time zone of the source.
TIMES: tuple[tuple[str, str | None, str], ...] = (
    ("2026-02-01", None, CHICAGO),
    ("2026-02-01 10:30", None, CHICAGO),
    ("2026-07-01 10:30:15", None, CHICAGO),
    ("2026-02-01T10:30:15.250", None, CHICAGO),
    ("2026-02-01T10:30:15Z", None, CHICAGO),
    ("2026-02-01T10:30:15-05:00", None, CHICAGO),
    ("1769963400", None, CHICAGO),
    ("1769963400000", None, CHICAGO),
    ("02/01/2026 10:30", US_MINUTES, CHICAGO),
    ("1-Feb-2026 10:30 PM", "%d-%b-%Y %I:%M %p", CHICAGO),
    ("02/01/2026 10:30 +0100", US_MINUTES + " %z", CHICAGO),
    ("2026-11-01 01:30", None, CHICAGO),
    ("02/01/2026 10:30", None, CHICAGO),
    ("20260201", None, CHICAGO),
    ("2026-02-30", None, CHICAGO),
    ("2026-03-08 02:30", None, CHICAGO),
    ("2026-02-01 10:30", US_MINUTES, CHICAGO),
)
