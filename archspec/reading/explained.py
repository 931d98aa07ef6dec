"""What stands in the spec for what differs from act to act: literals and expressions.

`explain` makes it of a tree and of the columns that `references` adds; `emit` reads it. What it
does not mention is the same in every act and stands as that constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

WHEN, REPEAT, KIND, OUTPUT = "when", "repeat", "kind", "output"
"""What of an item can be explained besides the settings of a layer and the arguments of a call, the
keys of which are those of `settings` and of the block: its condition, its repetitions, the kind of
a layer (``$act``), the name of an output.
"""


class Unexplained(Exception):
    """Something differs from act to act, and nothing says how."""


class Spot(NamedTuple):
    """One place of a spec: an item, or a path of a branching, and what of it."""

    item: Any
    key: str


@dataclass(frozen=True)
class Explained:
    """``values`` are what stands at a spot: a literal, or a text with ``$``; at `REPEAT` a count,
    lists by variable or rows; for a `CallItem` its arguments by their names. ``arguments`` are
    those of the blocks in order, with the defaults of those that have one.
    """

    values: Mapping[Spot, Any]
    arguments: Mapping[str, tuple[str | Mapping[str, Any], ...]]
