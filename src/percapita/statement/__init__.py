"""The result of a count as types and JSON Schema: what every other room reads.

In: figures. Out: the statement `percapita/statement/1`, its digest, its schema.
"""
