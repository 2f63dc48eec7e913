"""`percapita charges publish|watch`: bring a built file to the website, and look at what is there."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percapita.cli import charges_options as options
from percapita.cli.charges_desk import Desk, decide_file, override_of, prepare, show_reasons, write_receipt
from percapita.cli.charges_options import Strictness
from percapita.cli.screen import Format, say, show_json
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.chargemaster.gate import Decision
    from percapita.chargemaster.publishing import InPlace, Ready
    from percapita.chargemaster.watching import Look

STOPPED = WRONG = 1
MEGABYTES = 4096


def register_publish(group: typer.Typer) -> None:
    """Add the commands to the group `charges`."""
    group.command()(publish)
    group.command()(watch)


def publish(
    build: Annotated[Path, typer.Argument(help="The folder of a build.")],
    to: Annotated[Path, typer.Option(help="The folder of the website where the file goes.")],
    license: options.License,
    system: options.System,
    basis: options.Basis,
    index: Annotated[
        Path | None, typer.Option(help="The root folder of the website, for cms-hpt.txt; default --to.")
    ] = None,
    key: options.Key = None,
    on: options.On = None,
    policy: options.Policy = Strictness.DEFAULT,
    entity: options.Entity = None,
    release: options.Release = None,
    beds: options.Beds = None,
    descriptors: options.Descriptors = None,
    states: options.States = None,
    rules: options.Rules = None,
    override: options.OverrideIt = False,
    by: options.By = None,
    reason: options.Why = None,
    receipt: options.Receipt = None,
    sign: options.Sign = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
) -> int:
    """Check the license and publish a built file; a stop leaves what is there and ends with 1."""
    from percapita.chargemaster.publishing import alone_in, ready_in

    desk = prepare(
        license=license, key=key, rules=rules, basis=basis, on=on, system=system, entity=entity, strictness=policy,
        beds=beds, release=release, descriptors=descriptors, states=states, override=override_of(override, by, reason),
    )  # fmt: skip
    if receipt is not None and sign is None:
        raise InputError("a receipt is signed", "--receipt", "give --sign KEY")
    ready = ready_in(build)
    ready.intact()
    with alone_in(to, index or to):
        return decide_and_put(ready, to, index or to, desk, (receipt, sign), format)


def decide_and_put(
    ready: Ready, to: Path, index: Path, desk: Desk, signing: tuple[Path | None, Path | None], format: Format
) -> int:
    """Decide, write the receipt, and place the file unless it is stopped."""
    from percapita.chargemaster.publishing import in_place, put

    before = in_place(to, ready.file.name, desk.request.rules.update_months)
    decision = decide_file(ready.file, None, desk)
    receipt, sign = signing
    if receipt is not None and sign is not None:
        write_receipt(receipt, sign, ready.file, decision, desk)
    stopped = decision.verdict == "stop"
    left = [] if stopped else put(ready, to, index)
    if format is Format.JSON:
        show_json(published_as_json(ready, to, decision, before, left))
    else:
        show_published(ready, to, decision, before, left)
    return STOPPED if stopped else 0


def published_as_json(
    ready: Ready, to: Path, decision: Decision, before: InPlace | None, left: list[str]
) -> dict[str, Any]:
    """Return what happened as JSON values."""
    lawful = before.due.isoformat() if before and before.due else None
    return {
        "published": decision.verdict != "stop", "file": str(to / ready.file.name), "sha256": ready.sha256,
        "verdict": decision.verdict, "reasons": [asdict(one) for one in decision.reasons],
        "in_place_before": None if before is None else {"file": before.name, "lawful_until": lawful},
        "still_there": left,
    }  # fmt: skip


def show_published(ready: Ready, to: Path, decision: Decision, before: InPlace | None, left: list[str]) -> None:
    """Print what happened; of a stop, until when the old file is lawful."""
    stopped = decision.verdict == "stop"
    words = "not published" if stopped else "published" if decision.verdict == "pass" else "published, overridden"
    say(f"{to / ready.file.name}: {words}")
    show_reasons(decision)
    if stopped:
        say(f"  {old_words(before)}")
    for name in left:
        say(f"  still there: {name}; remove it when no page links to it")


def old_words(before: InPlace | None) -> str:
    """Return until when what is published is lawful, in words."""
    if before is None:
        return "nothing is published in its place: each day without a file may cost"
    if before.due is None or before.updated_on is None:
        return "the old file stays; it does not say when it was updated"
    return f"the old file stays: updated on {before.updated_on}, it is lawful until {before.due}"


def watch(
    target: Annotated[str, typer.Argument(help="A website, a cms-hpt.txt or a file: an address or a path.")],
    receipt: Annotated[
        list[Path] | None, typer.Option(help="A receipt of the license check; may be given often.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The public key of who signed the receipts.")] = None,
    on: options.On = None,
    rules: options.Rules = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="A host of your own network that an index may lead to.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 30.0,
    max_mb: Annotated[int, typer.Option(min=1, help="The largest file to fetch, in MB.")] = MEGABYTES,
    format: Annotated[Format, typer.Option(help="What to print; json is an object a line.")] = Format.TABLE,
) -> int:
    """Look at what is published: is it there, valid, up to date, and what was checked? Ends with 1 if not."""
    from percapita.chargemaster.fetching import Limits
    from percapita.chargemaster.watching import Expected
    from percapita.chargemaster.watching import watch as watch_files
    from percapita.policy.posting import load_posting_rules

    day = on.date() if on else date.today()  # noqa: DTZ011 - the day where the person sits
    expected = Expected(day, load_posting_rules(rules, Path()).update_months, receipts_of(receipt or [], key))
    limits = Limits(max_mb << 20, timeout, trusted=frozenset(one.lower() for one in trust or ()))
    good = True
    for look in watch_files(target, expected, limits):
        good = good and look.good
        show_look(look, format)
    return 0 if good else WRONG


def receipts_of(paths: list[Path], key: Path | None) -> list[dict[str, Any]]:
    """Return the content of receipts. Raises InputError for one that is not genuine."""
    from percapita.chargemaster.receipt import open_receipt
    from percapita.evidence.jws import ForeignSignatureError, MalformedTokenError
    from percapita.evidence.signatures import load_public_key

    if paths and key is None:
        raise InputError("receipts are held against a key", "--key", "give the .pub file of who signed them")
    found = []
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8", errors="replace")
            found.append(open_receipt(text, load_public_key(key or path)))
        except OSError as error:
            raise InputError(f"the receipt cannot be read ({error.strerror})", str(path), "check the path") from None
        except (MalformedTokenError, ForeignSignatureError) as error:
            raise InputError(f"not a receipt of this key: {error}", str(path), "give the right key") from None
    return found


def show_look(look: Look, format: Format) -> None:
    """Print what was found of one file."""
    if format is Format.JSON:
        ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
        plain = asdict(look) | {
            "good": look.good,
            "updated_on": look.updated_on.isoformat() if look.updated_on else None,
            "due": look.due.isoformat() if look.due else None,
        }
        print(json.dumps(plain, ensure_ascii=ascii_only), flush=True)
        return
    until = f", updated on {look.updated_on}, next update due on {look.due}" if look.updated_on else ""
    say(f"{look.file}: {'good' if look.good else 'something is wrong'}{until}")
    for one in look.locations:
        say(f"  location {one}")
    for remark in look.remarks:
        say(f"  {remark.severity} {remark.code}: {remark.message}")
