"""A file is whole or not there, and nothing but a file is ever replaced."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from percapita.chargemaster.placing import placed, write_text
from percapita.errors import InputError


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.txt"
    with placed(path) as aside:
        aside.write_text("half", encoding="utf-8")
        assert not path.exists()
    assert [one.name for one in path.parent.iterdir()] == ["x.txt"]


def interrupted(path: Path) -> None:
    with placed(path) as aside:
        aside.write_text("half", encoding="utf-8")
        raise RuntimeError


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    write_text(path, "old")
    with pytest.raises(RuntimeError):
        interrupted(path)
    assert ([one.name for one in tmp_path.iterdir()], path.read_text(encoding="utf-8")) == (["x.txt"], "old")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders there")
def test_only_a_file_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name in ("pipe", "folder", "link"):
        with pytest.raises(InputError, match="in the place of the file"):
            write_text(tmp_path / name, "y")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"
