"""A layer of Keras's → what it is here, where that is not the same: every difference between
its networks and ours, by family, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import keras

from archspec.backends.keras.layers import Parameter


class Description(NamedTuple):
    """A layer: its name if it has one that counts, its kind, its arguments, and the shape of
    its output with the batch.
    """

    name: str | None
    kind: type[Any]
    arguments: dict[str, Any]
    output: tuple[int | None, ...]


def described(
    layer: Any, name: str | None, output: tuple[int | None, ...] | None = None
) -> Description:
    """A layer's description, with axes counted from the end. One that is not connected needs
    its ``output`` told.
    """
    shape = layer.output.shape if output is None else output
    arguments = {key: value for key, value in layer.get_config().items() if key != "name"}
    if "axis" in arguments:
        arguments["axis"] = from_the_end(arguments["axis"], len(shape))
    return Description(name, type(layer), arguments, shape)


def from_the_end(axis: Any, rank: int) -> Any:
    """An axis, or some, of a tensor of so many axes."""
    if isinstance(axis, list | tuple):
        return [from_the_end(one, rank) for one in axis]
    return axis if axis < 0 else axis - rank


class Difference(NamedTuple):
    """Layers of Keras's that are others here, several, or none.

    ``kind`` is theirs, ``which`` tells them from others of their kind; ``here`` makes the layers,
    not connected, that one of them is here. The one of several that stands for it has its name.
    ``output`` is the shape of the output of each of these.
    """

    kind: str
    why: str
    here: Callable[[Any], Iterable[Any]]
    which: Callable[[Any], bool] = lambda layer: True
    output: Callable[[Any, Any], tuple[int | None, ...]] = lambda layer, one: layer.output.shape


def nothing(layer: Any) -> Iterable[Any]:
    """No layer: what theirs does is done by the one before or behind it."""
    return ()


def with_arguments(**arguments: Any) -> Callable[[Any], Iterable[Any]]:
    """The same layer with some arguments changed."""
    return lambda layer: [type(layer).from_config({**layer.get_config(), **arguments})]


def is_strided(layer: Any) -> bool:
    """Whether a layer is a convolution with strides."""
    return max(getattr(layer, "strides", (1,))) > 1 and "Conv" in type(layer).__name__


def pads_a_stride(layer: Any) -> bool:
    """Whether a padding is that of a strided convolution, and of nothing else."""
    return all(is_strided(node.operation) for node in layer._outbound_nodes)


def is_padded(layer: Any) -> bool:
    """Whether a convolution has strides and a layer before it that pads."""
    return is_strided(layer) and isinstance(
        layer.input._keras_history.operation, keras.layers.ZeroPadding2D
    )


def padded(*kinds: str) -> tuple[Difference, ...]:
    """A family's strided convolutions of these kinds are padded by `same`, and by Keras with a
    layer, which pads as much.
    """
    return (
        Difference("ZeroPadding2D", "the convolution behind it pads", nothing, pads_a_stride),
        *(
            Difference(
                kind, "`same` is what Keras pads by hand", with_arguments(padding="same"), is_padded
            )
            for kind in kinds
        ),
    )


def factor(layer: Any) -> Parameter:
    """The weights of a `LayerScale`."""
    return Parameter(
        [layer.projection_dim], keras.initializers.Constant(layer.init_values), name=layer.name
    )


SQUEEZED = (
    Difference(
        "GlobalAveragePooling2D",
        "it keeps its axes, which Keras brings back by a reshape",
        with_arguments(keepdims=True),
        lambda layer: layer.name.endswith("_se_squeeze"),
        lambda layer, one: (None, 1, 1, layer.output.shape[-1]),
    ),
    Difference("Reshape", "the pooling before it has kept its axes", nothing),
)
ZEROS = Difference(
    "Dense",
    "a constant of zero is written as zeros",
    with_arguments(bias_initializer="zeros"),
    lambda layer: (
        isinstance(layer.bias_initializer, keras.initializers.Constant)
        and layer.bias_initializer.value == 0
    ),
)

DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    **dict.fromkeys(
        (
            "resnet",
            "resnet_v2",
            "vgg",
            "xception",
            "inception_v3",
            "mobilenet",
            "mobilenet_v2",
            "densenet",
        ),
        (),
    ),
    "inception_resnet_v2": (
        Difference(
            "CustomScaleLayer",
            "x + scale * y is two layers",
            lambda layer: [keras.layers.Rescaling(layer.scale), keras.layers.Add(name=layer.name)],
        ),
    ),
    "mobilenet_v3": (
        *padded("DepthwiseConv2D"),
        Difference(
            "ReLU",
            "of Keras's hard sigmoid, ReLU6(x + 3) / 6, the middle is a layer, the rest operations",
            lambda layer: [keras.layers.Activation("hard_sigmoid", name=layer.name)],
            lambda layer: layer.max_value == 6,
        ),
    ),
    "nasnet": padded("SeparableConv2D"),
    "efficientnet": (*padded("Conv2D", "DepthwiseConv2D"), *SQUEEZED),
    "efficientnet_v2": (*SQUEEZED, ZEROS),
    "convnext": (
        Difference(
            "LayerScale",
            "a factor that is learned is a layer, and the product with it another",
            lambda layer: [factor(layer), keras.layers.Multiply()],
            output=lambda layer, one: (
                (None, *one.shape) if isinstance(one, Parameter) else layer.output.shape
            ),
        ),
        Difference(
            "Activation",
            "the sum of a block is a layer, and in Keras an operation behind a layer that does"
            " nothing",
            lambda layer: [keras.layers.Add()],
            lambda layer: layer.name.endswith("_identity"),
        ),
    ),
}

NAMES: dict[str, dict[str, str | None]] = {
    "inception_v3": {
        r"mixed9_\d": (
            None
            # they join a branch of `mixed9` and one of `mixed10`, and the text has no place for them
        ),
        r"(mixed\d+)": r"\1_concatenate",
    },
    "inception_resnet_v2": {
        r"average_pooling2d": None,
        r"(mixed_..|block.*_mixed)": r"\1_concatenate",
    },
    "nasnet": {
        r".*(normal|reduction|adjust)_.*": None
    },  # Keras has the cell last, `separable_conv_1_normal_left1_0`, and paths have it first
    "convnext": {r"convnext_[a-z]+_(.*)": r"\1"},  # the name of the model
}
"""What a name of Keras's is here, with underscores for dots, where it is another; `None` where
it is none. A group's end is named after its kind.
"""

ANY_SIZE = frozenset({"mobilenet_v3"})
"""The families whose functions leave the size open if none is given."""

BY_NEED = frozenset({"nasnet"})
"""The families whose layers Keras counts in another order than ours, as some that are not here
stand before others of the same depth.
"""
