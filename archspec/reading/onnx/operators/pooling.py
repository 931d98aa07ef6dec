"""ONNX's poolings, and means and maxima over axes → Keras's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Any

from archspec.reading.onnx.constants import NoCounterpart, axes_of
from archspec.reading.onnx.network import GrowingNetwork, Value
from archspec.reading.onnx.operators.windows import (
    Windows,
    each,
    padded,
    padding_word,
    windows_of,
)
from archspec.reading.onnx.views import Size, TensorView, has_axis, index_of

LOWEST = -3.4028234663852886e38
"""The lowest number of float32, below which nothing lies that a maximum could miss."""

LAYERS = {"Max": "MaxPooling", "Average": "AveragePooling"}


def _pool(network: GrowingNetwork, kind: str) -> Value:
    if len(network.node.outputs) > 1 and network.node.outputs[1]:
        raise NoCounterpart("it gives the places of the maxima too")
    view = network.view()
    x = network.image(view)
    sizes = network.shape(x)[:-1]
    windows = windows_of(network, (), sizes)
    if set(windows.dilations) != {1}:
        raise NoCounterpart("its windows are dilated")
    counts = kind == "Average" and bool(network.attribute("count_include_pad", 0))
    if _is_whole(windows, sizes) and (windows.plain or not counts):
        return _pooled_whole(network, kind, view)
    widened = _with_last_windows(network, windows, sizes)
    padding = padding_word(widened, sizes)
    if kind == "Average" and (padding is None or (counts and padding == "same")):
        return network.of_image(_mean_of_padded(network, x, windows, widened, counts))
    if padding is None:
        x = _with_edges(network, x, widened)
    y = network.add(*_layer(kind, windows, padding or "valid"), [x])
    network.keep_nonnegative([x], [y])
    return network.of_image(y)


def _layer(kind: str, windows: Windows, padding: str) -> tuple[str, dict[str, Any]]:
    sizes = {"pool_size": each(windows.kernel), "strides": each(windows.strides)}
    return f"{LAYERS[kind]}{len(windows.kernel)}D", {**sizes, "padding": padding}


def _is_whole(windows: Windows, sizes: Sequence[Size]) -> bool:
    """Whether there is one window, and it holds all."""
    axes = zip(sizes, windows.kernel, windows.strides, windows.pads, strict=True)
    return all(
        size is not None and kernel >= size + before and size + before + after - kernel < step
        for size, kernel, step, (before, after) in axes
    )


def _mean_of_padded(
    network: GrowingNetwork, x: str, windows: Windows, widened: Windows, counts: bool
) -> str:
    """The mean in windows over the edge. Keras counts all zeros that are padded; so, where not all
    count, the mean is divided by that of ones and zeros, which is the part that counts.
    """
    layer, arguments = _layer("Average", windows, "valid")
    if counts and widened == windows:
        return network.add(layer, arguments, [padded(network, x, windows.pads)])
    inner = padded(network, x, windows.pads) if counts and not windows.plain else x
    outer = widened.pads
    if counts:
        pairs = zip(widened.pads, windows.pads, strict=True)
        outer = tuple((0, after - end) for (_, after), (_, end) in pairs)
    ones = network.add("ops.ones_like", {}, [inner], part="ones")
    sums, parts = (
        network.add(layer, arguments, [padded(network, tensor, outer)], part=word)
        for tensor, word in ((inner, "pool"), (ones, "count"))
    )
    return network.add("ops.divide", {}, [sums, parts])


def _with_last_windows(network: GrowingNetwork, windows: Windows, sizes: Sequence[Size]) -> Windows:
    """The windows with the padding that ``ceil_mode`` adds at the end, so that the last, which
    begins within the input or its padding, is whole.
    """
    if not network.attribute("ceil_mode", 0):
        return windows
    pads = []
    for size, kernel, step, (before, after) in zip(
        sizes, windows.kernel, windows.strides, windows.pads, strict=True
    ):
        if size is None:
            raise NoCounterpart("its last windows depend on a size that only a run knows")
        count = ceil((size + before + after - kernel) / step) + 1
        if (count - 1) * step >= size + before:
            count -= 1
        missing = (count - 1) * step + kernel - (size + before + after)
        pads.append((before, after + max(missing, 0)))
    return windows._replace(pads=tuple(pads))


def _with_edges(network: GrowingNetwork, x: str, windows: Windows) -> str:
    """The tensor with edges that are no maximum of a window."""
    if x in network.nonnegative:
        return padded(network, x, windows.pads)
    width = [*map(list, windows.pads), [0, 0]]
    arguments = {"pad_width": width, "constant_values": LOWEST}
    return network.add("ops.pad", arguments, [x], part="pad")


def _global(network: GrowingNetwork, kind: str) -> Value:
    return _pooled_whole(network, kind, network.view())


def _pooled_whole(
    network: GrowingNetwork, kind: str, view: TensorView, keepdims: bool | None = None
) -> Value:
    """The mean or maximum of each channel. The axes stay, with size 1, only where they are
    needed. ``keepdims`` is whether the operator keeps them.
    """
    x = network.image(view)
    rank = len(view.want) - 1
    if not 1 <= rank <= 3:
        raise NoCounterpart(f"it has {rank} axes besides that of the channels")
    squeezed = network.takers and network.takers <= SQUEEZING
    stay = keepdims is not False and not squeezed
    layer = f"Global{LAYERS[kind]}{rank}D"
    y = network.add(layer, {"keepdims": True} if stay else {}, [x])
    network.keep_nonnegative([x], [y])
    if stay:
        return network.of_image(y)
    flat = network.laid(y, [0])
    return flat if keepdims is False else flat._replace(want=(flat.want[0], *[()] * rank))


SQUEEZING = {"Flatten", "Reshape", "Squeeze", "Gemm", "MatMul", "Shape"}
"""Operators that take what has axes of size 1 as if it had none."""


def _reduced(network: GrowingNetwork, kind: str) -> Value:
    """A mean, maximum or sum over some axes: a global pooling where those are all but the
    channels.
    """
    view = network.view()
    axes = axes_of(network.node, network.constant(1))
    rank = len(view.want) + 1
    if axes is None or (network.attribute("noop_with_empty_axes", 0) and not axes):
        raise NoCounterpart("it takes the batch together")
    axes = sorted(axis % rank for axis in axes)
    keepdims = bool(network.attribute("keepdims", 1))
    if axes == list(range(2, rank)) and rank > 3 and kind in LAYERS:
        return _pooled_whole(network, kind, view, keepdims)
    if not axes or 0 in axes:
        raise NoCounterpart("it takes the batch together")
    return _reduced_over(network, kind, [axis - 1 for axis in axes], keepdims)


OPERATIONS = {"Max": "ops.max", "Average": "ops.mean", "Sum": "ops.sum", "Min": "ops.min"}


def _reduced_over(
    network: GrowingNetwork, kind: str, axes: Sequence[int], keepdims: bool
) -> TensorView:
    view = network.view()
    if not all(has_axis(view, axis) for axis in axes):
        view = network.canonical(view)
    ours = sorted(index_of(view, axis) for axis in axes)
    rank = len(view.have) - 1
    if kind in LAYERS and ours == list(range(rank)) and 1 <= rank <= 3:
        layer = f"Global{LAYERS[kind]}{rank}D"
        y = network.add(layer, {"keepdims": True} if keepdims else {}, [view.tensor])
    else:
        arguments = {"axis": [axis + 1 for axis in ours], "keepdims": keepdims}
        y = network.add(OPERATIONS[kind], arguments, [view.tensor])
    if keepdims:
        have = [() if number in ours else group for number, group in enumerate(view.have)]
        want = [() if number in axes else group for number, group in enumerate(view.want)]
    else:
        have = [group for number, group in enumerate(view.have) if number not in ours]
        want = [group for number, group in enumerate(view.want) if number not in axes]
    return TensorView(y, tuple(have), tuple(want), view.sizes)


POOLING: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    "MaxPool": partial(_pool, kind="Max"),
    "AveragePool": partial(_pool, kind="Average"),
    "GlobalMaxPool": partial(_global, kind="Max"),
    "GlobalAveragePool": partial(_global, kind="Average"),
    "ReduceMean": partial(_reduced, kind="Average"),
    "ReduceMax": partial(_reduced, kind="Max"),
    "ReduceMin": partial(_reduced, kind="Min"),
    "ReduceSum": partial(_reduced, kind="Sum"),
}
"""What translates poolings and reductions."""
