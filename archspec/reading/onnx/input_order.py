"""An input of an ONNX model → which axis of ours each of its axes is: channels that come first in
the ONNX model come last here, and those that exporters transposed first stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from archspec.reading.onnx.model import OnnxModel, OnnxNode

CHANNELS_FIRST = (
    "AveragePool",
    "BatchNormalization",
    "Conv",
    "ConvTranspose",
    "DepthToSpace",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNormalization",
    "InstanceNormalization",
    "LRN",
    "MaxPool",
    "PRelu",
    "Resize",
    "ScaleAndShift",
    "SpaceToDepth",
    "Upsample",
)
"""Operators that take the second axis for that of the channels."""

ELEMENTWISE = (
    "Add",
    "Cast",
    "Clip",
    "Concat",
    "Div",
    "Identity",
    "Mul",
    "Pad",
    "Relu",
    "Slice",
    "Split",
    "Sub",
)
"""Operators that leave the axes where they are."""


def order_of_input(model: OnnxModel, name: str, rank: int) -> tuple[int, ...]:
    """For each axis behind the batch, which of ours it is."""
    plain = tuple(range(rank))
    if rank < 2:
        return plain
    order, tensor = plain, name
    for _ in range(FAR):
        taker = _taker(model, tensor)
        if taker is None:
            break
        if taker.operator in CHANNELS_FIRST:
            return _last(order)
        if taker.operator == "Transpose":
            axes = taker.attributes.get("perm") or range(rank + 1)[::-1]
            if axes[0] != 0 or len(axes) != rank + 1:
                break
            order = tuple(order[axis - 1] for axis in axes[1:])
        elif taker.operator not in ELEMENTWISE:
            break
        tensor = taker.outputs[0]
    if order == plain and rank == 3 and _is_image(model, name):
        return _last(plain)
    return tuple(order.index(axis) for axis in plain)


FAR = 20
"""Operators that are followed."""


def _taker(model: OnnxModel, tensor: str) -> OnnxNode | None:
    return next((node for node in model.live if tensor in node.inputs), None)


def _last(order: Sequence[int]) -> tuple[int, ...]:
    """The order in which what comes first of an order is last of ours."""
    ours = [*order[1:], order[0]]
    return tuple(ours.index(axis) for axis in range(len(order)))


def _is_image(model: OnnxModel, name: str) -> bool:
    """Whether an input looks like an image with its channels first."""
    shape = next(one.shape for one in model.inputs if one.name == name)
    return shape is not None and shape[1] in (1, 3)
