"""`percapita charges gate|receipt`: may a standard-charges file be published under a license?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from percapita.cli import charges_options as options
from percapita.cli.charges_desk import (
    decide_file,
    files_of,
    override_of,
    prepare,
    sha256_of,
    show_decision,
    write_receipt,
)
from percapita.cli.charges_options import Strictness
from percapita.cli.screen import Format, say, show_json
from percapita.errors import InputError

STOPPED = 1


def register_gate(group: typer.Typer) -> None:
    """Add the commands to the group `charges`."""
    group.command()(gate)
    receipts = typer.Typer(no_args_is_help=True, help="Look at receipts of the license check.")
    group.add_typer(receipts, name="receipt")
    receipts.command("verify")(verify_receipt)


def gate(
    file: Annotated[str, typer.Argument(help="A file, or @LIST: a path a line, a tab and the entity if you like.")],
    license: options.License,
    system: options.System,
    basis: options.Basis,
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
    format: Annotated[Format, typer.Option(help="What to print; json is an object a line.")] = Format.TABLE,
) -> int:
    """Check the license before a file is published; ends with 1 when one must not go out."""
    desk = prepare(
        license=license, key=key, rules=rules, basis=basis, on=on, system=system, entity=entity, strictness=policy,
        beds=beds, release=release, descriptors=descriptors, states=states, override=override_of(override, by, reason),
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


def verify_receipt(
    receipt: Annotated[Path, typer.Argument(help="A receipt.")],
    key: Annotated[Path, typer.Option(help="The public key of who signed it.")],
    file: Annotated[Path | None, typer.Option(help="The published file, to compare.")] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
) -> int:
    """Say whether a receipt is genuine and, with --file, of that file; ends with 1 when it is not."""
    return show_receipt(receipt, key, file, format)


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
    if content and file is not None and sha256_of(file) != content["sha256"]:
        said = "genuine, but of another content of the file"
    good = said == "genuine"
    if format is Format.JSON:
        show_json({"valid": good, "message": said, "receipt": content or None})
    else:
        shown = f": {content['file']}, {content['verdict']} on {content['on']}" if content else ""
        say(f"{said}{shown}")
    return 0 if good else 1
