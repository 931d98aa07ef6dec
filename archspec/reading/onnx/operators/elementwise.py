"""Operators that compute each number by itself, of one tensor, of several, or of a tensor and
constants → activations, merging layers, `Rescaling`, and learned constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any

import numpy

from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.network import GrowingNetwork, Value
from archspec.reading.onnx.views import Axes, Size, TensorView

Array = Any

Layer = tuple[str, dict[str, Any]]
"""A kind and its arguments."""


# --- of one tensor


def _unary(network: GrowingNetwork, layer: Callable[[GrowingNetwork], Layer]) -> Value:
    view = network.view()
    kind, arguments = layer(network)
    y = network.add(kind, arguments, [view.tensor])
    if (kind, arguments.get("activation")) in NONNEGATIVE or kind in ("ReLU", "ops.square"):
        network.nonnegative.add(y)
    return network.same(view, y)


NONNEGATIVE = {
    ("Activation", name) for name in ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus")
}
"""Layers that give no number below 0."""


def _activation(name: str) -> Callable[[GrowingNetwork], Layer]:
    return lambda network: ("Activation", {"activation": name})


def _operation(name: str) -> Callable[[GrowingNetwork], Layer]:
    return lambda network: (f"ops.{name}", {})


def _clip(network: GrowingNetwork) -> Layer:
    bounds = []
    for index, name in ((1, "min"), (2, "max")):
        given = network.numbers(index)
        value = network.attribute(name) if given is None else single(given)
        bounds.append(None if value is None else short(value))
    low, high = bounds
    infinite = numpy.finfo("float32").max
    low = None if low is not None and low <= -infinite else low
    high = None if high is not None and high >= infinite else high
    if low == 0:
        if high is None:
            return "Activation", {"activation": "relu"}
        return "ReLU", {"max_value": high}
    edges = (-infinite if low is None else low, infinite if high is None else high)
    return "ops.clip", {"x_min": float(edges[0]), "x_max": float(edges[1])}


def _leaky_relu(network: GrowingNetwork) -> Layer:
    return "LeakyReLU", {"negative_slope": short(network.attribute("alpha", 0.01))}


def _elu(network: GrowingNetwork) -> Layer:
    alpha = short(network.attribute("alpha", 1.0))
    return ("Activation", {"activation": "elu"}) if alpha == 1 else ("ELU", {"alpha": alpha})


def _selu(network: GrowingNetwork) -> Layer:
    given = [network.attribute(name, value) for name, value in SELU.items()]
    if not numpy.allclose(given, list(SELU.values()), rtol=1e-6):
        raise NoCounterpart(f"its numbers, {given}, are not those of SELU")
    return "Activation", {"activation": "selu"}


SELU = {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}
"""The numbers of SELU: ONNX's defaults, and the only ones in Keras."""


def _gelu(network: GrowingNetwork) -> Layer:
    if network.attribute("approximate", "none") == "tanh":
        return "ops.gelu", {"approximate": True}
    return "Activation", {"activation": "gelu"}


def _hard_sigmoid(network: GrowingNetwork) -> Value:
    """max(0, min(1, alpha * x + beta)), which is Keras's for 1/6 and 1/2."""
    alpha, beta = (network.attribute(*one) for one in (("alpha", 0.2), ("beta", 0.5)))
    view = network.view()
    if numpy.allclose([alpha, beta], [1 / 6, 0.5], rtol=1e-6):
        y = network.add("Activation", {"activation": "hard_sigmoid"}, [view.tensor])
    else:
        arguments = {"scale": short(alpha), "offset": short(beta)}
        y = network.add("Rescaling", arguments, [view.tensor], part="rescaling")
        y = network.add("ReLU", {"max_value": 1}, [y])
    network.nonnegative.add(y)
    return network.same(view, y)


def _prelu(network: GrowingNetwork) -> Value:
    slope = network.numbers(1)
    if slope is None:
        raise NoCounterpart("it has no slopes")
    if slope.size == 1 and slope.item() >= 0:
        view = network.view()
        arguments = {"negative_slope": short(slope.item())}
        return network.same(view, network.add("LeakyReLU", arguments, [view.tensor]))
    view, array = arranged_constant(network, network.view(), slope)
    pairs = zip(array.shape, network.shape(view.tensor), strict=True)
    shared = [axis for axis, (size, own) in enumerate(pairs, 1) if size == 1 != own]
    axes: dict[str, Any] = {"shared_axes": shared} if shared else {}
    return network.same(view, network.add("PReLU", axes, [view.tensor], [array]))


def _softmax(network: GrowingNetwork, name: str) -> Value:
    view = network.view()
    rank = len(view.want) + 1
    axis = network.attribute("axis", -1 if network.model.opset >= 13 else 1) % rank
    if network.model.opset < 13:
        axis = _last_that_counts(view, axis)
    if not axis:
        raise NoCounterpart("it takes the batch together")
    if view.have[-1] != view.want[axis - 1]:
        target = (*view.want[: axis - 1], *view.want[axis:], view.want[axis - 1])
        tensor = network.arranged(view, target)
        order = [*range(axis - 1), len(target) - 1, *range(axis - 1, len(target) - 1)]
        view = network.laid(tensor, order)
    y = network.add("Activation", {"activation": name}, [view.tensor])
    if name == "softmax":
        network.nonnegative.add(y)
    return network.same(view, y)


def _last_that_counts(view: TensorView, axis: int) -> int:
    """The axis of a softmax over this axis and all behind it, as older versions have it."""
    counted = [one for one in range(axis, len(view.want) + 1) if view.want[one - 1]]
    if len(counted) > 1:
        raise NoCounterpart("it goes over several axes together")
    return counted[0] if counted else len(view.want)


# --- of several


def _merged(network: GrowingNetwork, kind: str) -> Value:
    """A merging layer of tensors, or the operation of a tensor and a constant."""
    values = [network.taken(index) for index in range(len(network.node.inputs))]
    views = [value for value in values if isinstance(value, TensorView)]
    if len(views) == len(values) > 1:
        return _of_tensors(network, views, kind)
    if len(values) == 1:
        return values[0]
    if len(values) > 2 or network.node.operator == "Mean":
        raise NoCounterpart("it takes constants beside tensors")
    first = isinstance(values[0], TensorView)
    constant = network.numbers(1 if first else 0)
    assert constant is not None
    if constant.size == 1 and constant.ndim <= len(views[0].want) + 1:
        return _with_number(network, views[0], short(constant.item()), first)
    return _with_constant(network, views[0], constant, kind)


def _with_number(network: GrowingNetwork, view: TensorView, number: float, first: bool) -> Value:
    kind, arguments = WITH_NUMBER[network.node.operator](number, first)
    y = network.add(kind, arguments, [view.tensor])
    if kind == "Activation":
        network.nonnegative.add(y)
    return network.same(view, y)


def _of_tensors(network: GrowingNetwork, views: Sequence[TensorView], kind: str) -> Value:
    tensors, result = together(network, views)
    y = network.add(kind, {}, tensors)
    if kind in ("Add", "Multiply", "Maximum"):
        network.keep_nonnegative(tensors, [y])
    return network.same(result, y)


def _with_constant(network: GrowingNetwork, view: TensorView, constant: Array, kind: str) -> Value:
    """A tensor and a constant, as a learned one; of an image of few channels, a `Rescaling`."""
    first = isinstance(network.taken(0), TensorView)
    rescaled = _rescaled(network, view, constant, first)
    if rescaled is not None:
        return rescaled
    if _is_larger(view, constant):
        return _stretched(network, view, constant, kind)
    view, array = arranged_constant(network, view, constant)
    learned = network.add(
        "Parameter", {"shape": list(array.shape)}, [view.tensor], [array], part="parameter"
    )
    pair = [view.tensor, learned] if first else [learned, view.tensor]
    return network.same(view, network.add(kind, {}, pair))


def _is_larger(view: TensorView, constant: Array) -> bool:
    """Whether a constant has an axis that is of size 1 in a tensor."""
    pairs = zip(constant.shape[::-1], view.shape[::-1], strict=False)
    return any(size > 1 and own == 1 for size, own in pairs)


def _stretched(network: GrowingNetwork, view: TensorView, constant: Array, kind: str) -> Value:
    """A tensor and a constant along whose axes it is stretched."""
    rank = len(view.want)
    shape = (1,) * (rank + 1 - constant.ndim) + constant.shape
    if len(shape) > rank + 1 or shape[0] != 1:
        raise NoCounterpart("its constant has more axes than its input")
    array = constant.reshape(shape[1:])
    array = numpy.moveaxis(array, 0, -1) if rank > 2 else array
    learned = network.add(
        "Parameter", {"shape": list(array.shape)}, [view.tensor], [array], part="parameter"
    )
    other = network.of_image(learned) if rank > 2 else network.laid(learned, range(rank))
    first = isinstance(network.taken(0), TensorView)
    return _of_tensors(network, [view, other] if first else [other, view], kind)


FEW = 4
"""Channels of images, for which a factor each is written into the spec."""


def _rescaled(
    network: GrowingNetwork, view: TensorView, constant: Array, first: bool
) -> Value | None:
    """An image of few channels times or plus a number for each, ``None`` where it is none."""
    sizes = (1,) * (len(view.want) + 1 - constant.ndim) + constant.shape
    varying = [axis for axis, size in enumerate(sizes) if size > 1]
    if len(sizes) < 4 or len(varying) != 1 or not varying[0] or constant.size > FEW:
        return None
    channels = varying[0] - 1
    if view.want[channels] != view.have[-1] or view.shape[channels] != constant.size:
        return None
    values = constant.ravel().astype("float64")
    numbers: Any = [short(value) for value in values]
    match network.node.operator, first:
        case "Mul", _:
            arguments = {"scale": numbers}
        case "Div", True:
            arguments = {"scale": [1 / number for number in numbers]}
        case "Add", _:
            arguments = {"scale": 1, "offset": numbers}
        case "Sub", True:
            arguments = {"scale": 1, "offset": [-number for number in numbers]}
        case _:
            return None
    return network.same(view, network.add("Rescaling", arguments, [view.tensor]))


WITH_NUMBER: Mapping[str, Callable[[float, bool], Layer]] = {
    "Add": lambda c, first: ("Rescaling", {"scale": 1, "offset": c}),
    "Sum": lambda c, first: ("Rescaling", {"scale": 1, "offset": c}),
    "Sub": lambda c, first: (
        "Rescaling",
        {"scale": 1, "offset": -c} if first else {"scale": -1, "offset": c},
    ),
    "Mul": lambda c, first: ("Rescaling", {"scale": c}),
    "Div": lambda c, first: (
        ("Rescaling", {"scale": 1 / c})
        if first and c
        else ("ops.divide", _side("x2", "x1", c, first))
    ),
    "Pow": lambda c, first: (
        POWERS[c] if first and c in POWERS else ("ops.power", _side("x2", "x1", c, first))
    ),
    "Max": lambda c, first: (
        ("Activation", {"activation": "relu"}) if c == 0 else ("ops.maximum", {"x2": c})
    ),
    "Min": lambda c, first: ("ops.minimum", {"x2": c}),
}
"""The layer for a tensor and a number, which is the second or, where the tensor is not ``first``,
the first.
"""

POWERS: Mapping[float, Layer] = {2: ("ops.square", {}), 0.5: ("ops.sqrt", {})}


def _side(second: str, one: str, number: float, first: bool) -> dict[str, Any]:
    return {second if first else one: number}


def together(network: GrowingNetwork, views: Sequence[TensorView]) -> tuple[list[str], TensorView]:
    """Our tensors of some tensors of one rank, in one order of axes, and the view of what is made
    of them element by element.
    """
    if len({len(view.want) for view in views}) > 1:
        raise NoCounterpart("its inputs have different numbers of axes")
    main = max(views, key=lambda view: (sum(map(bool, view.want)), views.index(view) == 0))
    targets = [_matched(main, view) for view in views]
    if all(target is not None for target in targets):
        pairs = zip(views, targets, strict=True)
        return [network.arranged(view, target or ()) for view, target in pairs], main
    plain = [network.canonical(view) for view in views]
    return [view.tensor for view in plain], _largest(plain)


def _matched(main: TensorView, view: TensorView) -> Axes | None:
    """The order of a tensor's axes that is that of another's, ``None`` where they cannot be."""
    other: dict[int, int] = {}
    for own, theirs in zip(main.want, view.want, strict=True):
        if theirs and main.atoms_of(own) != view.atoms_of(theirs):
            return None
        other |= dict(zip(own, theirs, strict=False))
    target = tuple(tuple(other[atom] for atom in axis if atom in other) for axis in main.have)
    whole = all(len(axis) in (0, len(own)) for axis, own in zip(target, main.have, strict=True))
    return target if whole else None


def _largest(views: Sequence[TensorView]) -> TensorView:
    """The view of what is made of tensors whose axes are in one order, each at its longest."""
    sizes: dict[int, Size] = {}
    for view in views:
        sizes |= view.sizes
    have, want = (
        tuple(next(filter(None, groups), ()) for groups in zip(*axes, strict=True))
        for axes in ([view.have for view in views], [view.want for view in views])
    )
    return TensorView("", have, want, sizes)


# --- constants


def single(array: Array) -> float:
    """The number of an array of one. Raises `NoCounterpart` where it is not one."""
    if array.size != 1:
        raise NoCounterpart("it takes one number, and there are several")
    return float(array.item())


def short(value: float) -> float:
    """A number of float32 as people write it, to the rounding: 0.1, and not 0.10000000149."""
    exact = float(value)
    shorter = (one for digits in range(1, 7) for one in _rounded(exact, digits))
    return next((one for one in shorter if abs(one - exact) <= ROUNDING * abs(exact)), exact)


def _rounded(value: float, digits: int) -> Iterator[float]:
    """A number with so many digits, and one by such a number, as 1 / 127.5 is."""
    yield float(f"{value:.{digits}g}")
    if value and isfinite(1 / value) and digits < MANY:
        yield 1 / float(f"{1 / value:.{digits}g}")


MANY = 5
"""Digits that nobody divides by."""

ROUNDING = 2.0**-23
"""The part of a number up to which float32 tells it from another, at most."""


def arranged_constant(
    network: GrowingNetwork, view: TensorView, constant: Array
) -> tuple[TensorView, Array]:
    """A tensor, and a constant in the order of its axes, of size 1 where it is the same along
    one.
    """
    rank = len(view.want)
    if constant.ndim > rank + 1:
        raise NoCounterpart("its constant has more axes than its input")
    array = constant.reshape((1,) * (rank + 1 - constant.ndim) + constant.shape)
    if array.shape[0] != 1:
        raise NoCounterpart("its constant is one for each example of a batch")
    array = array[0]
    if not _fits(view, array) or not _keeps_axes(view, array):
        view = network.canonical(view)
        if not _fits(view, array):
            raise NoCounterpart("its constant and its input are of different sizes")
    return view, _in_our_order(view, array)


def _fits(view: TensorView, array: Array) -> bool:
    return all(size in (1, own) for size, own in zip(array.shape, view.shape, strict=True))


def _keeps_axes(view: TensorView, array: Array) -> bool:
    """Whether each of our axes is made of such as the constant has, or of such as it has not."""
    varies = {
        atom for axis, size in zip(view.want, array.shape, strict=True) if size > 1 for atom in axis
    }
    return all(varies.issuperset(axis) or varies.isdisjoint(axis) for axis in view.have)


def _in_our_order(view: TensorView, array: Array) -> Array:
    sizes: list[int] = []
    atoms: list[int] = []
    for axis, size in zip(view.want, array.shape, strict=True):
        atoms += axis
        sizes += [int(view.sizes[atom] or 1) if size > 1 else 1 for atom in axis]
    array = array.reshape(sizes)
    order = [atoms.index(atom) for axis in view.have for atom in axis]
    array = array.transpose(order)
    shape, position = [], 0
    for axis in view.have:
        part = array.shape[position : position + len(axis)]
        shape.append(int(numpy.prod(part, dtype="int64")))
        position += len(axis)
    return array.reshape(shape)


ONE: Mapping[str, Callable[[GrowingNetwork], Layer]] = {
    "Relu": _activation("relu"),
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Softplus": _activation("softplus"),
    "Softsign": _activation("softsign"),
    "Mish": _activation("mish"),
    "HardSwish": _activation("hard_silu"),
    "GeluByTanh": lambda network: ("ops.gelu", {"approximate": True}),
    "Gelu": _gelu,
    "Clip": _clip,
    "LeakyRelu": _leaky_relu,
    "Elu": _elu,
    "Selu": _selu,
    "Abs": _operation("abs"),
    "Ceil": _operation("ceil"),
    "Cos": _operation("cos"),
    "Erf": _operation("erf"),
    "Exp": _operation("exp"),
    "Floor": _operation("floor"),
    "Log": _operation("log"),
    "Neg": lambda network: ("Rescaling", {"scale": -1}),
    "Reciprocal": _operation("reciprocal"),
    "Round": _operation("round"),
    "Sign": _operation("sign"),
    "Sin": _operation("sin"),
    "Sqrt": _operation("sqrt"),
    "Tan": _operation("tan"),
}
"""The layer of an operator on one tensor."""

SEVERAL: Mapping[str, str] = {
    "Add": "Add",
    "Sub": "Subtract",
    "Mul": "Multiply",
    "Div": "ops.divide",
    "Pow": "ops.power",
    "Max": "Maximum",
    "Min": "Minimum",
    "Sum": "Add",
    "Mean": "Average",
}
"""The layer of an operator on several tensors."""

ELEMENTWISE: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    **{name: partial(_unary, layer=layer) for name, layer in ONE.items()},
    **{name: partial(_merged, kind=kind) for name, kind in SEVERAL.items()},
    "HardSigmoid": _hard_sigmoid,
    "PRelu": _prelu,
    "Softmax": partial(_softmax, name="softmax"),
    "LogSoftmax": partial(_softmax, name="log_softmax"),
}
"""What translates operators that compute each number by itself."""
