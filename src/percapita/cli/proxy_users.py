"""Work out users by the User Proxy Model and print them: what they rest on, what moves them, what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percapita.cli.proxy import METRICS, SCHEMA, found_statement, read_values
from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError

if TYPE_CHECKING:
    from percapita.counting.load import LoadedPlan
    from percapita.policy.proxy_factors import ProxyFactors
    from percapita.proxy.compare import Comparison
    from percapita.proxy.estimate import Estimate, Term
    from percapita.royalty.figures import Figures

NOT_KNOWN = "not known"


def show_users(plan: Path, metrics: Path | None, factors: str | None, statement: Path | None, format: Format) -> None:
    """Work out and print. Raises InputError when a factor or a metric is missing."""
    from percapita.counting.load import load_plan
    from percapita.policy.proxy_factors import load_proxy_factors
    from percapita.proxy.estimate import estimate
    from percapita.proxy.metrics import check_names

    loaded = load_plan(plan)
    table = load_proxy_factors(factors, Path())
    values = read_values(metrics or beside(plan), table, format)
    check_names(values, [one.id for one in loaded.plan.entity], [one.id for one in loaded.plan.system])
    on = loaded.plan.period.end
    systems = [one for one in loaded.plan.system if one.kind in table.kinds]
    if not systems:
        kinds = ", ".join(table.kinds)
        raise InputError("the plan has no application for the User Proxy Model", plan.name, f"it is for {kinds}")
    estimates = [estimate(one.id, values, table, on) for one in systems]
    comparisons = compared(estimates, found_statement(plan, statement))
    if format is Format.JSON:
        show_json(as_json(loaded, table, estimates, comparisons))
    else:
        names = {one.id: one.name for one in systems}
        show_estimates(loaded, table, estimates, names)
        show_comparisons(comparisons, names)
    refuse_missing(estimates)


def beside(plan: Path) -> Path:
    """Return the table of base metrics beside a plan. Raises InputError where there is none."""
    found = plan.parent / METRICS
    if not found.is_file():
        cure = "write them there, or ask for them: percapita proxy toolkit --out toolkit.xlsx"
        raise InputError("there are no base metrics", str(found), cure)
    return found


def compared(estimates: list[Estimate], figures: Figures | None) -> list[Comparison]:
    """Return the comparisons with a statement, of the systems that it has."""
    from percapita.proxy.compare import compare

    pairs = [(one, figures.system(one.system) if figures else None) for one in estimates]
    return [compare(counted, one.users) for one, counted in pairs if counted]


def as_json(
    loaded: LoadedPlan, table: ProxyFactors, estimates: list[Estimate], comparisons: list[Comparison]
) -> dict[str, Any]:
    """Return everything as JSON values."""
    from percapita.proxy import compare, estimate

    return {
        "schema": SCHEMA,
        "organization": loaded.plan.organization.id,
        "as_of": loaded.plan.period.end.isoformat(),
        "factors": {"id": table.id, "sha256": table.sha256},
        "rules": [{"id": rule.id, "text": rule.text, "source": rule.source} for rule in table.rules.values()],
        "systems": [estimate.as_json(one) for one in estimates],
        "compared": [compare.as_json(one) for one in comparisons],
    }


def show_estimates(
    loaded: LoadedPlan, table: ProxyFactors, estimates: list[Estimate], names: Mapping[str, str]
) -> None:
    """Print the users of each application, what they rest on, and how much each metric moves them."""
    rows = [
        (names[one.system], part.entity, part.setting, part.missing or "; ".join(map(_term, part.terms)),
         NOT_KNOWN if part.users is None else part.users)
        for one in estimates
        for part in one.parts
    ]  # fmt: skip
    title = f"{loaded.plan.organization.name}: users by the User Proxy Model, as of {loaded.plan.period.end}"
    show_table(("application", "entity", "setting", "rests on", "users"), rows, title)
    for one in estimates:
        say(f"  {names[one.system]}: {NOT_KNOWN if one.users is None else f'{one.users:,} users'}")
    moved = [
        (names[one.system], shift.metric, shift.low, shift.high)
        for one in estimates
        for shift in one.shifts
        if one.users is not None
    ]
    if moved:
        show_table(("application", "metric", "if 10 % less", "if 10 % more"), moved, "What each metric moves")
    for factor in {factor.id: factor for one in estimates for factor in one.examples}.values():
        say(f"  {factor.id} is an example, not the licensor's factor: {factor.source}")


def _term(term: Term) -> str:
    capped = f", at most {term.cap:f} people" if term.capped else ""
    return f"{term.value.value:f} {term.factor.metric} x {term.factor.factor:f} ({term.factor.id}{capped})"


def show_comparisons(comparisons: list[Comparison], names: Mapping[str, str]) -> None:
    """Print counted users beside those of the model, and what explains the difference."""
    if not comparisons:
        say("  no user count report to compare with: count with --out results, or name one with --statement")
        return
    rows = [
        (
            names[one.system], NOT_KNOWN if one.counted is None else one.counted,
            NOT_KNOWN if one.modeled is None else one.modeled, "" if one.difference is None else f"{one.difference:+,}",
        )
        for one in comparisons
    ]  # fmt: skip
    show_table(("application", "counted", "User Proxy Model", "difference"), rows, "Counted and approximated")
    for one in comparisons:
        for reason in one.reasons:
            say(f"  {names[one.system]}: {reason.says}")


def refuse_missing(estimates: list[Estimate]) -> None:
    """Raise InputError when something is missing: the factor first, because only the licensor can give it."""
    from percapita.proxy.estimate import NOT_SUPPLIED

    missing = [(one.system, what) for one in estimates for what in one.missing]
    for system, what in sorted(missing, key=lambda pair: NOT_SUPPLIED not in pair[1]):
        where, _, says = what.rpartition(": ")
        cure = "add it to the table of base metrics"
        if says == NOT_SUPPLIED:
            table = "a copy of `percapita policy show --kind proxy-factors`"
            cure = f"ask the licensor for it, write it into {table}, and name that with --factors"
        raise InputError(says, f"{system}, {where}" if where else system, cure)
