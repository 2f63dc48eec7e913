"""Read the entries of a valid JSON file of standard charges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, get_args

import msgspec

from percapita.chargemaster.json_nodes import ITEMS
from percapita.chargemaster.json_stream import JsonStream
from percapita.chargemaster.model import Entry, Hospital, Payer, Provision, Survey
from percapita.chargemaster.text import YEAR_FIRST

OWN_MODIFIERS = "additional_modifier_information"  # modifiers without a payer, for which the template has no place
HEAD_KEYS = frozenset(
    [
        "hospital_name",
        "last_updated_on",
        "version",
        "hospital_address",
        "hospital_location",
        "location_name",
        "type_2_npi",
        "license_information",
        "attestation",
        "affirmation",
        "general_contract_provisions",
        "financial_aid_policy",
        "modifier_information",
        "copyright_notice",
        OWN_MODIFIERS,
    ]
)
Number = Decimal | None


class _Struct(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Be an object in which no element of the hospital's own is taken silently."""


class _Code(_Struct, forbid_unknown_fields=True, gc=False):
    code: str
    type: str


class _Drug(_Struct, forbid_unknown_fields=True, gc=False):
    unit: float | str
    type: str


class _Payer(_Struct, forbid_unknown_fields=True, gc=False):
    payer_name: str
    plan_name: str
    methodology: str = ""
    standard_charge_dollar: Number = None
    standard_charge_percentage: Number = None
    standard_charge_algorithm: str = ""
    median_amount: Number = None
    low: Number = msgspec.field(name="10th_percentile", default=None)
    high: Number = msgspec.field(name="90th_percentile", default=None)
    count: str = ""
    additional_payer_notes: str = ""
    estimated_amount: Number = None


class _Charge(_Struct, forbid_unknown_fields=True, gc=False):
    setting: str
    gross_charge: Number = None
    discounted_cash: Number = None
    minimum: Number = None
    maximum: Number = None
    modifier_code: list[str] = []
    payers_information: list[_Payer] = []
    additional_generic_notes: str = ""
    billing_class: str = ""


class _Item(_Struct, forbid_unknown_fields=True, gc=False):
    description: str
    code_information: list[_Code]
    standard_charges: list[_Charge]
    drug_information: _Drug | None = None


class _ModifierPayer(_Struct, forbid_unknown_fields=True, gc=False):
    payer_name: str
    plan_name: str
    description: str
    standard_charge_dollar: Number = None
    standard_charge_percentage: Number = None
    standard_charge_algorithm: str = ""
    methodology: str = ""


class _Modifier(_Struct, forbid_unknown_fields=True, gc=False):
    description: str
    code: str
    setting: str = ""
    modifier_payer_information: list[_ModifierPayer] = []
    additional_generic_notes: str = ""


BATCH = msgspec.json.Decoder(list[_Item])


def written(number: Number) -> str:
    """Return a number as a plain decimal."""
    return "" if number is None else format(number, "f")


class JsonReader:
    """Read one file: all `entries`, then `hospital`."""

    def __init__(self, stream: BinaryIO, survey: Survey) -> None:
        """Begin at the start of the file; what no template has is counted in `survey`."""
        self._stream, self._survey = JsonStream(stream), survey
        self._root: dict[str, Any] = {}

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, those about modifiers last. Raises NotJsonError."""
        stream = self._stream
        stream.take("{")
        while not stream.take("}"):
            key = stream.value()
            if not stream.take(":"):
                raise stream.wanted("a colon")
            if key == ITEMS and stream.peek() == "[":
                yield from self._items()
            elif key in HEAD_KEYS:
                self._root[key] = _sound(stream.value())
            else:
                stream.value()
                self._survey.pass_over(key)
            stream.take(",")
        yield from self._modifiers()

    def _items(self) -> Iterator[Entry]:
        for batch, values in self._stream.elements(_decoded):
            for item in batch if batch is not None else (self._item(value) for value in values or ()):
                yield from _entries(item)

    def _item(self, value: Any) -> _Item:
        return msgspec.convert(self._known(_sound(value), _Item), _Item, strict=False)

    def _known(self, value: Any, kind: Any) -> Any:
        """Return an object without the elements that no template has; they are counted."""
        if not isinstance(value, dict):
            return value
        fields = {one.encode_name: one.type for one in msgspec.structs.fields(kind)}
        for key in value.keys() - fields.keys():
            self._survey.pass_over(key)
        return {key: self._known_part(part, fields[key]) for key, part in value.items() if key in fields}

    def _known_part(self, value: Any, kind: Any) -> Any:
        inner = next(
            (one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, _Struct)), None
        )
        if isinstance(value, list):
            return [self._known_part(one, inner or kind) for one in value]
        return self._known(value, inner) if inner else value

    def _modifiers(self) -> Iterator[Entry]:
        for key in ("modifier_information", OWN_MODIFIERS):
            found = self._root.get(key)
            for value in found if isinstance(found, list) else ():
                yield _modifier_entry(msgspec.convert(self._known(value, _Modifier), _Modifier, strict=False))

    def hospital(self) -> Hospital:
        """Return what the root says, once all entries are read."""
        root = self._root
        said = root.get("attestation") or root.get("affirmation") or {}
        license = root.get("license_information") or {}
        day = str(root.get("last_updated_on", ""))
        return Hospital(
            name=root.get("hospital_name", ""),
            updated_on=date.fromisoformat(day) if YEAR_FIRST.fullmatch(day) else date.min,
            locations=tuple(root.get("location_name") or root.get("hospital_location") or ()),
            addresses=tuple(root.get("hospital_address") or ()),
            state=license.get("state", ""),
            license_number=license.get("license_number", ""),
            npis=tuple(root.get("type_2_npi") or ()),
            attested=said.get("confirm_attestation"),
            attester=said.get("attester_name", ""),
            provisions=_provisions(root.get("general_contract_provisions")),
            aid_policy=root.get("financial_aid_policy", ""),
            notice=root.get("copyright_notice", ""),
            version=root.get("version", ""),
        )


def _sound(value: Any) -> Any:
    """Return a value whose texts can be written: half of a surrogate pair, which JSON can spell, becomes a question
    mark.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return {_sound(key): _sound(one) for key, one in value.items()} if isinstance(value, dict) else value


def _provisions(found: Any) -> tuple[Provision, ...]:
    if isinstance(found, str):
        return (Provision("", "", found),)
    keys = ("payer_name", "plan_name", "provisions")
    values = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return tuple(Provision(*(str(one.get(key, "")) for key in keys)) for one in values)


def _decoded(text: str) -> list[_Item] | None:
    try:
        return BATCH.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _entries(item: _Item) -> Iterator[Entry]:
    codes = tuple((code.code, code.type) for code in item.code_information)
    drug = item.drug_information
    unit = "" if drug is None else drug.unit if isinstance(drug.unit, str) else written(Decimal(repr(drug.unit)))
    for charge in item.standard_charges:
        yield Entry(
            item.description,
            codes,
            tuple(charge.modifier_code),
            charge.setting,
            _whole(unit),
            "" if drug is None else drug.type,
            charge.billing_class,
            written(charge.gross_charge),
            written(charge.discounted_cash),
            written(charge.minimum),
            written(charge.maximum),
            charge.additional_generic_notes,
            tuple(map(_payer, charge.payers_information)),
        )


def _whole(unit: str) -> str:
    return unit.removesuffix(".0")


def _payer(one: _Payer) -> Payer:
    return Payer(
        one.payer_name,
        one.plan_name,
        written(one.standard_charge_dollar),
        written(one.standard_charge_percentage),
        one.standard_charge_algorithm,
        one.methodology,
        written(one.median_amount),
        written(one.low),
        written(one.high),
        one.count,
        one.additional_payer_notes,
        written(one.estimated_amount),
    )


def _modifier_entry(found: _Modifier) -> Entry:
    payers = tuple(
        Payer(
            one.payer_name,
            one.plan_name,
            written(one.standard_charge_dollar),
            written(one.standard_charge_percentage),
            one.standard_charge_algorithm,
            one.methodology,
            notes=one.description,
        )
        for one in found.modifier_payer_information
    )
    modifiers = tuple(part.strip() for part in found.code.split("|"))
    silent = ((payer, payer._replace(notes="")) for payer in payers)
    told = tuple(bare if payer.notes == described(bare) else payer for payer, bare in silent)
    notes = found.additional_generic_notes
    return Entry(found.description, (), modifiers, found.setting, notes=notes, payers=told)


def described(payer: Payer) -> str:
    """Return the description of what a modifier does for a payer: its notes, else the charge in words."""
    amounts = ((payer.dollar, "{} dollars"), (payer.percentage, "{} percent"), (payer.algorithm, "{}"))
    return payer.notes or "; ".join(words.format(amount) for amount, words in amounts if amount)
