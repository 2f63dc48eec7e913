"""Run the command as people do: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = [sys.executable, "-m", "percapita"]


def percapita(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    told = {name: value for name, value in os.environ.items() if name != "PERCAPITA_HOME"}
    return subprocess.run(
        [*PROGRAM, *map(str, words)], cwd=cwd, env=told, capture_output=True, text=True, check=False, timeout=120
    )
