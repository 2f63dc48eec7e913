"""Dated, sourced, replaceable tables: who counts as a user, and under which rule.

In: a table's id or a path to a TOML file. Out: frozen records with the hash of the text they came from.
Absent means absent: nothing is filled in that no source states.
"""
