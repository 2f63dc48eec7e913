"""Import every module that has rules in it, so that all of them are known."""

from percapita.chargemaster import (
    check,
    columns,
    csv_file,
    head,
    json_file,
    json_item_rules,
    json_nodes,
    json_root_rules,
    row_rules,
)

__all__ = [
    "check",
    "columns",
    "csv_file",
    "head",
    "json_file",
    "json_item_rules",
    "json_nodes",
    "json_root_rules",
    "row_rules",
]
