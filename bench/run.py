"""Time a whole process and its peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PERCAPITA = (sys.executable, "-m", "percapita")


@dataclass(frozen=True)
class Measured:
    """Hold seconds of wall time and of processor time, the peak resident memory in MB, and what was printed."""

    seconds: float
    cpu: float
    memory: int
    printed: str


def run(command: Sequence[str], home: Path) -> Measured:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PERCAPITA_HOME": str(home.resolve())}
    )
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(seconds, usage.ru_utime + usage.ru_stime, _megabytes(usage), printed)


def _megabytes(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss // 1024
