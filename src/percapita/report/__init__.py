"""Pages drawn from statements, in the words people read.

In: a statement. Out: one self-contained, printable page; the same bytes for the same statement.
"""
