"""A graph's elements and a plan → a drawing: boxes, clusters and edges.

Each layer is placed on a box; a layer in a copy that is not drawn is placed on the box of its like.
The edges are then those of the graph between the boxes, so that what is folded is folded exactly;
those from one copy to the next are what ×N says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from archspec.diagrams import lettering
from archspec.diagrams.drawing import Box, Cluster, Form, Member, Row
from archspec.diagrams.elements import (
    Card,
    Element,
    Elements,
    Group,
    Repeat,
    Side,
    Split,
    all_nodes,
    nodes_of,
)
from archspec.diagrams.folding import Fold, folds, joined, neighbours
from archspec.diagrams.keeping import FIRST
from archspec.diagrams.lettering import DOT, MARK
from archspec.diagrams.palette import Fill
from archspec.diagrams.roles import fill
from archspec.diagrams.splits import SplitDrawer
from archspec.graph import Node


class Drawer(SplitDrawer):
    """Draws elements into members, and keeps where each layer went."""

    def inputs(self, members: list[Member]) -> None:
        """Draw the model's inputs."""
        for name, tensor in self.graph.inputs.items():
            said = "Input" if len(self.graph.inputs) == 1 else name
            box = Box(
                self._id(),
                Form.INPUT,
                [Row(said)],
                lines=[str(tensor)],
                node=name,
                tip=f"{name}\n{tensor}, {tensor.dtype}",
            )
            self.place[name] = box.id
            members.append(box)

    def body(self, elements: Elements, members: list[Member]) -> None:
        """Draw elements one after the other."""
        if not self.plan.neighbours:
            for element in elements:
                self._element(element, members)
            return
        for fold in neighbours(elements):
            if fold.number == 1:
                self._element(fold.body[0], members)
            else:
                self._register(fold)
                self._counted(fold, "", members)

    def _element(self, element: Element, members: list[Member]) -> None:
        if isinstance(element, Card):
            members.append(self.card(element))
        elif isinstance(element, Split):
            self._split(element, members)
        elif isinstance(element, Group):
            self._group(element, members)
        elif isinstance(element, Repeat):
            self._repeat(element, members)
        else:
            self._side(element, members)

    def _group(self, group: Group, members: list[Member]) -> None:
        if self.plan.closed(group, self.depth):
            members.append(self._closed(group))
            return
        cluster = self._cluster(group)
        self.depth += 1
        self._within.append(f"{FIRST}{cluster.title}")
        fold = self._only_fold(group.body)
        if fold is None:
            self.body(group.body, cluster.members)
        else:
            inner = fold.body[0]
            cluster.count = fold.number
            self._register(fold)
            opened = (
                isinstance(inner, Group)
                and len(fold.body) == 1
                and not self.plan.closed(inner, self.depth)
            )
            self.body(
                inner.body if opened and isinstance(inner, Group) else fold.body, cluster.members
            )
        self._within.pop()
        self.depth -= 1
        members += self._framed(cluster)

    def _framed(self, cluster: Cluster) -> list[Member]:
        """A cluster; what is in it, where nothing needs to be told of it; a chain of cards as
        one box under the cluster's name.
        """
        if self.plan.panel and cluster.count == 1:
            return cluster.members
        cards = [
            one
            for one in cluster.members
            if isinstance(one, Box) and one.form in (Form.CARD, Form.GROUP)
        ]
        if (
            len(cards) == len(cluster.members) > 1
            and self.plan.fold
            and all(self._follows(a, b) for a, b in pairwise(cards))
        ):
            return [self._frame(cluster, cards)]
        return [self._unwrapped(cluster)]

    @staticmethod
    def _unwrapped(cluster: Cluster) -> Member:
        """A cluster, or the one thing in it under the cluster's name."""
        only = cluster.members[0] if len(cluster.members) == 1 else None
        if isinstance(only, Cluster) and 1 in (only.count, cluster.count):
            cluster.members, cluster.count = only.members, only.count * cluster.count
        elif isinstance(only, Box) and only.form in (Form.CARD, Form.GROUP):
            row = only.rows[0]
            only.weight = cluster.weight
            only.rows[0] = row._replace(times=cluster.count * row.times)
            if only.form is Form.CARD:
                only.lines = [DOT.join([cluster.title, *only.lines])]
            else:
                only.rows[0] = only.rows[0]._replace(strong=cluster.title)
                only.lines = only.lines or [row.strong]
            return only
        return cluster

    def _only_fold(self, body: Elements) -> Fold | None:
        """The one fold that a group consists of, whose ×N then stands in the group's own title."""
        if self.plan.fold and len(body) == 1 and isinstance(body[0], Repeat):
            found = self._folds(body[0])
            if len(found) == 1 and found[0].number > 1:
                return found[0]
        return None

    def _cluster(self, group: Group) -> Cluster:
        alike = self.alike(group)
        nodes = [node for one in alike for node in nodes_of(one)]
        cluster = Cluster(
            f"cluster_{self._id()}", _last(group.path) or group.label, node=group.path
        )
        cluster.size, cluster.weight = self._size(alike), lettering.weight(nodes)
        cluster.tip = lettering.group_tip(group.path, nodes, group.arguments)
        return cluster

    def _closed(self, group: Group) -> Box:
        alike = self.alike(group)
        nodes = [node for one in alike for node in nodes_of(one)]
        mark = self._mark(group, closed=True)
        box = Box(
            self._id(),
            Form.GROUP,
            [Row(_last(group.path) or group.label, f" {MARK}" if mark else "")],
            self._main_fill(nodes),
            node=group.path,
        )
        box.lines = [group.block] if group.block and group.block != box.rows[0].strong else []
        box.size, box.weight = self._size(alike), lettering.weight(nodes)
        box.tip = lettering.group_tip(group.path, nodes, group.arguments)
        self.closed_groups.append((box, group))
        self.legend.saw(box.fill, None)
        self._put(nodes, box)
        return box

    @staticmethod
    def _main_fill(nodes: Sequence[Node]) -> Fill:
        """The colour of a closed group: that of the layers that most of its multiply-adds, or
        weights, are in.
        """
        shares: Counter[Fill] = Counter()
        for node in nodes:
            shares[fill(node.layer)] += (
                (node.macs or 0) + sum(weight.size for weight in node.weights) + 1
            )
        return shares.most_common(1)[0][0]

    def _size(self, alike: Sequence[Element]) -> str:
        """What the last of some groups gives on."""
        last = max(
            (one for one in alike if isinstance(one, Group)),
            key=lambda one: self.position[list(nodes_of(one))[-1].name],
        )
        end = self.graph.endpoints.get(last.path)
        return str(self.graph.tensors[end]) if end is not None else str(self.last_of(alike).output)

    def _repeat(self, repeat: Repeat, members: list[Member]) -> None:
        if not self.plan.fold:
            for copy in repeat.copies:
                self.body(copy, members)
            return
        for fold in self._folds(repeat):
            self._register(fold)
            self._counted(fold, repeat.label, members)

    def _folds(self, repeat: Repeat) -> list[Fold]:
        """The folds of a repeat, with those of the repeats that are drawn as it."""
        mine = folds(repeat.copies)
        for other in self.alike(repeat)[1:]:
            if isinstance(other, Repeat):
                mine = [
                    joined(one, its) for one, its in zip(mine, folds(other.copies), strict=True)
                ]
        return mine

    def _counted(self, fold: Fold, label: str, members: list[Member]) -> None:
        """Draw one copy of a fold, with ×N on its box or around its boxes."""
        inner: list[Member] = []
        self._within.append(self._first_of(fold, label))
        self.body(fold.body, inner)
        self._within.pop()
        only = inner[0] if len(inner) == 1 else None
        if fold.number == 1:
            members += inner
        elif (
            isinstance(only, Box)
            and only.form in (Form.CARD, Form.GROUP)
            and only.rows[0].times == 1
        ):
            only.rows[0] = only.rows[0]._replace(times=fold.number)
            self._named_by_block(only, fold)
            members.append(only)
        elif isinstance(only, Box) and only.form is Form.FRAME and only.rows[0].times == 1:
            only.rows[0] = only.rows[0]._replace(
                times=fold.number, strong=self._name_of(fold) or only.rows[0].strong
            )
            members.append(only)
        elif isinstance(only, Cluster) and only.count == 1:
            only.count = fold.number
            only.title = self._name_of(fold) or only.title
            members.append(only)
        else:
            nodes = [node for copy in fold.copies for node in all_nodes(copy)]
            cluster = Cluster(
                f"cluster_{self._id()}",
                _plain(label),
                inner,
                fold.number,
                weight=lettering.weight(nodes),
            )
            cluster.size = str(nodes[-1].output)
            members.append(cluster)

    def _named_by_block(self, box: Box, fold: Fold) -> None:
        """A closed group that stands for several is called after its block, not after the first
        of them.
        """
        name = self._name_of(fold)
        if box.form is Form.GROUP and name:
            box.rows[0] = box.rows[0]._replace(strong=name)
            box.lines = [line for line in box.lines if line != name]

    def _first_of(self, fold: Fold, label: str) -> str:
        """What the first copy of a fold is called: by its own name where it is the author's."""
        first = fold.copies[0]
        if self.depth == 0 and len(first) == 1 and isinstance(first[0], Group):
            return _last(first[0].path)
        return FIRST + (_plain(label) or "the repeat")

    def _name_of(self, fold: Fold) -> str:
        """What a fold of one group is called: outside of groups by the names that the author
        gave, within one after the block.
        """
        ends = [
            copy[0]
            for copy in (fold.copies[0], fold.copies[-1])
            if len(copy) == 1 and isinstance(copy[0], Group)
        ]
        if len(ends) < 2:
            return ""
        if self.depth == 0:
            return (", " if fold.number == 2 else " … ").join(_last(one.path) for one in ends)
        return ends[1].block

    def _side(self, side: Side, members: list[Member]) -> None:
        nodes = list(nodes_of(side))
        for node in nodes:
            self.sides[node.name] = side.name
        self.body(side.body, members)
        end = self.graph.outputs[side.name]
        box = Box(
            self._id(),
            Form.OUTPUT,
            [Row(side.name)],
            lines=[f"output, {self.graph.tensors[end]}"],
            node=side.name,
        )
        box.tip = f"{side.name}\noutput of the model, {self.graph.tensors[end]}"
        self.ends[side.name] = box.id
        members.append(box)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(label: str) -> str:
    """The name of an item without what `$` puts in: ``block`` of ``block$i``."""
    return label.split("$", maxsplit=1)[0].strip("_-. ")
