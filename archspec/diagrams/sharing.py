"""The layers of a figure → which of them share weights, and the words that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

from archspec.graph import Node

SHARED_MARK = "‡"
"""Behind the weights of a layer that are used more than once."""

SHARED = "weights of "
"""Before the name of the layer whose weights another one uses."""


class Sharing:
    """The layers among some that have the weights of others among them. ``scope`` is the path that
    they are all in, which their names leave out.
    """

    def __init__(self, nodes: Iterable[Node], scope: str = "") -> None:
        self._scope = f"{scope}." if scope else ""
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        for node in nodes:
            if node.weights:
                self._users[node.weights_of or node.name].append(node.name)

    def is_shared(self, nodes: Iterable[Node]) -> bool:
        """Whether weights of some layers are used more than once."""
        return any(node.weights and len(self._users_with(node)) > 1 for node in nodes)

    def words(self, nodes: Iterable[Node]) -> str:
        """``weights of cls3`` where all the weights of some layers are those of others that come
        before them.
        """
        owners = {node.name: self._users_with(node)[0] for node in nodes if node.weights}
        if not owners or any(name == owner for name, owner in owners.items()):
            return ""
        inside = [owner.removeprefix(self._scope) for owner in owners.values()]
        return SHARED + (_common(inside) or "other layers")

    def _users_with(self, node: Node) -> Sequence[str]:
        """The layers that have the weights of a layer, in their order, itself among them."""
        return self._users[node.weights_of or node.name]


def _common(names: Sequence[str]) -> str:
    """The steps with which some names begin."""
    steps = zip(*(name.split(".") for name in names), strict=False)
    return ".".join(step for step, *_ in takewhile(lambda steps: len({*steps}) == 1, steps))
