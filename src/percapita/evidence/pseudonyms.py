"""Name a person without naming the person: a keyed hash that is the same in every run."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from percapita.errors import InputError


def load_key(path: Path) -> bytes:
    """Return the organization's pseudonym key; make it on first use, readable by its owner only.

    Raises InputError if the file is not a key.
    """
    if not path.exists():
        _make_key(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise InputError(
            "not a pseudonym key (64 hexadecimal digits)",
            path.name,
            "restore the key file from its backup; a new key gives every person a new pseudonym",
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(fresh, path)  # fails if another run made the key meanwhile: then that one holds
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def pseudonym(key: bytes, anchor: str) -> str:
    """Return the pseudonym of the person whose strongest identifier is `anchor`: `p-` and 20 hexadecimal digits."""
    return "p-" + hmac.digest(key, anchor.encode(), "sha256").hex()[:20]


def account_mark(key: bytes, account: str) -> str:
    """Return the mark that stands for an account in results: `a-` and 20 hexadecimal digits."""
    return "a-" + hmac.digest(key, b"percapita/account:" + account.encode(), "sha256").hex()[:20]


def key_mark(key: bytes) -> str:
    """Return what tells one key from another and says nothing of it: `k-` and 20 hexadecimal digits."""
    return "k-" + hmac.digest(key, b"percapita/key", "sha256").hex()[:20]
