"""`Graph` → its stages: the layers that share the first steps of their paths, with their output,
parameters and multiply-adds.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from archspec.diagnostics import Span
from archspec.graph import Graph, Node, count_parameters
from archspec.spelling import in_words, without_count
from archspec.tensor import Tensor, total

LONG = 40
"""Rows beyond which neighbouring layers without a name of their own share a row."""


class Stage(NamedTuple):
    """Some layers: ``name`` is their path, ``output`` their last tensor; ``macs`` is ``None`` where
    a size is unknown.

    ``parameters`` counts shared weights only where they are first used. ``notes`` names, of a
    single layer, its further outputs and the arguments of its call; the outputs of the model that
    come from here; and the stage whose weights are used again.
    """

    name: str
    output: Tensor
    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """The weights, moving statistics included."""
        return count_parameters(self.nodes)

    @property
    def trainable(self) -> int:
        """The weights that training changes."""
        return count_parameters(self.nodes, trainable=True)

    @property
    def macs(self) -> int | None:
        """Multiply-adds for one example."""
        return total(node.macs for node in self.nodes)


def stages(graph: Graph, depth: int = 1, *, fold: bool = False) -> tuple[Stage, ...]:
    """The stages of a network: a row for each path of ``depth`` steps, in the order of first
    appearance. With ``fold``, equal repetitions of an item share a row, ``block2 … block6 ×5``,
    which has the sums of their numbers.

    A long chain of layers without names would be as many rows: beyond `LONG`, neighbours of one
    output size share one. A ``depth`` of 2 and more leaves them apart.
    """
    grouped: dict[str, list[Node]] = {}
    for node in graph.nodes:
        grouped.setdefault(_prefix(node.name, depth), []).append(node)
    rows = [_stage(graph, name, nodes) for name, nodes in grouped.items()]
    rows = list(_folded(graph, rows)) if fold else rows
    rows = list(_shortened(graph, rows)) if depth == 1 and len(rows) > LONG else rows
    return tuple(_with_notes(graph, rows))


def layers(graph: Graph) -> tuple[Stage, ...]:
    """Every layer as a stage of its own."""
    return tuple(
        _with_notes(graph, [Stage(node.name, node.output, (node,)) for node in graph.nodes])
    )


def _prefix(path: str, depth: int) -> str:
    return ".".join(path.split(".")[:depth])


def _stage(graph: Graph, name: str, nodes: list[Node]) -> Stage:
    end = graph.endpoints.get(name)
    return Stage(name, graph.tensors[end] if end is not None else nodes[-1].output, tuple(nodes))


def _folded(graph: Graph, rows: list[Stage]) -> Iterator[Stage]:
    """The rows; neighbours that are equal repetitions of one item are joined."""
    outputs = set(graph.outputs.values())
    run: list[Stage] = []
    for row in rows:
        if run and not (_follows(graph, run[-1], row) and _alike(run[-1], row, outputs)):
            yield _repeated(run)
            run = []
        run.append(row)
    if run:
        yield _repeated(run)


def _follows(graph: Graph, row: Stage, following: Stage) -> bool:
    """Whether a row belongs to the next repetition of an item that another belongs to."""
    here, there = (set(_repetitions(graph, stage.nodes[0])) for stage in (row, following))
    return any((parent, span, index + 1) in there for parent, span, index in here)


def _repetitions(graph: Graph, node: Node) -> Iterator[tuple[int | None, Span, int]]:
    """The repetitions that a node lies in: the scope around, the item and the number of each."""
    index: int | None = node.scope
    while index is not None:
        scope = graph.scopes[index]
        if scope.index is not None:
            yield scope.parent, scope.span, scope.index
        index = scope.parent


def _alike(a: Stage, b: Stage, outputs: set[str]) -> bool:
    """Whether two rows have the same layers, sizes and weights, and the first gives no output of
    the model, which its own row says.
    """
    a_made, b_made = (
        [(node.layer, node.output, node.outputs, node.own_weights, node.macs) for node in row.nodes]
        for row in (a, b)
    )
    return a_made == b_made and not any(
        name in outputs for node in a.nodes for name in node.tensors
    )


def _repeated(rows: list[Stage]) -> Stage:
    if len(rows) == 1:
        return rows[0]
    nodes = tuple(node for row in rows for node in row.nodes)
    last = rows[-1].name.rpartition(".")[2]
    return Stage(f"{rows[0].name} … {last} ×{len(rows)}", rows[-1].output, nodes)


def _shortened(graph: Graph, rows: list[Stage]) -> Iterator[Stage]:
    """The rows; neighbours without a name of their own and of one image size are joined."""
    blocks = {(scope.path, scope.label) for scope in graph.scopes if scope.kind == "block"}
    for (automatic, _), run in groupby(
        rows, lambda row: (_is_automatic(row, blocks), row.output.shape[:-1])
    ):
        together = list(run)
        yield from [_joined(together)] if automatic and len(together) > 1 else together


def _is_automatic(row: Stage, blocks: set[tuple[str, str]]) -> bool:
    """Whether the last step of a path is the layer's kind, or the block's name, and perhaps a
    count.
    """
    step = without_count(row.name.rpartition(".")[2])
    kind = row.nodes[0].layer.kind().lower() if row.name == row.nodes[0].name else None
    return step.replace("_", "") == kind or (row.name, step) in blocks


def _joined(rows: list[Stage]) -> Stage:
    nodes = tuple(node for row in rows for node in row.nodes)
    return Stage(
        f"{rows[0].name} … {rows[-1].name}", rows[-1].output, nodes, (f"{len(nodes):,} layers",)
    )


def _with_notes(graph: Graph, rows: list[Stage]) -> Iterator[Stage]:
    home = {name: row.name for row in rows for node in row.nodes for name in node.tensors}
    outputs: dict[str, list[str]] = {}
    for name, node in graph.outputs.items():
        outputs.setdefault(home.get(node, ""), []).append(f"output {name}")
    for row in rows:
        owners = dict.fromkeys(
            home[node.weights_of]
            for node in row.nodes
            if node.weights_of is not None and node.weights
        )
        shared = [f"weights of {owner}" for owner in owners if owner != row.name]
        own = _of_the_layer(row.nodes[0]) if len(row.nodes) == 1 else ()
        yield row._replace(notes=(*row.notes, *own, *outputs.get(row.name, ()), *shared))


def _of_the_layer(node: Node) -> Iterator[str]:
    """The further outputs of a layer with their sizes, and the arguments of its call."""
    for output, tensor in node.outputs[1:]:
        yield f"{output} {tensor}"
    for name, value in node.layer.call.items():
        yield f"{name}: {in_words(value)}"
