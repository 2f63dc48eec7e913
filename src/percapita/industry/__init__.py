"""Industry data: what public and bought files say of organizations, and which questions a reported number raises.

In: files as their publishers write them, a statement or a bare reported number. Out: links, expected ranges, questions.
"""
