"""ONNX's products with matrices → `Dense`, and products of two tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from archspec.reading.onnx.constants import NoCounterpart, UnknownSize
from archspec.reading.onnx.network import GrowingNetwork, Later, Value
from archspec.reading.onnx.views import Axes, Size, TensorView

Array = Any


def _gemm(network: GrowingNetwork) -> Value:
    """alpha * x @ kernel + beta * bias."""
    kernel = network.numbers(1)
    if network.attribute("transA", 0):
        raise NoCounterpart("it transposes the batch")
    if kernel is None or kernel.ndim != 2 or len(network.view().want) != 1:
        raise NoCounterpart("its weights do not fit its input")
    kernel = kernel.T if network.attribute("transB", 0) else kernel
    alpha, beta = network.attribute("alpha", 1.0), network.attribute("beta", 1.0)
    kernel = kernel if alpha == 1 else kernel * numpy.float32(alpha)
    bias = network.numbers(2)
    if bias is not None and beta != 1:
        bias = bias * numpy.float32(beta)
    return _dense(network, network.view(), kernel, bias)


def _matmul(network: GrowingNetwork) -> Value:
    """A product with a matrix, perhaps with a bias, which is a third input here; or of tensors."""
    first, second = network.taken(0), network.taken(1)
    if isinstance(first, TensorView) and isinstance(second, TensorView):
        return _product(network, first, second)
    kernel = network.numbers(1)
    if kernel is None or kernel.ndim != 2:
        raise NoCounterpart("its constant is no matrix")
    return _dense(network, network.view(), kernel, network.numbers(2))


def _matmul_of_rows(network: GrowingNetwork) -> Value:
    """A product of a tensor with a matrix, for which ONNX joins all axes but the last, and splits
    them again: its last two inputs are the shapes.
    """
    view, kernel, bias = network.view(), network.numbers(1), network.numbers(2)
    assert kernel is not None
    joined, split = (
        [] if (shape := network.constant(index)) is None else shape.ravel().tolist()
        for index in (3, 4)
    )
    width, units = kernel.shape
    fits = len(joined) == 2 and joined[1] in (width, -1) and view.shape[-1:] == (width,)
    if not fits or not _is_shape(split, (network.batch, *view.shape[:-1], units)):
        raise NoCounterpart("it joins axes, and splits them otherwise")
    return _dense(network, view, kernel, bias)


def _is_shape(given: Sequence[Any], shape: Sequence[Size]) -> bool:
    """Whether a shape is given, in which -1 stands for one size; what only a run knows, is it."""
    return (
        len(given) == len(shape)
        and given.count(-1) <= 1
        and all(
            one == -1 or (one == size if size is not None else isinstance(one, UnknownSize))
            for one, size in zip(given, shape, strict=True)
        )
    )


def _dense(network: GrowingNetwork, view: TensorView, kernel: Array, bias: Array | None) -> Value:
    """A product over the last axis. The rows of the kernel are brought into the order that the
    elements have here: those of an image that was flattened with its channels last.
    """
    units = kernel.shape[1]
    if kernel.shape[0] != view.shape[-1]:
        raise NoCounterpart("its weights do not fit its input")
    if bias is not None and bias.size not in (1, units):
        raise NoCounterpart("its bias is one for each example of a batch")
    view, tensor = features_last(network, view, -1)
    weights: list[Any] = [Later(kernel.shape, lambda: kernel[rows(view)])]
    if bias is not None:
        weights.append(numpy.broadcast_to(bias.reshape(-1), (units,)))
    y = network.add("Dense", {"units": units, "use_bias": bias is not None}, [tensor], weights)
    last = network.laid(y, range(len(view.have)))
    have = (*view.have[:-1], last.have[-1])
    want = (*view.want[:-1], last.have[-1])
    return TensorView(y, have, want, {**view.sizes, **last.sizes})


def features_last(network: GrowingNetwork, view: TensorView, axis: int) -> tuple[TensorView, str]:
    """A tensor whose last axis here is made of an axis of the ONNX model, the first or the last
    (-1), in whatever order.
    """
    others = list(view.want)
    features = others.pop(axis)
    if set(view.have[-1]) == set(features) and (features or not others):
        return view, view.tensor
    target: Axes = (*others, features)
    if not others:
        target = (tuple(atom for group in view.have for atom in group),)
    return view._replace(have=target), network.arranged(view, target)


def rows(view: TensorView) -> Array:
    """For each element of our last axis, which it is in the ONNX model's."""
    ours, theirs = view.have[-1], view.want[-1]
    sizes = [int(view.sizes[atom] or 1) for atom in theirs]
    numbers = numpy.arange(int(numpy.prod(sizes, dtype="int64"))).reshape(sizes)
    return numbers.transpose([theirs.index(atom) for atom in ours]).ravel()


def _product(network: GrowingNetwork, first: TensorView, second: TensorView) -> Value:
    if len(first.want) != len(second.want) or len(first.want) < 2:
        raise NoCounterpart("its inputs have different numbers of axes")
    one, two = network.as_onnx(first), network.as_onnx(second)
    y = network.add("ops.matmul", {}, [one.tensor, two.tensor])
    return network.laid(y, range(len(first.want)))


PRODUCTS: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "MatMulOfRows": _matmul_of_rows,
}
"""What translates products; ``MatMulOfRows`` is found by `patterns`."""
