"""The layers of a graph, each placed on a box → the edges between the boxes, with the sizes
that stand on them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from archspec.diagrams.canvas import Around, Canvas
from archspec.diagrams.drawing import Box, Cluster, Edge, Form, Member, Way, boxes
from archspec.diagrams.elements import Group, nodes_of
from archspec.diagrams.lettering import MARK
from archspec.graph import Node
from archspec.tensor import show_shape


class TensorEdge(NamedTuple):
    """An edge with the tensor that it carries."""

    edge: Edge
    tensor: str


def edges(canvas: Canvas, members: list[Member]) -> list[Edge]:
    """The edges between the boxes that were drawn onto a canvas."""
    return Wiring(canvas, members).edges()


class Wiring:
    """Reads the edges between some boxes off the graph of their canvas."""

    def __init__(self, canvas: Canvas, members: list[Member]) -> None:
        self.graph = canvas.graph
        self.canvas = canvas
        self.boxes = {box.id: box for box in boxes(members)}
        self.order = {box_id: number for number, box_id in enumerate(self.boxes)}
        self.home = dict(_homes(members))

    def edges(self) -> list[Edge]:
        """All edges, each once, in the order of the layers; sizes stand where one is new."""
        steps_by_place: dict[tuple[str, str, int | None, int], TensorEdge] = {}
        taken: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for node in self.graph.nodes:
            drawn: Counter[tuple[str, str, int | None]] = Counter()
            for step in self._into(node):
                key = step.edge.tail, step.edge.head, step.edge.port
                place = (*key, drawn[key])
                if _says_more(step, steps_by_place.get(place)):
                    steps_by_place[place] = step
                if step.edge.tail in self._closed:
                    taken[step.edge.tail, step.edge.head][step.edge.label] = None
                drawn[key] += not self._is_bundled(step.edge)
        for step in self._ends():
            steps_by_place.setdefault((step.edge.tail, step.edge.head, None, 0), step)
        steps = [_saying_all(step, taken) for step in steps_by_place.values()]
        return self._labelled(self._straightened(steps))

    def _straightened(self, steps: list[TensorEdge]) -> list[TensorEdge]:
        """The edges, of those into a closed group only that from the box drawn last before it as
        the straight way.
        """
        latest: dict[str, int] = {}
        for edge, _ in steps:
            if edge.way is Way.TRUNK and edge.head in self._closed:
                latest[edge.head] = max(latest.get(edge.head, -1), self.order[edge.tail])
        return [
            step._replace(edge=step.edge._replace(way=Way.REFERENCE))
            if step.edge.way is Way.TRUNK
            and latest.get(step.edge.head, self.order[step.edge.tail]) > self.order[step.edge.tail]
            else step
            for step in steps
        ]

    def _into(self, node: Node) -> Iterator[TensorEdge]:
        """The edges into one layer."""
        head = self.canvas.place.get(node.name)
        if head is None or self.boxes[head].form is Form.INPUT:
            return  # it is not drawn, or is what a block alone is given
        latest = self._latest(node) if len(node.inputs) > 1 else ""
        for number, (name, role) in enumerate(node.edges):
            way, port = self._merging(node, number, name, latest)
            way = Way.BATCH if node.layer.takes_batch_alone else way
            hops = list(self._hops(number, node, head, way, port))
            label = self._words(node, name, role)
            if hops and label:
                hops[-1] = hops[-1]._replace(edge=hops[-1].edge._replace(label=label, names=True))
            yield from hops

    def _words(self, node: Node, tensor: str, role: str) -> str:
        """What stands at the edge of an input: which tensor of its box it is, and its role, unless
        the first.
        """
        first = next(iter(node.layer.open_roles), role)
        words = [self._which(tensor), *([role] if role != first else [])]
        return " → ".join(filter(None, words))

    def _which(self, tensor: str) -> str:
        """Which tensor of its box an edge begins with, where that is not what the box as a whole
        gives: a further output of its layer, or what is taken from inside of a closed group.
        """
        giver = self.graph.giver(tensor)
        if giver in self._inside:
            return self._inside[giver] + tensor.removeprefix(giver)
        return "" if tensor == giver else tensor.removeprefix(f"{giver}.")

    @cached_property
    def _inside(self) -> dict[str, str]:
        """The layers on the boxes of closed groups, but for those that give what the groups give,
        with their shortest names there.
        """
        shortest: dict[str, str] = {}
        for _, closed in self.canvas.closed_groups:
            for group in self.canvas.likeness.alike(closed):
                if isinstance(group, Group) and not group.gathered:
                    shortest |= self._inside_of(group)
        return shortest

    def _inside_of(self, group: Group) -> dict[str, str]:
        end, within = self.graph.endpoints.get(group.path), f"{group.path}."
        return {
            node.name: min(
                (path for path in self._paths[node.name] if path.startswith(within)),
                key=len,
                default=node.name,
            ).removeprefix(within)
            for node in nodes_of(group)
            if node.name != end
        }

    @cached_property
    def _paths(self) -> Mapping[str, list[str]]:
        """The paths of what each layer gives: its own, and those of the groups that end in it."""
        paths: defaultdict[str, list[str]] = defaultdict(list)
        for path, end in self.graph.endpoints.items():
            paths[end].append(path)
        return paths

    @cached_property
    def _closed(self) -> set[str]:
        """The boxes of closed groups."""
        return {box.id for box, group in self.canvas.closed_groups if not group.gathered}

    def _place(self, tensor: str) -> str | None:
        """The box of a tensor: its own, where a figure is given it, or that of its layer."""
        place = self.canvas.place
        return place.get(tensor) or place.get(self.graph.giver(tensor))

    def _latest(self, node: Node) -> str:
        """The input that was drawn last before a layer of several inputs: the straight way into
        it, unless that is the same for every example.
        """
        placed = [name for name in node.inputs if self._place(name) is not None]
        placed = [name for name in placed if name not in self._fixed] or placed
        return max(placed, key=lambda name: self.order.get(self._place(name) or "", -1), default="")

    @cached_property
    def _fixed(self) -> set[str]:
        """The tensors that are the same for every example."""
        return {node.name for node in self.graph.nodes if node.layer.takes_batch_alone}

    def _merging(self, node: Node, number: int, name: str, latest: str) -> tuple[Way, int | None]:
        ways = self.canvas.merging.get(node.name)
        if ways is not None and number < len(ways):
            return ways[number]
        if len(node.inputs) > 1:
            return (Way.TRUNK if name == latest else Way.REFERENCE), None
        return Way.TRUNK, None

    def _hops(
        self, number: int, node: Node, head: str, way: Way, port: int | None
    ) -> Iterator[TensorEdge]:
        """From the box of what an input takes, through the points where splits part, to the box of
        its layer.
        """
        name = node.inputs[number]
        chain = self._chain(number, node)
        tail, giver = self._place(name), self.graph.giver(name)
        cut = tail is None or self._other_copy(giver, node.name)
        before = None if cut else tail
        incoming = Way.TRUNK if chain else way
        if self.canvas.sides.get(node.name) != self.canvas.sides.get(giver):
            incoming = Way.SIDE
        for place, around in enumerate(chain):
            if before is not None and before != around.point:
                yield TensorEdge(Edge(before, around.point, incoming), name)
            before, incoming = around.point, around.way
            merges = place == len(chain) - 1 and node.name in self.canvas.merging
            if merges or around.number is not None:
                incoming = way
        if before is not None and before != head:
            last = way if way is Way.BATCH else incoming
            yield TensorEdge(Edge(before, head, last, port=port), name)

    def _chain(self, number: int, node: Node) -> list[Around]:
        """The splits that what an input takes enters on its way to the layer, the outermost first;
        of those that share a point, the innermost.
        """
        by_point: dict[str, Around] = {}
        for around in self.canvas.around[node.name]:
            if around.entry == node.inputs[number] and around.number in (None, number):
                by_point[around.point] = around
        return list(by_point.values())

    def _other_copy(self, name: str, other: str) -> bool:
        """Whether two layers are in different copies of one fold: what is between them is what
        ×N says.
        """
        copies, others = self.canvas.copies[name], self.canvas.copies[other]
        return any(copies[fold] != others[fold] for fold in copies.keys() & others.keys())

    def _ends(self) -> Iterator[TensorEdge]:
        """From the ends of the side paths to the boxes of their outputs."""
        for name, end in self.graph.outputs.items():
            box = self.canvas.ends.get(name)
            tail, giver = self._place(end), self.graph.giver(end)
            if box is not None and tail is not None:
                side = self.canvas.sides.get(giver)
                way = (
                    Way.OUT
                    if side is None and name == next(iter(self.graph.outputs))
                    else (Way.TRUNK if side == name else Way.SIDE)
                )
                which = self._which(end)
                yield TensorEdge(Edge(tail, box, way, which, names=bool(which)), end)

    def _on_spine(self, tensor: str) -> bool:
        """Whether a tensor is on no branch and no side path."""
        giver = self.graph.giver(tensor)
        return giver not in self.canvas.in_paths and giver not in self.canvas.sides

    def _named(self, step: TensorEdge) -> TensorEdge:
        """An edge from a point to a sum around what is between them says that it is a shortcut."""
        tail, head = self.boxes[step.edge.tail], self.boxes[step.edge.head]
        if step.edge.way is not Way.SHORTCUT or (tail.form, head.form) != (Form.POINT, Form.SUM):
            return step
        label = f"shortcut {MARK}" if head.differs else "shortcut"
        return step._replace(edge=step.edge._replace(label=label))

    def _is_bundled(self, edge: Edge) -> bool:
        """Whether an edge stands for those of many branches."""
        return bool({edge.tail, f"{edge.head}:{edge.port}"} & self.canvas.bundles)

    def _is_labelled(self, edge: Edge, tensor: str) -> bool:
        """Whether the size of what an edge carries stands on it."""
        between = self.home[edge.tail] != self.home[edge.head] or self.home[edge.tail] is None
        between = between and not edge.label
        said = self.boxes[edge.head].form is Form.OUTPUT
        return edge.way is Way.TRUNK and between and not said and self._on_spine(tensor)

    def _labelled(self, steps: list[TensorEdge]) -> list[Edge]:
        """The edges; those of the trunk outside of clusters, and into and out of them, with the
        size that they carry where it changes.
        """
        edges = []
        last = ""
        for edge, tensor in map(self._named, steps):
            size = show_shape(self.graph.tensors[tensor].shape)
            last = (
                size if self.boxes[edge.tail].form in (Form.INPUT, Form.GROUP) else last
            )  # which say their size themselves
            if size != last and self._is_labelled(edge, tensor):
                edges.append(edge._replace(label=size))
                last = size
            else:
                edges.append(edge)
        return edges


def _saying_all(
    step: TensorEdge, taken: Mapping[tuple[str, str], Mapping[str, None]]
) -> TensorEdge:
    """An edge that stands for several tensors of a closed group, with all their names."""
    names = [name or WHOLE for name in taken.get((step.edge.tail, step.edge.head), ())]
    if len(names) < 2:
        return step
    said = names if len(names) <= MOST_NAMES else [*names[: MOST_NAMES - 1], "…"]
    return step._replace(edge=step.edge._replace(label=", ".join(said), names=True))


MOST_NAMES = 4
"""How many tensors are named at one edge."""

WHOLE = "output"
"""What a group as a whole gives, beside names of what is taken from inside of it."""


def _says_more(step: TensorEdge, drawn: TensorEdge | None) -> bool:
    """Whether an edge stands where none is drawn yet, or one that carries less."""
    return drawn is None or (drawn.edge.way is Way.BATCH is not step.edge.way)


def _homes(members: list[Member], home: str | None = None) -> Iterator[tuple[str, str | None]]:
    """The cluster of each box, ``None`` outside of them."""
    for member in members:
        if isinstance(member, Box):
            yield member.id, home
        elif isinstance(member, Cluster):
            yield from _homes(member.members, member.id)
