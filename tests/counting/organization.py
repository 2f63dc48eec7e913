"""A small organization on disk whose files can be changed under the count's nose."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.plans import HEAD, RULES, SYSTEMS, statement

LONG_AGO = 1_700_000_000_000_000_000  # nanoseconds; a file changed just now is always hashed again

PEOPLE = """\
employee,given,family,entity
1,Ana,Ortiz,MAIN
2,Ben,Okafor,MAIN
3,Cyd,Larsen,ANNEX
4,Dov,Imai,ANNEX
"""
ACCOUNTS = """\
login,employee,kind
ana,1,human
ben,2,human
cyd,3,human
dov,4,human
svc_night,,service
"""
LOGS = {
    "ehr-01": """\
        ehr,ana,2026-01-05T10:00:00,order
        ehr,ben,2026-01-31T23:30:00,order
        ehr,cyd,2026-02-01T00:10:00,view
        ehr,svc_night,2026-01-09T01:00:00,order
    """,
    "ehr-02": """\
        ehr,cyd,2026-03-03T09:00:00,order
        ehr,dov,2026-03-04T09:00:00,print
        ehr,nobody,2026-03-05T09:00:00,order
        ehr,ana,2027-01-01T00:00:00,order
    """,
    "rcm-01": """\
        rcm,ben,2026-02-10T08:00:00,bill
        rcm,ana,2026-02-11T08:00:00,login
        rcm,dov,2026-06-15T08:00:00,post
    """,
}
SOURCES = """
[[source]]
type = "workforce"
path = "people.csv"
columns = { employee_id = "employee", given_name = "given", family_name = "family", entity = "entity" }

[[source]]
type = "accounts"
path = "accounts.csv"
system = "*"
columns = { account_id = "login", employee_id = "employee", kind = "kind" }

[[source]]
type = "access"
path = "logs/*.csv"
columns = { system = "system", account_id = "login", occurred_at = "time", activity = "activity" }
"""


def lines(text: str) -> str:
    """Return the rows of a log as CSV with its header."""
    rows = [line.strip() for line in text.strip().splitlines()]
    return "\n".join(["system,login,time,activity", *rows]) + "\n"


@dataclass
class Organization:
    """Hold the parts of a plan; `write` puts them on disk, all files long ago."""

    folder: Path
    head: str = HEAD
    systems: str = SYSTEMS
    sources: str = SOURCES
    rules: str = RULES
    more: str = ""
    files: dict[str, str] = field(default_factory=lambda: {"people.csv": PEOPLE, "accounts.csv": ACCOUNTS})
    logs: dict[str, str] = field(default_factory=lambda: dict(LOGS))

    @property
    def plan(self) -> Path:
        return self.folder / "percapita.toml"

    @property
    def home(self) -> Path:
        return self.folder / ".percapita"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.csv"

    def write(self) -> Organization:
        """Write what differs from what is there, so that an unchanged file stays unchanged."""
        wanted = {self.folder / name: text for name, text in self.files.items()}
        wanted |= {self.log(name): lines(text) for name, text in self.logs.items()}
        self.log("").parent.mkdir(parents=True, exist_ok=True)
        for path, text in wanted.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                age(path)
        self.write_plan()
        return self

    def write_log(self, name: str, text: str) -> None:
        self.logs[name] = text
        self.log(name).write_text(lines(text), encoding="utf-8")
        age(self.log(name))

    def write_plan(self) -> None:
        text = self.head + self.systems + self.sources + self.rules + self.more
        self.plan.write_text(text, encoding="utf-8")

    def count(self, engine: str = "duckdb", **settings: Any) -> dict[str, Any]:
        return statement(self.plan, engine, **settings)

    def fresh(self, folder: Path, engine: str = "duckdb") -> dict[str, Any]:
        """Return the statement of the same plan and files, unspoiled, counted for the first time elsewhere."""
        other = Organization(
            folder, self.head, self.systems, self.sources, self.rules, self.more, self.files, self.logs
        )
        folder.mkdir()
        return other.write().count(engine)

    def digests(self) -> list[Path]:
        return sorted((self.home / "digests").rglob("*.parquet"))

    def of_plan(self) -> Path:
        """Return the folder of the plan's digests."""
        return next((self.home / "digests").iterdir())


def age(path: Path) -> None:
    """Give a file a time so long ago that it is believed."""
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def spoil(path: Path) -> None:
    """Overwrite a file's content in place: size, time and inode stay, and whoever reads it again stops with an error."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"?" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)


def spoil_logs(organization: Organization, *names: str) -> None:
    for name in names or organization.logs:
        spoil(organization.log(name))


def as_bytes(found: dict[str, Any]) -> bytes:
    """Return a statement as bytes, the order of its keys included."""
    return json.dumps(found).encode()
