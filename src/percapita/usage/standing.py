"""What an account stands for: a person who can count, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from percapita.people.resolve import Persons
from percapita.policy.user_definition import UserDefinition
from percapita.policy.vocabulary import ACCOUNT_KINDS
from percapita.usage.kinds import Proposal
from percapita.usage.rules import is_glob, matches

Status = Literal["person", "excluded", "determination", "unknown"]

SHARED_LOGIN = "shared account: one sign-in, several people"
SHARED_MAILBOX = "shared mailbox: several people"


@dataclass(frozen=True)
class Exclusion:
    """Leave accounts out, with the plan's reason. All parts that are given must fit.

    `listed` holds the account ids of the plan's list file.
    """

    reason: str
    kinds: frozenset[str] | None = None
    account_globs: tuple[str, ...] | None = None
    listed: frozenset[str] | None = None

    def fits(self, kind: str, account: str | None) -> bool:
        """Tell whether an account of this kind and id is left out; an unknown account has no kind."""
        return (
            (self.kinds is None or kind in self.kinds)
            and (
                self.account_globs is None
                or (account is not None and any(matches(glob, account) for glob in self.account_globs))
            )
            and (self.listed is None or account in self.listed)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Say what an account stands for. `rule` is `exclude[i]` or the id of a rule of the user definition.

    `shared` marks an account or mailbox that several people use, whatever the reason it is left out for. `proposed` is
    the kind that an account which counts as a person may be, until the plan says so.
    """

    status: Status
    reason: str = ""
    rule: str = ""
    shared: bool = False
    proposed: str = ""


PERSON = Standing("person")
UNKNOWN = Standing("unknown")


@dataclass(frozen=True)
class Judge:
    """Apply the plan's exclusions first, then the user definition."""

    definition: UserDefinition
    exclusions: Sequence[Exclusion]

    def excluded(self, kind: str, account: str | None, shared: bool = False) -> Standing | None:
        """Return the first exclusion of the plan that fits, if any."""
        for index, exclusion in enumerate(self.exclusions):
            if exclusion.fits(kind, account):
                return Standing("excluded", exclusion.reason, f"exclude[{index}]", shared)
        return None

    def of_unknown(self, account: str) -> Standing:
        """Return the standing of an account that no accounts source lists."""
        return self.excluded("", account) or UNKNOWN

    def of_known(self, kind: str | None, account: str, shared: bool, country: str | None) -> Standing:
        """Return the standing of a listed account."""
        word = (kind or "human").casefold()
        several = shared or word == "shared"
        left_out = self.excluded(word, account, several)
        if left_out:
            return left_out
        rule = self.definition.kind(word)
        if rule is not None and rule.treatment != "person":
            return Standing(
                "excluded" if rule.treatment == "never" else "determination", rule.reason, rule.rule, several
            )
        if shared:
            return Standing("excluded", SHARED_LOGIN, "shared", shared)
        return self.of_country(country)

    def of_country(self, country: str | None) -> Standing:
        """Return the standing of a person working in a country."""
        if self.definition.admits_country(country):
            return PERSON
        return Standing("excluded", self.definition.location_reason, self.definition.location_rule)


def standings(
    judge: Judge, persons: Persons, countries: Sequence[str | None], proposals: Sequence[Proposal | None] = ()
) -> list[Standing]:
    """Return the standing of every node; workforce rows stand for persons. `proposals` are by node."""
    nodes = persons.identities
    named = _named_by_exclusions(judge, nodes.account)
    known: dict[tuple[object, ...], Standing] = {}
    result = []
    for node, (kind, account, shared) in enumerate(zip(nodes.kind, nodes.account, nodes.shared, strict=True)):
        case = (kind, account if account in named else "", shared, countries[persons.of_node[node]])
        if case not in known:
            known[case] = judge.of_known(kind, account, shared, case[3])
        result.append(known[case])
    for node, proposal in enumerate(proposals):
        if proposal is not None and result[node].status == "person":
            result[node] = replace(result[node], proposed=proposal.kind)
    return result


def _named_by_exclusions(judge: Judge, accounts: Sequence[str]) -> set[str]:
    """Return the accounts that some exclusion names by id: the only ones whose id matters."""
    exact = {word for rule in judge.exclusions for word in rule.account_globs or () if not is_glob(word)}
    exact |= {account for rule in judge.exclusions for account in rule.listed or ()}
    globs = [word for rule in judge.exclusions for word in rule.account_globs or () if is_glob(word)]
    if not globs:
        return exact
    return exact | {account for account in accounts if any(matches(word, account) for word in globs)}


def unrecognized_kinds(persons: Persons) -> dict[str, int]:
    """Return the words given as account kinds that nobody defined, with their accounts; they count as human."""
    words = Counter(persons.identities.kind)
    return {
        kind: words[kind]
        for kind in sorted(kind for kind in words if kind is not None)
        if kind.casefold() not in ACCOUNT_KINDS
    }


def proposed_kinds(standing_of_node: Sequence[Standing]) -> dict[str, int]:
    """Return how many accounts that count as a person each kind is proposed for."""
    return dict(sorted(Counter(standing.proposed for standing in standing_of_node if standing.proposed).items()))
