"""A network → warnings for what Keras takes, and other tools mean otherwise: images with their
channels first, axes counted for them, the momentum of a moving average.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Node
from archspec.layers import KINDS
from archspec.layers.operations import OPS
from archspec.tensor import Shape

SMALLEST_IMAGE = 8
"""The least height and width that distinguish an image from a vector of channels."""

IMAGE_AXES = 3
"""Axes of an image, or a feature map: height, width, channels."""

IMAGE_CHANNELS = (1, 3)
"""Numbers of channels of most images."""

SMALLEST_MOMENTUM = 0.5
"""The least share of the statistics so far that a moving average keeps, in any network known."""


def other_conventions(graph: Graph, root: Value) -> list[Diagnostic]:
    """Warnings for a network that compiles and is probably not the one that was meant; each line
    once. ``root`` is its document, whose inputs they point at.
    """
    warnings: dict[Span, Diagnostic] = {}
    for warning in (*_channels_first(graph, root), *_axes_and_momenta(graph)):
        warnings.setdefault(warning.span, warning)
    return list(warnings.values())


def looks_channels_first(shape: Shape, channels: Collection[int] = IMAGE_CHANNELS) -> bool:
    """Whether a shape of three axes is most likely an image with its channels first."""
    return (
        len(shape) == IMAGE_AXES
        and shape[0] in channels
        and all(size is not None and size >= SMALLEST_IMAGE for size in shape[1:])
    )


def _channels_first(graph: Graph, root: Value) -> Iterator[Diagnostic]:
    """Inputs such as 3×224×224 over which a square window moves."""
    images = {name for name, tensor in graph.inputs.items() if looks_channels_first(tensor.shape)}
    if not images:
        return
    for node in graph.nodes:
        name = node.inputs[0] if node.inputs else ""
        if name in images and _has_square_window(node):
            images.discard(name)
            yield _first(name, graph.inputs[name].shape, _written(root, name) or node.span)


def _has_square_window(node: Node) -> bool:
    window = getattr(node.layer, "kernel_size", None) or getattr(node.layer, "pool_size", None)
    return window is not None and len(window) == 2 and window[0] == window[1] > 1


def _first(name: str, shape: Shape, span: Span) -> Diagnostic:
    first, height, width = shape
    return _warning(
        f"`{name}` is taken as {first} high and {height} wide, with {width} channels",
        span,
        f"tensors are channels-last: write `{name}: [{height}, {width}, {first}]`",
    )


def _written(root: Value, name: str) -> Span | None:
    """Where an input is written."""
    inputs = root.get("inputs")
    value = inputs.get(name) if inputs is not None else root.get("input")
    return None if value is None else value.span


def _axes_and_momenta(graph: Graph) -> Iterator[Diagnostic]:
    for node in graph.nodes:
        layer = node.layer
        if getattr(layer, "axis", None) == 1 and _takes_image(graph, node):
            yield _channel_axis(node)
        momentum = getattr(layer, "momentum", None)
        if momentum is not None and 0 < momentum < SMALLEST_MOMENTUM:
            yield _momentum(node, momentum)


def _takes_image(graph: Graph, node: Node) -> bool:
    """Whether a layer gets feature maps, and works along their channels unless its ``axis`` says
    otherwise.
    """
    if len(graph.tensors[node.inputs[0]].shape) != IMAGE_AXES:
        return False
    kind = node.layer.kind()
    attribute = KINDS[kind].attributes.get("axis") if kind in KINDS else None
    return attribute is not None and attribute.default == -1 and not kind.startswith(OPS)


def _channel_axis(node: Node) -> Diagnostic:
    return _warning(
        f"axis 1 is the height of an image, and not its channels, in this `{node.layer.kind()}`",
        node.span,
        "tensors are channels-last: write `axis: -1`; for the height write `axis: -3`",
    )


def _momentum(node: Node, momentum: float) -> Diagnostic:
    return _warning(
        f"with `momentum: {momentum:g}` the moving averages keep {momentum:.0%} of what they were"
        " at each step",
        node.span,
        f"Keras's `momentum` is 1 less PyTorch's: write `momentum: {round(1 - momentum, 9):g}`",
    )


def _warning(message: str, span: Span, help: str) -> Diagnostic:
    return Diagnostic("other-convention", message, span, help=help, severity="warning")
