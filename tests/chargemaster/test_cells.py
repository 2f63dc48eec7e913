"""What is said of many cells at once is what is said of each cell alone."""

from __future__ import annotations

import math
import random

import numpy as np

from percapita.chargemaster import cells
from percapita.chargemaster.split import PAD, Bytes, Ints, cell_value
from percapita.chargemaster.text import is_positive


def spans(values: list[str]) -> tuple[Bytes, Ints, Ints]:
    content, starts, ends = bytes(PAD), [], []
    for value in values:
        starts.append(len(content))
        content += value.encode()
        ends.append(len(content))
        content += b","
    return np.frombuffer(content + bytes(PAD), dtype=np.uint8), np.array(starts), np.array(ends)


def test_numbers() -> None:
    draw = random.Random(2)
    signs = ["0123459..."] * 40 + ['a-+e,"']
    values = ["".join(draw.choice(draw.choice(signs)) for _ in range(draw.randint(1, 30))) for _ in range(5000)]
    values += ["0", "0.0", ".", "0.", "1.", ".5", "999999999", "1" * 24, "１"]
    for value, found in zip(values, cells.numbers(*spans(values)).tolist(), strict=True):
        if is_positive(value):
            assert math.isclose(float(value), found, rel_tol=1e-12), value
        else:
            assert math.isnan(found), value


def test_words() -> None:
    values = [
        form
        for word in cells.WORDS
        for form in (
            word,
            word.upper(),
            word.lower(),
            word.title(),
            f"{word}x",
            word[1:] + "?",
            word.replace("i", "ı"),
            word.replace("s", "ſ"),
        )
    ]
    for value, found in zip(values, cells.words(*spans(values)).tolist(), strict=True):
        assert found == cells.LOUD.get(value.upper(), 0), value


def test_no_two_words_have_one_hash() -> None:
    assert len(set(cells.WORD_HASHES.tolist())) == len(cells.WORDS) == len(set(cells.WORDS))


def test_trim() -> None:
    draw = random.Random(3)
    lead, tail = ["", " ", "\u00a0", '"', "\ufeff", "\t", '"" '], ["", " ", "\u00a0", '"', '" ', ' "', "\u2003"]
    values = [
        draw.choice(lead) + draw.choice(["", "x", "x y", "é", "\u3000a"]) + draw.choice(tail) for _ in range(2000)
    ]
    text, starts, ends = spans(values)
    for value, start, end in zip(values, *cells.trim(text, starts, ends), strict=True):
        content = text[start:end].tobytes().decode("utf-8", "replace")
        assert (content.replace('""', '"') if value.startswith('"') else content) == cell_value(value.encode()), value
