"""A Keras model and the graph that it was built from → a LiteRT (TensorFlow Lite) file, by Keras's
own export, which has been run.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras

from archspec.backends.keras.culprit import called, culprit
from archspec.backends.keras.exporting import (
    NotConverted,
    compare_with_keras,
    is_tried,
    refuse,
    refuse_backends,
    silent,
)
from archspec.files import reason
from archspec.graph import Graph


def write_tflite(model: keras.Model, graph: Graph, path: Path) -> None:
    """LiteRT, at inference; in its signature several outputs have the names of the spec.

    Raises `SpecError` where Keras is older than its export to LiteRT, runs on another backend than
    TensorFlow, or cannot convert the network.
    """
    refuse_backends(graph, "LiteRT", "tensorflow")
    if not find_spec("keras.src.export.litert"):
        message = f"Keras {keras.__version__} does not write LiteRT"
        refuse(graph, message, "install a newer Keras, `pip install -U keras`, or write ONNX")
    run = is_tried(graph)
    try:
        _write(model, path, list(graph.outputs), run=run)
    except NotConverted as error:
        node = culprit(model, graph, lambda part: _write(part, path, ["main"], run=run))
        refuse(graph, f"{called(node)} cannot be written for LiteRT: {error}", node=node)


def _write(model: keras.Model, path: Path, names: list[str], *, run: bool) -> None:
    """Write a model and, where it is to be, run what was written. Raises `NotConverted`."""
    try:
        with silent("tensorflow"):
            model.export(path, format="litert", verbose=False)
    except (MemoryError, OSError):
        raise
    except Exception as error:  # whatever the converter raises
        raise NotConverted(reason(error)) from error
    if not run:
        return
    taken = [tensor.name for tensor in model.inputs]
    compare_with_keras(
        model,
        names,
        "LiteRT",
        lambda inputs: _run(path, names, dict(zip(taken, inputs, strict=True))),
    )


def _run(path: Path, names: list[str], inputs: dict[str, Any]) -> list[Any]:
    import tensorflow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it moves into a package of its own
        interpreter = tensorflow.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner()
    taken = run.get_input_details()
    same = inputs.keys() == taken.keys()  # Keras may have changed a name
    outputs = run(**(inputs if same else dict(zip(taken, inputs.values(), strict=True))))
    return [outputs[name] for name in names] if len(names) > 1 else [*outputs.values()]
