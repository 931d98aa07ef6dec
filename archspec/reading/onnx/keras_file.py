"""The weights of an ONNX file → the Keras model with them, run and compared with the file where
onnxruntime is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import keras
import numpy

from archspec.backends.keras import ends
from archspec.backends.keras.exporting import SCALES, TOLERANCE, is_tried
from archspec.backends.keras.foreign import Tasks, UnreadableFile, run_task
from archspec.backends.keras.model import build_model, layer_names
from archspec.backends.keras.outputs import EXAMPLES, random_input
from archspec.diagnostics import Diagnostic, SpecError
from archspec.graph import Graph, Node
from archspec.reading.onnx import trial_run
from archspec.reading.onnx.network import Later
from archspec.reading.onnx.reader import OnnxNetwork
from archspec.reading.problems import span_of

Array = Any


def model_with(
    graph: Graph,
    weights: Mapping[str, Sequence[Array | Later]],
    done: Callable[[Node], None] = lambda node: None,
) -> keras.Model:
    """The Keras model of a graph, with the weights of its layers; ``done`` is that of
    `build_model`.
    """
    model = build_model(graph, done)
    names = layer_names(graph)
    for name, arrays in weights.items():
        variables = model.get_layer(names[name]).weights
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(_made(array))
    return model


def compared(path: Path, network: OnnxNetwork, model: keras.Model) -> str:
    """In words, how the outputs of the model were compared with those of an ONNX file. Raises
    `SpecError` where they differ.
    """
    if find_spec("onnxruntime") is None:
        return "not run and compared, since onnxruntime is not installed"
    if not is_tried(network.graph):
        return "not run and compared, since it is too large"
    difference = max(apart(path, network, model, scale) for scale in SCALES)
    if difference > TOLERANCE:
        part = f"{difference:.0%} of" if difference < 1 else "more than"
        _refuse(path, f"its outputs would differ from the file's by {part} the largest")
    return "the same outputs as in onnxruntime"


def apart(path: Path, network: OnnxNetwork, model: keras.Model, scale: float) -> float:
    """The largest difference of the outputs from those of an ONNX file, as a part of the largest
    value, for random inputs from 0 to 255 times a scale. Raises `SpecError` where onnxruntime does
    not run the file.
    """
    drawn = (
        random_input(model, tensor, number, network.batch or EXAMPLES)
        for number, tensor in enumerate(model.inputs)
    )
    inputs = [one * one.dtype.type(scale) for one in drawn]
    pairs = zip(inputs, network.inputs.values(), strict=True)
    try:
        expected = outputs_of(path, [one.transpose(order) for one, order in pairs])
    except UnreadableFile as error:
        _refuse(path, f"onnxruntime does not run the file: {error}")
    results = zip(ends.run(model, inputs), network.outputs.values(), strict=True)
    ours = [one.transpose(order) for one, order in results]
    return max(_apart(*pair) for pair in zip(ours, expected, strict=True))


def _refuse(path: Path, why: str) -> NoReturn:
    message = f"the weights of `{path}` are not written: {why}"
    help = "this is a fault of archspec or of the file: please report the model"
    raise SpecError([Diagnostic("no-spec", message, span_of(str(path)), help=help)])


def _made(weight: Array | Later) -> Array:
    made = weight.make() if isinstance(weight, Later) else weight
    return numpy.ascontiguousarray(made, dtype="float32")


def outputs_of(path: Path, inputs: list[Array]) -> list[Array]:
    """What onnxruntime gives for the inputs of an ONNX file. Raises `UnreadableFile`."""
    with TemporaryDirectory(prefix="archspec-") as name:
        folder = Path(name)
        numpy.savez(folder / trial_run.INPUTS, **{str(n): one for n, one in enumerate(inputs)})
        run_task(Tasks(trial_run.__file__, "onnxruntime"), "run", path, folder)
        with numpy.load(folder / trial_run.OUTPUTS) as outputs:
            return [outputs[key] for key in outputs.files]


def _apart(result: Array, expected: Array) -> float:
    """How far two arrays are apart, as a part of the largest value."""
    if result.shape != expected.shape:
        return float("inf")
    largest = max(float(numpy.abs(expected).max(initial=0)), 1e-30)
    difference = float(numpy.abs(result - expected).max(initial=0)) / largest
    return difference if numpy.isfinite(difference) else float("inf")
