"""Check the license before a standard-charges file is published: may this file go out, and what waiting would risk.

The verdict is apart from whether the file is valid by CMS's rules: a valid file may still hold codes that nobody
licensed. It never makes the worse violation: what a late file costs is said beside every stop, and an officer may
override.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from percapita.chargemaster.common import name_is_good
from percapita.licensing.validity import Answer, Question
from percapita.policy.posting import Basis, CodeType, PostingRules

Severity = Literal["stop", "warning", "info"]
Verdict = Literal["pass", "stop", "overridden"]
Ask = Callable[[Question], Answer]
PURPOSE = "chargemaster_posting"


@dataclass(frozen=True)
class Facts:
    """Hold what the gate needs to know of a file.

    `rows_by_type` are the rows that have a code of each type; a code of CPT's shape under HCPCS counts as CPT, and
    `cpt_under_hcpcs` says how many these are. `copied` are the rows whose description repeats the licensor's
    descriptor, None when there was nothing to compare with. `notice_year` is the year of the copyright notice.
    """

    name: str
    valid: bool
    attested: bool | None = None
    updated_on: date | None = None
    rows_by_type: dict[str, int] = field(default_factory=dict)
    cpt_under_hcpcs: int = 0
    copied: int | None = None
    notice_year: int | None = None


@dataclass(frozen=True)
class Request:
    """Hold what is to be published, where it comes from, on which day, under which rule and how strictly."""

    rules: PostingRules
    basis: Basis
    on: date
    system: str
    entity: str | None = None
    strict: bool = False
    beds: int | None = None
    release: int | None = None


@dataclass(frozen=True)
class Reason:
    """Hold one finding: its code, a sentence, and how much it weighs."""

    code: str
    message: str
    severity: Severity


@dataclass(frozen=True)
class Decision:
    """Hold the verdict with all its reasons."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    file_valid: bool
    license_valid: bool


Rule = Callable[[Facts, Request, Answer], Iterator[Reason]]


def decide(facts: Facts, request: Request, ask: Ask, overridden: bool = False) -> Decision:
    """Return the verdict. A file that is not valid cannot be overridden."""
    question = Question(
        on=request.on, system=request.system, entity=request.entity, purpose=PURPOSE, release=request.release
    )
    answer = ask(question)
    if answer.valid:
        answer = _least(ask, question, [one.content for one in _licensed(facts, request)], answer)
    reasons = tuple(reason for rule in RULES for reason in rule(facts, request, answer))
    stopped = any(reason.severity == "stop" for reason in reasons)
    if stopped and request.beds is None:
        reasons += tuple(unknown_risk(request))
    verdict: Verdict = "stop" if stopped else "pass"
    if stopped and overridden and facts.valid:
        verdict = "overridden"
    return Decision(verdict, reasons, facts.valid, answer.valid)


def _licensed(facts: Facts, request: Request) -> list[CodeType]:
    """Return the code types of the file that a license must cover."""
    types = request.rules.code_types
    return [types[name] for name, rows in facts.rows_by_type.items() if rows and name in types and types[name].content]


def _least(ask: Ask, question: Question, contents: list[str], answer: Answer) -> Answer:
    """Return the first answer that is no, among those about each content of the file."""
    for content in dict.fromkeys(contents):
        found = ask(replace(question, content=content))
        if not found.valid:
            return found
    return answer


def file_invalid(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop a file that breaks CMS's rules."""
    if not facts.valid:
        yield Reason("FILE_INVALID", "the file breaks CMS's rules: see percapita charges check", "stop")


def attestation(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop a file whose attestation is not true. Source: 45 CFR 180.50."""
    if not facts.valid:
        return  # nothing is known of it
    if facts.attested is False:
        yield Reason("NOT_ATTESTED", "the file attests false: its content is not confirmed", "stop")
    elif facts.attested is None:
        yield Reason("NOT_ATTESTED", "the file has no attestation", "stop")


def file_name(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop a file that is not named as the rule says. Source: 45 CFR 180.50(d)(5)."""
    if not name_is_good(facts.name):
        wish = "<ein>_<hospital-name>_standardcharges.csv or .json"
        yield Reason("FILE_NAME", f"the file is not named {wish}", "stop")


def updated(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop a file that is older than the rule allows; always say until when an update is due."""
    if not facts.valid:
        return
    if facts.updated_on is None:
        yield Reason("OUTDATED", "the file does not say when it was updated", "stop")
        return
    due = months_later(facts.updated_on, request.rules.update_months)
    if request.on > due:
        yield Reason("OUTDATED", f"the file was updated on {facts.updated_on}; an update was due on {due}", "stop")
    elif facts.updated_on > request.on:
        yield Reason("UPDATED_LATER", f"the file says it was updated on {facts.updated_on}, after this day", "warning")
    else:
        yield Reason("UPDATE_DUE", f"the next update of the published file is due on {due}", "info")


def license_(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop when the license does not permit it; without licensed codes in the file that only warns."""
    if not answer.valid:
        severity: Severity = "stop" if _licensed(facts, request) or not facts.valid else "warning"
        rest = "" if severity == "stop" else "; the file holds no code that needs it"
        yield Reason(f"LICENSE_{answer.code}", f"license: {answer.message}{rest}", severity)
    elif answer.code != "VALID":
        yield Reason(f"LICENSE_{answer.code}", f"license: {answer.message}", "warning")


def basis(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Say when the licensor's permission does not name the federal rule, or the rule is not in force yet."""
    if request.on < request.basis.begins:
        yield Reason("BASIS_NOT_IN_FORCE", f"{request.basis.title} begins on {request.basis.begins}", "stop")
    if not request.basis.named and _licensed(facts, request):
        said = f"{request.basis.title} is not named in the licensor's permission: ask the licensor"
        yield Reason("BASIS_NOT_NAMED", said, "stop" if request.strict else "warning")


def codes(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Name the owners of the other code types, and the codes that stand under the wrong type."""
    if facts.cpt_under_hcpcs:
        said = f"{facts.cpt_under_hcpcs:,} codes under HCPCS have the shape of CPT and count as CPT"
        yield Reason("CPT_UNDER_HCPCS", said, "warning")
    for name, rows in sorted(facts.rows_by_type.items()):
        code_type = request.rules.code_types.get(name)
        if rows and code_type is not None and not code_type.content:
            said = f"{rows:,} {name} codes belong to {code_type.owner}: check what its license permits"
            yield Reason("OTHER_OWNER", said, "warning")


def descriptors(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Stop a file that repeats the licensor's descriptors: the rule asks for a general description."""
    if facts.copied:
        said = f"{facts.copied:,} descriptions repeat the licensor's descriptor: write general ones"
        yield Reason("DESCRIPTOR_COPIED", said, "stop")


def notice(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Say when the copyright notice is missing or of the wrong year: that of a code set is the year before it."""
    if not _licensed(facts, request):
        return
    if facts.notice_year is None:
        yield Reason("NOTICE_MISSING", "there is no copyright notice in the file or beside it", "warning")
    elif request.release is not None and facts.notice_year != request.release - 1:
        said = (
            f"the copyright notice says {facts.notice_year}; that of release {request.release} is {request.release - 1}"
        )
        yield Reason("NOTICE_YEAR", said, "warning")


def risk(facts: Facts, request: Request, answer: Answer) -> Iterator[Reason]:
    """Say what a day without a file may cost, where the beds are known."""
    penalty = None if request.beds is None else request.rules.penalty(request.beds)
    if request.beds is not None and penalty is not None:
        said = f"a day without a file may cost up to {penalty.amount(request.beds):,.2f} dollars ({penalty.source})"
        yield Reason("WAITING_RISK", said, "info")


def unknown_risk(request: Request) -> Iterator[Reason]:
    """Say from what to what a day without a file may cost, where the beds are not known."""
    said = "; ".join(one.words() for one in request.rules.penalties)
    if said:
        source = request.rules.penalties[0].source
        yield Reason("WAITING_RISK", f"a day without a file may cost up to {said} ({source}): give --beds", "info")


RULES: tuple[Rule, ...] = (
    file_invalid, attestation, file_name, updated, license_, basis, codes, descriptors, notice, risk
)  # fmt: skip


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
