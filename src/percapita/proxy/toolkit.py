"""The toolkit: a workbook with the questions of the User Proxy Model, room for the answers, and the formulas.

Sheets: `Answers` (to be filled in; users by formulas), `Questions` (what is asked, meant, and where it is found),
`Factors`. What comes back is worked out again; the formulas are for the person who fills it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from percapita.errors import InputError
from percapita.forms.answers import Book, Wrong, check_form, in_order, read_answers
from percapita.forms.sheet import Cell, Sheet
from percapita.policy.csv_table import Column
from percapita.policy.proxy_factors import SETTINGS, ProxyFactors
from percapita.proxy.estimate import NOT_SUPPLIED
from percapita.proxy.metrics import Value, as_value, columns

FIRST_ROW, ROWS = 6, 120
LAST_ROW = FIRST_ROW + ROWS - 1
ASKED = ("entity", "setting", "metric", "value", "as_of", "systems", "source", "evidence")
HEADS = {
    "A": "Entity",
    "B": "Setting",
    "C": "Metric",
    "D": "Value",
    "E": "As of",
    "F": "Applications (empty: all)",
    "G": "Source",
    "H": "Evidence",
    "I": "Factor",
    "J": "Users, not rounded",
    "K": "Users of the entity",
}
HINTS = {
    "A": "The id of the entity, as in the plan.",
    "B": "hospital or ambulatory",
    "C": "One of the sheet Questions.",
    "D": "The number, not a formula.",
    "E": "The day on which it was so.",
    "F": "Ids of applications, with blanks between; empty for all.",
    "G": "Where the number comes from.",
    "H": "What shows it: a file, a page, a document.",
}
WIDTHS = {"A": 18, "B": 14, "C": 20, "D": 12, "E": 12, "F": 18, "G": 30, "H": 30, "I": 16, "J": 14, "K": 18}
ROUND = {"up": "ROUNDUP", "nearest": "ROUND", "down": "ROUNDDOWN"}
LACKS = "a metric is missing"
NOTE = "Fill in the yellow cells, one line for each entity and metric. Everything else is locked."


def toolkit(factors: ProxyFactors, entities: Sequence[str] = ()) -> list[Sheet]:
    """Return the sheets of the toolkit; with `entities` only these may be named."""
    return [_answers(factors, entities), _questions(factors), _factors(factors)]


def _answers(factors: ProxyFactors, entities: Sequence[str]) -> Sheet:
    cells = {
        "A1": Cell("User Proxy Model: answers", "title"),
        "A2": Cell(NOTE),
        "I3": Cell("Users of all entities", "head"),
        "K3": Cell("", "result", formula=_total()),
        **{f"{letter}5": Cell(head, "head") for letter, head in HEADS.items()},
    }
    for row in range(FIRST_ROW, LAST_ROW + 1):
        cells.update(_answer_row(row, factors, entities))
    return Sheet("Answers", cells, WIDTHS, f"A{FIRST_ROW}")


def _answer_row(row: int, factors: ProxyFactors, entities: Sequence[str]) -> dict[str, Cell]:
    lists = {"A": tuple(entities), "B": SETTINGS, "C": tuple(factors.metrics)}
    kinds = {letter: words for letter, words in lists.items() if _fits(words)}
    plain = {"D": "decimal", "E": "day"}
    cells = {}
    for letter, hint in HINTS.items():
        if letter in kinds:
            cells[f"{letter}{row}"] = Cell(None, "answer", kind="choice", choices=kinds[letter], hint=hint)
        else:
            cells[f"{letter}{row}"] = Cell(None, "answer", kind=plain.get(letter, "text"), hint=hint)  # type: ignore[arg-type]
    last = _last_factor(factors)
    cells[f"I{row}"] = Cell("", "result", formula=_factor_formula(row, last))
    cells[f"J{row}"] = Cell("", "result", formula=_term_formula(row, last))
    cells[f"K{row}"] = Cell("", "result", formula=_users_formula(row, ROUND[factors.rounding], last))
    return cells


def _fits(words: Sequence[str]) -> bool:
    """Tell whether a spreadsheet can offer these words as a list: at most 255 signs, no comma and no quote in one."""
    return 0 < len(",".join(words)) <= 255 and not any(sign in word for word in words for sign in ',"')


def _last_factor(factors: ProxyFactors) -> int:
    return FIRST_ROW + max(len(factors.factors), 1) - 1


def _factor_formula(row: int, last: int) -> str:
    """Return the formula that finds the factor of a setting and metric, or says that the setting has none."""
    found = f'INDEX(Factors!$D${FIRST_ROW}:$D${last},MATCH(B{row}&"|"&C{row},Factors!$A${FIRST_ROW}:$A${last},0))'
    none = f'IF(COUNTIF(Factors!$B${FIRST_ROW}:$B${last},B{row})=0,"{NOT_SUPPLIED}","")'
    return f'=IF(OR(B{row}="",C{row}=""),"",IFERROR({found},{none}))'


def _term_formula(row: int, last: int) -> str:
    """Return the formula of a value times its factor, capped by the people there are. Source: rules UP-2 and UP-3."""
    cap = f'INDEX(Factors!$E${FIRST_ROW}:$E${last},MATCH(B{row}&"|"&C{row},Factors!$A${FIRST_ROW}:$A${last},0))'
    of_entity = f"{_column('A')},A{row},{_column('B')},B{row},{_column('C')},{cap}"
    capped = f"MIN(D{row}*I{row},SUMIFS({_column('D')},{of_entity}))"
    return f'=IF(ISNUMBER(I{row}),IF(COUNTIFS({of_entity})>0,{capped},D{row}*I{row}),"")'


def _users_formula(row: int, rounding: str, last: int) -> str:
    """Return the formula of an entity's users in a setting, on the first of its lines. Source: rule UP-4.

    There are none as long as a factor of the setting has no value.
    """
    first = f"COUNTIFS($A${FIRST_ROW}:A{row},A{row},$B${FIRST_ROW}:B{row},B{row})=1"
    of_entity = f"{_column('A')},A{row},{_column('B')},B{row}"
    none = f'COUNTIFS({of_entity},{_column("I")},"{NOT_SUPPLIED}")>0'
    lacks = f'COUNTIFS({of_entity},{_column("I")},">=0")<COUNTIF(Factors!$B${FIRST_ROW}:$B${last},B{row})'
    users = f"{rounding}(ROUND(SUMIFS({_column('J')},{of_entity}),6),0)"
    return f'=IF(OR(A{row}="",B{row}=""),"",IF({first},IF({none},"{NOT_SUPPLIED}",IF({lacks},"{LACKS}",{users})),""))'


def _total() -> str:
    """Return the formula of the sum over the entities. Source: rule UP-5."""
    column = _column("K")
    return f'=IF(COUNTIF({column},"{NOT_SUPPLIED}")+COUNTIF({column},"{LACKS}")>0,"not known",SUM({column}))'


def _column(letter: str) -> str:
    return f"${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def _questions(factors: ProxyFactors) -> Sheet:
    heads = ("Metric", "Title", "Settings", "Question", "What is meant", "Where it is found", "According to")
    rows = [
        (one.id, one.title, ", ".join(one.settings), one.question, one.definition, one.where_found, one.source)
        for one in factors.metrics.values()
    ]
    rules = [(rule.id, "Rule", "", rule.text, "", "", rule.source) for rule in factors.rules.values()]
    widths = {"A": 20, "B": 24, "C": 20, "D": 40, "E": 60, "F": 50, "G": 40}
    return Sheet("Questions", _grid("Questions", heads, [*rows, *rules]), widths, f"A{FIRST_ROW}")


def _factors(factors: ProxyFactors) -> Sheet:
    heads = ("Key", "Setting", "Metric", "Factor", "Never more than", "Rule", "Example", "According to")
    rows: list[tuple[str | Decimal, ...]] = [
        (
            f"{one.setting}|{one.metric}", one.setting, one.metric, one.factor, one.cap, one.id,
            "not from the licensor" if one.example else "", one.source,
        )
        for one in factors.factors
    ]  # fmt: skip
    cells = _grid("Factors", heads, rows or [(NOT_SUPPLIED, "", "", "", "", "", "", "")])
    about = {"A2": Cell("Table"), "B2": Cell(factors.id), "A3": Cell("SHA-256"), "B3": Cell(factors.sha256)}
    widths = {"A": 30, "B": 16, "C": 20, "D": 10, "E": 16, "F": 10, "G": 22, "H": 60}
    return Sheet("Factors", {**cells, **about}, widths, f"A{FIRST_ROW}")


def _grid(title: str, heads: Sequence[str], rows: Sequence[Sequence[str | Decimal]]) -> dict[str, Cell]:
    cells = {"A1": Cell(f"User Proxy Model: {title.lower()}", "title")}
    for letter, head in zip("ABCDEFGH", heads, strict=False):
        cells[f"{letter}5"] = Cell(head, "head")
    for number, row in enumerate(rows, start=FIRST_ROW):
        for letter, value in zip("ABCDEFGH", row, strict=False):
            if value != "":
                cells[f"{letter}{number}"] = Cell(value)
    return cells


# ---- what comes back


def read_toolkit(book: Book, factors: ProxyFactors, where: str) -> tuple[list[Value], list[Wrong]]:
    """Return the answers of a toolkit that came back, and everything that is wrong with it, by cell.

    Raises InputError for a toolkit that was written with other factors.
    """
    written = book.get("Factors", {}).get("B3")
    if written is not None and written.text != factors.sha256:
        name = book["Factors"]["B2"].text if "B2" in book["Factors"] else "others"
        cure = f"name the table with --factors; this one is {factors.id!r}"
        raise InputError(f"the toolkit was written with the factors {name!r}, which read otherwise", where, cure)
    sheets = toolkit(factors)
    wrong = check_form(book, sheets)
    named = dict(zip("ABCDEFGH", _columns(factors), strict=True))
    answers, bad = read_answers(book.get("Answers", {}), sheets[0], named, range(FIRST_ROW, LAST_ROW + 1))
    values = [as_value(one.values, f"Answers!A{one.row}") for one in answers]
    return values, in_order(wrong + bad + _of_setting(values, factors) + _twice(values))


def _columns(factors: ProxyFactors) -> list[Column]:
    by_name = {column.name: column for column in columns(factors)}
    return [by_name[name] for name in ASKED]


def _of_setting(values: Sequence[Value], factors: ProxyFactors) -> list[Wrong]:
    """Return the answers whose metric is none of their setting."""
    return [
        Wrong(one.where.replace("!A", "!C"), f"{one.metric} is no metric of {one.setting}", "see the sheet Questions")
        for one in values
        if one.setting not in factors.metrics[one.metric].settings
    ]


def _twice(values: Sequence[Value]) -> list[Wrong]:
    """Return the answers that are there twice: the formulas would add them up."""
    seen: dict[object, Value] = {}
    wrong = []
    for one in values:
        before = seen.setdefault((one.key, one.systems), one)
        if before is not one:
            wrong.append(Wrong(one.where, f"this is answered in {before.where}, too", "keep one of them"))
    return wrong
