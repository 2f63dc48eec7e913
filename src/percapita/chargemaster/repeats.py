"""Find what occurs twice among any number of things, in flat memory: 64-bit hashes, spilled to a temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray

IN_MEMORY = 1_000_000
PAIR = np.dtype([("key", np.int64), ("place", np.int64)])


class Repeats:
    """Take hashes with their places (rows, items), and tell which hashes came more than once."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        """Keep at most `in_memory` pairs of 16 bytes in memory."""
        self._most = in_memory
        self._parts: list[NDArray[np.void]] = []
        self._held = self._spilled = 0
        self._file: IO[bytes] | None = None

    def add(self, keys: NDArray[np.int64], places: NDArray[np.int64]) -> None:
        """Take some more."""
        pairs = np.empty(len(keys), dtype=PAIR)
        pairs["key"], pairs["place"] = keys, places
        self._parts.append(pairs)
        self._held += len(pairs)
        if self._held > self._most:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        for part in self._parts:
            self._file.write(part.tobytes())
        self._spilled += self._held
        self._parts, self._held = [], 0

    def found(self) -> Iterator[tuple[int, int]]:
        """Yield (place, first place of the same) for everything that came again; places ascend within a share."""
        shares = 1 + (self._spilled + self._held) // self._most
        for share in range(shares):
            pairs = np.concatenate([*self._share(share, shares), np.empty(0, dtype=PAIR)])
            keys = np.sort(np.ascontiguousarray(pairs["key"]))
            if not bool((keys[1:] == keys[:-1]).any()):
                continue  # as a rule nothing comes twice, and to know that is much faster
            pairs = pairs[np.lexsort((pairs["place"], pairs["key"]))]
            again = np.flatnonzero(pairs["key"][1:] == pairs["key"][:-1]) + 1
            starts = np.flatnonzero(np.concatenate(([True], pairs["key"][1:] != pairs["key"][:-1])))
            first = pairs["place"][starts[np.searchsorted(starts, again, side="right") - 1]] if len(again) else again
            order = np.argsort(pairs["place"][again])
            yield from zip(pairs["place"][again][order].tolist(), first[order].tolist(), strict=True)

    def _share(self, share: int, shares: int) -> Iterator[NDArray[np.void]]:
        parts = list(self._parts)
        if self._file is not None:
            self._file.seek(0)
            while data := self._file.read(PAIR.itemsize * 65_536):
                part = np.frombuffer(data, dtype=PAIR)
                yield part[part["key"] % np.int64(shares) == share]
            self._file.seek(0, 2)
        for part in parts:
            yield part[part["key"] % np.int64(shares) == share]

    def close(self) -> None:
        """Remove the temporary file."""
        if self._file is not None:
            self._file.close()
