"""Standard-charges files: is this file what CMS asks for?

In: a machine-readable file of standard charges, CSV (tall or wide) or JSON, plain or gzip, of any size. Out: a verdict
with every error and alert, each with its place (cell or JSON pointer), its rule and the source of the rule. Errors are
what
CMS's own validator calls errors, and a few things that it cannot see; what is stricter is an alert. Memory stays flat.
"""
