"""An ONNX file and the graph of a spec that was read from it → a Keras file with the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archspec.graph import Graph, Node
from archspec.reading.onnx.reader import OnnxNetwork


@dataclass(frozen=True)
class OnnxWeights:
    """The weights of an ONNX file for a graph, whose layers answer to those of the ``network``
    that was read by ``names``.
    """

    path: Path
    network: OnnxNetwork
    graph: Graph
    names: Mapping[str, str]

    @property
    def arrays(self) -> Mapping[str, Sequence[Any]]:
        """The weights of each layer of the graph, in Keras's order."""
        return {self.names[name]: arrays for name, arrays in self.network.weights.items()}

    def write(self, path: Path, done: Callable[[Node], None] = lambda node: None) -> str:
        """Write the Keras model with the weights to a ``.keras`` file: in words, how it was
        compared with the ONNX file in onnxruntime, where that is installed. ``done`` is called
        with each layer that was built. Raises `SpecError` where the two differ.
        """
        from archspec.reading.onnx.keras_file import (  # noqa: PLC0415 - it loads Keras
            compared,
            model_with,
        )

        model = model_with(self.graph, self.arrays, done)
        words = compared(self.path, self.network, model)
        model.save(path)
        return words
