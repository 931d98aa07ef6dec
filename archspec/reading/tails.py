"""Merges and the layers that lead to them, in topological order → how many of the last layers of
each path are its own, where earlier merges have the same layers behind tensors that are named.

The last exchange between the resolutions of a network feeds the head alone, so that all of the
network before it is used by it alone: a path there ends like those of the exchanges before, and is
no longer.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

LONGEST = 12
"""Layers of a path that are compared."""

FEWEST = 3
"""Paths of merges that are compared."""

MOST = 64
"""Paths that are remembered."""

Kinds = tuple[Hashable, ...]
"""The kinds of the layers of a path, the last first, at most so many as are compared."""


@dataclass
class PathTails:
    """What is known of the paths of one network's merges until now, for each sort of merge."""

    _known: dict[Hashable, set[Kinds]] = field(default_factory=dict)

    def kept(self, merge: Hashable, paths: Sequence[Kinds]) -> list[int]:
        """How many of its last layers each path of a merge may keep. Paths that are like no earlier
        ones stay whole, and are remembered.
        """
        if len(paths) < FEWEST:
            return [*map(len, paths)]
        known = self._known.setdefault(merge, set())
        lengths = [_kept(path, known) for path in paths]
        new = {path for path, length in zip(paths, lengths, strict=True) if length == len(path)}
        if len(known) < MOST:
            known.update(path for path in new if len(path) < LONGEST)
        return lengths


def _kept(path: Kinds, known: set[Kinds]) -> int:
    """The length of the longest known path that one ends with; its own, where there is none."""
    for length in range(len(path), -1, -1):
        if path[:length] in known:
            return length
    return len(path)
