"""ONNX's convolutions → Keras's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.network import GrowingNetwork, Value
from archspec.reading.onnx.operators.windows import (
    Windows,
    by_axis,
    each,
    padded,
    padding_word,
    windows_of,
)

Array = Any


def _convolution(network: GrowingNetwork) -> Value:
    """The kernel is (filters, channels of a group, …); Keras's is (…, channels, filters)."""
    kernel, bias = _weights(network)
    x = network.image(network.view())
    *sizes, channels = network.shape(x)
    windows = windows_of(network, kernel.shape[2:], sizes)
    groups = network.attribute("group", 1)
    if channels != kernel.shape[1] * groups or kernel.shape[2:] != windows.kernel:
        raise NoCounterpart("its weights do not fit its input")
    padding = padding_word(windows, sizes)
    if padding is None:
        x = padded(network, x, windows.pads)
    arguments = {**_settings(windows, bias), "padding": padding or "valid"}
    rank = len(sizes)
    if _is_depthwise(windows, groups, channels):
        multiplier = kernel.shape[0] // groups
        by_channel = kernel.reshape(groups, multiplier, *windows.kernel)
        arguments["depth_multiplier"] = multiplier
        weights = [by_channel.transpose(*range(2, rank + 2), 0, 1), *bias]
        return network.of_image(network.add(f"DepthwiseConv{rank}D", arguments, [x], weights))
    arguments |= {"filters": kernel.shape[0], "groups": groups}
    weights = [kernel.transpose(*range(2, rank + 2), 1, 0), *bias]
    return network.of_image(network.add(f"Conv{rank}D", arguments, [x], weights))


def _weights(network: GrowingNetwork) -> tuple[Array, list[Array]]:
    kernel, bias = network.numbers(1), network.numbers(2)
    rank = len(network.view().want) - 1
    if kernel is None or kernel.ndim != rank + 2 or not kernel.size:
        raise NoCounterpart("its weights do not fit its input")
    if not 1 <= rank <= 3:
        raise NoCounterpart(f"it has {rank} axes besides that of the channels")
    return kernel, [] if bias is None else [bias.reshape(-1)]


def _settings(windows: Windows, bias: Sequence[Array]) -> dict[str, Any]:
    return {
        "kernel_size": each(windows.kernel),
        "strides": each(windows.strides),
        "dilation_rate": each(windows.dilations),
        "use_bias": bool(bias),
    }


def _is_depthwise(windows: Windows, groups: int, channels: int | None) -> bool:
    """Whether Keras has a depthwise convolution for it."""
    steps, dilations = set(windows.strides), set(windows.dilations)
    fits = len(steps) == 1 and (steps == {1} or dilations == {1})
    return groups == channels and groups > 1 and len(windows.kernel) < 3 and fits


def _transposed_convolution(network: GrowingNetwork) -> Value:
    """The kernel is (channels, filters, …); Keras's is (…, filters, channels). Keras pads nothing,
    or crops as ``same`` does; other padding is cropped behind it.
    """
    kernel, bias = _weights(network)
    x = network.image(network.view())
    *sizes, channels = network.shape(x)
    windows = windows_of(network, kernel.shape[2:], [None] * len(sizes))
    _check_transposed(network, windows, kernel, channels)
    rank = len(sizes)
    arguments = {**_settings(windows, bias), "filters": kernel.shape[1]}
    crops = _crops(network, windows)
    same = all(
        k >= s and pair == ((k - s) // 2, k - s - (k - s) // 2)
        for k, s, pair in zip(windows.kernel, windows.strides, crops, strict=True)
    )
    arguments["padding"] = "same" if same else "valid"
    weights = [kernel.transpose(*range(2, rank + 2), 1, 0), *bias]
    y = network.add(f"Conv{rank}DTranspose", arguments, [x], weights)
    if not same and any(map(any, crops)):
        y = network.add(f"Cropping{rank}D", {"cropping": by_axis(crops)}, [y], part="crop")
    return network.of_image(y)


def _check_transposed(
    network: GrowingNetwork, windows: Windows, kernel: Array, channels: int | None
) -> None:
    if network.attribute("group", 1) != 1:
        raise NoCounterpart("a transposed convolution in groups is no layer of Keras")
    if set(windows.dilations) != {1}:
        raise NoCounterpart("it is dilated")
    if network.attribute("output_shape") is not None:
        raise NoCounterpart("its padding follows from an output shape")
    if kernel.shape[0] != channels or kernel.shape[2:] != windows.kernel:
        raise NoCounterpart("its weights do not fit its input")


def _crops(network: GrowingNetwork, windows: Windows) -> list[tuple[int, int]]:
    """What is cut off the whole product, which Keras makes max(kernel, strides) long for each
    step.
    """
    extra = network.attribute("output_padding", [0] * len(windows.kernel))
    crops = [
        (before, after - more + max(step - size, 0))
        for (before, after), more, size, step in zip(
            windows.pads, extra, windows.kernel, windows.strides, strict=True
        )
    ]
    if min(map(min, crops)) < 0:
        raise NoCounterpart("its output is padded further than the product reaches")
    return crops


CONVOLUTIONS: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
}
"""What translates convolutions."""
