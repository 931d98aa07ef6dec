"""The elements of a diagram: cards, splits, groups, repeats and side paths, with ways through them.

An element is what a person who looks at the diagram sees as a single thing.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias, Union

from archspec.graph import Bindings, Node


class Card(NamedTuple):
    """A layer with those that belong to it: a convolution with its padding, normalization and
    activation. ``number`` is the element's own among all of one reading, as for every element.

    ``main`` is the layer that it is called after; ``nodes`` are all, in their order. A card of
    normalizations and activations alone has the first of them as its main. ``name`` is the one
    that the author gave to the layer, or to the group or call that is nothing but this card.
    """

    number: int
    nodes: tuple[Node, ...]
    main: Node
    name: str = ""

    @property
    def before(self) -> tuple[Node, ...]:
        """The layers before the main one."""
        return self.nodes[: self.nodes.index(self.main)]

    @property
    def after(self) -> tuple[Node, ...]:
        """The layers after the main one."""
        return self.nodes[self.nodes.index(self.main) + 1 :]


class Path(NamedTuple):
    """One way through a split: ``role`` is ``main``, ``shortcut`` or ``branch``. An empty body
    is the identity.
    """

    role: str
    label: str
    body: tuple["Element", ...]


class Split(NamedTuple):
    """A residual, or branches that are merged: ``merge`` is the layer that joins them,
    ``after`` are its normalization and activation.
    """

    number: int
    paths: tuple[Path, ...]
    merge: Node
    after: tuple[Node, ...] = ()


class Group(NamedTuple):
    """A named group, or a block's call: ``block`` is the block's name, ``arguments`` are those
    of the call and ``inputs`` its tensors by the block's names for them; nothing for a group.
    ``spec`` is how the author names the network that a block is, nothing for other blocks.
    ``gathered`` are cards that the figure puts together, and not the author.
    """

    number: int
    path: str
    label: str
    body: tuple["Element", ...]
    block: str = ""
    arguments: Bindings = ()
    inputs: tuple[tuple[str, str], ...] = ()
    spec: str = ""
    gathered: bool = False

    @property
    def name(self) -> str:
        """The last step of the path; that of a group without one is its label."""
        return self.label if self.gathered else self.path.rpartition(".")[2] or self.label


class Repeat(NamedTuple):
    """What one item with `repeat` made: a body for each repetition."""

    number: int
    label: str
    copies: tuple[tuple["Element", ...], ...]


class Side(NamedTuple):
    """A side path, which ends in a further output of the model, called ``name``."""

    number: int
    name: str
    body: tuple["Element", ...]


Element: TypeAlias = Union[Card, Split, Group, Repeat, Side]  # noqa: UP007 - the names are not there yet when this runs
Elements = tuple[Element, ...]


def nodes_of(element: Element) -> list[Node]:
    """All layers of an element, in their order."""
    if isinstance(element, Card):
        return list(element.nodes)
    if isinstance(element, Split):
        bodies = [all_nodes(path.body) for path in element.paths]
        return [*chain.from_iterable(bodies), element.merge, *element.after]
    if isinstance(element, Repeat):
        return all_nodes([*chain.from_iterable(element.copies)])
    return all_nodes(element.body)


def all_nodes(elements: Sequence[Element]) -> list[Node]:
    """All layers of some elements."""
    nodes: list[Node] = []
    for element in elements:
        nodes += element.nodes if isinstance(element, Card) else nodes_of(element)
    return nodes


def inside(elements: Elements) -> Iterator[Element]:
    """All elements, at any depth."""
    for element in elements:
        yield element
        if isinstance(element, Repeat):
            bodies = list(element.copies)
        elif isinstance(element, Split):
            bodies = [path.body for path in element.paths]
        else:
            bodies = [element.body] if isinstance(element, Group | Side) else []
        for body in bodies:
            yield from inside(body)


def entries(group: Group) -> list[str]:
    """The tensors from outside that a group takes, each once."""
    nodes = all_nodes(group.body)
    inside = {name for node in nodes for name in node.tensors}
    return list(dict.fromkeys(name for node in nodes for name in node.inputs if name not in inside))


def input_name(group: Group, tensor: str) -> str:
    """What a block calls a tensor that it takes; nothing where it has no name for it."""
    return next((name for name, its in group.inputs if its == tensor), "")
