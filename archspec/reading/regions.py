"""A `Graph` → its `Tree`, nothing folded: which layers follow one another in lists, which are
branches and the ways around residuals, and where the outputs stand.

All that a layer is the first to join again stands before it: the tree of post-dominators is the
nesting of the text. What only a merge uses is a path to it, and what several use, of which it is
the first to see all, is an item of the list before it. So whatever is taken from elsewhere stands
in a list around what takes it, further up.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import replace

from archspec.backends.output_layers import MAIN
from archspec.graph import Graph, Node
from archspec.reading.piece_order import PieceOrder, extent
from archspec.reading.postdominators import PostDominators
from archspec.reading.sharing import owned_by_first, with_shared_groups
from archspec.reading.tails import FEWEST, LONGEST, PathTails
from archspec.reading.tree import (
    Act,
    BranchesItem,
    Column,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    Seq,
    Tree,
    leaves,
)


def structured(
    graph: Graph,
    *,
    branches: bool = True,
    nested: bool = False,
    outputs_last: bool = False,
    names: bool = False,
) -> Tree:
    """The tree of a graph. Without ``branches`` every merge is a layer of a list that takes
    tensors by name; with ``nested`` the skips of a U-Net are ways around, one within another.
    Further outputs stand where all is there that they need, or, with ``outputs_last``, one after
    another behind everything else. With ``names`` each layer is to bear its own.
    """
    used = _in_one_order(_without_idle_sharing(graph))
    main = _Regions(used, branches, nested).main(outputs_last=outputs_last)
    if any(node.weights_of for node in used.nodes):
        main = owned_by_first(main)
        main = with_shared_groups(main, graph, names=names) if branches else main
    return Tree(graph, main)


def _in_one_order(graph: Graph) -> Graph:
    """The graph with its nodes in the order in which its outputs are worked out, each layer's first
    input first: models that list their layers otherwise are the same.
    """
    nodes = {node.name: node for node in graph.nodes}
    order: dict[str, Node] = {}
    open_ends = [graph.giver(tensor) for tensor in reversed([*graph.outputs.values()])]
    while open_ends:
        node = nodes.get(open_ends[-1])
        if node is None or node.name in order:
            open_ends.pop()
            continue
        givers = [graph.giver(tensor) for tensor in reversed(node.inputs)]
        missing = [giver for giver in givers if giver in nodes and giver not in order]
        if missing:
            open_ends += missing
        else:
            order[node.name] = node
    rest = [node for node in graph.nodes if node.name not in order]
    return replace(graph, nodes=(*order.values(), *rest))


def _without_idle_sharing(graph: Graph) -> Graph:
    """The graph in which layers without weights are used once: using one again is no more than
    using another of the same settings.
    """
    if not any(node.weights_of and not node.weights for node in graph.nodes):
        return graph
    nodes = [node if node.weights else node._replace(weights_of=None) for node in graph.nodes]
    return replace(graph, nodes=tuple(nodes))


DEEPEST = 8
"""How many branchings may stand in one another: deeper, nobody sees where a path ends."""


SHORT_TOWER = 3
"""How many items a tower over an input of its own may have to be a branch beside the others."""


class _Regions:
    """The pieces of a graph: for each vertex, in topological order, its own item and the vertices
    of which the pieces stand before it in one list. Vertices are inputs, nodes and the exit, by
    number.
    """

    def __init__(self, graph: Graph, branches: bool, nested: bool) -> None:
        self.graph = graph
        self.nested = nested
        self.branches = branches
        self.act = Act()
        names = [*graph.inputs, *(node.name for node in graph.nodes)]
        self.exit = len(names)
        self.first = len(graph.inputs)
        self.number = {name: number for number, name in enumerate(names)}
        self.owners = {node.weights_of for node in graph.nodes}
        self.outputs = list(graph.outputs.items())
        self.takes: list[list[int]] = [[] for _ in graph.inputs]
        self.takes += [self._givers(node.inputs) for node in graph.nodes]
        self.takes += [self._givers(tensor for _, tensor in self.outputs)]
        self.users: list[list[int]] = [[] for _ in self.takes]
        for user, givers in enumerate(self.takes):
            for giver in givers:
                self.users[giver].append(user)
        self.below = PostDominators(self.users)
        self.own: dict[int, Item] = {}
        self.ahead: list[list[int]] = [[] for _ in self.takes]
        self.head: list[str | None] = [None for _ in self.takes]
        self.least: list[float] = [float("inf") for _ in self.takes]
        self.grows = [False for _ in self.takes]
        self.depth = [0 for _ in self.takes]
        self.apart: set[int] = set()
        self.tails = PathTails()
        extents = [extent(node.output.shape) for node in graph.nodes]
        every = [*(None for _ in graph.inputs), *extents, None]
        self.order = PieceOrder(self.takes, self.users, self.below, every, self.own, self.ahead)
        for number, node in enumerate(graph.nodes, self.first):
            self._add(number, node)

    def _givers(self, tensors: Iterable[str]) -> list[int]:
        return [self.number[self.graph.giver(tensor)] for tensor in tensors]

    def node(self, number: int) -> Node:
        """The node of a vertex that is one."""
        return self.graph.nodes[number - self.first]

    def is_node(self, number: int) -> bool:
        """Whether a vertex is a node: neither an input nor the exit."""
        return self.first <= number < self.exit

    def column(self, tensor: str) -> Column[str]:
        """A tensor in the one act that there is."""
        return {self.act: tensor}

    # --- pieces

    def _add(self, number: int, node: Node) -> None:
        """The item of a node, and what stands before it."""
        item = None
        if self._may_join(node):
            self._shorten(number, node)
            item = self._branches(number, node)
        paths = set() if item is None else set(self._paths(number))
        self.own[number] = item or LayerItem({self.act: node})
        self.ahead[number] = self.order.scheduled(number, paths)
        first = next(filter(self.is_node, self.ahead[number]), None)
        own = next((slot[self.act] for slot in self.own[number].slots), None)
        self.head[number] = own if first is None else self.head[first]
        levels = [self.depth[one] for one in self.ahead[number]]
        self.depth[number] = max([*levels, *(self.depth[path] + 1 for path in paths)], default=0)
        least = [self.least[one] for one in self.ahead[number]]
        self.least[number] = min([extent(node.output.shape), *least])
        self.grows[number] = _enlarges(self.graph, node) or any(
            self.grows[one] for one in self.ahead[number]
        )

    def _may_join(self, node: Node) -> bool:
        """Whether a node can be the merge of branches."""
        return (
            self.branches
            and node.layer.family() == "merging"
            and len(node.inputs) > 1
            and not (node.roles or node.layer.call)
            and node.weights_of is None
            and node.name not in self.owners
        )

    def _paths(self, number: int) -> list[int]:
        """The vertices that only this one uses, and once."""
        return [
            giver
            for giver, tensor in zip(self.takes[number], self._taken(number), strict=True)
            if self.is_node(giver)
            and giver not in self.apart
            and self.users[giver] == [number]
            and tensor == self.node(giver).name
        ]

    # --- paths that are shorter than what a merge alone uses

    def _shorten(self, number: int, node: Node) -> None:
        """Let the paths of a merge begin where those of a merge like it did above, if what stands
        before that gathers tensors of elsewhere: then it stands in the list before the merge.
        """
        paths = self._paths(number)
        chains = [self._chain(one) if one in paths else [] for one in self.takes[number]]
        kinds = [tuple(self.node(one).layer.kind() for one in chain) for chain in chains]
        lengths = self.tails.kept(node.layer.kind(), kinds)
        for chain, length in zip(chains, lengths, strict=True):
            if length < len(chain) and self._gathers(chain[length]):
                self._cut(chain, length)

    def _chain(self, path: int) -> list[int]:
        """The last layers of a path, that of its end first."""
        chain = [path]
        while len(chain) < LONGEST and len(self.ahead[chain[-1]]) == 1:
            above = self.ahead[chain[-1]][0]
            if not self.is_node(above):
                break
            chain.append(above)
        return chain

    def _gathers(self, vertex: int) -> bool:
        """Whether what stands before a vertex, and itself, takes several tensors of elsewhere."""
        nodes = [
            node
            for one in leaves(Seq(tuple(self._listed([vertex])), {}))
            for node in one.nodes.values()
        ]
        inside = {node.name for node in nodes}
        taken = {self.graph.giver(tensor) for node in nodes for tensor in node.inputs}
        return len(taken - inside) >= FEWEST

    def _cut(self, chain: list[int], length: int) -> None:
        """Let a path keep so many of its layers."""
        path = chain[0]
        if not length:
            self.apart.add(path)
            return
        first = chain[length - 1]
        self.order.cut[path] = chain[length]
        self.ahead[first] = []
        self.head[path] = next(slot[self.act] for slot in self.own[first].slots)
        self.depth[path] = 0
        self.least[path] = min(extent(self.node(one).output.shape) for one in chain[:length])
        self.grows[path] = any(_enlarges(self.graph, self.node(one)) for one in chain[:length])

    def _taken(self, number: int) -> list[str]:
        if number == self.exit:
            return [tensor for _, tensor in self.outputs]
        return list(self.node(number).inputs)

    def _branches(self, number: int, node: Node) -> BranchesItem | None:
        """The branches that a node merges; ``None`` where it rather takes its inputs by name."""
        paths = self._paths(number)
        around = [
            tensor
            for giver, tensor in zip(self.takes[number], node.inputs, strict=True)
            if giver not in paths
        ]
        start = self._start(paths, around)
        if start is None:
            return None
        made = []
        for giver, tensor in zip(self.takes[number], node.inputs, strict=True):
            items = self._listed([giver]) if giver in paths else self._passing(tensor, start)
            made.append(Seq(tuple(items), self.column(start)))
        return BranchesItem(tuple(made), LayerItem({self.act: node}))

    def _start(self, paths: list[int], around: list[str]) -> str | None:
        """The tensor that branches of these paths, and ways around, take; ``None`` where it
        is better to have none.
        """
        if any(self.depth[path] >= DEEPEST for path in paths):
            return None
        heads = [self.head[path] for path in paths]
        entries = [head for head in heads if head is not None]
        if not entries or (len(paths) == 1 and set(around) != set(entries)):
            return None
        if len(paths) == 1:
            skips = not self.nested and self._returns(paths[0], entries[0])
            return None if skips else entries[0]
        alike = len(entries) == len(paths) and len({*entries, *around}) == 1
        if not alike and not {None, *self.graph.inputs}.isdisjoint(heads):
            if len(entries) < len(paths) or not all(map(self._is_short, paths)):
                return None  # towers over inputs of their own, one after another
            first = next(iter(self.graph.inputs))
            if first in {*entries, *around}:
                return first
        return Counter([*entries, *around]).most_common(1)[0][0]

    def _is_short(self, path: int) -> bool:
        return len(self._listed([path])) <= SHORT_TOWER

    def _returns(self, path: int, start: str) -> bool:
        """Whether a path goes to a smaller size and back: what goes around it is a skip of a U,
        no residual.
        """
        size = extent(self.graph.tensors[start].shape)
        end = extent(self.node(path).output.shape)
        return size == end and self.least[path] < size and self.grows[path]

    def _passing(self, tensor: str, start: str) -> list[Item]:
        """The items of a branch that gives on a tensor."""
        return [] if tensor == start else [GroupItem(Seq((), self.column(tensor)))]

    def _listed(self, vertices: Iterable[int]) -> list[Item]:
        """The pieces of some vertices, one after another, as the items of a list."""
        items: list[Item] = []
        stack = list(vertices)
        while stack:
            vertex = stack.pop()
            if self.is_node(vertex):
                items.append(self.own[vertex])
                stack.extend(self.ahead[vertex])
        return items[::-1]

    # --- the model

    def main(self, *, outputs_last: bool) -> Seq:
        """The list of the whole model, its outputs in their order."""
        inp = self.column(next(iter(self.graph.inputs)))
        alone = set(self._paths(self.exit)) if self.branches else set()
        ends = dict(zip((name for name, _ in self.outputs), self.takes[self.exit], strict=True))
        sides = [name for name, _ in self.outputs if name != MAIN]
        paths = {end for name, end in ends.items() if name != MAIN and end in alone}
        vertices = self.order.scheduled(self.exit, paths)
        if ends.get(MAIN) in alone:
            vertices = [one for one in vertices if one != ends[MAIN]] + [ends[MAIN]]
        last_piece = len(vertices) - (1 if ends.get(MAIN) in alone else 0)
        ready = {} if outputs_last else self._ready(vertices, ends)
        items: list[Item] = []
        queue = deque(sides)
        for at in range(len(vertices) + 1):
            while queue and min(ready.get(queue[0], last_piece), last_piece) <= at:
                name = queue.popleft()
                items.append(self._output(name, ends[name], inp, alone=ends[name] in paths))
            items += self._listed(vertices[at : at + 1])
        seq = Seq(tuple(items), inp)
        return self._ended(seq)

    def _ready(self, vertices: list[int], ends: dict[str, int]) -> dict[str, int]:
        """For each output, how many of the pieces stand before it at least."""
        names: dict[int, list[str]] = {}
        for name, end in ends.items():
            names.setdefault(end, []).append(name)
        ready = dict.fromkeys(ends, 0)
        for at, vertex in enumerate(vertices, 1):
            for user in self.users[vertex]:
                owner = self.below.branch_of(user, self.exit)
                for name in names.get(owner, ()):
                    ready[name] = max(ready[name], at)
            for name in names.get(vertex, ()):
                ready[name] = max(ready[name], at)
        return ready

    def _output(self, name: str, end: int, inp: Column[str], *, alone: bool) -> Item:
        names = {self.act: name}
        if not alone:
            return OutputItem(Seq((), self.column(self.graph.outputs[name])), names)
        start = self.head[end]
        column = inp if start is None else self.column(start)
        return OutputItem(Seq(tuple(self._listed([end])), column), names)

    def _ended(self, seq: Seq) -> Seq:
        """The list with the main output at its end."""
        main = self.graph.outputs.get(MAIN)
        if main is None:
            return seq
        ends = seq.items and seq.items[-1].advances
        if ends and seq.out[self.act] == main:
            return seq
        return Seq((*seq.items, GroupItem(Seq((), self.column(main)))), seq.inp)


def enlarges(graph: Graph) -> bool:
    """Whether any layer makes more places of a feature map out of it."""
    return any(_enlarges(graph, node) for node in graph.nodes)


def _enlarges(graph: Graph, node: Node) -> bool:
    """Whether a layer makes more places of a feature map out of it."""
    if len(node.inputs) != 1 or node.layer.family() in ("reshaping", "shapes"):
        return False
    before = graph.tensors[node.inputs[0]].shape
    return len(before) == len(node.output.shape) > 2 and extent(before) < extent(node.output.shape)
