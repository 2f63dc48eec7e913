"""Find the files of the plan's sources, tell their format by content, and know when one changes."""

from __future__ import annotations

import codecs
import difflib
import glob
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from percapita.errors import InputError
from percapita.evidence.canonical import sha256_hex
from percapita.sources.spec import FileFormat, Source

RACY_NS = 2_000_000_000  # a file changed this shortly before it was hashed may change again under the same time


@dataclass(frozen=True)
class SourceFile:
    """Name one file of a source: `path` as shown and sorted, relative to the plan; what it was when first seen."""

    source: Source
    source_index: int
    path: str
    absolute: Path
    size: int
    mtime_ns: int
    inode: int
    format: FileFormat


def never(index: int) -> bool:
    """Allow no source to be empty."""
    return False


def take_inventory(
    sources: Sequence[Source], base: Path, allow_empty: Callable[[int], bool] = never
) -> tuple[SourceFile, ...]:
    """Return the files of all sources, by source and path.

    Raises InputError for a missing file, a glob that fits nothing (unless `allow_empty` of the source's index), a
    folder, a pipe or device, a folder that may not be searched, a file named twice, and a file that is not what its
    format says.
    """
    found: list[SourceFile] = []
    seen: dict[tuple[int, int], SourceFile] = {}
    for index, source in enumerate(sources):
        paths = _found(source.path, base, index)
        if not paths and not allow_empty(index):
            raise _nothing(source.path, base, index)
        for path in paths:
            file = _look(source, index, path, base)
            device = path.stat().st_dev
            other = seen.setdefault((device, file.inode), file)
            if other is not file:
                raise InputError(
                    f"the same file is read twice, as {other.path}",
                    f"{file.path}, [[source]] {index + 1} and {other.source_index + 1}",
                    "name each file in one source only",
                )
            found.append(file)
    return tuple(sorted(found, key=lambda file: (file.source_index, file.path)))


def _found(pattern: str, base: Path, index: int) -> list[Path]:
    """Return the files that fit a path. Raises InputError for a folder in which more might be, but nobody can see."""
    try:
        found = _expand(pattern, base)
        closed = next((folder for folder in _searched(pattern, base) if not os.access(folder, os.R_OK | os.X_OK)), None)
    except PermissionError as error:
        closed = Path(error.filename or base / pattern).parent
    if closed is not None:
        raise InputError(
            "a folder on the path cannot be searched",
            f"{_shown(closed, base)}, [[source]] {index + 1}",
            "get the permission to read it, or write a path that leaves it out",
        )
    return found


def _searched(pattern: str, base: Path) -> Iterator[Path]:
    """Yield the folders in which files that fit a glob are looked for."""
    while glob.has_magic(pattern):
        pattern = os.path.dirname(pattern)  # noqa: PTH120 - the text that glob takes
        folders = os.path.join(pattern, "") if pattern else pattern  # noqa: PTH118 - ending so, only folders fit
        names = glob.glob(folders, root_dir=base, recursive=True) if folders else [""]  # noqa: PTH207 - as below
        yield from (base / name for name in sorted(names))


def _shown(path: Path, base: Path) -> str:
    return os.path.relpath(path, base).replace(os.sep, "/")


def _expand(pattern: str, base: Path) -> list[Path]:
    if (base / pattern).is_file() or not glob.has_magic(pattern):
        return [base / pattern] if (base / pattern).exists() else []
    found = glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
    return [base / name for name in sorted(set(found)) if (base / name).is_file()]


def _nothing(pattern: str, base: Path, index: int) -> InputError:
    where = f"[[source]] {index + 1}, path = {pattern!r}"
    if glob.has_magic(pattern):
        return InputError("no file fits the path", where, "correct the path; it is relative to the plan")
    folder = (base / pattern).parent
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() and os.access(folder, os.R_OK) else []
    close = difflib.get_close_matches(Path(pattern).name, names, n=1)
    cure = f"did you mean {close[0]!r}?" if close else "correct the path; it is relative to the plan"
    return InputError("there is no such file", where, cure)


def _look(source: Source, index: int, path: Path, base: Path) -> SourceFile:
    shown = _shown(path, base)
    if path.is_dir():
        raise InputError("this is a folder, not a file", shown, f'write path = "{source.path}/*.csv" for its files')
    if not path.is_file():
        raise InputError("this is a pipe, a socket or a device, not a file", shown, "write what it gives to a file")
    try:
        stat = path.stat()
        with path.open("rb") as file:
            head = file.read(8192)
            file.seek(max(0, stat.st_size - 4))
            tail = file.read(4)
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", shown, "check its permissions") from None
    told = _format(source, shown, head, tail)
    return SourceFile(source, index, shown, path, stat.st_size, stat.st_mtime_ns, stat.st_ino, told)


def _format(source: Source, shown: str, head: bytes, tail: bytes) -> FileFormat:
    """Return the format that the content has. Raises InputError where it is none, or not the told one."""
    found = _sniffed(shown, head, tail)
    told = source.format
    binary = ("parquet", "xlsx")
    if (told is not None and (told in binary) != (found in binary)) or (told in binary and told != found):
        raise InputError(f"the file is no {told} file", shown, "correct format, or leave it out")
    return told or found


def _sniffed(shown: str, head: bytes, tail: bytes) -> FileFormat:
    if head[:4] == b"PAR1":
        if tail != b"PAR1" or len(head) < 12:
            raise InputError("the Parquet file is cut off: its end is missing", shown, "copy it again")
        return "parquet"
    if head[:4] == b"PK\x03\x04":
        return "xlsx"
    if shown.lower().endswith((".parquet", ".xlsx")):
        kind = shown.rpartition(".")[2]
        raise InputError(f"the file is not a {kind} file", shown, "check how it was written; it may be cut off")
    name = shown.lower().removesuffix(".gz").removesuffix(".zst")
    if name.endswith((".ldif", ".ldf")):
        return "ldif"
    if name.endswith(".json") and head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"[":
        return "json"
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "tsv" if name.endswith((".tsv", ".tab")) else "csv"


def unchanged(file: SourceFile) -> None:
    """Raise InputError if a file is not what it was when the inventory was taken."""
    try:
        stat = file.absolute.stat()
    except OSError:
        raise InputError("the file went away while it was read", file.path, "count again when it is complete") from None
    if (stat.st_size, stat.st_mtime_ns, stat.st_ino) != (file.size, file.mtime_ns, file.inode):
        raise InputError("the file changed while it was read", file.path, "count again when it is complete")


class HashCache:
    """Remember the hashes of files, so that an unchanged file is not read for its hash again.

    Kept as JSON in a folder; paths are hashed. An entry holds while size, time of change and inode do.
    """

    def __init__(self, folder: Path) -> None:
        """Read what is remembered; a damaged file is forgotten."""
        self._path = folder / "hashes.json"
        self._changed = False
        try:
            self._known: dict[str, list[object]] = dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self._known = {}

    def find(self, file: SourceFile) -> str | None:
        """Return the remembered hash of a file that has not changed since."""
        known = self._known.get(self._key(file))
        same = isinstance(known, list) and known[:3] == [file.size, file.mtime_ns, file.inode]
        return str(known[3]) if same and known is not None and len(known) == 4 else None

    def remember(self, file: SourceFile, sha256: str) -> None:
        """Remember a hash, unless the file was changed so recently that its time says nothing."""
        if time.time_ns() - file.mtime_ns > RACY_NS:
            self._known[self._key(file)] = [file.size, file.mtime_ns, file.inode, sha256]
            self._changed = True

    def save(self) -> None:
        """Write what is remembered, readable by its owner only. Raises InputError when the folder cannot be written."""
        if not self._changed:
            return
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._known, file)
            aside.replace(self._path)
        except OSError as error:
            raise InputError(
                f"the data home cannot be written ({error.strerror})",
                str(self._path.parent),
                "set PERCAPITA_HOME to a folder that can be written",
            ) from None

    @staticmethod
    def _key(file: SourceFile) -> str:
        return sha256_hex(os.fsencode(file.absolute.resolve()))[:32]


def sha256_of(file: SourceFile, cache: HashCache | None, verify: bool = False) -> str:
    """Return the SHA-256 of a file's content: remembered, or computed (always, with `verify`)."""
    known = None if cache is None or verify else cache.find(file)
    if known is not None:
        return known
    with file.absolute.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    unchanged(file)
    if cache is not None:
        cache.remember(file, found)
    return found
