"""A law over damaged descriptions: whatever stands in the place of one of their values, the model
is read or refused, and archspec does not fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from archspec import SpecError
from archspec.reading.keras_config.reader import graph_of_config
from archspec.tensor import Weight
from tests.reading.test_settings import CONV, IMAGE, POLICY, an_object, entry, model, tensor

OPS = "keras.src.ops.numpy"
CONVNEXT = "keras.src.applications.convnext"
INCEPTION = "keras.src.applications.inception_resnet_v2"
STEPS = [None, 5, 8]
EVERYTHING = {
    "class_name": "__slice__",
    "config": {"start": None, "stop": None, "step": None},
}
LSTM = {"module": "keras.layers", "class_name": "LSTM", "config": {"units": 3, "name": "inner"}}


def a_call(*arguments: Any, **keywords: Any) -> dict[str, Any]:
    return {"args": list(arguments), "kwargs": keywords}


def a_tower() -> dict[str, Any]:
    """A model within the model, called twice."""
    inner = model(entry("Dense", {"name": "d", "units": 4}, tensor("x", STEPS)), shape=STEPS)
    call = a_call(tensor("x", STEPS), mask=None, training=False)
    return {**inner, "name": "tower", "inbound_nodes": [call] * 2}


def an_old_model() -> dict[str, Any]:
    """As Keras 2 wrote it."""
    image = {"class_name": "InputLayer", "config": {"batch_input_shape": IMAGE}, "name": "image"}
    node = [["image", 0, 0, {}]]
    conv = {"class_name": "Conv2D", "config": dict(CONV), "name": "conv", "inbound_nodes": [node]}
    ends = {"input_layers": [["image", 0, 0]], "output_layers": [["conv", 0, 0]]}
    return {"class_name": "Functional", "config": {"layers": [image, conv], **ends}}


def a_slice() -> dict[str, Any]:
    """An operation that stands for a layer of ours."""
    part = {"class_name": "__slice__", "config": {"start": 1, "stop": 3, "step": None}}
    step = entry("GetItem", {"name": "step_0"}, a_call(tensor("x"), [EVERYTHING, part]), module=OPS)
    return {**model(step), "name": "slice", "inbound_nodes": [a_call(tensor("x"))]}


MODELS = {
    "settings": model(
        entry(
            "Conv2D",
            {
                **CONV,
                "kernel_initializer": an_object("HeNormal", seed=None),
                "kernel_regularizer": an_object("L2", l2=1e-4),
                "dtype": POLICY,
            },
            tensor("x"),
        ),
        entry("BatchNormalization", {"axis": [3], "name": "norm"}, tensor("conv2d")),
        entry("RandomRotation", {"factor": [-0.1, 0.1], "name": "turned"}, tensor("norm")),
        entry("Dropout", {"rate": 0.5, "noise_shape": [None, 1, 1, 1]}, tensor("turned")),
    ),
    "operations": model(
        entry("Add", {"name": "plus"}, a_call(tensor("x"), 3.0), module=OPS),
        entry("GetItem", {"name": "got"}, a_call(tensor("plus"), [EVERYTHING, 0]), module=OPS),
    ),
    "attention": model(
        entry(
            "MultiHeadAttention",
            {"num_heads": 2, "key_dim": 4, "attention_axes": [1]},
            a_call(*[tensor("x", STEPS)] * 3, use_causal_mask=True),
        ),
        shape=STEPS,
    ),
    "models": model(
        a_tower(),
        entry("Concatenate", {"axis": 1}, [tensor("tower"), tensor("tower", call=1)]),
        shape=STEPS,
    ),
    "wrapper": model(
        entry("Bidirectional", {"layer": LSTM, "merge_mode": "concat"}, tensor("x", STEPS)),
        shape=STEPS,
    ),
    "a class of one's own": model(
        entry("Own", {"name": "own", "k": 3}, tensor("x"), module="mine"),
        entry("ReLU", {}, tensor("own")),
    ),
    "layers of keras.applications": model(
        entry("LayerScale", {"projection_dim": 3, "name": "a"}, tensor("x"), module=CONVNEXT),
        entry("CustomScaleLayer", {"scale": 0.1, "name": "b"}, [tensor("a")] * 2, module=INCEPTION),
        entry("StochasticDepth", {"drop_path_rate": 0.1}, tensor("b"), module=CONVNEXT),
    ),
    "a layer of operations": model(a_slice(), output_layers=[["slice", 1, 0]]),
    "Keras 2": an_old_model(),
    "Sequential": {
        "class_name": "Sequential",
        "config": {
            "layers": [{"class_name": "Dense", "config": {"batch_input_shape": STEPS, "units": 2}}]
        },
    },
}

STRANGE: tuple[Any, ...] = (
    *(None, -1, 1e300, "x", [], {}, [None], [[1, 2], [3]], ["x", 0, 0]),
    {"class_name": "__keras_tensor__", "config": [1]},
    {"class_name": "__slice__", "config": "x"},
    {"class_name": 3},
)


class OneWeight:
    """Knows of every layer that it has one weight."""

    def weights(self, path: tuple[str, ...]) -> list[Weight]:
        return [Weight("gain", (3,))]

    def outputs(self, path: tuple[str, ...], call: int) -> None:
        return None


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each list or mapping within a value, with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


@pytest.mark.parametrize("name", MODELS)
def test_a_damaged_description_is_read_or_refused(name: str) -> None:
    config = json.loads(json.dumps(MODELS[name]))
    graph_of_config(config, "net.keras", OneWeight())
    for within, key in places(config):
        whole = within[key]
        for strange in STRANGE:
            within[key] = strange
            with suppress(SpecError):
                graph_of_config(config, "net.keras", OneWeight())
        within[key] = whole
