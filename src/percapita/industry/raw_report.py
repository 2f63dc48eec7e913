"""The raw trio of form 2552-10: RPT, NMRC and ALPHA files without headers, told apart by name and width."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from percapita.errors import InputError
from percapita.industry.identifiers import IdentifierError, read_ccn, zip5
from percapita.industry.reading import RawFile, open_raw, text_of
from percapita.industry.rows import Found, RowError, _day, number_of
from percapita.industry.states import state_code
from percapita.sources.rejects import Reject

NAME = re.compile(r"(?P<stem>HOSP10.*)_(?P<part>RPT|NMRC|ALPHA)\.CSV(\.gz)?", re.IGNORECASE)
WIDTHS = {"RPT": 18, "NMRC": 5, "ALPHA": 5}
TITLE = "Raw hospital cost reports, form 2552-10"
ID = "hcris-raw"


def part_of(path: Path) -> str:
    """Return RPT, NMRC or ALPHA for a file with such a name, else nothing."""
    match = NAME.fullmatch(path.name)
    return match["part"].upper() if match else ""


def trios(paths: Sequence[Path]) -> Iterator[dict[str, Path]]:
    """Yield the files of each year together, RPT first. Raises InputError for a file whose companions are not given."""
    by_stem: dict[str, dict[str, Path]] = {}
    for path in paths:
        match = NAME.fullmatch(path.name)
        if match:
            by_stem.setdefault(match["stem"].upper(), {})[match["part"].upper()] = path
    for stem, parts in sorted(by_stem.items()):
        for part in ("RPT", "NMRC"):
            if part not in parts:
                given = next(iter(parts.values()))
                raise InputError(
                    f"its companion {stem}_{part}.CSV is not given",
                    given.name,
                    "name RPT, NMRC and ALPHA files together",
                )
        yield {part: parts[part] for part in WIDTHS if part in parts}


def open_trio(parts: dict[str, Path]) -> dict[str, RawFile]:
    """Return the files of a trio ready to read. Raises InputError for one of another width."""
    opened = {part: open_raw(path, header=False) for part, path in parts.items()}
    for part, raw in opened.items():
        if len(raw.header) != WIDTHS[part]:
            raise InputError(
                f"a {part} file has {WIDTHS[part]} columns, this one {len(raw.header)}",
                raw.name,
                "take it as CMS wrote it",
            )
    return opened


def read_trio(opened: dict[str, RawFile]) -> Found:
    """Return what the reports of a year say."""
    table = tomllib.loads((resources.files("percapita.industry") / "raw_report.toml").read_text(encoding="utf-8"))
    found = Found()
    reports = _reports(opened["RPT"], found)
    numbers = _cells(opened["NMRC"], table["numbers"], found)
    texts = _cells(opened["ALPHA"], table["texts"], found) if "ALPHA" in opened else {}
    for report, (row, ccn, begins, ends) in reports.items():
        for metric, number in _numbers(opened["NMRC"].name, numbers.get(report, {}), found):
            found.add("facts", row, "ccn", ccn, metric, number, None, begins, ends)
        found.add("facts", row, "ccn", ccn, "report", None, report, begins, ends)
        said = {metric: text for metric, (_, text) in texts.get(report, {}).items()}
        if said.get("name"):
            place = [said.get(name, "") for name in ("name", "address", "city")]
            found.add(
                "places", row, "ccn", ccn, *place, state_code(said.get("state", "")), zip5(said.get("zip", "")), "", ""
            )
    found.rejects.sort()
    return found


def _reports(raw: RawFile, found: Found) -> dict[str, tuple[int, str, Any, Any]]:
    """Return row, CCN, first and last day of each report."""
    reports = {}
    for numbers, columns in raw.batches(["1", "3", "6", "7"]):
        cells = [text_of(columns[name]) for name in ("1", "3", "6", "7")]
        for number, report, ccn, begins, ends in zip(numbers.to_pylist(), *cells, strict=True):
            try:
                key = read_ccn(ccn).value
                days = _day("FY_BGN_DT", begins, "%m/%d/%Y"), _day("FY_END_DT", ends, "%m/%d/%Y")
            except IdentifierError as error:
                found.rejects.append(Reject(raw.name, number, "PRVDR_NUM", str(error)))
                continue
            except RowError as error:
                found.rejects.append(Reject(raw.name, number, *str(error).split("\t")))
                continue
            reports[report] = (number, key, *days)
            if days[0] is not None:
                year = days[0].year + (days[0].month >= 10)
                found.years[year] = found.years.get(year, 0) + 1
    found.rows += raw.totals.rows
    found.rejects += [Reject(raw.name, one.row, one.column, one.reason) for one in raw.totals.rejects]
    return reports


def _cells(raw: RawFile, wanted: dict[str, Any], found: Found) -> dict[str, dict[str, tuple[int, str]]]:
    """Return the wanted cells as (row, text) by report and metric; the first line of each that is there counts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    meaning = {
        (one["worksheet"], line, one["column"]): (metric, rank)
        for metric, one in wanted.items()
        for rank, line in enumerate(one["lines"])
    }
    sheets = pa.array(sorted({sheet for sheet, _, _ in meaning}))
    held: dict[str, dict[str, tuple[int, int, str]]] = {}
    for numbers, columns in raw.batches(["1", "2", "3", "4", "5"]):
        keep = pc.is_in(columns["2"], value_set=sheets)
        parts = [text_of(columns[name].filter(keep)) for name in ("1", "2", "3", "4", "5")]
        for number, report, sheet, line, column, cell in zip(numbers.filter(keep).to_pylist(), *parts, strict=True):
            metric, rank = meaning.get((sheet, line.zfill(5), column.zfill(5)), ("", 0))
            if metric and rank <= held.get(report, {}).get(metric, (rank,))[0]:
                held.setdefault(report, {})[metric] = (rank, number, cell)
    found.rows += raw.totals.rows
    found.rejects += [Reject(raw.name, one.row, one.column, one.reason) for one in raw.totals.rejects]
    return {
        report: {metric: (number, cell) for metric, (_, number, cell) in cells.items()}
        for report, cells in held.items()
    }


def _numbers(name: str, cells: dict[str, tuple[int, str]], found: Found) -> Iterator[tuple[str, float]]:
    for metric, (row, cell) in cells.items():
        try:
            value = number_of("ITM_VAL_NUM", cell)
        except RowError as error:
            found.rejects.append(Reject(name, row, *str(error).split("\t")))
            continue
        if value is not None:
            yield metric, value
