"""Write a file beside its place and move it there when it is whole: readers see the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from percapita.errors import InputError


def aside_of(path: Path) -> Path:
    """Return where a file is written before it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Yield where to write; when the block is left without an error the file is moved to its place, else removed.

    Raises InputError where the folder cannot be written, or the place is a folder, a link or a device.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        what = "there is a link, a folder or a device in the place of the file"
        raise InputError(what, str(path), "remove it, or choose another place")
    aside = aside_of(path)
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield aside
            _to_disk(aside)
            aside.replace(path)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise InputError(
                f"the file cannot be written ({why})", str(path), "check the folder and its space"
            ) from None
    finally:
        aside.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    with placed(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
