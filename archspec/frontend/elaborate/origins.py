"""A tensor that a layer cannot take → the layer above that made it so, and what to do there:
where its axes went, where a size became unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isqrt

from archspec.diagnostics import Span
from archspec.frontend.elaborate.environment import Feed
from archspec.frontend.elaborate.words import at_line
from archspec.frontend.program.program import Input
from archspec.graph import Node
from archspec.tensor import Tensor

Words = tuple[str | None, str | None]
"""A note that says why, and the help; ``None`` where there is nothing to say."""


def lost_axes(
    nodes: Sequence[Node],
    inputs: Mapping[str, Feed],
    feed: Feed,
    rank: int,
    place: Span,
    help: str | None,
) -> Words:
    """Why a tensor has fewer axes than the ``rank`` that a layer at a place needs. ``help`` is
    what can be said without the way here.
    """
    x = feed.tensor
    assert x is not None
    found = next(
        (
            (node, before)
            for node, before in _way_up(nodes, inputs, feed.name)
            if len(node.output.shape) < rank <= len(before.shape)
        ),
        None,
    )
    if found is None:
        image = _image(x) if rank == 3 else None
        return (
            None,
            (
                f"put `- Reshape: {{target_shape: {image}}}` before it, which makes an image of it"
                if image
                else help
            ),
        )
    node, before = found
    kind = node.layer.kind()
    made = (
        f"`{kind}` {at_line(node.span, place)} made"
        f" {'a vector of ' * (len(node.output.shape) == 1)}{node.output} from {before}"
    )
    ways = [f"put it before that `{kind}`"]
    if before.size is not None and before.size == x.size and len(before.shape) == rank:
        ways.append(
            f"put `- Reshape: {{target_shape: {list(before.shape)}}}` before it, which brings the"
            " axes back"
        )
    elif help and len(x.shape) == rank - 1:
        ways.append(help)
    return made, ", or ".join(ways)


def unknown_size(
    nodes: Sequence[Node],
    inputs: Mapping[str, Feed],
    written: Iterable[Input],
    feed: Feed,
    place: Span,
) -> Words:
    """Why the last size of a tensor is unknown to a layer at a place."""
    name, maker = feed.name, None
    for node, before in _way_up(nodes, inputs, feed.name):
        name = node.inputs[0]
        if maker is None and before.shape[-1:] != (None,):
            maker = node, before
    source = next((one for one in written if one.name == name), None)
    if source is None:
        return None, None
    where = f"`{source.name}` {at_line(source.place, place)}"
    help = f"write {'a size' if maker is None else 'sizes'} in place of `null` in {where}"
    if maker is None:
        return f"{where} has `null` there", help
    node, before = maker
    note = (
        f"`{node.layer.kind()}` {at_line(node.span, place)} makes one unknown size of {before}, as"
        f" {where} holds `null`"
    )
    pooling = node.layer.kind() == "Flatten" and 2 <= len(before.shape) <= 4
    return note, help + (
        f", or `GlobalAveragePooling{len(before.shape) - 1}D` in place of `Flatten`"
        if pooling
        else ""
    )


def _way_up(
    nodes: Sequence[Node], inputs: Mapping[str, Feed], name: str
) -> Iterator[tuple[Node, Tensor]]:
    """The layers that a tensor has come through, the nearest first, each with its first input."""
    passed: Node | None = None
    for node in reversed(nodes):
        if node.name == name:
            if passed is not None:
                yield passed, node.output
            passed, name = node, node.inputs[0]
    first = inputs[name].tensor if name in inputs else None
    if passed is not None and first is not None:
        yield passed, first


def _image(x: Tensor) -> list[int] | None:
    """The square image of one channel or three that has as many elements as a vector."""
    for channels in (1, 3):
        side = isqrt((x.size or 0) // channels)
        if side > 1 and len(x.shape) == 1 and side * side * channels == x.size:
            return [side, side, channels]
    return None
