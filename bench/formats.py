"""Measure the first count of each format in MB/s and memory: whole processes, one generated file each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.count import forget
from bench.run import PERCAPITA, run

MEGABYTES = 100
EXAMPLES = Path(__file__).parents[1] / "tests" / "data" / "formats"
PLAN = """
[organization]
id = "bench"
name = "Bench"
[period]
start = 2026-01-01
end = 2026-12-31
timezone = "America/Chicago"
[count]
max_rejects = 0.5
[[system]]
id = "ehr"
name = "Charting"
kind = "emr"
[[source]]
type = "{type}"
path = "{path}"
preset = "{preset}"
system = "ehr"
[[use]]
system = "ehr"
activity = ["*"]
use_type = "direct_access"
"""


def _lines(name: str) -> list[str]:
    return (EXAMPLES / name).read_text(encoding="utf-8").splitlines()


def _users(line: str, login: str) -> Iterator[str]:
    """Yield a message again and again, of two thousand users."""
    number = 0
    while True:
        number = (number + 7919) % 2000
        yield line.replace(login, f"user{number}")


def _fhir() -> Iterator[str]:
    return (f"{line}\n" for line in _users(_lines("fhir-auditevent.ndjson")[1], "95"))


def _bundle() -> Iterator[str]:
    yield '{"resourceType": "Bundle", "entry": [\n'
    entry = json.dumps({"resource": json.loads(_lines("fhir-auditevent.ndjson")[1])}, indent=1)
    for number, line in enumerate(_users(entry, "95")):
        yield (",\n" if number else "") + line


def _okta() -> Iterator[str]:
    event = json.loads((EXAMPLES / "okta-log.json").read_text(encoding="utf-8"))[1]
    yield "[\n"
    for number, line in enumerate(_users(json.dumps(event), "jo.doe@x.example")):
        yield (",\n" if number else "") + line


def _atna() -> Iterator[str]:
    return (f"{line}\n" for line in _users(_lines("atna-syslog.log")[2], "smith@hospital.org"))


def _ldif() -> Iterator[str]:
    entry = (EXAMPLES / "active-directory.ldf").read_bytes().decode("utf-16").split("\r\n\r\n")[0]
    padding = "".join(f"memberOf: CN=Group {number},OU=Groups,DC=x,DC=example\r\n" for number in range(20))
    for number in range(10**9):
        yield entry.replace("jdoe", f"user{number}") + "\r\n" + padding + "\r\n"


# name -> (file, type, preset, what is written, the end that closes it)
FORMATS: dict[str, tuple[str, str, str, Callable[[], Iterator[str]], str]] = {
    "FHIR AuditEvent, NDJSON": ("fhir.ndjson", "access", "fhir-auditevent", _fhir, ""),
    "FHIR AuditEvent, one Bundle": ("bundle.json", "access", "fhir-auditevent", _bundle, "]}"),
    "Okta log, one list": ("okta.json", "access", "okta-log", _okta, "]"),
    "ATNA in syslog": ("atna.log", "access", "atna", _atna, ""),
    "Active Directory, LDIF": ("ad.ldif", "accounts", "active-directory", _ldif, ""),
}


def measure(folder: Path, rounds: int, megabytes: int = MEGABYTES) -> None:
    """Write a file of each format, count it, and print MB/s and memory."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"\n{megabytes} MB of each format; median of {rounds} rounds, whole processes\n")
    print("| format | seconds | processor seconds | MB/s | MB/s of processor time | memory, MB |")
    print("|---|---|---|---|---|---|")
    for title, (name, type_, preset, made, end) in FORMATS.items():
        path = folder / name
        if not path.exists():
            write(path, made(), megabytes * 1_000_000, end)
        plan = folder / f"{name}.toml"
        plan.write_text(PLAN.format(type=type_, path=name, preset=preset), encoding="utf-8")
        _show(title, plan, path, rounds)


def _show(title: str, plan: Path, path: Path, rounds: int) -> None:
    home = plan.parent / "home"
    measured = []
    for _ in range(rounds):
        forget(home)
        measured.append(run((*PERCAPITA, "count", str(plan), "--format", "json"), home))
    size = path.stat().st_size / 1e6
    taken, cpu = median(one.seconds for one in measured), median(one.cpu for one in measured)
    memory = max(one.memory for one in measured)
    print(f"| {title} | {taken:.1f} | {cpu:.1f} | {size / taken:.0f} | {size / cpu:.0f} | {memory} |")


def write(path: Path, texts: Iterator[str], size: int, end: str) -> None:
    """Write texts to a file until it has about `size` bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        written = 0
        while written < size:
            written += file.write(next(texts))
        file.write(end)
