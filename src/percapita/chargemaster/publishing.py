"""Put a built file where the web server finds it, with the index of CMS, or leave what is there.

One publish at a time works on a folder. The file is copied beside its place, compared with what was checked, and moved;
the index follows, so that it never names a file that is not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from percapita.chargemaster.building import MANIFEST, SCHEMA
from percapita.chargemaster.common import FILE_NAME
from percapita.chargemaster.gate import months_later
from percapita.chargemaster.placing import placed, write_text
from percapita.chargemaster.reading import read_hospital
from percapita.chargemaster.webpage import INDEX, index_text, merged, read_index
from percapita.errors import InputError

CHUNK = 1 << 20
LARGEST_INDEX = 1 << 20
STALE = ".part"


@dataclass(frozen=True)
class Ready:
    """Hold what a build says is to be published."""

    file: Path
    sha256: str
    index: Path

    def intact(self) -> None:
        """Raise InputError unless the file is what was built."""
        if _hash(self.file) != self.sha256:
            raise InputError("the file is not what was built: somebody changed it", str(self.file), "build again")


@dataclass(frozen=True)
class InPlace:
    """Hold what is published now: until when it need not be updated; None where it does not say its date."""

    name: str
    updated_on: date | None
    due: date | None


def ready_in(build: Path) -> Ready:
    """Return what is to be published of a build. Raises InputError for a folder that is none, or a damaged one."""
    path = build / MANIFEST
    try:
        found = json.loads(path.read_bytes())
        if found["schema"] != SCHEMA:
            raise ValueError(found["schema"])
        name = str(found["publish"])
        sha256 = next(str(one["sha256"]) for one in found["files"] if one["path"] == name)
        file = build / name
        inside = file.resolve().is_relative_to(build.resolve()) and not file.is_symlink()
    except OSError as error:
        raise InputError(f"this is no build ({error.strerror})", str(path), "give the --out of charges build") from None
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        raise InputError("the manifest of the build is damaged", str(path), "build again") from None
    if not inside:
        raise InputError("the manifest leads out of the build", str(path), "build again")
    return Ready(file, sha256, build / INDEX)


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", str(path), "build again") from None


@contextmanager
def alone_in(folder: Path, *others: Path) -> Iterator[None]:
    """Keep other publishes out of folders. Raises InputError where there is no folder, or one is at work in it."""
    different = [one for one in dict.fromkeys(path.resolve() for path in others) if one != folder.resolve()]
    with contextlib.ExitStack() as locks:
        for one in (folder, *different):
            locks.enter_context(_locked(one))
        yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if not folder.is_dir():
        raise InputError("there is no such folder", str(folder), "make it first, and name it in --to or --index")
    try:
        import fcntl
    except ImportError:  # Windows: files are placed whole there, too, and nobody publishes twice at once
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                "another publish is at work in this folder", str(folder), "run again when it is done"
            ) from None
        yield
    finally:
        os.close(descriptor)


def put(ready: Ready, folder: Path, index_folder: Path) -> list[str]:
    """Place the file, then the index; return the names of older files that stay. Call it `alone_in` the folder.

    Raises InputError if the file changed since it was checked, or cannot be written; then what was there stays.
    """
    _check_index(index_folder / INDEX)
    _sweep(folder)
    with placed(folder / ready.file.name) as aside:
        if _copied(ready.file, aside) != ready.sha256:
            raise InputError("the file changed while it was checked", str(ready.file), "build again")
    _write_index(ready, index_folder)
    number = ready.file.name.partition("_")[0]
    others = (one.name for one in folder.iterdir() if FILE_NAME.fullmatch(one.name.removesuffix(".gz")))
    return sorted(name for name in others if name.startswith(number) and name != ready.file.name)


def _copied(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while data := read.read(CHUNK):
            digest.update(data)
            write.write(data)
    return digest.hexdigest()


def _sweep(folder: Path) -> None:
    """Remove what a publish left that was killed."""
    for one in folder.glob(f".*_standardcharges.*{STALE}"):
        with contextlib.suppress(OSError):
            one.unlink()


def _check_index(path: Path) -> None:
    if path.is_symlink() or path.is_dir():
        raise InputError("there is a link or a folder in the place of the index", str(path), "remove it")
    if path.exists() and path.stat().st_size > LARGEST_INDEX:
        raise InputError("the index is far too large", str(path), "look at it: it lists the locations of hospitals")


def _write_index(ready: Ready, folder: Path) -> None:
    """Write the index: what it says of other locations stays."""
    path = folder / INDEX
    new = read_index(ready.index.read_text(encoding="utf-8", errors="replace"))
    old = read_index(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else []
    write_text(path, index_text(merged(old, new)))


def in_place(folder: Path, name: str, months: int) -> InPlace | None:
    """Return what is published under a name, and until when that is lawful. Source: 45 CFR 180.50(e)."""
    path = folder / name
    if not path.is_file():
        return None
    try:
        updated = read_hospital(path).updated_on
    except InputError:
        return InPlace(name, None, None)
    return InPlace(name, updated, months_later(updated, months)) if updated > date.min else InPlace(name, None, None)
