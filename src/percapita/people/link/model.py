"""The model of probable links: comparisons as Splink takes them, with parameters from a table that ships."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.evidence.canonical import sha256_hex

_EQUAL_PARTS = "list_has_any({0}_l, {0}_r)"
_EXCHANGED = "given_l = family_r AND family_l = given_r"

# comparison -> when it says nothing, then the condition of each level; the first that holds counts
CONDITIONS: dict[str, tuple[str, dict[str, str]]] = {
    "given": (
        "given_l IS NULL OR given_r IS NULL",
        {
            "same": "given_l = given_r",
            "also_same": _EQUAL_PARTS.format("givens"),
            "short_form": _EQUAL_PARTS.format("roots"),
            "exchanged": _EXCHANGED,
            "initial": "least(len(given_l), len(given_r)) = 1 AND left(given_l, 1) = left(given_r, 1)",
            "near": "least(len(given_l), len(given_r)) > 2 AND (damerau_levenshtein(given_l, given_r) = 1 "
            "OR jaro_winkler_similarity(given_l, given_r) >= 0.9)",
        },
    ),
    "family": (
        "family_l IS NULL OR family_r IS NULL",
        {
            "same": "family_l = family_r",
            "part": _EQUAL_PARTS.format("families"),
            "exchanged": _EXCHANGED,
            "near": "least(len(family_l), len(family_r)) > 2 AND (damerau_levenshtein(family_l, family_r) = 1 "
            "OR jaro_winkler_similarity(family_l, family_r) >= 0.92)",
            "sounds_alike": _EQUAL_PARTS.format("family_sounds"),
        },
    ),
    "born": (
        "len(born_l) = 0 OR len(born_r) = 0",
        {
            "same": _EQUAL_PARTS.format("born"),
            "day_and_month": "left(born_l[1], 4) || right(born_l[1], 2) || substr(born_l[1], 5, 2) = born_r[1]",
            "one_sign": "damerau_levenshtein(born_l[1], born_r[1]) = 1",
        },
    ),
    "handle": (
        "len(handles_l) = 0 OR len(handles_r) = 0",
        {
            "mailbox": _EQUAL_PARTS.format("mailboxes"),
            "same": "list_has_any(odd_handles_l, handles_r) OR list_has_any(handles_l, odd_handles_r)",
            "same_unnamed": f"{_EQUAL_PARTS.format('handles')} AND (family_l IS NULL OR family_r IS NULL)",
            "same_named": _EQUAL_PARTS.format("handles"),
            "near": "jaro_winkler_similarity(handles_l[1], handles_r[1]) >= 0.92",
        },
    ),
    "identifier": (
        "employee_l IS NULL OR employee_r IS NULL OR employee_l = employee_r",
        {"near": "len(employee_l) > 3 AND damerau_levenshtein(employee_l, employee_r) = 1"},
    ),
    "directory": (
        "len(directories_l) = 0 OR len(directories_r) = 0",
        {"shared": _EQUAL_PARTS.format("directories")},
    ),
}
REST = {"directory": "apart"}  # what the level is called to which everything else belongs, if not `different`
FREQUENCIES = {
    ("given", "same"): 1.0,
    ("given", "short_form"): 0.5,
    ("given", "near"): 0.5,
    ("family", "same"): 1.0,
    ("family", "near"): 0.5,
    ("family", "part"): 0.5,
}  # the weight of the adjustment by how frequent a name is


@dataclass(frozen=True)
class LinkModel:
    """Hold the parameters: `m` and `u` by comparison and level, and the thresholds in bits."""

    text: str

    @cached_property
    def table(self) -> dict[str, Any]:
        """Return the parameters as they were written."""
        return tomllib.loads(self.text)

    @property
    def id(self) -> str:
        """Return the name of the model."""
        return str(self.table["id"])

    @cached_property
    def sha256(self) -> str:
        """Return the hash of everything that decides a weight: parameters and conditions."""
        return sha256_hex(repr((self.text, CONDITIONS, sorted(FREQUENCIES.items()))).encode())

    def bits(self, name: str) -> float:
        """Return a threshold: `link_above`, `review_above` or `margin`."""
        return float(self.table[name])

    def splink_settings(self, records: int) -> dict[str, Any]:
        """Return the model as Splink's settings, for a number of records."""
        odds = float(self.table["prior"]) / max(records, 1)
        return {
            "link_type": "dedupe_only",
            "linker_uid": "percapita",
            "unique_id_column_name": "id",
            "probability_two_random_records_match": odds / (1 + odds),
            "blocking_rules_to_generate_predictions": [],
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": False,
            "comparisons": [self._comparison(name) for name in CONDITIONS],
        }

    def _comparison(self, name: str) -> dict[str, Any]:
        missing, conditions = CONDITIONS[name]
        null = {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
        levels = [self._level(name, level, sql) for level, sql in conditions.items()]
        rest = self._level(name, REST.get(name, "different"), "ELSE")
        return {
            "output_column_name": name,
            "comparison_description": name,
            "comparison_levels": [null, *levels, rest],
        }

    def _level(self, comparison: str, level: str, condition: str) -> dict[str, Any]:
        known = self.table[comparison][level]
        said = {
            "sql_condition": condition,
            "label_for_charts": level,
            "m_probability": known["m"],
            "u_probability": known["u"],
        }
        weight = FREQUENCIES.get((comparison, level))
        if weight is not None:
            said |= {"tf_adjustment_column": comparison, "tf_adjustment_weight": weight}
        return said


def shipped_model() -> LinkModel:
    """Return the model that ships."""
    return LinkModel((resources.files("percapita.people.link") / "model.toml").read_text(encoding="utf-8"))


def read_model(path: Path) -> LinkModel:
    """Return the model of a file. Raises InputError for what is no model."""
    try:
        model = LinkModel(path.read_text(encoding="utf-8"))
        usable = bool(model.id) and all(model.bits(name) > -99 for name in ("link_above", "review_above", "margin"))
        chances = [
            model.table[comparison][level][name]
            for comparison in CONDITIONS
            for level in level_names(comparison)
            for name in ("m", "u")
        ]
        usable = usable and float(model.table["prior"]) > 0 and all(0 < chance <= 1 for chance in chances)
    except (OSError, ValueError, TypeError, KeyError):
        usable = False
    if not usable:
        raise InputError(
            "this is no model of probable links, or some level lacks m or u between 0 and 1",
            path.name,
            "make it again with `percapita people train`, or remove it",
        )
    return model


def level_names(comparison: str) -> list[str]:
    """Return the levels of a comparison by Splink's number of them: the last condition is 0, the first the highest."""
    return [*CONDITIONS[comparison][1], REST.get(comparison, "different")][::-1]
