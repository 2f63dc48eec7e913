"""`percapita license keygen|issue|states|verify`: make keys, sign a license, take one back, ask one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percapita.cli.screen import Format, say, show_json
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.licensing.validity import Answer

DAY = "%Y-%m-%d"


class Purpose(StrEnum):
    """Name the purposes that a license can permit."""

    USE = "use"
    CHARGEMASTER_POSTING = "chargemaster_posting"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    licenses = typer.Typer(no_args_is_help=True, help="Sign licenses and ask them.")
    app.add_typer(licenses, name="license")

    @licenses.command()
    def keygen(
        out: Annotated[Path, typer.Option(help="Where to write the key; KEY.pub is written beside it.")],
    ) -> None:
        """Make a key pair to sign licenses with."""
        from percapita.evidence.signatures import make_keys

        private, public = make_keys(out)
        say(f"{private} written: keep it secret and safe; {public}: give it to everybody")

    @licenses.command()
    def issue(
        claims: Annotated[Path, typer.Option(help="What the license says, a JSON file.")],
        key: Annotated[Path, typer.Option(help="The licensor's private key.")],
        out: Annotated[Path, typer.Option(help="Where to write the license.")],
    ) -> None:
        """Sign a license."""
        issue_license(claims, key, out)

    @licenses.command()
    def states(
        list: Annotated[Path, typer.Option(help="The suspended and revoked licenses, a JSON file.")],
        key: Annotated[Path, typer.Option(help="The licensor's private key.")],
        out: Annotated[Path, typer.Option(help="Where to write the signed list.")],
    ) -> None:
        """Sign a list of licenses that are suspended or revoked."""
        issue_states(list, key, out)

    @licenses.command()
    def verify(
        license: Annotated[str, typer.Argument(help="A license file, or the token itself.")],
        key: Annotated[Path | None, typer.Option(help="The licensor's public key.")] = None,
        on: Annotated[datetime | None, typer.Option(formats=[DAY], help="The day asked about; today.")] = None,
        system: Annotated[str | None, typer.Option(help="The id of an application.")] = None,
        entity: Annotated[str | None, typer.Option(help="The id of an entity.")] = None,
        purpose: Annotated[Purpose | None, typer.Option(help="What it is to be used for.")] = None,
        release: Annotated[int | None, typer.Option(help="The annual code set release, such as 2026.")] = None,
        users: Annotated[int | None, typer.Option(help="Individual users of the application.")] = None,
        states: Annotated[
            Path | None, typer.Option(help="The licensor's list of suspended and revoked licenses.")
        ] = None,
        format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,
    ) -> int:
        """Ask a license whether it holds; ends with 1 when it does not."""
        from percapita.evidence.signatures import load_public_key
        from percapita.licensing.document import answer, read_text
        from percapita.licensing.states import load_states
        from percapita.licensing.validity import Question

        public = load_public_key(key) if key else None
        question = Question(
            on=on.date() if on else date.today(),  # noqa: DTZ011 - the day where the person sits
            system=system, entity=entity, purpose=purpose.value if purpose else None, release=release, users=users,
        )  # fmt: skip
        found = answer(*read_text(license), public, question, load_states(states, public) if states else None)
        show_answer(found, format)
        return 0 if found.valid else 1


def issue_license(claims: Path, key: Path, out: Path) -> None:
    """Check the claims, sign them and write the token."""
    from percapita.evidence.jws import sign
    from percapita.evidence.signatures import load_private_key
    from percapita.licensing.claims import parse_license, read_claims

    content = _read(claims, "the claims")
    license = parse_license(content, claims.name)
    if license.recorded:
        raise InputError("a recorded license is not signed", claims.name, "verify it as it is, or leave out 'recorded'")
    token = sign(read_claims(content, claims.name), load_private_key(key))
    _write(out, token, "the license")
    say(f"{out} written: license {license.number} for {license.organization}, until {license.expires}")


def issue_states(path: Path, key: Path, out: Path) -> None:
    """Check a list of states, sign it and write it."""
    from percapita.evidence.signatures import load_private_key
    from percapita.licensing.states import sign_states

    token, found = sign_states(_read(path, "the list of states"), path.name, load_private_key(key))
    _write(out, token, "the list of states")
    say(f"{out} written: {many(len(found.states), 'license')} as of {found.as_of}")


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{what} cannot be read ({error.strerror})", str(path), "check the path") from None


def _write(out: Path, token: str, what: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(token + "\n", encoding="ascii")
    except OSError as error:
        raise InputError(f"{what} cannot be written ({error.strerror})", str(out), "choose another --out") from None


def show_answer(found: Answer, format: Format) -> None:
    """Print an answer."""
    until = found.until.isoformat() if found.until else None
    if format is Format.JSON:
        show_json({"valid": found.valid, "code": found.code, "message": found.message, "until": until})
    else:
        say(f"{'valid' if found.valid else 'NOT VALID'}: {found.message} ({found.code})")
