"""Accounts and workforce rows become persons.

In: identities (one for each account or workforce row). Out: persons, the reason of each link, the mailboxes and
conflicts that were left open. Exact keys only; each level of keys is applied as a whole, so that the order of files and
rows cannot change a person.
"""
