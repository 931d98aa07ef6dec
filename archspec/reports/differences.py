"""Two graphs → what differs between them, as data: a tree of added, removed and changed parts,
identical repetitions folded into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from archspec.graph import Graph, Node
from archspec.reports.matching import Pair, Subtree, arguments, match
from archspec.tensor import Tensor

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Difference(NamedTuple):
    """One part that differs, or several that differ in the same way: ``names`` are those in the
    second network, of a removed one in the first.

    ``was`` is the name that it had, where that is another; ``kinds`` counts the layers of a part
    that was added or removed, and ``layer`` is its only one; ``arguments`` maps what changed to the
    values before and after; ``takes`` are the inputs before and after, where other layers are
    connected; ``output`` are the sizes before and after, where they differ. Numbers are those of
    one part.
    """

    status: str
    names: tuple[str, ...]
    was: str | None = None
    kinds: tuple[str, ...] = ()
    layer: Node | None = None
    arguments: Mapping[str, tuple[Any, Any]] = {}
    takes: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    output: tuple[Tensor, Tensor] | None = None
    parameters: int = 0
    macs: int | None = 0
    children: tuple[Difference, ...] = ()

    @property
    def essence(self) -> tuple[Any, ...]:
        """A key that is equal for two parts that differ in the same way."""
        layer = (
            None
            if self.layer is None
            else (
                self.layer.layer.kind(),
                None if self.status == CHANGED else repr(self.layer.layer),
            )
        )
        children = tuple((child.names, child.essence) for child in self.children)
        numbers = self.parameters, self.macs, self.output if self.layer is None else None
        return (
            self.status,
            self.was is None,
            self.kinds,
            layer,
            repr(dict(self.arguments)),
            self.takes,
            numbers,
            children,
        )


class Differences(NamedTuple):
    """All that differs between two networks: their inputs and outputs by name (``None`` where
    one lacks it), and their stages.
    """

    a: Graph
    b: Graph
    inputs: Mapping[str, tuple[Tensor | None, Tensor | None]]
    outputs: Mapping[str, tuple[Tensor | None, Tensor | None]]
    stages: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.inputs or self.outputs or self.stages)


def differences(a: Graph, b: Graph) -> Differences:
    """What changed from ``a`` to ``b``."""
    whole = match(a, b)
    same = {**_inputs(a, b), **_same(whole)}
    comparison = _Comparison(a, b, same)
    stages = tuple(comparison.children(whole))
    return Differences(a, b, _both(a.inputs, b.inputs), comparison.outputs(), stages)


def _inputs(a: Graph, b: Graph) -> dict[str, str]:
    """The inputs of ``a`` and their counterparts in ``b``: by name, or the only ones."""
    if len(a.inputs) == len(b.inputs) == 1:
        return dict(zip(a.inputs, b.inputs, strict=True))
    return {name: name for name in a.inputs if name in b.inputs}


def _same(pair: Pair) -> dict[str, str]:
    """The tensors of the layers of ``a``, and those of ``b`` that they are paired with."""
    if pair.a and pair.b and pair.a.node and pair.b.node:
        return _same_tensors(pair.a.node, pair.b.node)
    return {name: other for child in pair.children for name, other in _same(child).items()}


def _same_tensors(a: Node, b: Node) -> dict[str, str]:
    """The tensors of two layers, by their names: the first, and those of equal names."""
    further = {name: f"{b.name}.{name}" for name, _ in b.outputs[1:]}
    return {
        a.name: b.name,
        **{f"{a.name}.{name}": further[name] for name, _ in a.outputs[1:] if name in further},
    }


def _both(
    a: Mapping[str, Tensor], b: Mapping[str, Tensor]
) -> dict[str, tuple[Tensor | None, Tensor | None]]:
    names = [*a, *(name for name in b if name not in a)]
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


@dataclass(frozen=True)
class _Comparison:
    """Two networks, and the tensors of ``a`` with those of ``b`` that they are paired with."""

    a: Graph
    b: Graph
    same: Mapping[str, str]

    @cached_property
    def paired(self) -> Set[str]:
        """The tensors of ``b`` that have a counterpart."""
        return set(self.same.values())

    def outputs(self) -> dict[str, tuple[Tensor | None, Tensor | None]]:
        """The outputs that one network lacks, that have another size, or that come from another
        layer of both.
        """
        sizes = [
            {name: graph.tensors[node] for name, node in graph.outputs.items()}
            for graph in (self.a, self.b)
        ]
        elsewhere = [
            name
            for name, node in self.a.outputs.items()
            if name in self.b.outputs and self._is_other(node, self.b.outputs[name])
        ]
        return {**_both(*sizes), **{name: (sizes[0][name], sizes[1][name]) for name in elsewhere}}

    def _is_other(self, a: str, b: str) -> bool:
        """Whether two layers, neither of them added or removed, are not the same."""
        return a in self.same and b in self.paired and self.same[a] != b

    def children(self, pair: Pair) -> list[Difference]:
        """What differs in the parts of two parts."""
        path, before = (part.path if part else "" for part in (pair.b, pair.a))
        return _folded(
            [
                difference
                for child in pair.children
                if (difference := self.part(child, path, before)) is not None
            ]
        )

    def part(self, pair: Pair, path: str, before: str) -> Difference | None:
        """What differs between two parts that lie in parts of these paths; ``None`` if nothing
        does.
        """
        if pair.a is None or pair.b is None:
            return _alone(pair, path, before)
        name, was = _relative(pair.b.path, path), _relative(pair.a.path, before)
        difference = Difference(
            CHANGED,
            (name,),
            was if pair.a.step != pair.b.step and (pair.a.written or pair.b.written) else None,
            output=self._output(pair.a, pair.b),
            parameters=pair.b.parameters - pair.a.parameters,
            macs=_minus(pair.b.macs, pair.a.macs),
        )
        if pair.a.node and pair.b.node:
            difference = difference._replace(
                layer=pair.b.node,
                arguments=_changes(pair.a.node, pair.b.node),
                takes=self._takes(pair.a.node, pair.b.node),
            )
        else:
            difference = difference._replace(children=tuple(self.children(pair)))
        weighs = not path and (
            difference.parameters or difference.macs
        )  # a stage is listed also where the cause lies before it
        return (
            difference
            if difference.was
            or difference.arguments
            or difference.takes
            or difference.children
            or weighs
            else None
        )

    def _output(self, a: Subtree, b: Subtree) -> tuple[Tensor, Tensor] | None:
        first, second = (
            graph.tensors[graph.endpoints.get(part.path, part.nodes[-1].name)]
            for graph, part in ((self.a, a), (self.b, b))
        )
        return (first, second) if first != second else None

    def _takes(self, a: Node, b: Node) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The inputs of two paired layers, and the layer whose weights they use, where those are
        not paired themselves.
        """
        first, second = (tuple(filter(None, (*node.inputs, node.weights_of))) for node in (a, b))
        if not (self.same.keys() >= {*first} and self.paired >= {*second}):
            return None  # what was added or removed is listed on its own
        if tuple(self.same[name] for name in first) != second:
            return first, second
        return (_as_roles(a), _as_roles(b)) if a.roles != b.roles else None


def _as_roles(node: Node) -> tuple[str, ...]:
    """The inputs of a layer with their roles."""
    return tuple(f"{name} as {role}" for name, role in node.edges)


def _alone(pair: Pair, path: str, before: str) -> Difference:
    """A part that only one of the networks has."""
    part = pair.a or pair.b
    assert part is not None
    sign = -1 if pair.a else 1
    return Difference(
        REMOVED if pair.a else ADDED,
        (_relative(part.path, before if pair.a else path),),
        kinds=part.kinds,
        layer=part.nodes[0] if len(part.nodes) == 1 else None,
        parameters=sign * part.parameters,
        macs=None if part.macs is None else sign * part.macs,
    )


def _relative(path: str, inside: str) -> str:
    return path.removeprefix(f"{inside}.") if inside else path


def _minus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def _changes(a: Node, b: Node) -> dict[str, tuple[Any, Any]]:
    """The arguments of two layers that differ; ``kind`` is one of them where the kinds do."""
    before, after = arguments(a.layer), arguments(b.layer)
    if a.layer.kind() != b.layer.kind():
        return {"kind": (a.layer.kind(), b.layer.kind())}
    return {
        name: (before[name], after[name])
        for name in before
        if repr(before[name]) != repr(after[name])
    }


def _folded(differences: Iterable[Difference]) -> list[Difference]:
    """Neighbours that differ in the same way in one."""
    return [
        _joined(list(run)) for _, run in groupby(differences, lambda difference: difference.essence)
    ]


def _joined(alike: list[Difference]) -> Difference:
    return alike[0]._replace(names=tuple(name for difference in alike for name in difference.names))
