"""Break valid files in every way the rules know, each alone and in many spellings. Deterministic: the seed is fixed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.chargemaster.book import TALL_ROWS, WIDE_ROWS, Book, document, tall, wide
from tests.chargemaster.old import old_document, old_tall, old_wide

NUMBERS = ("", " ", "0", "0.00", "-1", "+1", "1,000", "$5", "1e3", ".5", "5.", "abc", "N/A", "0012.50", "999999999", "１２", "1.2.3", "1 2", "123456789012345678901234567.5", "Infinity")  # fmt: skip
COUNTS = ("", "0", "1", "10", "11", "012", "11.0", "1 through 10", "1 Through 10", "one", "999999999", "-5", "1,000", "0.0", "100", "99999999999999999999")  # fmt: skip
METHODS = ("", "Fee Schedule", "FEE SCHEDULE ", "fee  schedule", "other", "Other", "unknown", "percent of total billed charges", "per diem.")  # fmt: skip
SETTINGS = ("", "Inpatient", "BOTH", "out patient", "inpatient/outpatient", " outpatient ", "ınpatient")
TYPES = ("", "hcpcs", "CPT4", "MS-DRG", "ms-drg", "NDC", "CMG", "MS-LTC-DRG", "LOCAL ", "RC|CDM")
DRUGS = ("", "GR", "gm", "XX", "F2", "0", "5", "-1", "ML ")
TEXTS = ("", "   ", "\u00a0", "x", "\ufeff", "a, b", 'say "aah"', "line\nbreak", "é", "\u2003x\u2003")
DATES = ("", "2026-04-01", "2026-4-1", "04/01/2026", "4/1/26", "2/30/2026", "2/29/2024", "13/1/2026", "2026-02-30", "April 1, 2026", "2026/04/01", "0/1/2026", "2026-04-01T00:00:00")  # fmt: skip
TRUTHS = ("", "TRUE", "True", "false", "yes", "1")
VERSIONS = ("", "3.0.0", "2.2.0", "3.0", "v3.0.0", "2.0.0")

Named = tuple[str, bytes]


def values_for(header: str) -> tuple[str, ...]:
    """Return what to write under a header of row 3."""
    if header.startswith("count"):
        return COUNTS
    if "methodology" in header:
        return METHODS
    if header.startswith("code") and header.endswith("type"):
        return TYPES
    if header == "setting":
        return SETTINGS
    if header.startswith("drug"):
        return DRUGS
    if header.startswith(("standard_charge", "median", "10th", "90th")) and "algorithm" not in header:
        return NUMBERS
    return TEXTS


def cell_changes(make: Callable[[], Book], rows: dict[str, int]) -> Iterator[Book]:
    """Yield the file with one cell changed, for every column, value and kind of row."""
    base = make()
    headers = ["|".join(part.strip().lower() for part in name.split("|")) for name in base.rows[2]]
    for column, header in enumerate(headers):
        for row in rows.values():
            for value in values_for(header):
                yield base.copy().set(row, column, value)


def head_changes(make: Callable[[], Book]) -> Iterator[Book]:
    """Yield the file with rows 1 to 3 changed."""
    base = make()
    last = len(base.rows[0])
    for column in range(len([name for name in base.rows[0] if name])):
        for value in (
            "",
            base.rows[0][column].upper(),
            f" {base.rows[0][column]} ",
            base.rows[0][column] + "x",
            base.rows[0][0],
        ):
            yield base.copy().set(1, column, value)
        yield base.copy().set(1, last + 1, base.rows[0][column])
        for value in (*TRUTHS, *VERSIONS, *DATES):
            yield base.copy().set(2, column, value)
    for value in (
        "license_number|[state]",
        "license_number | ny",
        "license_number|ZZ",
        "license_number",
        "license_number|CA|x",
        "License_Number|CA",
    ):
        yield base.copy().set(1, 5, value)
        yield base.copy().set(1, 5, value).set(2, 5, "")
        yield base.copy().set(1, last + 1, value)
    for row in (1, 2, 3):
        blank = base.copy()
        blank.rows[row - 1] = [""]
        yield blank
    for keep in (0, 1, 2, 3, 4):
        short = base.copy()
        del short.rows[keep:]
        yield short


def column_changes(make: Callable[[], Book]) -> Iterator[Book]:
    """Yield the file with headers of row 3 dropped, doubled, misspelled, or with columns of its own."""
    base = make()
    for column, name in enumerate(base.rows[2]):
        yield base.copy().drop_column(column)
        yield base.copy().add_column(name)
        for value in (
            name.upper(),
            f"  {name.replace('|', ' | ')} ",
            name.replace("|", " |"),
            name + "x",
            name.replace("|", "||"),
            "",
        ):
            yield base.copy().set(3, column, value)
    for header in (
        "billing_class", "own", "own|column", "estimated_amount", "estimated_amount|Platform Health Insurance|PPO", "code|3",
        "code|3|type", "code|[i]", "code|[i]|type", "code|x7", "payer_name", "plan_name", "standard_charge|[payer_name]|[plan_name]|negotiated_dollar",
        "standard_charge|Other Payer|PPO|negotiated_dollar", "count|Other Payer|PPO", "standard_charge|[payer_name]|PPO|methodology",
        "median_amount|[payer_name]|[plan_name]", "median_amount|[payer_name]|PPO", "additional_payer_notes| |", "standard_charge|A|B|C|negotiated_dollar",
    ):  # fmt: skip
        yield base.copy().add_column(header, "5")
        yield base.copy().add_column(header, "", at=0)
    yield base.copy().add_column("own").add_column("OWN")


def spellings(book: Book) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a file in many spellings."""
    plain = book.text()
    yield "plain", plain.encode()
    yield "mark", b"\xef\xbb\xbf" + plain.encode()
    yield "mark and blanks", b"\xef\xbb\xbf \n" + plain.encode()
    yield "crlf", book.text(end="\r\n").encode()
    yield "quotes", book.text(quote=True).encode()
    yield "quotes crlf", book.text(quote=True, end="\r\n").encode()
    yield "no last line end", plain.rstrip("\n").encode()
    yield "blank rows", plain.encode() + b"\n \n,,,\n\n"
    padded = Book([[f" {cell}\t" for cell in row] for row in book.rows])
    yield "blanks", padded.text().encode()
    loud = Book([book.rows[0], book.rows[1], *([cell.upper() for cell in row] for row in book.rows[2:])])
    yield "capitals", loud.text().encode()
    gaps = book.copy()
    gaps.rows[4:4] = [[""], ["", "", ""], [" "]]
    yield "blank rows between", gaps.text().encode()
    long = Book([*book.rows[:3], *([*row, "beyond", ""] for row in book.rows[3:])])
    yield "cells beyond the header", long.text().encode()
    short = Book([*book.rows[:3], *(_cut(row) for row in book.rows[3:])])
    yield "short rows", short.text().encode()
    yield "spaces after quotes", book.text(quote=True).replace('",', '"  ,').encode()


def _cut(row: list[str]) -> list[str]:
    cells = row[:]
    while cells and not cells[-1]:
        cells.pop()
    return cells or [""]


def many_payers() -> Book:
    """Return a wide file with twelve plans and four codes."""
    book = wide()
    for number in range(10):
        for header in list(book.rows[2]):
            if header.endswith("|Region Health Insurance|HMO") or "|Region Health Insurance|HMO|" in header:
                column = book.rows[2].index(header)
                book.add_column(header.replace("Region Health Insurance", f"Payer {number}"))
                for row in book.rows[3:]:
                    row[-1] = row[column]
    for number in (3, 4):
        book.add_column(f"code|{number}").add_column(f"code|{number}|type")
    return book.set(4, "code|4", "X1").set(4, "code|4|type", "LOCAL")


def many_codes() -> Book:
    """Return a tall file with four codes, columns in another order, a row with a modifier alone and columns of its own."""
    book = tall()
    for number in (3, 4):
        book.add_column(f"code|{number}", at=0).add_column(f"code|{number}|type")
    return book.add_column("own note", "x").set(5, "code|4", "X1").set(5, "code|4|type", "LOCAL")


def csv_files() -> Iterator[Named]:
    """Yield (name, bytes) of every CSV file."""
    draw = random.Random(11)
    bases: tuple[tuple[Callable[[], Book], dict[str, int]], ...] = (
        (tall, TALL_ROWS), (wide, WIDE_ROWS), (many_codes, TALL_ROWS), (many_payers, {"dollar": 4, "algorithm": 9}),
    )  # fmt: skip
    for make, rows in bases:
        yield from ((f"{make.__name__} {name}", content) for name, content in spellings(make()))
        books = [*cell_changes(make, rows), *head_changes(make), *column_changes(make)]
        for book in draw.sample(books, 1300 if make in (tall, wide) else 150):
            name, content = (
                draw.choice(list(spellings(book))) if draw.random() < 0.3 else ("plain", book.text().encode())
            )
            yield f"{make.__name__} {'; '.join(book.changes)} ({name})", content
        for number in range(60):
            book = make()
            for _ in range(draw.randint(2, 6)):
                column = draw.randrange(len(book.rows[2]))
                row = draw.randint(4, len(book.rows))
                book.set(row, column, draw.choice(values_for(book.rows[2][column].replace(" ", "").lower())))
            yield f"{make.__name__} several {number}", book.text().encode()


def stray_signs() -> Iterator[Named]:
    """Yield files in which quotes, commas and line ends stray."""
    draw = random.Random(12)
    for make in (tall, wide):
        for number in range(120):
            text = make().text()
            start = text.index("\n", text.index("\ndescription") + 1) + 1
            for _ in range(draw.randint(1, 4)):
                place = draw.randrange(start, len(text))
                sign = draw.choice(['"', '""', ",", "\n", '",', ',"', '"\n', "\r", '" ', "'", "\t"])
                text = text[:place] + sign + text[place:]
            yield f"{make.__name__} stray {number}", text.encode()


JSON_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 11, 999999999, "", " ", "x", "0", "1 through 10", "1 THROUGH 10", "999999999", "other", "CPT",
    "NDC", "both", "3.0.0", "2026-02-30", "2026-01-01", [], {}, ["x"], [""], [1], [{}], [None], {"a": 1},
)  # fmt: skip


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _nodes(inner, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _kinds(base: Any) -> list[tuple[Any, ...]]:
    """Return a place of every kind in a JSON file; kinds of payers are told apart by their keys."""
    seen: set[Any] = set()
    found = []
    for path in _nodes(base):
        shape = tuple(key if isinstance(key, str) else "#" for key in path)
        parent = _at(base, path[:-1]) if path else None
        kind = (shape, tuple(sorted(parent)) if isinstance(parent, dict) else None)
        if path and kind not in seen:
            seen.add(kind)
            found.append(path)
    return found


def json_files() -> Iterator[Named]:
    """Yield (name, bytes) of every JSON file."""
    yield from json_changes(document(), random.Random(13))
    yield from json_texts()


def old_json_files() -> Iterator[Named]:
    """Yield JSON files of v2."""
    yield "json v2", json.dumps(old_document()).encode()
    yield from json_changes(old_document(), random.Random(14))


def old_csv_files() -> Iterator[Named]:
    """Yield CSV files of v2."""
    draw = random.Random(15)
    for make, rows in ((old_tall, TALL_ROWS), (old_wide, WIDE_ROWS)):
        yield make.__name__, make().text().encode()
        for book in draw.sample([*cell_changes(make, rows), *head_changes(make), *column_changes(make)], 400):
            yield f"{make.__name__} {'; '.join(book.changes)}", book.text().encode()


def json_changes(base: Any, draw: random.Random) -> Iterator[Named]:
    """Yield a JSON file with one value changed, added or left out."""
    for path in _kinds(base):
        for value in ("delete", *draw.sample(JSON_VALUES, 5)):
            changed = deepcopy(base)
            parent = _at(changed, path[:-1])
            if value == "delete":
                del parent[path[-1]]
            else:
                parent[path[-1]] = value
            yield f"json {'/'.join(map(str, path))}={value!r}", json.dumps(changed).encode()
    payers = [path for path in _nodes(base) if len(path) == 6 and path[4] == "payers_information"]
    for key in (
        "count",
        "methodology",
        "estimated_amount",
        "median_amount",
        "standard_charge_percentage",
        "additional_payer_notes",
    ):
        for path in draw.sample(payers, 4):
            for value in draw.sample(JSON_VALUES, 8):
                changed = deepcopy(base)
                _at(changed, path)[key] = value
                yield f"json {'/'.join(map(str, path))}/{key}:={value!r}", json.dumps(changed).encode()


def json_texts() -> Iterator[Named]:
    """Yield JSON files that are spelled differently, or are no JSON."""
    base = document()
    text = json.dumps(base)
    yield "json indented", json.dumps(base, indent=4).encode()
    yield "json mark", b"\xef\xbb\xbf" + text.encode()
    yield "json escapes", json.dumps({**base, "hospital_name": "H\u00f4pital \ud83c\udfe5"}).encode()
    yield "json utf-8", json.dumps({**base, "hospital_name": "H\u00f4pital"}, ensure_ascii=False).encode()
    yield "json items first", json.dumps(dict(reversed(base.items()))).encode()
    for cut in (1, 10, 200, len(text) // 2, len(text) - 1):
        yield f"json cut {cut}", text[:cut].encode()
    for number, (old, new) in enumerate((
        ('"hospital_name"', "hospital_name"), ("1200", "01200"), ("1200", "NaN"), ("1200", "1200."), ("1200", "+1200"), ("1200", "1.2e3"),
        ("1200", "1E+3"), ("1200", "1e999"), ("1200", "-0"), ('"setting": "outpatient"', "'setting': 'outpatient'"), ('"RC"}', '"RC",}'), ("true", "True"),
        ("MRI of brain", "MRI\nof brain"), ("MRI of brain", "MRI\\x of brain"), ("MRI of brain", "MRI\\tof brain"), ("], ", ",], "), ("{", "/* c */ {"),
        ("MRI of brain", "\\ud800"), ("1200", "0.00000001"),
    )):  # fmt: skip
        assert old in text
        yield f"json text {number} {old}->{new}", text.replace(old, new, 1).encode()
    for number, whole in enumerate(
        (
            "[]",
            "{}",
            "null",
            "1",
            '"x"',
            "",
            "[1, 2]",
            '{"standard_charge_information": [1, null, {}]}',
            '{"standard_charge_information": {}}',
        )
    ):
        yield f"json whole {number}", whole.encode()


def write(files: Iterator[Named], folder: Path, suffix: str) -> dict[str, str]:
    """Write the files and return path -> name."""
    found = {}
    for number, (name, content) in enumerate(files):
        path = folder / f"{number:05}{suffix}"
        path.write_bytes(content)
        found[str(path)] = name
    return found
