"""Write workbooks whose worksheets are told as XML, so that they can be as odd as those that other programs write."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(path: Path, *sheets: str, main: str = MAIN, prefix: str = "") -> Path:
    """Write a workbook of sheets "One", "Two", ..., each told as the XML of its rows; `1` is the style of dates."""
    book = openpyxl.Workbook()
    book["Sheet"].title = "One"
    book["One"]["A1"] = 1
    book["One"]["A1"].number_format = "yyyy-mm-dd hh:mm"
    for name in ("Two", "Three")[: len(sheets) - 1]:
        book.create_sheet(name)
    kept = io.BytesIO()
    book.save(kept)
    named = f"xmlns:{prefix.rstrip(':')}" if prefix else "xmlns"
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.startswith("xl/worksheets/"):
                new.writestr(name, old.read(name))
        for number, rows in enumerate(sheets, start=1):
            body = (
                f'<{prefix}worksheet {named}="{main}"><{prefix}sheetData>{rows}</{prefix}sheetData></{prefix}worksheet>'
            )
            new.writestr(f"xl/worksheets/sheet{number}.xml", body)
    return path


def cell(place: str, value: str | float, style: int = 0, prefix: str = "") -> str:
    """Return a cell; a text is written inline, an empty place leaves out where it stands."""
    where = f' r="{place}"' if place else ""
    if isinstance(value, str):
        inner = f"<{prefix}is><{prefix}t>{value}</{prefix}t></{prefix}is>"
        return f'<{prefix}c{where} t="inlineStr">{inner}</{prefix}c>'
    return f'<{prefix}c{where} s="{style}"><{prefix}v>{value}</{prefix}v></{prefix}c>'
