"""A graph's elements and a level of detail → a drawing: boxes, clusters and edges.

Each layer is placed on a box; a layer in a copy that is not drawn is placed on the box of its like. The edges are then those of the graph
between the boxes, so that what is folded is folded exactly; those from one copy to the next are what ×N says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from archspec.diagrams import lettering
from archspec.diagrams.drawing import Box, Cluster, Drawing, Form, Member, Row, Way
from archspec.diagrams.elements import Card, Element, Elements, Group, Repeat, Side, Split, all_nodes, nodes_of
from archspec.diagrams.folding import Fold, Mark, folds, neighbours, paired
from archspec.diagrams.lettering import DOT, MARK, Legend
from archspec.diagrams.roles import Fill, Say, fill, plainly, title
from archspec.graph import Graph, Node

Closed = Callable[[Group, int], bool]
"""Whether a group is drawn as one card; the number says how many groups it is in."""


class Around(NamedTuple):
    """A split that a layer is in: the tensor that enters it, the point where it parts, the way that the layer is on."""

    entry: str
    point: str
    way: Way


class Plan(NamedTuple):
    """How much is drawn: which groups are ``closed``, whether repeats are folded, whether equal ``neighbours`` are; whether it is a panel."""

    closed: Closed
    fold: bool = True
    neighbours: bool = False
    panel: bool = False
    vocabulary: Mapping[tuple[str, str], str] = {}
    """Words for arguments of layers, by the layer's and the argument's name, that stand in place of their values."""


class Drawer:
    """Draws elements into members, and keeps where each layer went."""

    def __init__(self, graph: Graph, plan: Plan, prefix: str = "b", legend: Legend | None = None) -> None:
        self.graph = graph
        self.plan = plan
        self.prefix = prefix
        self.number = 0
        self.depth = 0
        self.folded = 0
        self.legend = legend or Legend()
        self.place: dict[str, str] = {}
        self.around: defaultdict[str, list[Around]] = defaultdict(list)
        self.in_paths: set[str] = set()
        self.copies: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self.merging: dict[str, list[tuple[Way, int | None]]] = {}
        self.sides: dict[str, str] = {}
        self.first_inputs: dict[str, tuple[str, ...]] = {}
        self.closed_groups: list[tuple[Box, Group]] = []
        self.rows: list[tuple[Row, Fill, str]] = []
        self._likes: defaultdict[int, list[Element]] = defaultdict(list)
        self._marks: defaultdict[int, list[Mark]] = defaultdict(list)
        self._bare: defaultdict[int, list[Elements]] = defaultdict(list)
        self._notes: defaultdict[str, list[str]] = defaultdict(list)
        self._within: list[str] = []

    # --- the parts of a figure

    def inputs(self, members: list[Member]) -> None:
        """Draw the model's inputs."""
        for name, tensor in self.graph.inputs.items():
            said = "Input" if len(self.graph.inputs) == 1 else name
            box = Box(self._id(), Form.INPUT, [Row(said)], lines=[str(tensor)], node=name, tip=f"{name}\n{tensor}, {tensor.dtype}")
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

    def finished(self, drawing: Drawing) -> None:
        """Put the notes on a drawing; a row of a stack says what it consists of where that is not what the legend says."""
        said = {id(row): words or "alone" for row, colour, words in self.rows if words != lettering.together(self.legend.usual(colour))}
        for box in drawing.boxes:
            box.rows = [row._replace(small=said[id(row)]) if id(row) in said else row for row in box.rows]
        drawing.notes += self._said()

    def _said(self) -> list[str]:
        """What the marks mean: places where the first copy differs in the same words share a line."""
        alike: dict[tuple[str, ...], list[int]] = {}
        places = list(self._notes)
        for number, words in enumerate(self._notes.values()):
            alike.setdefault(tuple(dict.fromkeys(words)), []).append(number)
        return [f"{MARK} the first of {_several(places, numbers)}: {', '.join(words)}" for words, numbers in alike.items()]

    # --- elements

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

    def card(self, card: Card) -> Box:
        """The box of a card."""
        row, belongs = self._row(card)
        row = row._replace(strong=row.strong + row.rest, rest="")
        alike = self.alike(card)
        layers = [node for one in alike for node in nodes_of(one)]
        form = Form.SUM if lettering.symbol(card.main) else Form.CARD
        if form is Form.SUM:
            row = Row(lettering.symbol(card.main), fill=Fill.MERGE)
            self.legend.merged(card.main, card.after)
        else:
            self.legend.saw(row.fill, belongs)
        lines = [lettering.together(belongs)] if belongs else []
        box = Box(self._id(), form, [row], row.fill, [] if form is Form.SUM else lines, node=card.main.name)
        box.size, box.weight = str(card.nodes[-1].output), lettering.weight(layers)
        box.tip = lettering.card_tip(card, self.graph, len(alike))
        self._put(layers, box)
        return box

    def _row(self, card: Card) -> tuple[Row, list[str]]:
        """The title of a card, and what else belongs to it."""
        say = self._say(card)
        strong, rest = lettering.heading(card, say)
        mark = self._mark(card)
        belongs = lettering.composition(card, say) if strong else []
        if card.main.layer.kind() not in strong and not rest and card.main in card.nodes[:1] and strong.count(DOT):
            belongs = []  # a card of normalizations alone says all of them in its title
        return Row(strong, rest + (f" {MARK}" if mark else ""), fill=fill(card.main.layer)), belongs

    def _say(self, card: Card) -> Say:
        """How arguments are written: as they are, or by the names that a panel gives to them; a rate that differs from copy to copy is not."""
        rates = [[getattr(node.layer, "rate", None) for node in nodes_of(one)] for one in self.alike(card)]
        vague = {"rate": ""} if any(one != rates[0] for one in rates) else {}
        return lambda name, value: vague.get(name, self.plan.vocabulary.get((card.main.name, name)) or plainly(name, value))

    def _split(self, split: Split, members: list[Member]) -> None:
        alike = [one for one in self.alike(split) if isinstance(one, Split)]
        bar = not lettering.symbol(split.merge)
        point = self._point(split, alike, members)
        ways = self._ways(split, bar=bar)
        for one in alike:
            entry = self._entry(one)
            for path, way in zip(one.paths, ways, strict=False):
                for node in all_nodes(path.body):
                    self.in_paths.add(node.name)
                    self.around[node.name].append(Around(entry, point, way))
            self.around[one.merge.name].append(Around(entry, point, Way.SHORTCUT))
            numbers = range(len(ways)) if bar else [None] * len(ways)
            self.merging[one.merge.name] = list(zip(ways, numbers, strict=True))
        for body in self._bare[id(split)]:
            inside = list(all_nodes(body))
            for node in inside:
                self.around[node.name].append(Around(inside[0].inputs[0], point, Way.TRUNK))
        for path in split.paths:
            if not bar and len(path.body) > 1 and all(isinstance(one, Card) for one in path.body) and self.plan.fold:
                members.append(self._stack([one for one in path.body if isinstance(one, Card)]))
            else:
                self.body(path.body, members)
        members.append(self._merge(split, alike, bar=bar))

    def _point(self, split: Split, alike: list[Split], members: list[Member]) -> str:
        """Where a split parts: a point of its own, or that of the split around it that parts from the same tensor."""
        entry = self._entry(split)
        names = {node.name for node in nodes_of(split)}
        for outer in self.around[next(iter(names))] if names else []:
            if outer.entry == entry and all(outer in self.around[name] for name in names):
                return outer.point
        box = Box(self._id(), Form.POINT, [], node="")
        members.append(box)
        return box.id

    def _entry(self, split: Split) -> str:
        """The tensor that enters a split: the one from outside that most of its paths begin with."""
        inside = {node.name for node in nodes_of(split)}
        heads = [next(all_nodes(path.body), None) for path in split.paths]
        taken = [name for head in heads if head is not None for name in head.inputs if name not in inside]
        taken += [name for name in split.merge.inputs if name not in inside]
        return Counter(taken).most_common(1)[0][0] if taken else ""

    @staticmethod
    def _ways(split: Split, *, bar: bool) -> list[Way]:
        """What the path through each part of a split is drawn as: a gate leaves the straight way to what it acts on."""
        if any(path.role != "branch" for path in split.paths):
            return [Way.SHORTCUT if path.role == "shortcut" else Way.TRUNK for path in split.paths]
        gate = not bar and any(not path.body for path in split.paths)
        return [Way.TRUNK if gate and not path.body else Way.BRANCH for path in split.paths]

    def _stack(self, cards: list[Card]) -> Box:
        rows = []
        for card in cards:
            row, belongs = self._row(card)
            self.legend.saw(row.fill, belongs)
            self.rows.append((row, row.fill, lettering.together(belongs)))
            rows.append(row)
        box = Box(self._id(), Form.STACK, rows, rows[0].fill, node=cards[0].main.name)
        box.size = str(cards[-1].nodes[-1].output)
        box.tip = "\n\n".join(lettering.card_tip(card, self.graph, len(self.alike(card))) for card in cards)
        for card in cards:
            self._put([node for one in self.alike(card) for node in nodes_of(one)], box)
        return box

    def _merge(self, split: Split, alike: list[Split], *, bar: bool) -> Box:
        tensors = self.graph.tensors
        after = [word for node in split.after for word in [lettering.heading(Card((node,), node))[0]]]
        row = Row(lettering.symbol(split.merge) or "concatenate", fill=Fill.MERGE)
        box = Box(self._id(), Form.BAR if bar else Form.SUM, [row], Fill.MERGE, node=split.merge.name)
        if bar:
            box.ports = [_range([tensors[name].shape[-1] for name in ends]) for ends in zip(*(one.merge.inputs for one in alike), strict=True)]
            box.rows[0] = row._replace(strong=title(split.merge.layer)[0], rest=f" {_range([one.merge.output.shape[-1] for one in alike])}")
            box.lines = [DOT.join(after)] if after else []
        elif self._marks[id(split)]:
            box.sign = MARK
        self.legend.merged(split.merge, () if bar else split.after)
        box.size = str((split.merge, *split.after)[-1].output)
        box.tip = lettering.card_tip(Card((split.merge, *split.after), split.merge), self.graph, len(alike))
        self._mark(split)
        self._put([node for one in alike for node in (one.merge, *one.after)], box)
        return box

    def _group(self, group: Group, members: list[Member]) -> None:
        if self.plan.closed(group, self.depth):
            members.append(self._closed(group))
            return
        cluster = self._cluster(group)
        self.depth += 1
        self._within.append(cluster.title)
        fold = self._only_fold(group.body)
        if fold is None:
            self.body(group.body, cluster.members)
        else:
            inner = fold.body[0]
            cluster.count = fold.number
            self._register(fold)
            opened = isinstance(inner, Group) and len(fold.body) == 1 and not self.plan.closed(inner, self.depth)
            self.body(inner.body if opened and isinstance(inner, Group) else fold.body, cluster.members)
        self._within.pop()
        self.depth -= 1
        members += self._framed(cluster)

    def _framed(self, cluster: Cluster) -> list[Member]:
        """A cluster; what is in it, where nothing needs to be told of it; a chain of cards as one box under the cluster's name."""
        if self.plan.panel and cluster.count == 1:
            return cluster.members
        cards = [one for one in cluster.members if isinstance(one, Box) and one.form is Form.CARD]
        if len(cards) == len(cluster.members) > 1 and self.plan.fold and all(self._follows(a, b) for a, b in pairwise(cards)):
            return [self._frame(cluster, cards)]
        return [self._unwrapped(cluster)]

    def _follows(self, one: Box, other: Box) -> bool:
        """Whether a card takes what the one before it gives."""
        return any(self.place.get(name) == one.id for name in self.first_inputs[other.id])

    def _frame(self, cluster: Cluster, cards: list[Box]) -> Box:
        head = Row(cluster.title, small=cluster.weight, times=cluster.count, fill=Fill.OTHER)
        rows = [card.rows[0]._replace(small="") for card in cards]
        self.rows += [(row, row.fill, DOT.join(card.lines)) for row, card in zip(rows, cards, strict=True)]
        box = Box(cluster.id.removeprefix("cluster_"), Form.FRAME, [head, *rows], cards[0].fill, size=cluster.size, node=cluster.node)
        box.tip = "\n\n".join([cluster.tip, *(card.tip for card in cards)])
        moved = {card.id for card in cards}
        self.place |= {name: box.id for name, place in self.place.items() if place in moved}
        return box

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
            if only.form is Form.GROUP:
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
        cluster = Cluster(f"cluster_{self._id()}", _last(group.path) or group.label, node=group.path)
        cluster.size, cluster.weight = self._size(group), lettering.weight(nodes)
        cluster.tip = lettering.group_tip(group.path, nodes, group.arguments)
        return cluster

    def _closed(self, group: Group) -> Box:
        nodes = [node for one in self.alike(group) for node in nodes_of(one)]
        mark = self._mark(group, closed=True)
        box = Box(
            self._id(), Form.GROUP, [Row(_last(group.path) or group.label, f" {MARK}" if mark else "")], self._main_fill(nodes), node=group.path
        )
        box.lines = [group.block] if group.block and group.block != box.rows[0].strong else []
        box.size, box.weight = self._size(group), lettering.weight(nodes)
        box.tip = lettering.group_tip(group.path, nodes, group.arguments)
        self.closed_groups.append((box, group))
        self.legend.saw(box.fill, None)
        self._put(nodes, box)
        return box

    @staticmethod
    def _main_fill(nodes: Sequence[Node]) -> Fill:
        """The colour of a closed group: that of the layers that most of its multiply-adds, or weights, are in."""
        shares: Counter[Fill] = Counter()
        for node in nodes:
            shares[fill(node.layer)] += (node.macs or 0) + sum(weight.size for weight in node.weights) + 1
        return shares.most_common(1)[0][0]

    def _size(self, group: Group) -> str:
        end = self.graph.endpoints.get(group.path)
        return str(self.graph.tensors[end]) if end is not None else str(list(nodes_of(group))[-1].output)

    def _repeat(self, repeat: Repeat, members: list[Member]) -> None:
        if not self.plan.fold:
            for copy in repeat.copies:
                self.body(copy, members)
            return
        for fold in self._folds(repeat):
            if fold.number > 1:
                self._register(fold)
            self._counted(fold, repeat.label, members)

    def _folds(self, repeat: Repeat) -> list[Fold]:
        """The folds of a repeat, with those of the repeats that are drawn as it."""
        mine = folds(repeat.copies)
        for other in self.alike(repeat)[1:]:
            if isinstance(other, Repeat):
                mine = [self._joined(one, its) for one, its in zip(mine, folds(other.copies), strict=True)]
        return mine

    @staticmethod
    def _joined(fold: Fold, other: Fold) -> Fold:
        """A fold that stands for another one too."""
        direct = [pair for one, its in zip(fold.body, other.body, strict=True) for pair in paired(one, its)]
        mine = {id(its): one for one, its in direct}
        through = [(mine[id(one)], its) for one, its in other.pairs if id(one) in mine]
        return fold._replace(pairs=(*fold.pairs, *direct, *through))

    def _register(self, fold: Fold) -> None:
        """Keep what the drawn copy of a fold stands for."""
        self.folded += 1
        for number, copy in enumerate(fold.copies):
            for node in all_nodes(copy):
                self.copies[node.name].append((self.folded, number))
        for one, other in fold.pairs:
            self._likes[id(one)].append(other)
        for mark in fold.marks:
            self.mark(mark)
        for split, body in fold.bare:
            self._bare[id(split)].append(body)

    def _counted(self, fold: Fold, label: str, members: list[Member]) -> None:
        """Draw one copy of a fold, with ×N on its box or around its boxes."""
        inner: list[Member] = []
        self._within.append(_plain(label) or "the repeat")
        self.body(fold.body, inner)
        self._within.pop()
        only = inner[0] if len(inner) == 1 else None
        if fold.number == 1:
            members += inner
        elif isinstance(only, Box) and only.form in (Form.CARD, Form.GROUP) and only.rows[0].times == 1:
            only.rows[0] = only.rows[0]._replace(times=fold.number)
            self._named_by_block(only, fold)
            members.append(only)
        elif isinstance(only, Box) and only.form is Form.FRAME and only.rows[0].times == 1:
            only.rows[0] = only.rows[0]._replace(times=fold.number, strong=self._name_of(fold) or only.rows[0].strong)
            members.append(only)
        elif isinstance(only, Cluster) and only.count == 1:
            only.count = fold.number
            only.title = self._name_of(fold) or only.title
            members.append(only)
        else:
            nodes = [node for copy in fold.copies for node in all_nodes(copy)]
            cluster = Cluster(f"cluster_{self._id()}", _plain(label), inner, fold.number, weight=lettering.weight(nodes))
            cluster.size = str(nodes[-1].output)
            members.append(cluster)

    def _named_by_block(self, box: Box, fold: Fold) -> None:
        """A closed group that stands for several is called after its block, not after the first of them."""
        name = self._name_of(fold)
        if box.form is Form.GROUP and name:
            box.rows[0] = box.rows[0]._replace(strong=name)
            box.lines = [line for line in box.lines if line != name]

    def _name_of(self, fold: Fold) -> str:
        """What a fold of one group is called: outside of groups by the names that the author gave, within one after the block."""
        ends = [copy[0] for copy in (fold.copies[0], fold.copies[-1]) if len(copy) == 1 and isinstance(copy[0], Group)]
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
        box = Box(self._id(), Form.OUTPUT, [Row(side.name)], lines=[f"output, {self.graph.tensors[end]}"], node=side.name)
        box.tip = f"{side.name}\noutput of the model, {self.graph.tensors[end]}"
        self.sides[f"{side.name} "] = box.id
        members.append(box)

    # --- keeping

    def _id(self) -> str:
        self.number += 1
        return f"{self.prefix}{self.number}"

    def alike(self, element: Element) -> list[Element]:
        """An element and all that it stands for, also through those that it stands for."""
        found, seen = [element], {id(element)}
        for one in found:
            for other in self._likes[id(one)]:
                if id(other) not in seen:
                    seen.add(id(other))
                    found.append(other)
        return found

    def _put(self, nodes: Iterable[Node], box: Box) -> None:
        for node in nodes:
            self.first_inputs.setdefault(box.id, node.inputs)
            self.place[node.name] = box.id

    def mark(self, mark: Mark) -> None:
        """Keep what differs at an element."""
        self._marks[id(mark.element)].append(mark)

    def _other_arguments(self, group: Group) -> list[str]:
        """The arguments of the first call that a closed group stands for, where they differ from its own."""
        first = [one for one in self.alike(group) if isinstance(one, Group) and one.arguments != group.arguments]
        marked = any(self._marks[id(one)] for one in [group, *nodes_inside(group)])
        return [lettering.given((pair,)) for pair in first[0].arguments if pair not in group.arguments] if first and marked else []

    def _mark(self, element: Element, *, closed: bool = False) -> bool:
        """Whether something differs in the first copy here; it is then noted."""
        words = [mark.words for mark in self._marks[id(element)]]
        if isinstance(element, Group) and closed:
            words += [mark.words for one in nodes_inside(element) for mark in self._marks[id(one)] if mark.structural]
            words = [*self._other_arguments(element), *words]
        if words and self._within:
            self._notes[self._within[-1]] += words
        return bool(words)


def nodes_inside(element: Element) -> list[Element]:
    """All elements in a group, at any depth."""
    inner: list[Element] = []
    for one in getattr(element, "body", ()):
        inner += [one, *nodes_inside(one)]
    if isinstance(element, Split):
        inner += [deep for path in element.paths for one in path.body for deep in (one, *nodes_inside(one))]
    return inner


def _range(sizes: Sequence[int | None]) -> str:
    """A size, or the least and the greatest of those that copies have: ``64–224``."""
    known = sorted({size for size in sizes if size is not None})
    if len(known) < 1 or None in sizes:
        return "?"
    return str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(label: str) -> str:
    """The name of an item without what `$` puts in: ``block`` of ``block$i``."""
    return label.split("$", maxsplit=1)[0].strip("_-. ")


def _several(places: Sequence[str], numbers: Sequence[int]) -> str:
    """``conv3_x – conv5_x`` where they follow each other, ``block2, block4`` where they do not."""
    found = [places[number] for number in numbers]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{found[0]} – {found[-1]}"
    return ", ".join(found)
