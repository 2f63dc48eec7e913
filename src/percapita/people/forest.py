"""Disjoint sets: which nodes have been joined."""

from __future__ import annotations

from collections.abc import Iterable


class Forest:
    """Hold disjoint sets of the numbers 0 to size - 1; the root of a set is its smallest member."""

    def __init__(self, size: int) -> None:
        """Begin with every number alone."""
        self._parent = list(range(size))

    def root(self, node: int) -> int:
        """Return the smallest member of the set of `node`."""
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, nodes: Iterable[int]) -> None:
        """Join the sets of all `nodes`."""
        roots = {self.root(node) for node in nodes}
        if roots:
            least = min(roots)
            for root in roots:
                self._parent[root] = least
