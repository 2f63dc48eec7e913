"""Name every rule: its id, how severe it is, where it is written, what it says to people.

A rule is one function. `rule` writes it down here; the tables `CELL_RULES`, `HEAD_RULES`, ... say which ones a reader
of a format applies, in the order in which CMS's validator reports them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

ERROR, ALERT = "error", "alert"
TALL, WIDE, JSON = "tall", "wide", "json"
CSV = (TALL, WIDE)
CMS, OURS = "CMS", "Percapita"
BOTH_TEMPLATES = ("v2.x", "v3.0.0")
V3 = ("v3.0.0",)
V2 = ("v2.x",)

LAW_ITEM = "45 CFR 180.50(b)(2)(iii)"
LAW_CODE = "45 CFR 180.50(b)(2)(iv)"
LAW_CHARGE = "45 CFR 180.50(b)(2)(ii)"
LAW_ALLOWED = "45 CFR 180.50(b)(2)(ii)(C)(2)"
LAW_HOSPITAL = "45 CFR 180.50(b)(2)(i)(A)"
LAW_DATE = "45 CFR 180.50(b)(2)(i)(B)"
LAW_ATTEST = "45 CFR 180.50(a)(3)"
LAW_FORM = "45 CFR 180.50(c)(2)"
LAW_NAME = "45 CFR 180.50(d)(5)"


@dataclass(frozen=True)
class Rule:
    """Hold what is known of a rule. `says` is the message, with `{column}`, `{value}` and the like to be filled in.

    `checks` is the first paragraph of the function's docstring; `origin` says whether CMS's validator has the rule;
    `versions` are the templates to which it applies.
    """

    id: str
    level: str
    formats: tuple[str, ...]
    says: str
    section: str
    law: str
    checks: str
    origin: str
    versions: tuple[str, ...]


RULES: dict[str, Rule] = {}
Checked = TypeVar("Checked", bound=Callable[..., Any])


def rule(
    id: str,
    formats: tuple[str, ...],
    says: str,
    *,
    section: str,
    law: str = LAW_FORM,
    level: str = ERROR,
    origin: str = CMS,
    versions: tuple[str, ...] = BOTH_TEMPLATES,
) -> Callable[[Checked], Checked]:
    """Register the decorated function as the rule `id`. The function then has the attribute `rule`."""

    def register(function: Checked) -> Checked:
        checks = " ".join((function.__doc__ or "").split("\n\n")[0].split())
        if id in RULES:
            raise ValueError(f"two rules are called {id}")
        RULES[id] = Rule(id, level, formats, says, section, law, checks, origin, versions)
        function.rule = RULES[id]  # type: ignore[attr-defined]
        return function

    return register


def all_rules() -> list[Rule]:
    """Return every rule there is, sorted: those of CSV files, of JSON files, of all files."""
    from percapita.chargemaster import rule_modules  # noqa: F401  (each module registers its rules)

    return sorted(RULES.values(), key=lambda one: (one.origin != CMS, one.id))
