"""The count.

In: a plan (frozen data). Out: a statement, the determination of every person in every system, the rejects. Engines
interpret the plan: `reference` is the slow and obvious oracle, `duckdb` the default. The digest of a log file lets a
later count skip reading it.
"""
