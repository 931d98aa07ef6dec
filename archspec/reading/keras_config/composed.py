"""Models of operations that stand for one layer of ours → that layer.

Keras has no class for some kinds, and `backends/keras/layers` makes them of its operations, in a
model of their own whose steps are called ``step_0``, ``step_1``, ...
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from archspec.layers import KINDS, Layer
from archspec.layers.constants import tensor_of
from archspec.layers.mismatch import Mismatch
from archspec.layers.operations import OPS
from archspec.reading.keras_config.operations import CannotCall, operation_call
from archspec.reading.keras_config.serialized import ConstantTensor, TensorReference


class OperationStep(NamedTuple):
    """One operation: its function, its arguments as a spec writes them, and those that are a
    constant tensor.
    """

    function: str
    arguments: Mapping[str, Any]
    literal: ConstantTensor | None


STEP = re.compile(r"step_\d+")


def composed_layer(operations: Mapping[str, Any]) -> Layer | None:
    """The layer that a model stands for, ``None`` where it is none of ours. ``operations`` are its
    parts by name, without those that are no operations.
    """
    if not operations or not all(map(STEP.fullmatch, operations)):
        return None
    try:
        steps = [_step(part) for part in operations.values()]
        for make in (_slice, _normalization, _constant):
            layer = make(steps)
            if layer is not None:
                return layer
    except (CannotCall, Mismatch, LookupError, AttributeError, TypeError, ValueError):
        return None
    return None


def _step(part: Any) -> OperationStep:
    call = part.calls[0]
    literals = [value for value in call.positional if isinstance(value, ConstantTensor)]
    arguments = operation_call(part.what.kind, part.what.config, call).arguments
    function = part.what.kind.kind().removeprefix(OPS)
    return OperationStep(function, arguments, literals[0] if literals else None)


def _slice(steps: list[OperationStep]) -> Layer | None:
    dtype = {}
    if steps[0].function == "cast":
        dtype, steps = {"dtype": steps[0].arguments["dtype"]}, steps[1:]
    match [step.function for step in steps]:
        case ["get_item"]:
            key = steps[0].arguments["key"]
            start, _, stop = key[-1].partition(":")
            bounds = int(start or 0), int(stop) if stop else None
            return _part_of(len(key), *bounds, dtype)
        case ["take"]:
            indices = steps[0].arguments["indices"]
            return _part_of(steps[0].arguments["axis"], indices[0], indices[-1] + 1, dtype)
        case ["flip", "take"]:
            indices = steps[1].arguments["indices"]
            axis, stop = steps[1].arguments["axis"], -indices[-1] or None
            return _part_of(axis, ~indices[0], stop, dtype)
    return None


def _part_of(axis: int, start: int, stop: int | None, dtype: Mapping[str, Any]) -> Layer:
    return KINDS["Slice"](axis=axis, start=start, stop=stop, **dtype)


def _normalization(steps: list[OperationStep]) -> Layer | None:
    functions = [step.function for step in steps]
    if functions[:3] != ["cast", "square", "pad"] or functions[-3:] != [
        "power",
        "multiply",
        "cast",
    ]:
        return None
    constants = {
        step.function: value
        for step in steps
        for name, value in step.arguments.items()
        if name in ("x1", "x2")
    }
    return KINDS["LocalResponseNormalization"](
        depth_radius=functions.count("get_item") // 2,
        bias=constants["add"],
        alpha=constants["multiply"],
        beta=-constants["power"],
        dtype=steps[-1].arguments["dtype"],
    )


def _constant(steps: list[OperationStep]) -> Layer | None:
    functions = [step.function for step in steps]
    if functions != ["get_item", "reshape", "zeros_like", "where"]:
        return None
    literal = steps[-1].literal
    if literal is None:
        return None
    constant = KINDS["Constant"](value=literal.value)
    dtype = tensor_of(constant.arguments["value"]).dtype
    stated = {} if dtype == literal.dtype else {"dtype": literal.dtype}
    return KINDS["Constant"](value=literal.value, **stated)


def stretched(function: str, values: tuple[Any, ...]) -> list[int] | None:
    """The shape that a tensor is stretched to by a choice between it and itself, for which our
    model of `ops.broadcast_to` stands; ``None`` for another choice.
    """
    match values:
        case (ConstantTensor() as truths, TensorReference() as x, TensorReference() as other):
            if function == f"{OPS}where" and x[:3] == other[:3]:
                return _shape_of(truths.value)
    return None


def _shape_of(value: Any) -> list[int]:
    shape = []
    while isinstance(value, list) and value:
        shape.append(len(value))
        value = value[0]
    return shape
