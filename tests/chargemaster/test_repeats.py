"""What comes again is found, in memory or spilled."""

from __future__ import annotations

import random

import numpy as np
import pytest

from percapita.chargemaster.repeats import Repeats


@pytest.mark.parametrize("in_memory", [10, 1000, 1_000_000])
def test_repeats(in_memory: int) -> None:
    draw = random.Random(4)
    keys = [draw.randint(-300, 300) for _ in range(500)]
    repeats = Repeats(in_memory)
    for start in range(0, len(keys), 7):
        part = keys[start : start + 7]
        repeats.add(np.array(part), np.arange(start, start + len(part)))
    expected = {(place, keys.index(key)) for place, key in enumerate(keys) if keys.index(key) < place}
    assert set(repeats.found()) == expected
    repeats.close()


def test_nothing() -> None:
    assert list(Repeats().found()) == []
