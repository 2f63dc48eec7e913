"""The options that `charges gate` and `charges publish` share."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DAY = "%Y-%m-%d"


class Strictness(StrEnum):
    """Name how strictly what the permission leaves open is taken."""

    STRICT = "strict"
    DEFAULT = "default"


License = Annotated[str, typer.Option(help="A license file, or the token itself.")]
System = Annotated[str, typer.Option(help="The id of the revenue-cycle application.")]
Basis = Annotated[str, typer.Option(help="The federal rule: fy2019-ipps or 45-cfr-180.")]
Key = Annotated[Path | None, typer.Option(help="The licensor's public key.")]
On = Annotated[datetime | None, typer.Option(formats=[DAY], help="The day of publishing; today.")]
Policy = Annotated[Strictness, typer.Option(help="Whether doubts stop or warn.")]
Entity = Annotated[str | None, typer.Option(help="The id of the hospital's entity.")]
Release = Annotated[int | None, typer.Option(help="The code set release in the file; the year of --on.")]
Beds = Annotated[int | None, typer.Option(min=1, help="Beds of the hospital, to tell what waiting risks.")]
Descriptors = Annotated[
    Path | None, typer.Option(help="Your own release file: code, tab, descriptor; or the fixed columns of short ones.")
]
States = Annotated[Path | None, typer.Option(help="The licensor's list of suspended and revoked licenses.")]
Rules = Annotated[str | None, typer.Option(help="Posting rules: the id of shipped ones, or a path.")]
OverrideIt = Annotated[bool, typer.Option("--override", help="Publish a valid file against a stop.")]
By = Annotated[str | None, typer.Option(help="Who overrides.")]
Why = Annotated[str | None, typer.Option(help="Why.")]
Receipt = Annotated[Path | None, typer.Option(help="Where to write a signed receipt; needs --sign.")]
Sign = Annotated[Path | None, typer.Option(help="Your private key for the receipt.")]
