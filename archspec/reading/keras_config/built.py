"""What is known of the layers of a model besides its description: the weights and outputs that they
have as they were built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archspec.tensor import Tensor, Weight

Path = tuple[str, ...]
"""The names of the models around a layer, and its own."""


class Built(Protocol):
    """Looks up what a file, or a model in memory, knows of a layer."""

    def weights(self, path: Path) -> Sequence[Weight] | None:
        """The weights of a layer in Keras's order, ``None`` where they are not known."""

    def outputs(self, path: Path, call: int) -> Sequence[Tensor] | None:
        """What a call of a layer gives, ``None`` where that is not known."""


class NothingBuilt:
    """Of a description alone nothing more is known."""

    def weights(self, path: Path) -> Sequence[Weight] | None:
        """Nothing."""
        return None

    def outputs(self, path: Path, call: int) -> Sequence[Tensor] | None:
        """Nothing."""
        return None
