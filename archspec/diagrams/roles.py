"""A layer → the part that it plays in a diagram, its colour and the words on its box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from archspec.layers import Layer
from archspec.layers.types import Configured

Say = Callable[[str, Any], str]
"""How the value of an argument, given with its name, is written."""


class Role(Enum):
    """Whether a layer has a card of its own, belongs to the one before it (or, if there is
    none, after it), or to the one after it.
    """

    MAIN = "main"
    FOLLOWS = "follows"
    LEADS = "leads"


class Fill(Enum):
    """The colours of the boxes, which are those of the legend."""

    CONV = "conv"
    POOL = "pool"
    MERGE = "merge"
    DENSE = "dense"
    NORM = "norm"
    OTHER = "other"


NAMES = {
    "BatchNormalization": "BN",
    "LayerNormalization": "LN",
    "GroupNormalization": "GN",
    "LocalResponseNormalization": "LRN",
    "UnitNormalization": "unit norm",
    "Normalization": "standardize",
    "MultiHeadAttention": "attention",
    "StochasticDepth": "drop path",
    "GaussianNoise": "noise",
    "RepeatVector": "repeat",
}
"""What people call the kinds that they do not call by Keras's name."""

ACTIVATIONS = {
    "relu": "ReLU", "relu6": "ReLU6", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "swish": "SiLU",
    "leaky_relu": "LeakyReLU", "hard_silu": "hard-swish", "hard_swish": "hard-swish", "hard_sigmoid": "hard sigmoid", "celu": "CELU",
    "glu": "GLU", "log_softmax": "log softmax", "linear": "", "None": "",
}  # fmt: skip
"""What people write for Keras's names of activations; the others are written as they are."""

NORMS = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "LocalResponseNormalization",
    "UnitNormalization",
    "Normalization",
)
SHAPING = ("Flatten", "Reshape", "Permute", "RepeatVector")
ACTIVE = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")
RANDOM = (
    "Dropout",
    "SpatialDropout",
    "Gaussian",
    "AlphaDropout",
    "StochasticDepth",
    "ActivityRegularization",
)
SYMBOLS = {
    "Add": "+",
    "Multiply": "×",
    "Subtract": "−",
    "Average": "avg",
    "Maximum": "max",
    "Minimum": "min",
    "Dot": "·",
}
"""The signs of elementwise merges; any other merge is a bar."""


def role(layer: Layer) -> Role:
    """The part that a layer plays."""
    kind = layer.kind()
    if kind.startswith(("ZeroPadding", "Cropping")):
        return Role.LEADS
    return (
        Role.FOLLOWS
        if kind in (*NORMS, *SHAPING, *ACTIVE) or kind.startswith(RANDOM)
        else Role.MAIN
    )


def fill(layer: Layer) -> Fill:
    """The colour of a layer's box."""
    kind = layer.kind()
    if "Conv" in kind:
        return Fill.CONV
    if "Pooling" in kind:
        return Fill.POOL
    if kind in SYMBOLS or kind in ("Concatenate", "Dot"):
        return Fill.MERGE
    if kind in ("Dense", "Embedding", "MultiHeadAttention"):
        return Fill.DENSE
    return Fill.NORM if kind in NORMS or kind in ACTIVE or kind.startswith(RANDOM) else Fill.OTHER


def plainly(name: str, value: Any) -> str:
    """A value as people write it; a long text is cut."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 24 else text[:23] + "…"


def title(layer: Layer, say: Say = plainly) -> tuple[str, str]:
    """The words of a layer: what stands out, and the rest: ``7×7`` and `` conv, 64, /2``.
    ``say`` writes an argument's value.
    """
    kind = layer.kind()
    for start, words in _TITLES.items():
        if start in kind:
            return words(layer, say)
    return _named(layer, say)


def _conv(layer: Any, say: Say) -> tuple[str, str]:
    if layer.groups == layer.filters > 1:  # a filter for each channel, as ConvNeXt writes it
        return (
            _window(layer, "kernel_size", say),
            f" depthwise conv{_turns(layer, say, grouped=False)}",
        )
    return (
        _window(layer, "kernel_size", say),
        f" conv, {say('filters', layer.filters)}{_turns(layer, say)}",
    )


def _transposed(layer: Any, say: Say) -> tuple[str, str]:
    steps = _steps(layer, "strides", say)
    return _window(
        layer, "kernel_size", say
    ), f" transposed conv, {say('filters', layer.filters)}" + (
        f", ×{steps}" if steps != "1" else ""
    )


def _depthwise(layer: Any, say: Say) -> tuple[str, str]:
    more = (
        f", ×{say('depth_multiplier', layer.depth_multiplier)}"
        if layer.depth_multiplier != 1
        else ""
    )
    return _window(layer, "kernel_size", say), f" depthwise conv{more}{_turns(layer, say)}"


def _separable(layer: Any, say: Say) -> tuple[str, str]:
    return (
        _window(layer, "kernel_size", say),
        f" separable conv, {say('filters', layer.filters)}{_turns(layer, say)}",
    )


def _pool(layer: Any, say: Say) -> tuple[str, str]:
    which = "max" if "Max" in layer.kind() else "average"
    if "Global" in layer.kind():
        return f"global {which} pool", ""
    steps = _steps(layer, "strides" if layer.strides is not None else "pool_size", say)
    return _window(layer, "pool_size", say), f" {which} pool" + (
        f", /{steps}" if steps != "1" else ""
    )


def _dense(layer: Any, say: Say) -> tuple[str, str]:
    return f"dense, {say('units', layer.units)}", ""


def _attention(layer: Any, say: Say) -> tuple[str, str]:
    return "attention", f", {say('num_heads', layer.num_heads)} × {say('key_dim', layer.key_dim)}"


def _upsampling(layer: Any, say: Say) -> tuple[str, str]:
    return "upsample", f", ×{_steps(layer, 'size', say)}"


def _parameter(layer: Any, say: Say) -> tuple[str, str]:
    return "parameter", f", {'×'.join(say('shape', size) for size in layer.shape)}"


_TITLES: Mapping[str, Callable[[Any, Say], tuple[str, str]]] = {
    "DepthwiseConv": _depthwise,
    "SeparableConv": _separable,
    "Transpose": _transposed,
    "Conv": _conv,
    "Pooling": _pool,
    "Dense": _dense,
    "MultiHeadAttention": _attention,
    "UpSampling": _upsampling,
    "Parameter": _parameter,
}


def _sizes(layer: Any, name: str, say: Say) -> list[str]:
    value = getattr(layer, name)
    return [say(name, size) for size in (value if isinstance(value, tuple) else (value,))]


def _window(layer: Any, name: str, say: Say) -> str:
    """``3×3``; a kernel of one axis is its length; one that has a name is called by it."""
    words = _sizes(layer, name, say)
    return words[0] if len(set(words)) == 1 and not words[0].isdigit() else "×".join(words)


def _steps(layer: Any, name: str, say: Say) -> str:
    """``2``, or ``2×1`` where the axes differ."""
    words = _sizes(layer, name, say)
    return words[0] if len(set(words)) == 1 else "×".join(words)


def _turns(layer: Any, say: Say, *, grouped: bool = True) -> str:
    """Strides, dilation and groups, where they are not 1."""
    steps, dilation = _steps(layer, "strides", say), _steps(layer, "dilation_rate", say)
    groups = say("groups", getattr(layer, "groups", 1))
    made = f", /{steps}" if steps != "1" else ""
    made += f", dilation {dilation}" if dilation != "1" else ""
    return made + (f", {groups} groups" if grouped and groups != "1" else "")


def _named(layer: Any, say: Say) -> tuple[str, str]:
    """A kind by its name, with its number if it has one that people give: ``dropout 0.5``."""
    kind = layer.kind()
    if kind == "Activation":
        return activation(layer.activation) or "linear", ""
    if kind == "ReLU":
        return ("ReLU6" if layer.max_value == 6 else "ReLU"), ""
    if kind == "Softmax":
        return "softmax", ""
    name = NAMES.get(kind) or (kind if kind in ACTIVE else _spaced(kind))
    if kind.startswith(RANDOM) and hasattr(layer, "rate"):
        return f"{name} {say('rate', layer.rate)}".rstrip(), ""
    if kind == "Reshape":
        return (
            (
                "reshape"
                f" {'×'.join('?' if size == -1 else say('target_shape', size) for size in layer.target_shape)}"
            ),
            "",
        )
    return name, ""


def _spaced(kind: str) -> str:
    """``ZeroPadding2D`` → ``zero padding``."""
    words = "".join(
        f" {letter.lower()}" if letter.isupper() else letter
        for letter in kind.removesuffix("1D").removesuffix("2D").removesuffix("3D")
    )
    return words.strip()


def activation(value: Any) -> str:
    """What people call an activation, nothing for none."""
    name = value.name if isinstance(value, Configured) else str(value)
    return ACTIVATIONS.get(name, name.replace("_", " "))


def parts(layer: Layer, say: Say = plainly) -> list[str]:
    """What a layer that belongs to a card adds to its second line: its name. A padding says
    nothing there: the sizes show it.
    """
    return [] if role(layer) is Role.LEADS else ["".join(title(layer, say))]


def own_activation(layer: Layer) -> list[str]:
    """The activation that a layer has as an argument, if it has one."""
    if layer.kind() in ("Activation",):
        return []
    words = activation(getattr(layer, "activation", None))
    return [words] if words else []
