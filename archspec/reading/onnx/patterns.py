"""An ONNX model → the same with one operator for what exporters write out as several: GELU,
normalizations, and biases.

Operators that stand in a product, in whatever order, are looked at as its factors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isclose, pi, sqrt
from typing import Any, NamedTuple

import numpy

from archspec.reading.onnx.constants import NoCounterpart, axes_of, computed
from archspec.reading.onnx.model import OnnxModel, OnnxNode

Array = Any


def simplified(model: OnnxModel) -> OnnxModel:
    """The model in which constants are computed, and what was written out is one operator."""
    pieces = Pieces(_with_constants(model))
    for find in (_of_rows, _biased, _scaled, _normalized, _layer_normalized, _activated):
        pieces = pieces.replaced(find)
    return pieces.model


def _with_constants(model: OnnxModel) -> OnnxModel:
    constants = dict(model.constants)
    nodes = []
    for node in model.live:
        if all(name in constants for name in node.inputs if name):
            arrays = [constants[name] if name else None for name in node.inputs]
            try:
                value = computed(node, arrays)
            except NoCounterpart:  # said where the operator is translated
                value = None
            if value is not None:
                constants[node.outputs[0]] = value
                continue
        nodes.append(node)
    return replace(model, nodes=tuple(nodes), constants=constants)


class Term(NamedTuple):
    """What a product is made of: a tensor by its name, and a number."""

    tensor: str
    number: float | None = None


class Affine(NamedTuple):
    """What a product and the sum behind it take: a tensor, and two constants, by name."""

    tensor: str
    scale: str
    shift: str


class Pieces:
    """A model, and which operator gives each tensor."""

    def __init__(self, model: OnnxModel) -> None:
        self.model = model
        self.givers = {name: node for node in model.live for name in node.outputs if name}

    def replaced(self, find: Callable[[Pieces, OnnxNode], OnnxNode | None]) -> Pieces:
        """With another operator in the place of each for which there is one; what nothing takes
        any more goes.
        """
        changed = False
        nodes = []
        for node in self.model.nodes:
            other = find(self, node) if node.kind == node.operator else None
            changed |= other is not None
            nodes.append(other or node)
        return Pieces(_pruned(replace(self.model, nodes=tuple(nodes)))) if changed else self

    def giver(self, tensor: str, *operators: str, alone: bool = True) -> OnnxNode | None:
        """The operator of some kinds that gives a tensor, which ``alone`` one other takes."""
        node = self.givers.get(tensor)
        fits = node is not None and node.kind in operators
        return node if fits and (not alone or self.model.uses[tensor] == 1) else None

    def constant(self, tensor: str) -> Array | None:
        """A constant of numbers."""
        array = self.model.constants.get(tensor)
        return array if array is not None and array.dtype.kind in "fiu" else None

    def number(self, tensor: str) -> float | None:
        """A constant of one number."""
        array = self.constant(tensor)
        return float(array.item()) if array is not None and array.size == 1 else None

    def tensor_and_number(self, node: OnnxNode | None) -> Term | None:
        """What an operator of two inputs takes where the second is one number; a sum and a product
        may have it first.
        """
        if node is None or len(node.inputs) != 2:
            return None
        first, second = node.inputs
        if (number := self.number(second)) is not None:
            return Term(first, number)
        if node.operator in ("Add", "Mul") and (number := self.number(first)) is not None:
            return Term(second, number)
        return None

    def with_constant(self, node: OnnxNode | None) -> tuple[str, str] | None:
        """The tensor and the constant of a sum or product, by name."""
        if node is None or len(node.inputs) != 2:
            return None
        first, second = node.inputs
        if self.constant(second) is not None:
            return first, second
        return (second, first) if self.constant(first) is not None else None

    def affine(self, node: OnnxNode) -> Affine | None:
        """A product with a constant, and the sum of that and a constant, which the node is."""
        pair = self.with_constant(node) if node.operator == "Add" else None
        inner = self.with_constant(self.giver(pair[0], "Mul")) if pair else None
        return Affine(*inner, pair[1]) if pair and inner else None

    def factors(self, node: OnnxNode) -> tuple[list[str], float]:
        """The tensors of a product, and the product of its numbers."""
        tensors: list[str] = []
        number = 1.0
        pending = list(node.inputs)
        if node.operator == "Div":
            pending, number = [node.inputs[0]], 1 / (self.number(node.inputs[1]) or 1.0)
        for _ in range(MOST_FACTORS):
            if not pending:
                break
            tensor = pending.pop(0)
            value = self.number(tensor)
            inner = self.giver(tensor, "Mul", "Div") if value is None else None
            if value is not None:
                number *= value
            elif inner is None or (inner.operator == "Div" and not self.number(inner.inputs[1])):
                tensors.append(tensor)
            elif inner.operator == "Mul":
                pending += inner.inputs
            else:
                pending.append(inner.inputs[0])
                number /= self.number(inner.inputs[1]) or 1.0
        return [*tensors, *pending], number


MOST_FACTORS = 8
"""Of a product that are looked at: no activation has more."""


def _pruned(model: OnnxModel) -> OnnxModel:
    return replace(model, nodes=model.live)


def _as(node: OnnxNode, operator: str, *inputs: str, **attributes: Any) -> OnnxNode:
    return node._replace(operator=operator, inputs=inputs, attributes=attributes)


# --- biases and factors for each channel


def _of_rows(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """A product of a tensor's rows, of which all examples are joined before and split behind it, as
    TensorFlow has it: the product of the tensor. Its shapes are looked at when it is translated.
    """
    product = pieces.giver(node.inputs[0], "MatMul") if node.operator == "Reshape" else None
    before = pieces.giver(product.inputs[0], "Reshape") if product is not None else None
    if product is None or before is None or not len(before.inputs) == len(node.inputs) == 2:
        return None
    x, kernel, shapes = before.inputs[0], product.inputs[1], (before.inputs[1], node.inputs[1])
    array = pieces.constant(kernel)
    if array is None or array.ndim != 2 or len(product.inputs) > 2:
        return None
    return _as(node, "MatMulOfRows", x, kernel, "", *shapes)


def _biased(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """A product or convolution without a bias, and the sum behind it."""
    if node.operator != "Add":
        return None
    for tensor, bias in (node.inputs, node.inputs[::-1]) if len(node.inputs) == 2 else ():
        product = pieces.giver(tensor, "MatMul", "MatMulOfRows", "Conv")
        array = pieces.constant(bias)
        if product is None or array is None or any(product.inputs[2:3]):
            continue
        kernel = pieces.constant(product.inputs[1])
        if kernel is not None and _is_bias(product, kernel, array):
            return _joined(product, node, bias)
    return None


def _is_bias(product: OnnxNode, kernel: Array, bias: Array) -> bool:
    """Whether a constant is one number for each thing that a product gives."""
    if product.operator != "Conv":
        return bool(kernel.ndim == 2 and bias.shape[-1:] == (bias.size,) == kernel.shape[1:])
    return _is_by_channel(bias, kernel.ndim)


def _is_by_channel(array: Array, rank: int) -> bool:
    """Whether a constant has one number for each channel of a tensor of a rank."""
    shape = (1,) * (rank - array.ndim) + array.shape
    return rank > 2 and array.ndim <= rank and array.size == shape[1] > 1


def _joined(product: OnnxNode, total: OnnxNode, bias: str) -> OnnxNode:
    inputs = (*product.inputs[:2], bias, *product.inputs[3:])
    return product._replace(inputs=inputs, outputs=total.outputs)


def _scaled(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """A factor and then a summand for each channel of an image."""
    found = pieces.affine(node)
    if found is None:
        return None
    scale, shift = (pieces.model.constants[name] for name in (found.scale, found.shift))
    rank = max(scale.ndim, shift.ndim)
    if rank == 3:  # of (channels, 1, 1)
        rank = 4
    if scale.size != shift.size or scale.size < FEWEST:
        return None
    if not (_is_by_channel(scale, rank) and _is_by_channel(shift, rank)):
        return None
    return _as(node, "ScaleAndShift", *found)


FEWEST = 5
"""Channels of a normalization that was written out; an image of fewer is rescaled."""


def _normalized(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """A normalization with a factor and summand for each channel behind it, as Caffe has them: the
    constants of both as those of one.
    """
    before = pieces.giver(node.inputs[0], "BatchNormalization") if node.inputs else None
    if node.operator != "ScaleAndShift" or before is None:
        return None
    x, gamma, beta, mean, variance = before.inputs
    arrays = [pieces.constant(name) for name in (gamma, beta, *node.inputs[1:])]
    plain = [numpy.ravel(array) for array in arrays if array is not None]
    if len(plain) < len(arrays):
        return None
    first, second, scale, shift = plain
    if not len(first) == len(second) == len(scale):
        return None
    constants = pieces.model.constants
    names = f"{node.outputs[0]}\0gamma", f"{node.outputs[0]}\0beta"
    assert isinstance(constants, dict)
    constants.update(zip(names, (first * scale, second * scale + shift), strict=True))
    return before._replace(inputs=(x, *names, mean, variance), outputs=node.outputs)


# --- layer normalization


def _layer_normalized(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta over the last axis."""
    affine = pieces.affine(node)
    division = pieces.giver(affine.tensor, "Div") if affine else None
    found = _standardized(pieces, division) if division else None
    if affine is None or found is None:
        return None
    x, epsilon = found
    return _as(node, "LayerNormalization", x, affine.scale, affine.shift, epsilon=epsilon)


def _standardized(pieces: Pieces, division: OnnxNode) -> tuple[str, float] | None:
    centred, deviation = division.inputs
    root = pieces.giver(deviation, "Sqrt")
    total = pieces.tensor_and_number(pieces.giver(root.inputs[0], "Add")) if root else None
    mean = pieces.giver(total.tensor, "ReduceMean") if total else None
    if total is None or mean is None or not _is_over_last(pieces, mean):
        return None
    square = pieces.giver(mean.inputs[0], "Pow", "Mul")
    if square is None or square.inputs[0] != centred:
        return None
    if square.inputs[1] != centred and pieces.number(square.inputs[1]) != 2:
        return None
    x = _centred(pieces, centred)
    return None if x is None or total.number is None else (x, total.number)


def _centred(pieces: Pieces, tensor: str) -> str | None:
    """The tensor from which its mean was subtracted."""
    difference = pieces.giver(tensor, "Sub", alone=False)
    mean = pieces.giver(difference.inputs[1], "ReduceMean", alone=False) if difference else None
    if difference is None or mean is None or not _is_over_last(pieces, mean):
        return None
    return mean.inputs[0] if mean.inputs[0] == difference.inputs[0] else None


def _is_over_last(pieces: Pieces, mean: OnnxNode) -> bool:
    given = pieces.constant(mean.inputs[1]) if len(mean.inputs) > 1 else None
    return axes_of(mean, given) == [-1] and bool(mean.attributes.get("keepdims", 1))


# --- activations


def _activated(pieces: Pieces, node: OnnxNode) -> OnnxNode | None:
    """A product that is an activation of one of its factors."""
    if node.operator not in ("Mul", "Div"):
        return None
    if node.operator == "Div" and pieces.number(node.inputs[1]) is None:
        return None
    tensors, number = pieces.factors(node)
    for operator, expected, of in _gates(pieces, tensors):
        if isclose(number, expected, rel_tol=1e-4):
            return _as(node, operator, of)
    return None


def _gates(pieces: Pieces, tensors: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """The activations that a product of some tensors may be: the operator, what the numbers in it
    make, and its input.
    """
    for gate, x in (tensors, tensors[::-1]) if len(tensors) == 2 else ():
        for operator, number, find in GATES:
            if find(pieces, gate) == x:
                yield operator, number, x


def _normal_distribution(pieces: Pieces, tensor: str) -> str | None:
    """x in 1 + erf(x / sqrt(2)), or 1 - erf(-x / sqrt(2))."""
    total = pieces.giver(tensor, "Add", "Sub")
    if total is None:
        return None
    sign = 1 if total.operator == "Add" else -1
    one, other = total.inputs if pieces.number(total.inputs[0]) == 1 else total.inputs[::-1]
    if pieces.number(one) != 1 or (sign < 0 and one != total.inputs[0]):
        return None
    erf = pieces.giver(other, "Erf")
    return _multiplied(pieces, erf.inputs[0], sign / sqrt(2)) if erf else None


def _multiplied(pieces: Pieces, tensor: str, factor: float) -> str | None:
    """x in x * factor."""
    node = pieces.giver(tensor, "Mul", "Div", "Neg")
    if node is None:
        return None
    if node.operator == "Neg":
        return _multiplied(pieces, node.inputs[0], -factor)
    tensors, number = pieces.factors(node)
    negated = pieces.giver(tensors[0], "Neg") if len(tensors) == 1 else None
    if negated is not None:
        tensors, number = [negated.inputs[0]], -number
    return tensors[0] if len(tensors) == 1 and isclose(number, factor, rel_tol=1e-4) else None


def _tanh_of_cubic(pieces: Pieces, tensor: str) -> str | None:
    """x in 1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3))."""
    total = pieces.tensor_and_number(pieces.giver(tensor, "Add"))
    tanh = pieces.giver(total.tensor, "Tanh") if total and total.number == 1 else None
    inner = _multiplied(pieces, tanh.inputs[0], sqrt(2 / pi)) if tanh else None
    cubic = pieces.giver(inner, "Add") if inner else None
    for x, term in (cubic.inputs, cubic.inputs[::-1]) if cubic else ():
        power = _multiplied(pieces, term, 0.044715)
        cube = pieces.tensor_and_number(pieces.giver(power, "Pow")) if power else None
        if cube is not None and cube == Term(x, 3.0):
            return x
    return None


GATES: Sequence[tuple[str, float, Callable[[Pieces, str], str | None]]] = (
    ("Gelu", 0.5, _normal_distribution),
    ("GeluByTanh", 0.5, _tanh_of_cubic),
)
"""Activations that are x times something of x: the operator, the factor besides, and what finds
x in that something.
"""
