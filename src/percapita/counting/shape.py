"""Compare plain values with a type and say in a person's words what is wrong: the key, where, the nearest known one."""

from __future__ import annotations

import types
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from percapita.errors import InputError, nearest

NAMES = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2026-01-31",
}


def check_shape(value: Any, wanted: Any, where: str, key: str = "") -> None:
    """Raise InputError at the first place where `value` is not of type `wanted`.

    `where` names the file and the table, `key` the key within it.
    """
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        _check_union(value, get_args(wanted), where, key)
    elif origin is Literal:
        _check_word(value, get_args(wanted), where, key)
    elif origin in (list, tuple):
        _check_list(value, get_args(wanted)[0], where, key)
    elif origin is dict:
        _check_dict(value, get_args(wanted)[1], where, key)
    elif isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        _check_table(value, wanted, _place(where, key))
    else:
        _check_plain(value, wanted, where, key)


def _place(where: str, key: str) -> str:
    """Return where a table is, as the plan writes it: `[period]`, but `[[source]] 3, columns`."""
    if not key:
        return where
    return f"{where}, {key}" if "[[" in where else f"{where}, [{key}]"


def _check_union(value: Any, options: tuple[Any, ...], where: str, key: str) -> None:
    tables = [option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)]
    if isinstance(value, dict) and tables:
        check_shape(value, _tagged(value, tables, where), where, key)
        return
    plain = [option for option in options if option is not type(None) and option not in tables]
    check_shape(value, plain[0] if plain else tables[0], where, key)


def _tagged(value: dict[str, Any], tables: list[Any], where: str) -> Any:
    """Return the table type that the tag (`type`) of `value` names."""
    tags = {table.__struct_config__.tag: table for table in tables}
    if len(tables) == 1:
        return tables[0]
    if "type" not in value:
        raise InputError("the key 'type' is missing", where, f"add type = one of: {', '.join(sorted(tags))}")
    _check_word(value["type"], tuple(tags), where, "type")
    return tags[value["type"]]


def _check_word(value: Any, words: tuple[str, ...], where: str, key: str) -> None:
    if not isinstance(value, str) or value not in words:
        raise InputError(f"{value!r} is not a known {key.replace('_', ' ')}", where, nearest(str(value), words))


def _check_list(value: Any, item: Any, where: str, key: str) -> None:
    if not isinstance(value, list | tuple):
        hint = f"[[{key}]]" if isinstance(item, type) and issubclass(item, msgspec.Struct) else f'{key} = ["..."]'
        raise InputError(f"{key!r} is not a list", where, f"write {hint}")
    for number, part in enumerate(value, start=1):
        if isinstance(part, dict):
            check_shape(part, item, f"{where}, [[{key}]] {number}")
        else:
            check_shape(part, item, where, key)


def _check_dict(value: Any, item: Any, where: str, key: str) -> None:
    _check_plain(value, dict, where, key)
    for name, part in value.items():
        check_shape(part, item, where, f"{key}.{name}")


def _check_table(value: Any, wanted: type[msgspec.Struct], where: str) -> None:
    if not isinstance(value, dict):
        raise InputError("this is not a table", where, "write it as a table with keys, see `percapita init`")
    tag_field = wanted.__struct_config__.tag_field
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    _unknown_keys(value, [*fields, *([tag_field] if tag_field else [])], where)
    for name, field in fields.items():
        if name in value:
            check_shape(value[name], field.type, where, name)
        elif field.required:
            raise InputError(f"the key {name!r} is missing", where, f"add {name} = ...")


def _unknown_keys(value: dict[str, Any], known: Iterable[str], where: str) -> None:
    for name in value:
        if name not in known:
            raise InputError(f"the key {name!r} is not known", where, nearest(name, known))


def _check_plain(value: Any, wanted: Any, where: str, key: str) -> None:
    if not isinstance(wanted, type):
        return
    accepted = (int, float) if wanted is float else wanted
    wrong_bool = isinstance(value, bool) and wanted is not bool
    wrong_date = wanted is date and isinstance(value, datetime)
    if not isinstance(value, accepted) or wrong_bool or wrong_date:
        wish = NAMES.get(wanted, "a table")
        raise InputError(f"{key!r} is not {wish}", where, f"write {key} as {wish}")
