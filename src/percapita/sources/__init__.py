"""Files become canonical tables.

In: the plan's sources and the files they name. Out: Arrow tables with the row number of every record, and a reject with
file, row, column and reason for each record that could not be read. Columns that the plan does not name never leave.
"""
