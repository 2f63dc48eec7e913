"""Standard-charges files: make one, is it what CMS asks for, may it be published, and what is published?

In: a machine-readable file of standard charges, CSV (tall or wide) or JSON, plain or gzip, of any size; a license; a
hospital's chargemaster, rates and remittances. Out: a verdict with every error and alert, each with its place (cell or
JSON pointer), its rule and the source of the rule, and apart from it whether the license permits to publish the file;
files of all three layouts that carry the same facts; what differs between two; what is wrong with a published one.
Errors are what CMS's own validator calls errors, and a few things that it cannot see; what is stricter is an alert.
Memory stays flat.
"""
