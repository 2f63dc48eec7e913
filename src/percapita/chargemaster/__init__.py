"""Standard-charges files: is this file what CMS asks for, and may it be published?

In: a machine-readable file of standard charges, CSV (tall or wide) or JSON, plain or gzip, of any size; a license. Out:
a verdict with every error and alert, each with its place (cell or JSON pointer), its rule and the source of the rule,
and apart from it whether the license permits to publish the file. Errors are what CMS's own validator calls errors, and
a few things that it cannot see; what is stricter is an alert. Memory stays flat.
"""
