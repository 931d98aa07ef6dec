"""Operators that only move numbers, or take some of them → mostly nothing, since a `TensorView`
says in which order a tensor is wanted; else layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy

from archspec import limits
from archspec.reading.onnx.constants import BATCH, NoCounterpart, UnknownSize, axes_of, slices
from archspec.reading.onnx.network import GrowingNetwork, Value
from archspec.reading.onnx.operators.windows import padded
from archspec.reading.onnx.views import (
    TensorView,
    has_axis,
    in_order,
    index_of,
    joined,
    reshaped,
    split,
    transposed,
    with_axis,
)

Array = Any


# --- what moves nothing by itself


def _identity(network: GrowingNetwork) -> Value:
    if any(network.node.outputs[1:]) and network.model.uses[network.node.outputs[1]]:
        raise NoCounterpart("it gives its mask too")
    return network.taken(0)


def _cast(network: GrowingNetwork) -> Value:
    if network.attribute("to") != FLOAT32:
        raise NoCounterpart("it casts to another dtype than float32")
    return network.view()


FLOAT32 = 1


def _transpose(network: GrowingNetwork) -> Value:
    view = network.view()
    rank = len(view.want) + 1
    order = [int(axis) for axis in network.attribute("perm", range(rank)[::-1])]
    if sorted(order) != list(range(rank)) or order[0] != 0:
        raise NoCounterpart("it moves the batch")
    return transposed(view, [axis - 1 for axis in order[1:]])


def _flatten(network: GrowingNetwork) -> Value:
    view = network.view()
    axis = network.attribute("axis", 1) % (len(view.want) + 1)
    if axis != 1:
        raise NoCounterpart("it joins the batch with other axes")
    return joined(view, 0, len(view.want))


def _squeeze(network: GrowingNetwork) -> Value:
    view = network.view()
    axes = axes_of(network.node, network.constant(1))
    rank = len(view.want) + 1
    if axes is None:
        axes = [number for number, group in enumerate(view.want, 1) if not group]
    axes = [axis % rank for axis in axes]
    if 0 in axes:
        raise NoCounterpart("it takes the axis of the batch away")
    if any(view.want[axis - 1] for axis in axes):
        raise NoCounterpart("it takes an axis away that is not of size 1")
    kept = [group for number, group in enumerate(view.want, 1) if number not in axes]
    return view._replace(want=tuple(kept))


def _unsqueeze(network: GrowingNetwork) -> Value:
    view = network.view()
    axes = axes_of(network.node, network.constant(1)) or []
    rank = len(view.want) + 1 + len(axes)
    axes = sorted(axis % rank for axis in axes)
    if 0 in axes:
        raise NoCounterpart("it adds an axis before that of the batch")
    want = list(view.want)
    for axis in axes:
        want.insert(axis - 1, ())
    return view._replace(want=tuple(want))


def _reshape(network: GrowingNetwork) -> Value:
    view = network.view()
    given = network.constant(1)
    target = network.attribute("shape") if given is None else given.ravel().tolist()
    if target is None or len(target) > limits.AXES:
        raise NoCounterpart("its shape is not known before a run")
    target = _sizes(network, view, list(target))
    try:
        return reshaped(view, target)
    except NoCounterpart:
        if None in view.shape or -1 in target:
            raise
    plain = network.as_onnx(view)
    y = network.add("Reshape", {"target_shape": target}, [plain.tensor])
    return in_order(y, network.shape(y))


def _sizes(network: GrowingNetwork, view: TensorView, target: list[Any]) -> list[int]:
    """The sizes of a shape behind the batch, in which one may be -1."""
    if not network.attribute("allowzero", 0):
        shape = [BATCH, *view.shape]
        for axis, size in enumerate(target):
            if isinstance(size, int) and size == 0 and axis < len(shape):
                target[axis] = shape[axis] if shape[axis] is not None else -1
    first, *others = target or [None]
    total = prod(size for size in view.shape if size is not None) if None not in view.shape else 0
    if first not in (BATCH, network.batch) and not (
        first == -1 and _are_whole(others) and prod(others) == total
    ):
        raise NoCounterpart("it changes the size of the batch")
    if not all(type(size) is int for size in others):
        raise NoCounterpart("its shape is not known before a run")
    if others.count(-1) == 1 and total:
        known = prod(size for size in others if size != -1)
        if not known or total % known:
            raise NoCounterpart("the number of elements would change")
        others[others.index(-1)] = total // known
    return others


def _are_whole(sizes: Sequence[Any]) -> bool:
    return all(type(size) is int and size > 0 for size in sizes)


def _depth_to_space(network: GrowingNetwork) -> Value:
    view, block = network.view(), network.attribute("blocksize")
    channels = view.shape[0]
    if len(view.want) != 3 or channels is None or channels % block**2:
        raise NoCounterpart("its channels do not fall into blocks")
    inner = channels // block**2
    if network.attribute("mode", "DCR") == "DCR":
        view = split(view, 0, [block, block, inner])
        order = (2, 3, 0, 4, 1)
    else:
        view = split(view, 0, [inner, block, block])
        order = (0, 3, 1, 4, 2)
    return joined(joined(transposed(view, order), 1, 3), 2, 4)


def _space_to_depth(network: GrowingNetwork) -> Value:
    view, block = network.view(), network.attribute("blocksize")
    if len(view.want) != 3 or any(size is None or size % block for size in view.shape[1:]):
        raise NoCounterpart("its image does not fall into blocks")
    _, height, width = (int(size or 0) for size in view.shape)
    view = split(split(view, 2, [width // block, block]), 1, [height // block, block])
    return joined(transposed(view, (2, 4, 0, 1, 3)), 0, 3)


def _shape_of(network: GrowingNetwork) -> Value:
    """The shape, in which what only a run knows stands as that."""
    view = network.taken(0)
    batch = BATCH if network.batch is None else network.batch
    names = [f"axis {axis}" for axis in range(1, len(view.want) + 1)]
    sizes = [
        UnknownSize(name) if size is None else size
        for name, size in zip(names, view.shape, strict=True)
    ]
    shape = numpy.empty(len(sizes) + 1, dtype=object)
    shape[:] = [batch, *sizes]
    shape = shape[network.attribute("start", 0) : network.attribute("end")]
    return shape if any(isinstance(size, UnknownSize) for size in shape) else shape.astype("int64")


# --- what takes or adds numbers


def _concatenate(network: GrowingNetwork) -> Value:
    values = [network.taken(index) for index in range(len(network.node.inputs))]
    if not all(isinstance(value, TensorView) for value in values):
        raise NoCounterpart("it takes constants beside tensors")
    if len(values) == 1:
        return values[0]
    rank = len(values[0].want) + 1
    axis = network.attribute("axis") % rank - 1
    if axis < 0:
        raise NoCounterpart("it joins batches")
    views = [_with_own_axis(network, view, axis) for view in values]
    sizes = [view.shape[axis] for view in views]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    tensors, main = _side_by_side(network, views, axis)
    index = index_of(main, axis)
    arguments = {} if index == len(main.have) - 1 else {"axis": index + 1}
    y = network.add("Concatenate", arguments, tensors)
    network.keep_nonnegative(tensors, [y])
    return with_axis(main, y, axis, total)


def _with_own_axis(network: GrowingNetwork, view: TensorView, axis: int) -> TensorView:
    return view if has_axis(view, axis) else network.canonical(view)


def _side_by_side(
    network: GrowingNetwork, views: Sequence[TensorView], axis: int
) -> tuple[list[str], TensorView]:
    """Our tensors in one order of axes, and the view of the first; along one axis their sizes
    differ.
    """
    if len({_order(view, axis) for view in views}) > 1:
        views = [network.canonical(view) for view in views]
    return [view.tensor for view in views], views[0]


def _order(view: TensorView, axis: int) -> tuple[Any, ...]:
    """How the axes of a tensor lie in it, and their sizes but for one axis."""
    places = {
        atom: (number, place, view.sizes[atom])
        for number, group in enumerate(view.want)
        for place, atom in enumerate(group)
    }
    index = index_of(view, axis)
    return index, *[
        () if number == index else tuple(places[atom] for atom in group)
        for number, group in enumerate(view.have)
    ]


def _slice(network: GrowingNetwork) -> Value:
    view = network.view()
    given = [network.constant(index) for index in range(5)[1:]]
    cuts: dict[int, range] = {}
    for axis, part in slices(network.node, [None, *given], len(view.want) + 1):
        size = network.batch if axis == 0 else view.shape[axis - 1]
        taken = range(0) if size is None else range(*part.indices(size))
        if part == WHOLE or taken == range(size or 0) != range(0):
            continue
        if axis == 0:
            raise NoCounterpart("it takes a part of the batch")
        if size is None:
            raise NoCounterpart("it takes a part of an axis whose size only a run knows")
        if taken.step < 1 or not taken:
            raise NoCounterpart("it takes a part backwards, or nothing")
        cuts[axis - 1] = taken
    return _cut(network, view, cuts) if cuts else view


WHOLE = slice(0, None, 1)


def _cut(network: GrowingNetwork, view: TensorView, cuts: Mapping[int, range]) -> Value:
    """Parts of some axes: of an image what is cut off, where it is cut off at its edges."""
    if not all(has_axis(view, axis) for axis in cuts):
        view = network.canonical(view)
    rank = len(view.want) - 1
    image = 2 <= rank <= 3 and view.have == (*view.want[1:], view.want[0]) and 0 not in cuts
    if image and all(part.step == 1 for part in cuts.values()):
        edges = [
            [part.start, (view.shape[axis] or 0) - part.stop]
            if (part := cuts.get(axis))
            else [0, 0]
            for axis in range(1, rank + 1)
        ]
        y = network.add(f"Cropping{rank}D", {"cropping": edges}, [view.tensor])
    else:
        key = [":"] * len(view.have)
        for axis, part in cuts.items():
            step = f":{part.step}" if part.step > 1 else ""
            end = "" if part.stop == view.shape[axis] else part.stop
            key[index_of(view, axis)] = f"{part.start or ''}:{end}{step}"
        y = network.add("ops.get_item", {"key": key}, [view.tensor])
    network.keep_nonnegative([view.tensor], [y])
    for axis, part in cuts.items():
        view = with_axis(view, y, axis, len(part))
    return view


def _split(network: GrowingNetwork) -> Value:
    view = network.view()
    axis = network.attribute("axis", 0) % (len(view.want) + 1) - 1
    if axis < 0:
        raise NoCounterpart("it takes the batch apart")
    size = view.shape[axis]
    given = network.constant(1)
    parts = network.attribute("split") if given is None else given.ravel().tolist()
    count = len(network.node.outputs)
    if parts is None and size is not None:
        whole = -(-size // count)
        parts = [min(whole, size - whole * number) for number in range(count)]
    if size is None or sum(parts) != size or min(parts) < 1 or len(parts) != count:
        raise NoCounterpart("its parts do not make up the axis")
    view = _with_own_axis(network, view, axis)
    index = index_of(view, axis)
    cuts = [sum(parts[:number]) for number in range(1, count)]
    sections = count if len(set(parts)) == 1 else cuts
    arguments = {"indices_or_sections": sections, "axis": index + 1}
    tensors = network.add_several("ops.split", arguments, [view.tensor])
    network.keep_nonnegative([view.tensor], tensors)
    return [
        with_axis(view, tensor, axis, part) for tensor, part in zip(tensors, parts, strict=True)
    ]


def _gather(network: GrowingNetwork) -> Value:
    """One index of an axis, which goes away with it."""
    view, given = network.view(), network.constant(1)
    axis = network.attribute("axis", 0) % (len(view.want) + 1) - 1
    if axis < 0 or given is None or given.ndim or type(given.item()) is not int:
        raise NoCounterpart("it does not take one index of an axis")
    size = view.shape[axis]
    if size is None:
        raise NoCounterpart("it takes a part of an axis whose size only a run knows")
    view = _with_own_axis(network, view, axis)
    index = index_of(view, axis)
    key: list[Any] = [":"] * len(view.have)
    key[index] = given.item() % size
    y = network.add("ops.get_item", {"key": key}, [view.tensor])
    have = (*view.have[:index], *view.have[index + 1 :])
    want = (*view.want[:axis], *view.want[axis + 1 :])
    return TensorView(y, have, want, view.sizes)


def _pad(network: GrowingNetwork) -> Value:
    view = network.view()
    rank = len(view.want) + 1
    given = network.constant(1)
    pads = network.attribute("pads", ()) if given is None else given.ravel().tolist()
    number = network.constant(2)
    value = network.attribute("value", 0.0) if number is None else number.item()
    if network.constant(3) is not None or len(pads) != 2 * rank:
        raise NoCounterpart("its padding is of some axes alone")
    pairs = list(zip(pads[:rank], pads[rank:], strict=True))
    if any(map(any, pairs[:1])) or min(pads) < 0:
        raise NoCounterpart("it pads the batch, or cuts off")
    if not any(map(any, pairs)):
        return view
    return _padded(network, network.attribute("mode", "constant"), pairs[1:], float(value))


def _padded(
    network: GrowingNetwork, mode: str, pairs: Sequence[tuple[int, int]], value: float
) -> Value:
    view = network.view()
    images = len(pairs) in (2, 3, 4)
    if images and mode == "constant" and value == 0 and not any(pairs[0]):
        return network.of_image(padded(network, network.image(view), tuple(pairs[1:])))
    if mode not in ("constant", "reflect"):
        raise NoCounterpart(f"its mode is `{mode}`")
    view = network.canonical(view)
    order = [index_of(view, axis) for axis in range(len(pairs))] if all(view.want) else None
    if order is None:
        raise NoCounterpart("it pads an axis of size 1")
    width = [list(pairs[order.index(number)]) for number in range(len(pairs))]
    arguments: dict[str, Any] = {"pad_width": width, "mode": mode}
    arguments |= {"constant_values": value} if value and mode == "constant" else {}
    y = network.add("ops.pad", arguments, [view.tensor])
    return network.laid(y, order)


def _expand(network: GrowingNetwork) -> Value:
    """What already has the shape stays; nothing else."""
    view, given = network.view(), network.constant(1)
    sizes = [] if given is None else given.ravel().tolist()
    pairs = zip(sizes[::-1], [*view.shape[::-1], None], strict=False)
    if len(sizes) > len(view.want) + 1 or any(
        size not in (1, own, network.batch, BATCH) for size, own in pairs
    ):
        raise NoCounterpart("it repeats a tensor")
    return view


ARRANGING: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    "Identity": _identity,
    "Dropout": _identity,
    "Cast": _cast,
    "Transpose": _transpose,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Reshape": _reshape,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    "Shape": _shape_of,
    "Concat": _concatenate,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Pad": _pad,
    "Expand": _expand,
}
"""What translates operators that move numbers, or take some of them."""
