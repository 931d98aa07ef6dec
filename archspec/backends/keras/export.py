"""A Keras model and the graph that it was built from → a file of another kind: `WRITERS` by its
ending, or a folder, a TensorFlow SavedModel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import keras

from archspec.backends.keras import layers
from archspec.backends.keras.ends import one_or_all
from archspec.backends.keras.exporting import refuse_backends, silent
from archspec.backends.keras.onnx_file import write_onnx
from archspec.backends.keras.tflite_file import write_tflite
from archspec.graph import Graph


def needed_import(graph: Graph) -> str:
    """The statement without which Keras cannot load a file with these layers, else nothing."""
    kinds = {getattr(layers, node.layer.kind(), None) for node in graph.nodes}
    own = any(isinstance(kind, type) and issubclass(kind, keras.layers.Layer) for kind in kinds)
    return f"import {layers.__name__}" if own else ""


def write_keras(model: keras.Model, graph: Graph, path: Path) -> None:
    """Keras's own file, weights and all."""
    model.save(path)


def write_json(model: keras.Model, graph: Graph, path: Path) -> None:
    """Keras's JSON of the architecture, without weights, indented."""
    path.write_text(json.dumps(json.loads(model.to_json()), indent=2) + "\n", encoding="utf-8")


def write_saved_model(model: keras.Model, graph: Graph, folder: Path) -> None:
    """A TensorFlow SavedModel, whose endpoint ``serve`` is the model at inference: it gives what
    the model gives, several outputs by their names.

    Raises `SpecError` unless Keras runs on TensorFlow or JAX, and `OSError` where the disk refuses.
    """
    refuse_backends(graph, "a SavedModel", "tensorflow", "jax")
    import tensorflow

    inputs = [
        keras.InputSpec(shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    ]
    try:
        with silent("tensorflow"):
            model.export(
                folder,
                format="tf_saved_model",
                verbose=False,
                input_signature=[one_or_all(inputs)],
            )
    except tensorflow.errors.OpError as error:
        raise OSError(
            str(error).rpartition("}} ")[2]
        ) from error  # TensorFlow writes by itself, and has errors of its own for the disk


WRITERS: Mapping[str, Callable[[keras.Model, Graph, Path], None]] = {
    "keras": write_keras,
    "onnx": write_onnx,
    "tflite": write_tflite,
    "json": write_json,
}
"""What writes the file of an ending."""
