"""The plan's `[[use]]` rules: which activity in which system is which use. The first rule that fits decides."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from percapita.policy.vocabulary import MappedUse

RuledUse = MappedUse | Literal["undetermined"]

UNDETERMINED = -1  # the index of "no rule fits"
LITERAL = "\0"  # begins a pattern whose `*` and `?` are meant as written; no plan and no file can hold the sign


class Rule(Protocol):
    """Be any rule: about rows of logs, or about accounts."""

    @property
    def use_type(self) -> str:
        """Return what the rule says."""


@dataclass(frozen=True)
class UseRule:
    """Map the rows of a system whose activity and object fit to a use type. Globs: `*` any text, `?` any sign.

    A rule may also say `undetermined`: whatever later rules say, nobody knows yet what these rows are. `label` is what
    the rule is called where a determination names it.
    """

    system: str
    activity: tuple[str, ...]
    use_type: RuledUse
    object: tuple[str, ...] = ("*",)
    label: str = ""

    @cached_property
    def any_object(self) -> bool:
        """Tell whether the rule fits every object, so that objects need not be read."""
        return "*" in self.object

    def touches(self, system: str) -> bool:
        """Tell whether the rule is about this system."""
        return matches(self.system, system)

    def fits(self, system: str, activity: str, object_: str) -> bool:
        """Tell whether a row fits the rule."""
        return (
            matches(self.system, system)
            and any(matches(glob, activity) for glob in self.activity)
            and self._fits_object(object_)
        )

    def _fits_object(self, object_: str) -> bool:
        exact, globs = self._objects
        return object_ in exact or any(matches(glob, object_) for glob in globs)

    @cached_property
    def _objects(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return the objects that are told as they are, which may be thousands, and the globs."""
        globs = tuple(pattern for pattern in self.object if is_glob(pattern))
        return frozenset(pattern.removeprefix(LITERAL) for pattern in self.object if not is_glob(pattern)), globs

    @property
    def pattern(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what the rule looks for in a row of its systems, without what it concludes."""
        return self.activity, self.object


def first_rule(rules: Sequence[UseRule], system: str, activity: str, object_: str) -> int:
    """Return the index of the first rule that fits a row, or UNDETERMINED."""
    return next((index for index, rule in enumerate(rules) if rule.fits(system, activity, object_)), UNDETERMINED)


def is_undetermined(rules: Sequence[Rule], index: int) -> bool:
    """Tell whether no rule decides a row: none fits, or the one that fits says that nobody knows yet."""
    return index == UNDETERMINED or rules[index].use_type == "undetermined"


@lru_cache(maxsize=4096)
def glob_regex(glob: str) -> str:
    """Return the regular expression of a glob, in the syntax that Python and RE2 share; it must match fully."""
    wild = {"*": ".*", "?": "."}
    return "(?s:" + "".join(wild.get(sign) or _literal(sign) for sign in glob) + ")"


def _literal(sign: str) -> str:
    return "\\" + sign if sign in string.punctuation else sign


def is_glob(pattern: str) -> bool:
    """Tell whether a pattern holds a wildcard, so that equality does not do."""
    return ("*" in pattern or "?" in pattern) and not pattern.startswith(LITERAL)


def literal(text: str) -> str:
    """Return the pattern that fits this text only, even where it holds `*` or `?`."""
    return LITERAL + text if is_glob(text) else text


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(glob_regex(glob))


def matches(glob: str, text: str) -> bool:
    """Tell whether a text fits a glob as a whole; case matters."""
    if glob == "*":
        return True
    return _compiled(glob).fullmatch(text) is not None if is_glob(glob) else glob.removeprefix(LITERAL) == text
