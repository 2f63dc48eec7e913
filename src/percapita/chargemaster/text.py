"""Read a text as CMS's validator does: what is blank, what are the same words, what is a number, a date, a cell's name.

That validator is written in JavaScript, so blanks and capitals are those of JavaScript.
"""

from __future__ import annotations

import calendar
import re

BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
POSITIVE = re.compile(r"(?:[0-9]+|[0-9]+\.[0-9]+|[0-9]+\.|\.[0-9]+)")
COUNT = re.compile(r"1[1-9]|[2-9][0-9]+|[1-9][0-9]{2,}")
MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
LONGEST_SHOWN = 80


def trimmed(text: str) -> str:
    """Return a text without the blanks around it."""
    return text.strip(BLANKS)


def parts(header: str) -> tuple[str, ...]:
    """Return what stands between the pipes of a header, trimmed, in capitals: two headers are one when these agree."""
    return tuple(trimmed(part).upper() for part in header.split("|"))


def is_positive(text: str) -> bool:
    """Tell whether a text is a plain decimal number above zero."""
    return POSITIVE.fullmatch(text) is not None and float(text) > 0


def is_count(text: str) -> bool:
    """Tell whether a text is a count of allowed amounts: 0, 1 through 10, or a whole number from 11 up."""
    return text == "0" or text.upper() == "1 THROUGH 10" or COUNT.fullmatch(text) is not None


def date_of(text: str) -> tuple[int, int, int] | None:
    """Return (year, month, day) of a date as CSV files may write it, None for what is no date."""
    if found := MONTH_FIRST.fullmatch(text):
        month, day, year = (int(part) for part in found.groups())
    elif found := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 4, month)[1]:
        return year, month, day
    return None


def column_letters(column: int) -> str:
    """Return the letters of a column, counted from 0, as a spreadsheet shows them."""
    letters = ""
    while column >= 0:
        letters = chr(65 + column % 26) + letters
        column = column // 26 - 1
    return letters


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell; `row` counts from 1, `column` from 0. A column below 0 stands for the whole row."""
    return f"{column_letters(column) if column >= 0 else 'row '}{row}"


def short(text: str) -> str:
    """Return a text as a message shows it: cut where it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def shown(text: str) -> str:
    """Return a value as a message shows it: in quotes, cut where it is long."""
    return f'"{short(text)}"' if text else "nothing"
