"""Twelve synthetic hospitals with 300 applications, in CSV files, and the truth about some of their figures.

In: a folder and a seed. Out: a plan and its files: a dated workforce, lists of applications, accounts and logs, numbers
that someone declares. Nobody in them exists; no code is in them.
"""
