"""An operator on constants → the constant that it gives. Exporters compute shapes so.

A constant is an array. Sizes that only a run knows, such as that of the batch, stand in it as an
`UnknownSize`, which can be moved about and not be computed with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy

from archspec.reading.onnx.model import OnnxNode

Array = Any

LARGEST = 2**28
"""Elements of a constant that is computed."""


class NoCounterpart(Exception):
    """An operator that has no counterpart as it is used; the message says why."""


class UnknownSize:
    """A size that only a run knows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


BATCH = UnknownSize("the batch")


def computed(node: OnnxNode, taken: Sequence[Array | None]) -> Array | None:
    """The constant that an operator makes of constants, ``None`` where that is not computed here.
    Raises `NoCounterpart` where it cannot be.
    """
    compute = COMPUTED.get(node.operator) if node.kind == node.operator else None
    if compute is None or len(node.outputs) != 1:
        return None
    try:
        result = _whole(compute(node, [*taken, *[None] * 5]))
    except TypeError as error:
        raise NoCounterpart("it computes with a size that only a run knows") from error
    except (ValueError, IndexError, OverflowError, AttributeError) as error:
        raise NoCounterpart("its constants cannot be computed before a run") from error
    return result


def _whole(array: Array) -> Array:
    """Sizes as whole numbers, where all of them are known."""
    if array.dtype == object and not any(isinstance(one, UnknownSize) for one in array.flat):
        return array.astype("int64")
    return array


def axes_of(node: OnnxNode, given: Array | None) -> list[int] | None:
    """The axes of an operator: an input of newer versions, an attribute of older ones."""
    if given is not None:
        return [int(axis) for axis in numpy.ravel(given)]
    axes = node.attributes.get("axes")
    return None if axes is None else [int(axis) for axis in axes]


def _constant(node: OnnxNode, taken: Any) -> Array:
    value = node.attributes.get("value")
    if value is not None:
        return value
    for name, dtype in (("value_float", "float32"), ("value_int", "int64")):
        for key in (name, f"{name}s"):
            if key in node.attributes:
                return numpy.array(node.attributes[key], dtype)
    raise NoCounterpart("its value is no number")


def _constant_of_shape(node: OnnxNode, taken: Any) -> Array:
    value = node.attributes.get("value")
    one = numpy.zeros(1, "float32") if value is None else value
    return numpy.broadcast_to(one.reshape(()), [int(size) for size in taken[0]])


def _unsqueeze(node: OnnxNode, taken: Any) -> Array:
    axes = axes_of(node, taken[1])
    return numpy.expand_dims(taken[0], tuple(axes or ()))


def _squeeze(node: OnnxNode, taken: Any) -> Array:
    axes = axes_of(node, taken[1])
    return numpy.squeeze(taken[0], None if axes is None else tuple(axes))


def _gather(node: OnnxNode, taken: Any) -> Array:
    indices = taken[1].astype("int64")
    return numpy.asarray(numpy.take(taken[0], indices, axis=node.attributes.get("axis", 0)))


def _concat(node: OnnxNode, taken: Any) -> Array:
    arrays = [one for one in taken if one is not None]
    return _bounded(arrays, lambda: numpy.concatenate(arrays, axis=node.attributes["axis"]))


def _slice(node: OnnxNode, taken: Any) -> Array:
    array = taken[0]
    for axis, part in slices(node, taken, array.ndim):
        array = array[(slice(None),) * axis + (part,)]
    return array


def slices(node: OnnxNode, taken: Sequence[Array | None], rank: int) -> list[tuple[int, slice]]:
    """What a ``Slice`` takes of each of its axes, by their numbers from 0."""
    starts, ends = (
        numpy.ravel(given if given is not None else node.attributes[name]).tolist()
        for name, given in (("starts", taken[1]), ("ends", taken[2]))
    )
    axes = axes_of(node, taken[3])
    axes = list(range(len(starts))) if axes is None else [axis % rank for axis in axes]
    steps = [1] * len(starts) if taken[4] is None else numpy.ravel(taken[4]).tolist()
    return [
        (axis, slice(int(start), _end(int(end), int(step)), int(step)))
        for axis, start, end, step in zip(axes, starts, ends, steps, strict=True)
    ]


FAR = 2**31 - 1
"""From here on an end is the end of the axis, whatever its size."""


def _end(end: int, step: int) -> int | None:
    return None if (step > 0 and end >= FAR) or (step < 0 and end < -FAR) else end


def _cast(node: OnnxNode, taken: Any) -> Array:
    array = taken[0]
    dtype = DTYPES.get(node.attributes["to"])
    if dtype is None or array.dtype == object:
        return array if array.dtype == object else None
    return _bounded([array], lambda: array.astype(dtype))


DTYPES = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}
"""The dtypes of constants, by ONNX's numbers."""


def _reshape(node: OnnxNode, taken: Any) -> Array:
    array, shape = taken[:2]
    sizes = [array.shape[n] if size == 0 else int(size) for n, size in enumerate(shape.tolist())]
    return array.reshape(sizes)


def _expand(node: OnnxNode, taken: Any) -> Array:
    """A constant that is the same for all examples stays one for a single example, which every
    operator on a tensor and a constant stretches.
    """
    first, *others = taken[1].tolist()
    sizes = [1 if first is BATCH else int(first), *map(int, others)]
    shape = numpy.broadcast_shapes(taken[0].shape, tuple(sizes))
    return numpy.broadcast_to(taken[0], shape)


def _range(node: OnnxNode, taken: Any) -> Array:
    start, limit, delta = (one.item() for one in taken[:3])
    if ceil((limit - start) / delta) > LARGEST:
        raise NoCounterpart("its constant is too large")
    return numpy.arange(start, limit, delta, dtype=taken[0].dtype)


def _divide(one: Array, other: Array) -> Array:
    if one.dtype.kind in "iu":
        return numpy.trunc(one / other).astype(one.dtype)
    return one / other


def _elementwise(compute: Callable[..., Array]) -> Callable[[OnnxNode, Any], Array]:
    def run(node: OnnxNode, taken: Any) -> Array:
        arrays = [one for one in taken if one is not None]
        return _bounded(arrays, lambda: numpy.asarray(compute(*arrays)))

    return run


def _bounded(arrays: Sequence[Array], compute: Callable[[], Array]) -> Array:
    if sum(array.size for array in arrays) > LARGEST or (
        numpy.prod([float(max(one.shape, default=1)) for one in arrays]) > LARGEST
        and max(array.size for array in arrays) > LARGEST // 8
    ):
        raise NoCounterpart("its constant is too large")
    return compute()


def _reduce_product(node: OnnxNode, taken: Any) -> Array:
    if taken[0].dtype == object:  # no axis is kept of a list of sizes
        product = numpy.empty(1 if node.attributes.get("keepdims", 1) else (), dtype=object)
        product[...] = UnknownSize("a product of sizes")
        return product
    axes = axes_of(node, taken[1])
    keepdims = bool(node.attributes.get("keepdims", 1))
    axis = None if axes is None else tuple(axes)
    return numpy.asarray(numpy.prod(taken[0], axis=axis, keepdims=keepdims))


COMPUTED: Mapping[str, Callable[[OnnxNode, Any], Array]] = {
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Gather": _gather,
    "Concat": _concat,
    "Slice": _slice,
    "Cast": _cast,
    "Reshape": _reshape,
    "Expand": _expand,
    "Range": _range,
    "ReduceProd": _reduce_product,
    "Transpose": lambda node, taken: numpy.transpose(taken[0], node.attributes.get("perm")),
    "Shape": lambda node, taken: numpy.array(
        taken[0].shape[node.attributes.get("start", 0) : node.attributes.get("end")], "int64"
    ),
    "Size": lambda node, taken: numpy.array(taken[0].size, "int64"),
    "Identity": _elementwise(lambda x: x),
    "Add": _elementwise(numpy.add),
    "Sub": _elementwise(numpy.subtract),
    "Mul": _elementwise(numpy.multiply),
    "Div": _elementwise(_divide),
    "Neg": _elementwise(numpy.negative),
    "Sqrt": _elementwise(numpy.sqrt),
    "Exp": _elementwise(numpy.exp),
    "Pow": _elementwise(lambda x, y: numpy.power(x, y).astype(x.dtype)),
    "Reciprocal": _elementwise(numpy.reciprocal),
    "Floor": _elementwise(numpy.floor),
    "Ceil": _elementwise(numpy.ceil),
    "Equal": _elementwise(numpy.equal),
    "Where": _elementwise(numpy.where),
    "Min": _elementwise(lambda *all: numpy.minimum.reduce(all)),
    "Max": _elementwise(lambda *all: numpy.maximum.reduce(all)),
}
"""What computes the operators on constants."""
