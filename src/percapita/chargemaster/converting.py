"""Turn a valid file of standard charges into another layout, and one of template v2 into v3.0.0.

Nothing is invented: what v3.0.0 asks for and the file does not say stays blank and is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from percapita.chargemaster.check import check_file
from percapita.chargemaster.findings import Findings
from percapita.chargemaster.layouts import Layout
from percapita.chargemaster.model import Hospital, Survey
from percapita.chargemaster.placing import placed
from percapita.chargemaster.reading import look_through, read_entries
from percapita.chargemaster.templates import AUTO
from percapita.chargemaster.writing import WRITERS
from percapita.errors import InputError
from percapita.wording import many


@dataclass(frozen=True)
class Additions:
    """Hold what a person adds to a file that does not say it; None adds nothing."""

    npis: tuple[str, ...] | None = None
    attester: str | None = None
    attested: bool | None = None


@dataclass(frozen=True)
class Converted:
    """Hold what was written: the findings about it, and in words what it still lacks and what was not carried over."""

    entries: int
    rows: int
    found: Findings
    missing: tuple[str, ...]
    left: tuple[str, ...]


def convert(
    source: Path, target: Path, layout: Layout, additions: Additions, progress: Callable[[str, int, int], None]
) -> Converted:
    """Write `target` in a layout of v3.0.0. Raises InputError unless `source` is valid by its own template."""
    if target.exists() and target.samefile(source):
        raise InputError("the file would overwrite itself", str(target), "choose another --out")
    found = check_file(source, AUTO, limit=1)
    if found.error_count:
        first = found.errors[0]
        where = f"{source.name} {first.path}".strip()
        raise InputError(f"the file is not valid: {first.message}", where, "see percapita charges check --version auto")
    progress("looking through", 0, 1)
    hospital, survey = look_through(source)
    done = complete(hospital, additions)
    if layout is Layout.WIDE and not survey.payers:
        raise InputError(
            "a wide file has a payer at least, and this file names none", source.name, "write it tall or JSON"
        )
    with placed(target) as aside:
        entries = read_entries(source)
        rows = WRITERS[layout](aside, done, survey, entries, lambda seen: progress("writing", seen, survey.entries))
        progress("checking", 0, 1)
        checked = check_file(aside, today=done.updated_on)
    return Converted(survey.entries, rows, checked, tuple(lacking(done, survey)), tuple(not_carried(survey)))


def complete(hospital: Hospital, additions: Additions) -> Hospital:
    """Return the hospital with what a person adds."""
    given = {"npis": additions.npis, "attester": additions.attester, "attested": additions.attested}
    return replace(hospital, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def lacking(hospital: Hospital, survey: Survey) -> Iterator[str]:
    """Yield in words what v3.0.0 asks for and is not known.

    Source: CMS, Guide for Updating from Data Dictionary v2.2 to v3.0.
    """
    if not hospital.npis:
        yield "type_2_npi: the organizational NPIs"
    if not hospital.attester:
        yield "attester_name: who attests"
    if hospital.attested is None:
        yield "the attestation: true, once somebody has read its words and stands for them"
    if survey.formulas_without_amounts:
        number = many(survey.formulas_without_amounts, "charge")
        yield f"count, 10th percentile, median and 90th percentile of {number} in percent or as an algorithm"
    if survey.payers_without_charge:
        yield f"a charge of {many(survey.payers_without_charge, 'payer')}: v3.0.0 takes no payer without one"


def not_carried(survey: Survey) -> Iterator[str]:
    """Yield in words what the file said and the new one does not."""
    if survey.estimates:
        yield f"estimated_amount of {many(survey.estimates, 'charge')}: v3.0.0 has it no more"
    for name, times in sorted(survey.passed_over.items()):
        yield f"{name}, {many(times, 'value')}: an element of your own"
