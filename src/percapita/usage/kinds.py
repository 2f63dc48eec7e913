"""What an account is, where its list does not say: told by the plan, or proposed by a flag or by its name.

A proposal changes no figure. The account counts as human until a `[[kind]]` of the plan confirms or overrules it, and
the statement says how many users rest on proposals.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from percapita.people.identities import Identities
from percapita.policy.vocabulary import ACCOUNT_KINDS
from percapita.usage.rules import matches

BY_ITS_LIST = "a flag of its list"
SIGNS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Say which kind an account without one may be, and why."""

    kind: str
    why: str


@dataclass(frozen=True)
class KindRule:
    """Tell the kind of accounts whose list does not. All parts that are given must fit.

    `proposed` fits the accounts for which this kind is proposed.
    """

    kind: str
    account_globs: tuple[str, ...] | None = None
    listed: frozenset[str] | None = None
    proposed: bool = False

    def fits(self, account: str, proposal: Proposal | None) -> bool:
        """Tell whether the rule is about an account."""
        return (
            (self.account_globs is None or any(matches(glob, account) for glob in self.account_globs))
            and (self.listed is None or account in self.listed)
            and (not self.proposed or (proposal is not None and proposal.kind == self.kind))
        )


def settle_kinds(
    nodes: Identities, rules: Sequence[KindRule], hints: Mapping[tuple[str, int], str]
) -> list[Proposal | None]:
    """Give the accounts without a kind the one that the plan tells, and return what is still proposed, by node.

    `hints` are the kinds that lists propose, by file and row.
    """
    return [_settle(nodes, node, rules, hints) for node in range(len(nodes))]


def _settle(
    nodes: Identities, node: int, rules: Sequence[KindRule], hints: Mapping[tuple[str, int], str]
) -> Proposal | None:
    if nodes.directory[node] is None or nodes.kind[node] is not None:
        return None
    account = nodes.account[node]
    proposal = propose(account, hints.get(nodes.origin[node]))
    told = next((rule.kind for rule in rules if rule.fits(account, proposal)), None)
    if told is None:
        return proposal
    nodes.kind[node] = told
    return None


def propose(account: str, hint: str | None = None) -> Proposal | None:
    """Return the kind that a flag or the login makes likely, None where nothing does."""
    if hint is not None and hint.casefold() in ACCOUNT_KINDS and hint.casefold() != "human":
        return Proposal(hint.casefold(), BY_ITS_LIST)
    words = _words(account)
    found = next((word for word in kind_words() if word in words), None)
    return None if found is None else Proposal(kind_words()[found], f"the word {found!r} in its login")


def _words(account: str) -> set[str]:
    """Return the words of a login, with and without digits at their end, and all of it as one word."""
    local = account.casefold().partition("@")[0]
    parts = [part for part in SIGNS.split(local) if part]
    return {word for part in (*parts, "".join(parts)) for word in (part, part.rstrip("0123456789"))}


@cache
def kind_words() -> dict[str, str]:
    """Return the kind that each word of the shipped table proposes, in its order."""
    text = (resources.files("percapita.usage") / "kind_words.toml").read_text(encoding="utf-8")
    return {word: table["kind"] for table in tomllib.loads(text)["kind"] for word in table["words"]}
