"""Write the files of people and accounts, each as another system would have written it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from percapita.demo.accounts import Account, World
from percapita.demo.estate import ENTITIES
from percapita.demo.people import Person, plain

KIND_LETTERS = {"human": "P", "service": "S", "bot": "R"}  # the enterprise directory has letters for kinds
LAB_KINDS = {"human": "staff", "interface": "iface", "test": "test"}


def write_identities(world: World, folder: Path) -> None:
    """Write the workforce files and the directories."""
    _write_employees(world.people, folder / "workforce" / "hr-employees.csv")
    _write_others(world.people, folder / "workforce" / "contractors-and-medical-staff.csv")
    listed = [account for account in world.accounts if account.listed]
    _write_enterprise(_of(listed, "enterprise"), folder / "directory" / "enterprise-directory.csv")
    _write_ehr(_of(listed, "ehr"), folder / "ehr" / "accounts.parquet")
    _write_lab(_of(listed, "lab"), folder / "lab" / "accounts.jsonl")


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    """Write a text table."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _of(accounts: Iterable[Account], directory: str) -> list[Account]:
    return sorted((one for one in accounts if one.directory == directory), key=lambda account: account.login)


def _write_employees(people: Iterable[Person], path: Path) -> None:
    """Write HR's export: semicolons, cp1252, US dates, ids of seven digits, a row for each employment."""
    header = ("EMP_ID", "FIRST", "LAST", "DOB", "MAIL", "ENTITY", "TITLE", "TYPE", "COUNTRY", "START", "END")
    rows = [
        (
            f"{one.employee:07d}",
            one.given,
            one.family,
            _us(one.born),
            one.email,
            spell.entity,
            one.job.title,
            "employee",
            one.country,
            _us(spell.start),
            _us(spell.end),
        )
        for one in sorted((one for one in people if one.employee), key=lambda one: one.employee or 0)
        for spell in one.spells
    ]
    write_table(path, header, rows, ";", "cp1252")


def _us(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""


def _write_others(people: Iterable[Person], path: Path) -> None:
    """Write what HR does not know: agency staff with their ids, medical staff with NPIs and practice addresses."""
    header = ("worker_no", "npi", "given_name", "surname", "e_mail", "class", "company", "site", "country")
    names = {entity.id: entity.name for entity in ENTITIES}
    rows = [
        (
            f"C{one.contractor}" if one.contractor else "",
            one.npi,
            one.given,
            one.family,
            one.practice_email or one.email,
            "contractor" if one.contractor else "medical_staff",
            one.employer,
            names[spell.entity],
            one.country,
            spell.start.isoformat(),
            spell.end.isoformat() if spell.end else "",
        )
        for one in people
        if one.contractor or one.npi
        for spell in one.spells
    ]
    write_table(path, (*header, "from", "until"), rows)


def _write_enterprise(accounts: Iterable[Account], path: Path) -> None:
    """Write the enterprise directory: bare ids, names without accents, letters for kinds."""
    header = ("login", "employee_number", "first_name", "last_name", "mail", "account_type", "status")
    rows = [
        (
            one.login,
            number,
            plain(one.given).title(),
            plain(one.family).title(),
            one.email,
            KIND_LETTERS[one.kind],
            "active" if one.enabled else "disabled",
        )
        for one in accounts
        for number in ([one.employee_id, one.second_employee_id] if one.second_employee_id else [one.employee_id])
    ]
    write_table(path, header, rows)


def _write_ehr(accounts: Sequence[Account], path: Path) -> None:
    """Write the EHR's accounts as Parquet; an account of a person has no kind."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def texts(values: Iterable[str]) -> pa.Array:
        return pa.array([value or None for value in values], pa.string())

    table = pa.table(
        {
            "USER_ID": texts(one.login for one in accounts),
            "EMP_ID": texts(one.employee_id for one in accounts),
            "FIRST": texts(one.given for one in accounts),
            "LAST": texts(one.family for one in accounts),
            "DOB": pa.array([one.person.born if one.person else None for one in accounts], pa.date32()),
            "NPI": texts(one.npi for one in accounts),
            "MAIL": texts(one.email for one in accounts),
            "TYPE": texts("" if one.kind == "human" else one.kind for one in accounts),
            "ROLE": texts(one.person.job.title if one.person else "" for one in accounts),
            "ACTIVE": pa.array([one.enabled for one in accounts], pa.bool_()),
        }
    )
    pq.write_table(table, path)


def _write_lab(accounts: Iterable[Account], path: Path) -> None:
    """Write the laboratory's accounts as JSON lines, in the vendor's own words."""
    lines = [
        json.dumps(
            {
                "user": one.login,
                "staff_no": one.employee_id or None,
                "forename": one.given,
                "surname": one.family,
                "contact": one.email or None,
                "category": LAB_KINDS[one.kind],
                "enabled": one.enabled,
            },
            ensure_ascii=False,
        )
        for one in accounts
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
