"""A file with a Keras model → the shapes of the weights of its layers, for those whose class says
nothing of them.

Keras 3 keeps a layer's weights, in ``.keras``, in groups by kind (`layer_groups`), and numbers
them; layers within the layer stand in groups beside them. Older files, ``.h5``, keep them under the
names of layers. Whether a weight is trained no file says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from archspec.backends.keras.foreign import UnreadableFile, shapes_of
from archspec.backends.keras.nested_models import layer_groups
from archspec.reading.keras_config.built import Path
from archspec.tensor import Tensor, Weight

OF_RANDOM_NUMBERS = "uint32"
"""The dtype of the state of a generator of random numbers, which is no weight."""


class StoredInFile:
    """What a file knows of the layers of its model. It is opened when it is first asked."""

    def __init__(self, path: FilePath, config: Mapping[str, Any]) -> None:
        self.path = path
        self.config = config

    def weights(self, path: Path) -> Sequence[Weight] | None:
        """The weights of a layer, all trained; ``None`` where the file has none at all."""
        group = self._groups.get(path)
        if group is None or self._arrays is None:
            return None
        within = {
            name.removeprefix(f"{group}/"): array
            for name, array in self._arrays.items()
            if name.startswith(f"{group}/") and array[1] != OF_RANDOM_NUMBERS
        }
        return [
            Weight(_named(name), shape) for name, (shape, _) in sorted(within.items(), key=_own)
        ]

    def outputs(self, path: Path, call: int) -> Sequence[Tensor] | None:
        """Nothing: the calls of other layers say it."""
        return None

    @cached_property
    def _arrays(self) -> Mapping[str, tuple[tuple[int, ...], str]] | None:
        try:
            return shapes_of(self.path) if self.path.suffix != ".json" else None
        except (UnreadableFile, OSError):
            return None

    @cached_property
    def _groups(self) -> Mapping[Path, str]:
        """The group of each layer, by its path."""
        layers = list(layer_groups(self.config))
        if self.path.suffix == ".keras":
            return {layer.path: layer.group for layer in layers}
        names = [layer.path for layer in layers if len(layer.path) == 1]
        return {(name,): f"model_weights/{name}" for (name,) in names}


def _own(item: tuple[str, Any]) -> tuple[bool, list[str | int]]:
    """The order of weights: the layer's own, by number, then those of layers within it."""
    steps = item[0].split("/")
    return steps[0] != "vars", [step.zfill(6) if step.isdecimal() else step for step in steps]


def _named(path: str) -> str:
    """What to call a weight that has a number: ``vars/0`` → ``weight1``."""
    steps = [step for step in path.split("/") if step != "vars"]
    *around, last = steps
    return "/".join([*around, f"weight{int(last) + 1}" if last.isdecimal() else last])
