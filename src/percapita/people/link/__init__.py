"""Probable links: which of the persons that exact keys left apart are one.

In: persons and the tables they were made from. Out: links that are applied, questions for a human. Splink scores the
pairs; which pairs are compared, and what follows from a weight, is decided here (see the decision on probable links).
"""
