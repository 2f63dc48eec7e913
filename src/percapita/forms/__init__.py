"""Forms that people fill in with a spreadsheet: as data, written as XLSX, read back with errors by cell.

In: sheets of cells - texts, answers, formulas. Out: a workbook whose only open cells are the answers; and, of one that
was filled in, the answers and everything that is wrong, each with its cell.
"""
