"""Every test has its own data home beside its plan."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_shared_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERCAPITA_HOME", raising=False)
