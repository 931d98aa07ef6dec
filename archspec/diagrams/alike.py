"""Two elements → whether they are drawn alike, and which of the elements in them answer to one
another. Names and sizes do not matter: a 1×1 convolution with 64 filters is drawn alike whatever it
takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archspec.diagrams.elements import Card, Element, Elements, Group, Repeat, Side, Split
from archspec.graph import Node
from archspec.layers import Layer

Pair = tuple[Element, Element]
"""An element that is drawn, and one that is drawn as it."""


SameLayer = Callable[[Layer, Layer], bool]
"""Whether two layers are drawn alike."""


def alike(one: Elements, other: Elements, same: SameLayer | None = None) -> bool:
    """Whether two bodies are drawn alike: of one structure, and of layers that are the ``same``,
    as `same_layer` says unless another rule is given.
    """
    rule = same or same_layer
    return len(one) == len(other) and all(
        alike_elements(a, b, rule) for a, b in zip(one, other, strict=True)
    )


def alike_elements(one: Element, other: Element, same: SameLayer) -> bool:
    """Whether two elements are of one structure, and of layers that are the ``same``."""
    if isinstance(one, Card) and isinstance(other, Card):
        return same_layers(one.nodes, other.nodes, same)
    if isinstance(one, Split) and isinstance(other, Split):
        return (
            same_layers((one.merge, *one.after), (other.merge, *other.after), same)
            and [(path.role, path.label) for path in one.paths]
            == [(path.role, path.label) for path in other.paths]
            and all(
                alike(a.body, b.body, same) for a, b in zip(one.paths, other.paths, strict=True)
            )
        )
    if isinstance(one, Group) and isinstance(other, Group):
        return one.block == other.block and alike(one.body, other.body, same)
    if isinstance(one, Repeat) and isinstance(other, Repeat):
        return len(one.copies) == len(other.copies) and all(
            alike(a, b, same) for a, b in zip(one.copies, other.copies, strict=True)
        )
    return isinstance(one, Side) and isinstance(other, Side) and alike(one.body, other.body, same)


def same_layers(some: tuple[Node, ...], others: tuple[Node, ...], same: SameLayer) -> bool:
    """Whether the layers of two cards are the ``same``, one by one."""
    return len(some) == len(others) and all(
        same(a.layer, b.layer) for a, b in zip(some, others, strict=True)
    )


def same_kind(one: Layer, other: Layer) -> bool:
    """Whether two layers differ in whole numbers alone."""
    return one.kind() == other.kind() and all(
        before == after or (whole(before) is not None and whole(after) is not None)
        for before, after in ((getattr(one, name), getattr(other, name)) for name in one.attributes)
    )


def same_layer(one: Layer, other: Layer) -> bool:
    """Whether two layers are equal, or drop out at different rates, which papers let grow from
    block to block.
    """
    return one == other or (type(one) is type(other) and one.family() == "regularization")


def paired(one: Element, other: Element) -> Iterator[Pair]:
    """An element and what is in it, each beside its like in an element drawn alike."""
    yield one, other
    for mine, its in zip(_inside(one), _inside(other), strict=True):
        yield from paired(mine, its)


def _inside(element: Element) -> Elements:
    """The elements in an element, but for a repeat's, whose copies are compared when it is
    drawn.
    """
    if isinstance(element, Split):
        return tuple(inner for path in element.paths for inner in path.body)
    return element.body if isinstance(element, Group | Side) else ()


def whole(value: object) -> int | None:
    """A whole number, or that of a size that is the same along all axes."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None
