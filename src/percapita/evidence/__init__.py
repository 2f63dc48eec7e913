"""Canonical JSON, hashes, keys and pseudonyms.

In: plain values and names. Out: bytes that are the same for the same value, digests of them, and pseudonyms that only
the holder of the organization's key can make.
"""
