"""What a license permits, and whether it holds.

In: a license - a signed token, or a recorded one that stands for a paper agreement - and what it is asked for: a
system, an entity, a purpose, a release, a date. Out: yes or no, with a code, a sentence and the last day. Pure: no
clock, no database, no network.
"""
