"""The one data home: digests, recorded hashes, keys. Everything but `keys/` can be deleted at any time."""

from __future__ import annotations

import os
from pathlib import Path

from percapita.counting.load import LoadedPlan
from percapita.errors import InputError
from percapita.evidence.canonical import canonical_json, sha256_hex


def data_home(plan_file: Path) -> Path:
    """Return the data home of a plan: PERCAPITA_HOME, else `.percapita/` beside the plan; made when missing."""
    told = os.environ.get("PERCAPITA_HOME")
    home = Path(told) if told else plan_file.parent / ".percapita"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(
            f"the data home cannot be made ({error.strerror})",
            str(home),
            "set PERCAPITA_HOME to a folder that can be written",
        ) from None
    return home


def digests_of(loaded: LoadedPlan, home: Path) -> Path:
    """Return the folder of a plan's digests: plans that share a home never take each other's files for their own.

    A plan whose home stands beside it can be moved with it.
    """
    where = [loaded.plan.organization.id, os.path.relpath(loaded.base, home).replace(os.sep, "/")]
    return home / "digests" / sha256_hex(canonical_json(where))[:16]


def links_of(loaded: LoadedPlan, home: Path) -> Path:
    """Return the folder of what is kept about a plan's probable links: the scores of its people."""
    return home / "links" / digests_of(loaded, home).name


def key_file(loaded: LoadedPlan, home: Path) -> Path:
    """Return where the key of the pseudonyms stands: where the plan says, else under the data home."""
    told = loaded.plan.organization.key_file
    return loaded.base / told if told else home / "keys" / "pseudonym.key"
