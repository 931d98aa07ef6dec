"""The path of an ONNX file → the network in it, and its weights for a spec of that."""

from __future__ import annotations

from pathlib import Path

from archspec.backends.keras.foreign import UnreadableFile
from archspec.graph import Graph
from archspec.reading.agreement import counterparts
from archspec.reading.onnx.model import MissingLibrary, OnnxModel, model_in
from archspec.reading.onnx.reader import OnnxNetwork, network_of
from archspec.reading.onnx.weights import OnnxWeights
from archspec.reading.problems import Problems


def network_in(path: Path) -> OnnxNetwork:
    """The network in a file. Raises `SpecError` with all of it that has no counterpart."""
    return network_of(_model(path), path)


def _model(path: Path) -> OnnxModel:
    problems = Problems(str(path))
    try:
        return model_in(path)
    except UnreadableFile as error:
        problems.refuse(f"`{path}` does not hold an ONNX model that can be read: {error}")
    except MissingLibrary as error:
        problems.refuse(f"`{path}` cannot be read: {error}")
    except OSError as error:
        problems.unreadable(error)


def weights_for(path: Path, network: OnnxNetwork, graph: Graph) -> OnnxWeights:
    """The weights of a file for a graph that agrees with its network."""
    return OnnxWeights(path, network, graph, counterparts(network.graph, graph))
