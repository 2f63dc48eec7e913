"""Hear Ctrl-C wherever it falls: Python drops the exception when it is raised in a callback, the wish stays."""

from __future__ import annotations

import signal
from types import FrameType

_asked = False


def listen() -> None:
    """Remember Ctrl-C from now on, besides raising KeyboardInterrupt; a program told to ignore it goes on ignoring."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    global _asked
    _asked = True
    raise KeyboardInterrupt


def stop_if_asked() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed and got lost."""
    if _asked:
        raise KeyboardInterrupt
