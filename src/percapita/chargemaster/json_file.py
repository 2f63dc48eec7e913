"""Check a JSON file: its items in batches as they are read, then what its root says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO

import msgspec
import numpy as np
from msgspec import UNSET

from percapita.chargemaster.findings import Findings
from percapita.chargemaster.head import apply
from percapita.chargemaster.items import Charge, Item, Payer
from percapita.chargemaster.json_item_rules import CHARGE_RULES, ITEM_RULES, PAYER_RULES
from percapita.chargemaster.json_nodes import ITEMS, NINES, ROUNDS_TO_ZERO, Node
from percapita.chargemaster.json_root_rules import ROOT_ALERTS, ROOT_ERRORS
from percapita.chargemaster.json_stream import JsonStream, NotJsonError, RepeatedKeys
from percapita.chargemaster.repeats import Repeats
from percapita.chargemaster.rules import ALERT, JSON, LAW_FORM, LAW_ITEM, OURS, Rule, rule
from percapita.chargemaster.templates import TEMPLATES, template_for
from percapita.chargemaster.text import trimmed

SECTION = "General JSON Instructions"
KEPT = frozenset(
    [
        "hospital_name",
        "last_updated_on",
        "license_information",
        "version",
        "hospital_address",
        "hospital_location",
        "location_name",
        "affirmation",
        "attestation",
        "modifier_information",
        "type_2_npi",
    ]
)


@rule("JSON-P01", (JSON,), "the file is not JSON: {why} (character {place})", section=SECTION, law=LAW_FORM)
def is_json(problem: NotJsonError) -> Iterator[NotJsonError]:
    """The text is not well-formed JSON."""
    if not problem.kind:
        yield problem


@rule(
    "JSON-E01",
    (JSON,),
    "something follows the end of the file's content (character {place})",
    section=SECTION,
    origin=OURS,
)
def nothing_follows(problem: NotJsonError) -> Iterator[NotJsonError]:
    """Something follows the value that the file holds."""
    if problem.kind == "after":
        yield problem


@rule(
    "JSON-E02",
    (JSON,),
    "there is a comma before the last brace (character {place}); remove it",
    section=SECTION,
    origin=OURS,
)
def no_last_comma(problem: NotJsonError) -> Iterator[NotJsonError]:
    """A comma stands before the closing brace of the root."""
    if problem.kind == "comma":
        yield problem


@rule(
    "JSON-X12", (JSON,), "this item is a copy of item "
    "{first}", section="Standard Charge Information Object", law=LAW_ITEM,
    level=ALERT, origin=OURS,
)  # fmt: skip
def repeated_items(repeats: Repeats) -> Iterator[tuple[int, int]]:
    """An item stands in the file twice, with the same content."""
    yield from repeats.found()


def _rule_of(function: Callable[..., object]) -> Rule:
    found: Rule = function.rule  # type: ignore[attr-defined]
    return found


BATCH = msgspec.json.Decoder(list[Item])


IN_DOUBT = -1
Counted = tuple[Item, bool]


def decoded(text: str) -> list[Counted] | None:
    """Return the items of an array, each with whether it is certain that no rule finds anything about it.

    None when some value is not as it must be, or a key comes twice: then the text has more keys than the items.
    """
    if '"estimated_amount"' in text:
        return None
    try:
        items = BATCH.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    found, keys = [], 0
    for item in items:
        counted = keys_if_faultless(item)
        found.append((item, counted != IN_DOUBT))
        keys += counted if counted != IN_DOUBT else _keys(item)
    written = text.count('":')
    return found if keys == written or keys == written + text.count('" :') else None


def _keys(value: Any) -> int:
    """Return how many keys an item has, those within it included."""
    if isinstance(value, tuple):
        return sum(map(_keys, value))
    if not isinstance(value, msgspec.Struct):
        return 0
    parts = [part for part in msgspec.structs.astuple(value) if part is not UNSET]
    return len(parts) + sum(_keys(part) for part in parts if isinstance(part, tuple | msgspec.Struct))


def keys_if_faultless(item: Item) -> int:
    """Return how many keys an item has, if it is certain that no rule finds anything about it; else `IN_DOUBT`."""
    if item.drug_information is UNSET and any(code.type == "NDC" for code in item.code_information):
        return IN_DOUBT
    if item.description[0] <= " " and not trimmed(item.description):
        return IN_DOUBT
    found = 3 + 2 * len(item.code_information) + (3 if item.drug_information is not UNSET else 0)
    for charge in item.standard_charges:
        keys = _keys_of_charge(charge)
        if keys == IN_DOUBT:
            return IN_DOUBT
        found += keys
    return found


def _keys_of_charge(charge: Charge) -> int:
    amounts = (charge.gross_charge, charge.discounted_cash, charge.minimum, charge.maximum)
    given = [amount for amount in amounts if amount is not UNSET]
    if charge.modifier_code is not UNSET or any(amount == NINES or amount < ROUNDS_TO_ZERO for amount in given):
        return IN_DOUBT
    found = 1 + len(given) + (charge.additional_generic_notes is not UNSET)
    if charge.payers_information is UNSET:
        priced = charge.gross_charge is not UNSET or charge.discounted_cash is not UNSET
        return found if priced else IN_DOUBT
    least = 0.0 if charge.minimum is UNSET else charge.minimum
    most = 0.0 if charge.maximum is UNSET else charge.maximum
    keys = _keys_of_payers(charge.payers_information, max(least, ROUNDS_TO_ZERO), most if least else 0.0)
    return found + 1 + keys if keys != IN_DOUBT else IN_DOUBT


def _keys_of_payers(payers: tuple[Payer, ...], least: float, most: float) -> int:
    """Return how many keys the payers have. This runs for every charge of a large file: it is one loop for speed."""
    found = 0
    for payer in payers:
        _, _, methodology, dollar, percentage, algorithm, *allowed, notes = msgspec.structs.astuple(payer)
        if dollar is not UNSET:
            if not least <= dollar <= most or dollar == NINES:
                return IN_DOUBT
            found += 1
        if notes is not UNSET:
            found += 1
        elif methodology == "other":
            return IN_DOUBT
        if percentage is UNSET and algorithm is UNSET:
            if dollar is UNSET or allowed != NOTHING_ALLOWED:
                return IN_DOUBT
            found += 3
        elif _allowed_amounts_are_faultless(*allowed) or (allowed == NO_REMITTANCES and notes is not UNSET):
            found += 3 + (1 if allowed == NO_REMITTANCES else 4) + (percentage is not UNSET) + (algorithm is not UNSET)
        else:
            return IN_DOUBT
    return found


NOTHING_ALLOWED = [UNSET, UNSET, UNSET, UNSET]
NO_REMITTANCES = [UNSET, UNSET, UNSET, "0"]


def _allowed_amounts_are_faultless(middle: Any, low: Any, high: Any, count: Any) -> bool:
    if count is UNSET or count == "0" or low is UNSET or middle is UNSET or high is UNSET:
        return False
    return bool(ROUNDS_TO_ZERO <= low <= middle <= high < NINES and count != "999999999")


def stated_version(stream: BinaryIO) -> str:
    """Return the version that a JSON file states, wherever in the file it stands; nothing when it states none."""
    elements = msgspec.json.Decoder(list[msgspec.Raw])

    def passed(text: str) -> list[Any] | None:
        try:
            elements.decode(text)
        except msgspec.MsgspecError:
            return None
        return []

    def skip(reader: JsonStream) -> None:
        for _ in reader.elements(passed):
            pass

    try:
        found = {key: value for key, value in JsonStream(stream).properties(ITEMS, skip) if key == "version"}
    except NotJsonError:
        return ""
    return str(found.get("version", ""))


class JsonCheck:
    """Check one file while it is read."""

    def __init__(self, findings: Findings, version: str, today: date) -> None:
        """Prepare to check against a template: v3.0.0, v2.x or auto."""
        self._findings, self._version, self._today = findings, version, today
        self._root = RepeatedKeys()
        self._count = 0
        self.repeats = Repeats()

    @property
    def _template_name(self) -> str:
        said = self._root.get("version")
        return template_for(self._version, said if isinstance(said, str) else "").name

    def read(self, stream: JsonStream) -> None:
        """Check everything. Raises NotJsonError when the text is not JSON."""
        if stream.peek() == "{":
            for key, value in stream.properties(ITEMS, self._read_items):
                if key in self._root:
                    self._root.again = key
                if key in KEPT:
                    self._root[key] = value
        else:
            stream.value()
        if stream.peek():
            raise NotJsonError("", stream.place(), "after")

    def _read_items(self, stream: JsonStream) -> None:
        template = TEMPLATES[self._template_name]
        decode = decoded if template.is_v3 else lambda text: None
        for items, values in stream.elements(decode):
            for value in values or ():
                self._check_item(Node(value, f"/{ITEMS}/{self._count}", template, self._today))
                self._note([_identity(value)])
            if items:
                for index, (item, faultless) in enumerate(items):
                    if not faultless:
                        plain = msgspec.json.decode(msgspec.json.encode(item))
                        self._check_item(Node(plain, f"/{ITEMS}/{self._count + index}", template, self._today))
                self._note([hash(item) for item, _ in items])

    def _note(self, identities: list[int]) -> None:
        places = np.arange(self._count, self._count + len(identities), dtype=np.int64)
        self.repeats.add(np.array(identities, dtype=np.int64), places)
        self._count += len(identities)

    def _check_item(self, item: Node) -> None:
        apply(ITEM_RULES, item, self._findings)
        for charge in item.each("standard_charges"):
            apply(CHARGE_RULES, charge, self._findings)
            for payer in charge.each("payers_information"):
                apply(PAYER_RULES, payer, self._findings)

    def finish(self) -> None:
        """Say what only the end of the file can tell."""
        if self._count:
            self._root[ITEMS] = []
        root = Node(self._root, "", TEMPLATES[self._template_name], self._today)
        apply(ROOT_ERRORS, root, self._findings)
        apply(ROOT_ALERTS, root, self._findings)
        for place, first in repeated_items(self.repeats):
            self._findings.add(_rule_of(repeated_items), f"/{ITEMS}/{place}", first=first)


def _identity(value: Any) -> int:
    """Return the hash of an item: the same whether or not it came in a batch."""
    try:
        return hash(msgspec.convert(value, Item))
    except msgspec.MsgspecError:
        return hash(json.dumps(value, sort_keys=True))


def check_json(stream: BinaryIO, findings: Findings, version: str, today: date) -> None:
    """Check a JSON file, read from a stream of bytes. When it is not JSON, that is the only error."""
    check = JsonCheck(findings, version, today)
    try:
        check.read(JsonStream(stream))
        check.finish()
    except NotJsonError as problem:
        if not problem.kind:
            findings.errors.clear()
            findings.error_count = 0
        else:
            check.finish()
        for function in (is_json, nothing_follows, no_last_comma):
            for found in function(problem):
                findings.add(_rule_of(function), "", why=found.why, place=f"{found.place:,}")
    finally:
        check.repeats.close()
