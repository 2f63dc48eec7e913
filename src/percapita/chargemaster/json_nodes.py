"""A value of a JSON file with its pointer, and what several rules ask of one.

A rule is given a `Node`; it yields (pointer, words). Values are plain Python values; what is not an object, a list, a
text or a number where one should be is named by the rule about that element and else passed over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from percapita.chargemaster.head import Place
from percapita.chargemaster.json_stream import RepeatedKeys
from percapita.chargemaster.rules import ALERT, JSON, LAW_FORM, OURS, rule
from percapita.chargemaster.templates import Template
from percapita.chargemaster.text import shown

GENERAL = "General Data Elements"
ITEM = "Standard Charge Information Object"
CHARGE = "Standard Charges Object"
PAYER = "Payers Information Object"
CONDITIONS = "Conditional Requirements"
NINES = 999_999_999
ROUNDS_TO_ZERO = 0.005
ITEMS = "standard_charge_information"
DOLLAR, PERCENTAGE, ALGORITHM = "standard_charge_dollar", "standard_charge_percentage", "standard_charge_algorithm"
MEDIAN, LOW, HIGH = "median_amount", "10th_percentile", "90th_percentile"


@dataclass(frozen=True)
class Node:
    """Hold a value of the file, its JSON pointer, and the template it is checked against."""

    value: Any
    pointer: str
    template: Template
    today: date = date.min

    def has(self, key: str) -> bool:
        """Tell whether the value is an object with this key."""
        return isinstance(self.value, dict) and key in self.value

    def get(self, key: str) -> Any:
        """Return the value of a key, None if there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def at(self, key: str) -> Node:
        """Return the value of a key with its pointer."""
        return Node(self.get(key), f"{self.pointer}/{key}", self.template, self.today)

    def each(self, key: str) -> Iterator[Node]:
        """Yield the elements of a list."""
        found = self.get(key)
        for index, value in enumerate(found if isinstance(found, list) else ()):
            yield Node(value, f"{self.pointer}/{key}/{index}", self.template, self.today)


Found = Iterator[Place]
NodeRule = Callable[[Node], Found]


# ---- what several rules ask


def is_number(value: Any) -> bool:
    """Tell whether a value is a number as JSON has them."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def lacks(node: Node, *keys: str) -> Found:
    """Yield the object itself for each of its keys that is missing."""
    if isinstance(node.value, dict):
        for key in keys:
            if key not in node.value:
                yield node.pointer, {"what": f'"{key}" is missing'}


def no_object(node: Node) -> Found:
    """Yield a value that is no object."""
    if not isinstance(node.value, dict):
        yield node.pointer, {"what": f"{spelled(node.value)} stands where an object in braces must be"}


def no_text(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no text, or an empty one."""
    for key in keys:
        if node.has(key):
            value = node.get(key)
            if not isinstance(value, str):
                yield f"{node.pointer}/{key}", {"what": f'"{key}" is {spelled(value)}; write a text in quotes'}
            elif not value:
                yield f"{node.pointer}/{key}", {"what": f'"{key}" is an empty text; write one or leave the key out'}


def no_amount(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no numbers above zero."""
    for key in keys:
        if node.has(key) and not (is_number(node.get(key)) and node.get(key) > 0):
            yield (
                f"{node.pointer}/{key}",
                {"what": f'"{key}" is {spelled(node.get(key))}; write a number above zero, without quotes'},
            )


def no_list(node: Node, *keys: str) -> Found:
    """Yield the values of keys that are there and are no lists, or empty ones."""
    for key in keys:
        if node.has(key) and not (isinstance(node.get(key), list) and node.get(key)):
            yield (
                f"{node.pointer}/{key}",
                {"what": f'"{key}" is {spelled(node.get(key))}; write a list in brackets that is not empty'},
            )


def no_texts(node: Node, key: str, *, empty: bool = False) -> Found:
    """Yield a key that is no list, and the elements of the list that are no texts, or empty ones unless `empty` is
    true.
    """
    yield from no_list(node, key)
    for element in node.each(key):
        if not isinstance(element.value, str) or (not element.value and not empty):
            yield element.pointer, {"what": f'"{key}" holds {spelled(element.value)}; write a text in quotes'}


def no_word(node: Node, key: str, words: tuple[str, ...]) -> Found:
    """Yield the value of a key that is there and is none of the words; capitals matter in JSON."""
    if node.has(key) and node.get(key) not in words:
        listed = ", ".join(words)
        yield f"{node.pointer}/{key}", {"what": f'"{key}" is {spelled(node.get(key))}; write one of: {listed}'}


def spelled(value: Any) -> str:
    """Return a value as a message shows it."""
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "list"
        return f"an {'empty ' if not value else ''}{kind}" if kind == "object" or not value else "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return shown(value) if isinstance(value, str) else str(value)


@rule(
    "JSON-X15", (JSON,), 'the key "{key}" stands in the object twice; only the last one is read',
    section="General JSON Instructions", law=LAW_FORM, level=ALERT, origin=OURS,
)  # fmt: skip
def repeated_keys(node: Node) -> Found:
    """An object has a key twice."""
    if isinstance(node.value, RepeatedKeys) and node.value.again:
        yield node.pointer, {"key": node.value.again}
    inner = (
        node.value.items()
        if isinstance(node.value, dict)
        else enumerate(node.value)
        if isinstance(node.value, list)
        else ()
    )
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from repeated_keys(Node(value, f"{node.pointer}/{key}", node.template))
