"""Two graphs → their parts in pairs: matched by the names that the author wrote, then by what the
layers are.

A part is a layer, or the layers under one step of their paths. Calls of blocks that have no name of
their own and do not repeat are not parts: wrapping some layers in a block changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from archspec.graph import Graph, Node, count_parameters
from archspec.layers import Layer
from archspec.reports.alignment import EXACT, stretches
from archspec.spelling import without_count
from archspec.tensor import total

ALIKE = 0.6
"""How much of their layers two parts of different names share at least, if one is the other
renamed.
"""

NEAR = 10
"""With how many parts each part of a long chain is compared at least, to find such a one; in short
chains with all, up to the work of `EXACT` parts on either side.
"""


@dataclass(frozen=True, eq=False)
class Subtree:
    """A layer (``node``), or some parts in one. ``written`` says that the last step of its path
    is the author's word.
    """

    path: str
    written: bool
    node: Node | None
    children: tuple[Subtree, ...]

    @property
    def step(self) -> str:
        """The last step of the path."""
        return self.path.rpartition(".")[2]

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The layers."""
        return (
            (self.node,)
            if self.node
            else tuple(node for child in self.children for node in child.nodes)
        )

    @cached_property
    def essence(self) -> Hashable:
        """A key without any name, equal for parts that compute the same function."""
        if self.node:
            return self.node.layer.kind(), repr(arguments(self.node.layer))
        return tuple(child.essence for child in self.children)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the layers."""
        return tuple(node.layer.kind() for node in self.nodes)

    @property
    def parameters(self) -> int:
        """The weights, shared ones where they are first used."""
        return count_parameters(self.nodes)

    @property
    def macs(self) -> int | None:
        """Multiply-adds, ``None`` where a size is unknown."""
        return total(node.macs for node in self.nodes)


class Pair(NamedTuple):
    """A part of each network that belong together; ``None`` where a part has no counterpart."""

    a: Subtree | None
    b: Subtree | None
    children: tuple[Pair, ...] = ()


def arguments(layer: Layer) -> dict[str, Any]:
    """All arguments of a layer and of its call, those that have their defaults too."""
    return {name: getattr(layer, name) for name in (*layer.attributes, *layer.call_attributes)}


def match(a: Graph, b: Graph) -> Pair:
    """The parts of two networks, paired from the whole down to the layers."""
    return _pair(_tree(a), _tree(b))


def _tree(graph: Graph) -> Subtree:
    ignored = {
        scope.path for scope in graph.scopes if scope.kind == "block" and _is_passing(graph, scope)
    }
    return _part("", [(node, _steps(node.name, ignored)) for node in graph.nodes], 0)


def _is_passing(graph: Graph, scope: Any) -> bool:
    repeats = scope.parent is not None and graph.scopes[scope.parent].kind == "repetition"
    return not repeats and without_count(scope.path.rpartition(".")[2]) == scope.label


def _steps(name: str, ignored: set[str]) -> list[str]:
    """The paths that lead to a layer, from the outside in, the layer's own last."""
    words = name.split(".")
    paths = [".".join(words[:end]) for end in range(1, len(words) + 1)]
    return [path for path in paths if path not in ignored]


def _part(path: str, members: list[tuple[Node, list[str]]], level: int) -> Subtree:
    inner: dict[str, list[tuple[Node, list[str]]]] = {}
    for node, steps in members:
        inner.setdefault(steps[level], []).append((node, steps))
    children = tuple(
        _leaf(inside[0][0])
        if inside[0][1][-1] == name and len(inside) == 1
        else _part(name, inside, level + 1)
        for name, inside in inner.items()
    )
    return Subtree(path, True, None, children)


def _leaf(node: Node) -> Subtree:
    step = without_count(node.name.rpartition(".")[2])
    return Subtree(node.name, step.replace("_", "") != node.layer.kind().lower(), node, ())


def _pair(a: Subtree, b: Subtree) -> Pair:
    if a.node and b.node:
        return Pair(a, b)
    return Pair(a, b, tuple(_align(a.children or (a,), b.children or (b,))))


def _align(a: Sequence[Subtree], b: Sequence[Subtree]) -> Iterator[Pair]:
    """The parts of two chains in order, matching ones paired."""
    names = {part.step for part in a if part.written} & {part.step for part in b if part.written}
    moved: dict[str, Subtree] = {}
    aligned = list(
        _by(lambda part: part.step if part.step in names and part.written else part.essence, a, b)
    )
    for left, _ in (gap for gap in aligned if isinstance(gap, tuple)):
        moved |= {part.step: part for part in left if part.step in names and part.written}
    for stretch in aligned:
        yield from [_pair(*stretch)] if isinstance(stretch, list) else _gap(*stretch, moved)


def _gap(a: Sequence[Subtree], b: Sequence[Subtree], moved: dict[str, Subtree]) -> Iterator[Pair]:
    """The parts between two matches: paired if they moved, are of one kind, or are alike."""
    left = [part for part in a if moved.get(part.step) is not part]
    yield from (_pair(moved[part.step], part) for part in b if part.written and part.step in moved)
    right = [part for part in b if not (part.written and part.step in moved)]
    for kin in _by(_kin, left, right):
        yield from [_pair(*kin)] if isinstance(kin, list) else _rest(*kin)


def _kin(part: Subtree) -> Hashable:
    """What two parts of different content share if one is the other changed: the kind, or the
    kinds, of layers.
    """
    return part.kinds


def _rest(a: Sequence[Subtree], b: Sequence[Subtree]) -> Iterator[Pair]:
    """The parts that no key pairs: each of ``b`` with the first of ``a`` that is alike and stands
    behind those that are paired.
    """
    reach = max(NEAR, EXACT * EXACT // max(len(a), len(b), 1))
    likeness: dict[Hashable, float] = {}
    start = 0
    for part in b:
        candidates = range(start, min(start + reach, len(a)))
        alike = next((n for n in candidates if _are_alike(a[n], part, likeness)), None)
        if alike is None:
            yield Pair(None, part)
        else:
            yield from (Pair(skipped, None) for skipped in a[start:alike])
            yield _pair(a[alike], part)
            start = alike + 1
    yield from (Pair(skipped, None) for skipped in a[start:])


def _are_alike(a: Subtree, b: Subtree, likeness: dict[Hashable, float]) -> bool:
    """Whether two groups are likely to be one, renamed and changed; ``likeness`` remembers."""
    if a.node or b.node:
        return False
    key = a.kinds, b.kinds
    if key not in likeness:
        likeness[key] = _likeness(*key)
    return likeness[key] >= ALIKE


def _likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """The share of two chains that is common to both, `difflib`'s ``ratio``."""
    equal = sum(stretch.end - stretch.start for stretch in stretches(a, b) if stretch.equal)
    return 2 * equal / (len(a) + len(b))


def _by(
    key: Callable[[Subtree], Hashable], a: Sequence[Subtree], b: Sequence[Subtree]
) -> Iterable[list[Subtree] | tuple[Sequence[Subtree], Sequence[Subtree]]]:
    """Two chains aligned where the keys agree: ``[a, b]`` for two parts of one key, ``(some of
    a, some of b)`` for what lies between.
    """
    keys = [key(part) for part in a], [key(part) for part in b]
    for equal, start, end, other, to in stretches(*keys):
        if equal:
            yield from ([one, two] for one, two in zip(a[start:end], b[other:to], strict=True))
        else:
            yield a[start:end], b[other:to]
