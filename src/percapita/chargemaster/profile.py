"""The profile of a build: what the hospital says once, and how its chargemaster and rates name their columns."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from percapita.chargemaster.cells import CODE_TYPES_3
from percapita.chargemaster.common import name_is_good, npi_is_good
from percapita.chargemaster.layouts import Layout
from percapita.chargemaster.model import Hospital, Provision
from percapita.chargemaster.templates import CSV_STATES
from percapita.errors import InputError, nearest
from percapita.sources.spec import Column, TextEncoding

BY_FORM = "CPT/HCPCS"  # a column that holds both levels of HCPCS: the form of a code tells which
LIKE = "compare it with what `percapita charges init` writes"
UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<at>[^`]*)`)?")
ANY = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<at>[^`]*)`)?", re.DOTALL)
EIN = re.compile(r"[0-9]{2}-?[0-9]{7}")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Be a table of the profile: frozen, and an unknown key is an error."""


class Location(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name a location and its address."""

    name: str
    address: str


class ContractProvision(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold a provision that holds for a whole claim."""

    text: str
    payer: str = ""
    plan: str = ""


class HospitalTable(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold what the file says of the hospital."""

    name: str
    ein: str
    state: str
    updated_on: date
    type_2_npi: tuple[str, ...]
    attester_name: str
    attested: bool
    license_number: str = ""
    file_npi: str = ""
    financial_aid_policy: str = ""
    copyright_notice: str = ""


class Web(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold where the file will be found, and whom to ask about it."""

    page_url: str
    files_url: str
    contact_name: str
    contact_email: str


class CodeColumn(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name a column of codes, with their type or the column of it."""

    code: str
    type: str = ""
    type_column: str = ""


class ItemColumns(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name the columns of the chargemaster."""

    id: Column
    description: Column
    setting: Column
    gross: Column | None = None
    cash: Column | None = None
    modifiers: Column | None = None
    drug_unit: Column | None = None
    drug_type: Column | None = None
    billing_class: Column | None = None
    notes: Column | None = None


class RateColumns(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name the columns of the rates: of which item, or which code, for which payer and plan."""

    payer: Column
    plan: Column
    methodology: Column
    item: Column | None = None
    code: Column | None = None
    code_type: Column | None = None
    setting: Column | None = None
    dollar: Column | None = None
    percentage: Column | None = None
    algorithm: Column | None = None
    median: Column | None = None
    low: Column | None = None
    high: Column | None = None
    count: Column | None = None
    notes: Column | None = None


class RemittanceColumns(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Name the columns of remittances, a row for each allowed amount."""

    payer: Column
    plan: Column
    allowed: Column
    item: Column | None = None
    code: Column | None = None
    code_type: Column | None = None
    paid_on: Column | None = None


class _Written(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say how a file is written, where sniffing is not wanted."""

    delimiter: str | None = None
    encoding: TextEncoding | None = None
    sheet: str | None = None
    date_format: str | None = None


class Items(_Written, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say how chargemaster rows become items. `id_type` is the code type of the id, "" where it is not published."""

    columns: ItemColumns
    code: tuple[CodeColumn, ...] = ()
    id_type: str = "CDM"
    cash_percent: str | None = None
    bad_rows: Literal["stop", "leave out"] = "stop"


class Rates(_Written, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say where the payers' rates are, relative to the profile."""

    path: str
    columns: RateColumns
    bad_rows: Literal["stop", "leave out"] = "stop"


class Remittances(_Written, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Say where the remittances are and which days they cover; `none_note` explains a charge without any."""

    path: str
    columns: RemittanceColumns
    first: date
    last: date
    none_note: str = ""


class Output(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Choose the layouts to write, and which of them is to be published."""

    publish: Layout = Layout.TALL
    layouts: tuple[Layout, ...] = tuple(Layout)


class Profile(_Table, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Hold a whole profile."""

    hospital: HospitalTable
    location: tuple[Location, ...]
    web: Web
    items: Items
    rates: Rates | None = None
    remittances: Remittances | None = None
    provision: tuple[ContractProvision, ...] = ()
    output: Output = Output()

    @property
    def file_stem(self) -> str:
        """Return the name that the rule wants, without its ending. Source: 45 CFR 180.50(d)(5)."""
        name = re.sub(r"[^a-z0-9]+", "-", self.hospital.name.lower()).strip("-")
        npi = f"-{self.hospital.file_npi}" if self.hospital.file_npi else ""
        return f"{self.hospital.ein.replace('-', '')}{npi}_{name}_standardcharges"


def load_profile(path: Path) -> Profile:
    """Return the profile in a file. Raises InputError that names the key."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(content)
    except OSError as error:
        raise InputError(f"the profile cannot be read ({error.strerror})", str(path), "check the path") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"the profile is not TOML ({error})", path.name, LIKE) from None
    try:
        profile = msgspec.convert(table, Profile)
    except msgspec.ValidationError as error:
        raise _broken(str(error), path.name) from None
    for check in CHECKS:
        check(profile, path.name)
    return profile


def _broken(said: str, where: str) -> InputError:
    unknown = UNKNOWN.fullmatch(said)
    if unknown:
        at = unknown["at"] or ""
        cure = nearest(unknown["key"], _keys_at(at), otherwise=LIKE)
        return InputError(f"the key {unknown['key']!r} is not known", f"{where}, {_place(at)}", cure)
    found = ANY.fullmatch(said)
    what, at = (found["what"], found["at"] or "") if found else (said, "")
    what = what.replace("Object missing required field", "this key is missing:").replace("`", "'")
    return InputError(what[:1].lower() + what[1:], f"{where}, {_place(at)}", LIKE)


def _place(at: str) -> str:
    return re.sub(r"\[(\d+|\.\.\.)\]", "", at) or "top level"


def _keys_at(at: str) -> list[str]:
    kind: Any = Profile
    for part in re.sub(r"\[[^\]]*\]", "", at).split("."):
        if part:
            kind = next((one.type for one in msgspec.structs.fields(kind) if one.encode_name == part), None)
            kinds = (kind, *get_args(kind))
            kind = next((one for one in kinds if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)
        if kind is None:
            return []
    return [one.encode_name for one in msgspec.structs.fields(kind)]


def _check_hospital(profile: Profile, where: str) -> None:
    told, at = profile.hospital, f"{where}, hospital"
    if not EIN.fullmatch(told.ein):
        raise InputError(f"{told.ein!r} is no EIN", at, 'write nine digits, such as ein = "12-3456789"')
    if told.state not in CSV_STATES:
        raise InputError(f"{told.state!r} is no state", at, nearest(told.state, CSV_STATES))
    for npi in (*told.type_2_npi, *([told.file_npi] if told.file_npi else [])):
        if why := npi_is_good(npi):
            raise InputError(f"{npi!r} is no NPI: {why}", at, "write ten digits")
    if not told.type_2_npi or not told.attester_name.strip():
        raise InputError("'type_2_npi' and 'attester_name' must not be empty", at, LIKE)
    if not name_is_good(f"{profile.file_stem}.csv"):
        raise InputError(f"no file can be named after {told.name!r}", at, "write a name with letters")


def _check_locations(profile: Profile, where: str) -> None:
    if not profile.location:
        raise InputError("there is no [[location]]", where, LIKE)
    for one in profile.location:
        if "|" in one.name + one.address or not one.name.strip() or not one.address.strip():
            raise InputError("a location has a name and an address, without a pipe", f"{where}, location", LIKE)


def _check_web(profile: Profile, where: str) -> None:
    web = profile.web
    for key in ("page_url", "files_url"):
        if not re.match(r"https?://[^\s/]+", getattr(web, key)) or re.search(r"\s", getattr(web, key)):
            raise InputError(f"{key!r} is no address of the web", f"{where}, web", f'write {key} = "https://..."')
    if re.search(r"[\r\n]", web.contact_name + web.contact_email) or "@" not in web.contact_email:
        raise InputError("the contact has no name and e-mail of one line each", f"{where}, web", LIKE)


def _check_codes(profile: Profile, where: str) -> None:
    types = (*CODE_TYPES_3, BY_FORM)
    for one in profile.items.code:
        if bool(one.type) == bool(one.type_column):
            raise InputError("a column of codes has a type or a type_column", f"{where}, items.code", LIKE)
        if one.type and one.type not in types:
            raise InputError(f"{one.type!r} is no code type", f"{where}, items.code", nearest(one.type, types))
    if profile.items.id_type and profile.items.id_type not in CODE_TYPES_3:
        raise InputError(f"{profile.items.id_type!r} is no code type", f"{where}, items", "write CDM, LOCAL or nothing")
    share = profile.items.cash_percent
    if share is not None and not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", share):
        raise InputError(f"{share!r} is no percentage", f"{where}, items", 'write it such as cash_percent = "60"')
    if share is not None and profile.items.columns.cash is not None:
        raise InputError("there are two cash prices: a column and a percentage", f"{where}, items", "keep one of them")


def _check_rates(profile: Profile, where: str) -> None:
    rates, paid = profile.rates, profile.remittances
    if rates is None:
        if paid is not None or profile.output.publish is Layout.WIDE:
            raise InputError("there are no [rates]", where, "remittances and wide files need them")
        return
    if rates.columns.item is None and rates.columns.code is None:
        raise InputError("the rates name neither an item nor a code", f"{where}, rates.columns", "name one of them")
    if paid is not None:
        _check_remittances(rates, paid, profile.hospital.updated_on, where)


def _check_remittances(rates: Rates, paid: Remittances, updated: date, where: str) -> None:
    """Raise InputError unless the days are 12 to 15 months before posting. Source: CSV data dictionary v3.0."""
    at = f"{where}, remittances"
    for key in ("item", "code", "code_type"):
        if (getattr(rates.columns, key) is None) != (getattr(paid.columns, key) is None):
            raise InputError(f"rates and remittances do not both name {key!r}", at, "name items or codes in both alike")
    months = (paid.last.year - paid.first.year) * 12 + paid.last.month - paid.first.month
    days = paid.last.toordinal() - paid.first.toordinal() + 1
    if paid.last > updated or days < 365 or months > 15 or (months == 15 and paid.last.day >= paid.first.day):
        what = f"{paid.first} to {paid.last} is not 12 to 15 months before the update"
        raise InputError(what, at, "take the remittances of at least 12 and at most 15 months")


def _check_output(profile: Profile, where: str) -> None:
    if profile.output.publish not in profile.output.layouts:
        raise InputError("the layout to publish is not written", f"{where}, output", "add it to layouts")


CHECKS = (_check_hospital, _check_locations, _check_web, _check_codes, _check_rates, _check_output)


def hospital_from(profile: Profile) -> Hospital:
    """Return the hospital that a profile describes."""
    told = profile.hospital
    return Hospital(
        name=told.name,
        updated_on=told.updated_on,
        locations=tuple(one.name for one in profile.location),
        addresses=tuple(one.address for one in profile.location),
        state=told.state,
        license_number=told.license_number,
        npis=told.type_2_npi,
        attested=told.attested,
        attester=told.attester_name,
        provisions=tuple(Provision(one.payer, one.plan, one.text) for one in profile.provision),
        aid_policy=told.financial_aid_policy,
        notice=told.copyright_notice,
    )
