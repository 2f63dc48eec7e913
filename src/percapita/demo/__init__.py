"""A synthetic health system with the trouble of a real one, and the truth about it.

In: a folder and a seed. Out: a plan with its files, and the counts that its maker knows without reading them back.
Nobody in it exists; codes are drawn at random and mean nothing.
"""
