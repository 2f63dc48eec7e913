"""The definition of a user applied.

In: `[[use]]` rules, exclusions, the user definition, persons. Out: which rule a row falls under, and of each account
whether it stands for a person who can count or why not.
"""
