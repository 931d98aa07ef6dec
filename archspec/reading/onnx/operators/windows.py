"""Windows of convolutions and poolings in ONNX → Keras's ``padding``, or the padding before it.

ONNX says what is added before and after each axis. Keras's ``same`` adds as little as makes the
output ⌈size / strides⌉ long, half of it before (the smaller half), which depends on the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.network import GrowingNetwork
from archspec.reading.onnx.views import Size

Pads = tuple[tuple[int, int], ...]
"""What is added before and after each axis."""


class Windows(NamedTuple):
    """The windows of an operator over its axes: their extents, steps, dilations, and padding."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: Pads

    @property
    def extents(self) -> tuple[int, ...]:
        """The lengths that the windows reach over."""
        pairs = zip(self.kernel, self.dilations, strict=True)
        return tuple((size - 1) * dilation + 1 for size, dilation in pairs)

    @property
    def plain(self) -> bool:
        """Whether nothing is padded."""
        return not any(map(any, self.pads))


def windows_of(network: GrowingNetwork, kernel: Sequence[int], sizes: Sequence[Size]) -> Windows:
    """The windows of the operator on axes of these sizes."""
    rank = len(sizes)
    shape = [int(size) for size in network.attribute("kernel_shape", kernel)]
    strides, dilations = (
        [int(step) for step in network.attribute(name, [1] * rank)]
        for name in ("strides", "dilations")
    )
    if not len(shape) == len(strides) == len(dilations) == rank:
        raise NoCounterpart("its windows have another number of axes than its input")
    if min([*shape, *strides, *dilations]) < 1:
        raise NoCounterpart("its windows have no size")
    windows = Windows(tuple(shape), tuple(strides), tuple(dilations), ((0, 0),) * rank)
    return windows._replace(pads=_pads(network, windows, sizes))


def _pads(network: GrowingNetwork, windows: Windows, sizes: Sequence[Size]) -> Pads:
    mode = network.attribute("auto_pad", "NOTSET")
    rank = len(sizes)
    if mode in ("NOTSET", ""):
        given = [int(pad) for pad in network.attribute("pads", [0] * 2 * rank)]
        if len(given) != 2 * rank:
            raise NoCounterpart("its padding has another number of axes than its input")
        if min(given) < 0:
            raise NoCounterpart("its padding is below 0")
        return tuple(zip(given[:rank], given[rank:], strict=True))
    if mode == "VALID":
        return windows.pads
    least = same_pads(windows, sizes)
    if mode not in ("SAME_UPPER", "SAME_LOWER") or least is None:
        raise NoCounterpart(f"its padding, `{mode}`, is that of a size that only a run knows")
    return least if mode == "SAME_UPPER" else tuple((after, before) for before, after in least)


def same_pads(windows: Windows, sizes: Sequence[Size]) -> Pads | None:
    """What Keras's ``same`` adds; ``None`` where only a run knows it."""
    pads = []
    for size, extent, step in zip(sizes, windows.extents, windows.strides, strict=True):
        if size is None and step > 1:
            return None
        end = 0 if size is None else (-(-size // step) - 1) * step - size
        whole = max(extent - 1 if size is None else extent + end, 0)
        pads.append((whole // 2, whole - whole // 2))
    return tuple(pads)


def padding_word(windows: Windows, sizes: Sequence[Size]) -> str | None:
    """``valid`` or ``same`` where that is exactly the padding, else ``None``."""
    if windows.plain:
        return "valid"
    return "same" if windows.pads == same_pads(windows, sizes) else None


def padded(network: GrowingNetwork, tensor: str, pads: Pads) -> str:
    """The tensor with zeros around it."""
    arguments = {"padding": by_axis(pads)}
    result = network.add(f"ZeroPadding{len(pads)}D", arguments, [tensor], part="pad")
    network.keep_nonnegative([tensor], [result])
    return result


def by_axis(pads: Sequence[tuple[int, int]]) -> list[Any]:
    """What is added or cut off at the edges, as Keras takes it: of one axis its pair alone."""
    return list(pads[0]) if len(pads) == 1 else [list(pair) for pair in pads]


def each(values: Sequence[int]) -> int | list[int]:
    """A setting for each axis, as one number where all are alike."""
    return values[0] if len(set(values)) == 1 else list(values)
