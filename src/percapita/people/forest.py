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

    def roots(self) -> list[int]:
        """Return the root of every number."""
        parent = self._parent
        for node, above in enumerate(parent):  # a parent is smaller, so its own root is already known
            parent[node] = parent[above]
        return parent.copy()

    def join(self, nodes: Iterable[int]) -> None:
        """Join the sets of all `nodes`."""
        parent = self._parent
        roots = {node if parent[node] == node else self.root(node) for node in nodes}
        if roots:
            least = min(roots)
            for root in roots:
                parent[root] = least
