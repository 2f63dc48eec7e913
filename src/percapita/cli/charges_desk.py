"""What `charges gate` and `charges publish` hold a file against: license, rules, day; the decision and its receipt."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.cli.charges_options import Strictness
from percapita.cli.screen import Format, say
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.chargemaster.gate import Ask, Decision, Request
    from percapita.chargemaster.receipt import Override


@dataclass(frozen=True)
class Desk:
    """Hold what all files of one call are held against."""

    request: Request
    ask: Ask
    license_number: str
    descriptors: frozenset[str]
    override: Override | None


def override_of(wanted: bool, by: str | None, reason: str | None) -> Override | None:
    """Return who overrides and why. Raises InputError unless both are said, and only together with --override."""
    from percapita.chargemaster.receipt import Override

    if wanted and by and by.strip() and reason and reason.strip():
        return Override(by.strip(), reason.strip())
    if wanted or by or reason:
        raise InputError("an override has a name and a reason", "--override", "give --override --by NAME --reason TEXT")
    return None


def prepare(
    *,
    license: str,
    key: Path | None,
    rules: str | None,
    basis: str,
    descriptors: Path | None,
    states: Path | None,
    override: Override | None,
    on: datetime | None,
    release: int | None,
    strictness: Strictness,
    **asked: Any,
) -> Desk:
    """Read the license, the rules and the descriptors once for all files."""
    from percapita.chargemaster.facts import descriptors_of
    from percapita.chargemaster.gate import Request
    from percapita.evidence.signatures import load_public_key
    from percapita.licensing.document import answer, number_of, read_text
    from percapita.licensing.states import load_states
    from percapita.policy.posting import load_posting_rules

    table = load_posting_rules(rules, Path())
    text, where = read_text(license)
    public = load_public_key(key) if key else None
    listed = load_states(states, public) if states else None
    day = on.date() if on else date.today()  # noqa: DTZ011 - the day where the person sits
    strict = strictness is Strictness.STRICT
    return Desk(
        request=Request(table, table.basis(basis), day, release=release or day.year, strict=strict, **asked),
        ask=lambda question: answer(text, where, public, question, listed),
        license_number=number_of(text, where, public),
        descriptors=descriptors_of(descriptors) if descriptors else frozenset(),
        override=override,
    )


def files_of(word: str) -> Iterator[tuple[str, str | None]]:
    """Yield each file with the entity that a list names beside it."""
    from percapita.cli.charges import named

    for line in named([word]):
        path, _, entity = line.partition("\t")
        yield path.strip(), entity.strip() or None


def decide_file(path: Path, entity: str | None, desk: Desk) -> Decision:
    """Check a file against CMS's rules, look through it, and decide."""
    from dataclasses import replace

    from percapita.chargemaster.check import check_file
    from percapita.chargemaster.facts import facts_of
    from percapita.chargemaster.gate import decide

    request = desk.request if entity is None else replace(desk.request, entity=entity)
    valid = not check_file(path, limit=1, today=request.on).error_count
    return decide(facts_of(path, valid, desk.descriptors), request, desk.ask, desk.override is not None)


def show_decision(name: str, decision: Decision, format: Format) -> None:
    """Print the verdict on one file, with its reasons."""
    if format is Format.JSON:
        ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
        plain = {"file": name, **asdict(decision), "reasons": [asdict(one) for one in decision.reasons]}
        print(json.dumps(plain, ensure_ascii=ascii_only), flush=True)
        return
    words = {"pass": "may be published", "stop": "must not be published", "overridden": "overridden: may be published"}
    say(f"{name}: {words[decision.verdict]}")
    show_reasons(decision)


def show_reasons(decision: Decision) -> None:
    """Print the reasons of a decision."""
    for one in decision.reasons:
        say(f"  {one.severity} {one.code}: {one.message}")


def write_receipt(out: Path, sign: Path, file: Path, decision: Decision, desk: Desk) -> None:
    """Write a signed receipt of a decision."""
    from percapita.chargemaster.receipt import receipt, sign_receipt
    from percapita.evidence.signatures import load_private_key

    content = receipt(
        decision, desk.request, name=file.name, sha256=sha256_of(file), license_number=desk.license_number,
        override=desk.override if decision.verdict == "overridden" else None,
    )  # fmt: skip
    text = sign_receipt(content, load_private_key(sign))
    try:
        out.write_text(text + "\n", encoding="ascii")
    except OSError as error:
        what = f"the receipt cannot be written ({error.strerror})"
        raise InputError(what, str(out), "choose another --receipt") from None


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file; nothing for one that cannot be read, for it has a verdict, too."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return ""  # a file that cannot be read has a verdict, too
