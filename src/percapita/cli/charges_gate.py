"""`percapita charges gate|receipt`: may a standard-charges file be published under a license?"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percapita.cli.license import DAY
from percapita.cli.screen import Format, say, show_json
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.chargemaster.gate import Ask, Decision, Request
    from percapita.chargemaster.receipt import Override

STOPPED = 1


class Strictness(StrEnum):
    """Name how strictly what the permission leaves open is taken."""

    STRICT = "strict"
    DEFAULT = "default"


@dataclass(frozen=True)
class Desk:
    """Hold what all files of one call are held against."""

    request: Request
    ask: Ask
    license_number: str
    descriptors: frozenset[str]
    override: Override | None


def register_gate(group: typer.Typer) -> None:
    """Add the commands to the group `charges`."""

    @group.command()
    def gate(
        file: Annotated[str, typer.Argument(help="A file, or @LIST: a path a line, a tab and the entity if you like.")],
        license: Annotated[str, typer.Option(help="A license file, or the token itself.")],
        system: Annotated[str, typer.Option(help="The id of the revenue-cycle application.")],
        basis: Annotated[str, typer.Option(help="The federal rule: fy2019-ipps or 45-cfr-180.")],
        key: Annotated[Path | None, typer.Option(help="The licensor's public key.")] = None,
        on: Annotated[datetime | None, typer.Option(formats=[DAY], help="The day of publishing; today.")] = None,
        policy: Annotated[Strictness, typer.Option(help="Whether doubts stop or warn.")] = Strictness.DEFAULT,
        entity: Annotated[str | None, typer.Option(help="The id of the hospital's entity.")] = None,
        release: Annotated[int | None, typer.Option(help="The code set release in the file; the year of --on.")] = None,
        beds: Annotated[
            int | None, typer.Option(min=1, help="Beds of the hospital, to tell what waiting risks.")
        ] = None,
        descriptors: Annotated[Path | None, typer.Option(help="Your release file, code and descriptor, tabs.")] = None,
        rules: Annotated[str | None, typer.Option(help="Posting rules: the id of shipped ones, or a path.")] = None,
        override: Annotated[bool, typer.Option("--override", help="Publish a valid file against a stop.")] = False,
        by: Annotated[str | None, typer.Option(help="Who overrides.")] = None,
        reason: Annotated[str | None, typer.Option(help="Why.")] = None,
        receipt: Annotated[Path | None, typer.Option(help="Where to write a signed receipt; needs --sign.")] = None,
        sign: Annotated[Path | None, typer.Option(help="Your private key for the receipt.")] = None,
        format: Annotated[Format, typer.Option(help="What to print; json is an object a line.")] = Format.TABLE,
    ) -> int:
        """Check the license before a file is published; ends with 1 when one must not go out."""
        day = on.date() if on else date.today()  # noqa: DTZ011 - the day where the person sits
        desk = prepare(
            license=license, key=key, rules=rules, basis=basis, on=day, system=system, entity=entity,
            strict=policy is Strictness.STRICT, beds=beds, release=release or day.year, descriptors=descriptors,
            override=override_of(override, by, reason),
        )  # fmt: skip
        if receipt is not None and (sign is None or file.startswith("@")):
            raise InputError("a receipt is signed, one for each file", "--receipt", "give --sign KEY and one file")
        stopped = False
        for path, told in files_of(file):
            decision = decide_file(Path(path), told, desk)
            stopped = stopped or decision.verdict == "stop"
            show_decision(path, decision, format)
            if receipt is not None and sign is not None:
                write_receipt(receipt, sign, Path(path), decision, desk)
        return STOPPED if stopped else 0

    receipts = typer.Typer(no_args_is_help=True, help="Look at receipts of the license check.")
    group.add_typer(receipts, name="receipt")

    @receipts.command("verify")
    def verify_receipt(
        receipt: Annotated[Path, typer.Argument(help="A receipt.")],
        key: Annotated[Path, typer.Option(help="The public key of who signed it.")],
        file: Annotated[Path | None, typer.Option(help="The published file, to compare.")] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> int:
        """Say whether a receipt is genuine and, with --file, of that file; ends with 1 when it is not."""
        return show_receipt(receipt, key, file, format)


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
    override: Override | None,
    **asked: Any,
) -> Desk:
    """Read the license, the rules and the descriptors once for all files."""
    from percapita.chargemaster.gate import Request
    from percapita.evidence.signatures import load_public_key
    from percapita.licensing.document import answer, number_of, read_text
    from percapita.policy.posting import load_posting_rules

    table = load_posting_rules(rules, Path())
    text, where = read_text(license)
    public = load_public_key(key) if key else None
    return Desk(
        request=Request(rules=table, basis=table.basis(basis), **asked),
        ask=lambda question: answer(text, where, public, question),
        license_number=number_of(text, where, public),
        descriptors=_descriptors(descriptors) if descriptors else frozenset(),
        override=override,
    )


def _descriptors(path: Path) -> frozenset[str]:
    """Return the licensee's own descriptors as they are compared; nothing of them is kept or shown."""
    from percapita.chargemaster.facts import folded

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the release file cannot be read ({error.strerror})", str(path), "check the path") from None
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = content.decode("cp1252", errors="replace").splitlines()
    return frozenset(folded(line.partition("\t")[2]) for line in lines if "\t" in line) - {""}


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
    for one in decision.reasons:
        say(f"  {one.severity} {one.code}: {one.message}")


def write_receipt(out: Path, sign: Path, file: Path, decision: Decision, desk: Desk) -> None:
    """Write a signed receipt of a decision."""
    from percapita.chargemaster.receipt import receipt, sign_receipt
    from percapita.evidence.signatures import load_private_key

    content = receipt(
        decision, desk.request, name=file.name, sha256=_sha256(file), license_number=desk.license_number,
        override=desk.override if decision.verdict == "overridden" else None,
    )  # fmt: skip
    text = sign_receipt(content, load_private_key(sign))
    try:
        out.write_text(text + "\n", encoding="ascii")
    except OSError as error:
        what = f"the receipt cannot be written ({error.strerror})"
        raise InputError(what, str(out), "choose another --receipt") from None


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return ""  # a file that cannot be read has a verdict, too


def show_receipt(receipt: Path, key: Path, file: Path | None, format: Format) -> int:
    """Print what a receipt says; return 1 when it is not genuine or not of the file."""
    from percapita.chargemaster.receipt import open_receipt
    from percapita.evidence.jws import ForeignSignatureError, MalformedTokenError
    from percapita.evidence.signatures import load_public_key

    try:
        text = receipt.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"the receipt cannot be read ({error.strerror})", str(receipt), "check the path") from None
    content: dict[str, Any] = {}
    try:
        content = open_receipt(text, load_public_key(key))
        said = "genuine"
    except (MalformedTokenError, ForeignSignatureError) as error:
        said = f"not a receipt of this key: {error}"
    if content and file is not None and _sha256(file) != content["sha256"]:
        said = "genuine, but of another content of the file"
    good = said == "genuine"
    if format is Format.JSON:
        show_json({"valid": good, "message": said, "receipt": content or None})
    else:
        shown = f": {content['file']}, {content['verdict']} on {content['on']}" if content else ""
        say(f"{said}{shown}")
    return 0 if good else 1
