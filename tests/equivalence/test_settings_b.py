"""The inceptions, MobileNetV3 and NASNet of `keras.applications`: equal under other arguments too, and in every layer's configuration and name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import keras
import pytest

import archspec
from archspec.frontend.naming import snake_case
from tests.equivalence.prove import prove
from tests.equivalence.zoo import CASES, Case

heavy = pytest.mark.heavy
CASE = {case.function: case for case in CASES}


def setting(function: str, size: int, **arguments: Any) -> Case:
    """A case of the zoo with other arguments; `include_top` is called `top` in the specs."""
    variables = {"top" if name == "include_top" else name: value for name, value in arguments.items()}
    return CASE[function]._replace(size=size, arguments=arguments, variables=variables)


SETTINGS = [
    setting("InceptionV3", 98, classes=10),
    setting("InceptionV3", 128, include_top=False),
    setting("MobileNetV3Large", 97, alpha=0.75, classes=10),
    setting("MobileNetV3Large", 64, alpha=1.25),
    setting("MobileNetV3Large", 75, alpha=0.35, include_top=False),
    setting("MobileNetV3Large", 80, minimalistic=True),
    setting("MobileNetV3Small", 75, alpha=0.75),
    setting("MobileNetV3Small", 33, include_top=False),
    setting("MobileNetV3Small", 64, minimalistic=True, alpha=1.5, classes=2),
    setting("NASNetMobile", 65, classes=10),
    setting("NASNetMobile", 96, include_top=False),
    pytest.param(setting("InceptionResNetV2", 98, classes=10), marks=heavy),
    pytest.param(setting("InceptionResNetV2", 128, include_top=False), marks=heavy),
    pytest.param(setting("NASNetLarge", 65, classes=10), marks=heavy),
    pytest.param(setting("NASNetLarge", 50, include_top=False), marks=heavy),
]


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: "-".join([case.function, str(case.size), *map(str, case.variables)]))
def test_the_outputs_are_equal_under_other_arguments(case: Case) -> None:
    assert prove(case)["difference"] <= 1e-4


# The layers that Keras has and we have not, and ours that Keras has not. InceptionResNetV2: `inputs[0] + inputs[1] * scale` is a layer of its own in
# Keras. MobileNetV3: its hard sigmoid is `ReLU(6)(x + 3) * (1 / 6)`, of which only the middle is a layer. It and NASNet: Keras pads by hand before a
# strided depthwise convolution, with what `same` pads.
DIFFERENCES: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "InceptionV3": ({}, {}),
    "InceptionResNetV2": ({"CustomScaleLayer": 40}, {"Rescaling": 40, "Add": 40}),
    "MobileNetV3Small": ({"ZeroPadding2D": 4, "ReLU": 9}, {"Activation": 9}),
    "MobileNetV3Large": ({"ZeroPadding2D": 4, "ReLU": 8}, {"Activation": 8}),
    "NASNetMobile": ({"ZeroPadding2D": 16}, {}),
    "NASNetLarge": ({"ZeroPadding2D": 16}, {}),
}


@pytest.mark.parametrize("function", DIFFERENCES)
def test_the_layers_have_the_same_kinds_and_configurations(function: str) -> None:
    theirs, ours = models(function)
    missing, added = (Counter(configured(one)) - Counter(configured(other)) for one, other in ((theirs, ours), (ours, theirs)))
    assert (kinds(missing), kinds(added)) == DIFFERENCES[function]


# Keras's names that are no path of ours. The text of the spec has no place for the first two, which join a branch of `mixed9` and one of `mixed10`;
# the others pad before a stride. NASNet is not here: Keras's names have the cell last, `separable_conv_1_normal_left1_0`, and paths have it first.
UNSAID = {
    "InceptionV3": {"mixed9_0", "mixed9_1"},
    "InceptionResNetV2": set(),
    "MobileNetV3Small": {f"expanded_conv{block}_depthwise_pad" for block in ("", "_1", "_3", "_8")},
    "MobileNetV3Large": {f"expanded_conv{block}_depthwise_pad" for block in ("_1", "_3", "_6", "_12")},
}


@pytest.mark.parametrize("function", UNSAID)
def test_what_keras_names_has_that_name(function: str) -> None:
    theirs, _ = models(function)
    paths = {path.replace(".", "_") for path in archspec.compile(CASE[function].spec).endpoints}
    assert {layer.name for layer in theirs.layers if not automatic(layer)} - paths == UNSAID[function]


def automatic(layer: Any) -> bool:
    """Whether Keras has named a layer, after its kind and counted, and not its author."""
    return re.fullmatch(rf"{snake_case(type(layer).__name__)}(_\d+)?", layer.name) is not None


@cache
def models(function: str) -> tuple[keras.Model, keras.Model]:
    """Keras's model and ours, whose weights have shapes but no values."""
    case = CASE[function]
    try:
        with keras.StatelessScope(initialize_variables=False):
            theirs = getattr(keras.applications, function)(weights=None, input_shape=(case.size, case.size, 3))
            return theirs, archspec.build(case.spec, size=case.size)
    finally:
        keras.backend.clear_session()  # else Keras gives the weights values after all, with the next model's


def configured(model: keras.Model) -> Iterator[tuple[str, Any]]:
    """The kind and configuration of each layer, as far as it decides what the layer computes and how it is trained."""
    for layer in model.layers[1:]:
        config = {key: value for key, value in layer.get_config().items() if key not in ("name", "dtype")}
        if config.get("axis") == 3:
            config["axis"] = -1
        if type(layer).__name__ in ("DepthwiseConv2D", "SeparableConv2D") and config["strides"] == (2, 2):
            del config["padding"]
        yield type(layer).__name__, frozen(config)


def frozen(value: Any) -> Any:
    """A value that can be counted."""
    if isinstance(value, Mapping):
        return tuple((key, frozen(value[key])) for key in sorted(value))
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value


def kinds(layers: Counter[tuple[str, Any]]) -> Counter[str]:
    return Counter(kind for kind, _ in layers.elements())
