"""The User Proxy Model: users of a system approximated from base metrics.

In: base metrics of each entity, dated, with source and evidence; a table of factors; the systems of a plan. Out: users
per system, how much each metric moves them, and what explains the difference to the people who were counted. A factor
that the licensor did not supply is said to be missing; it is never guessed.
"""
