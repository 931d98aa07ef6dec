"""Residuals and branches → a point where they part, their paths, and the sign or bar in which
they meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from archspec.diagrams import lettering
from archspec.diagrams.cards import CardDrawer
from archspec.diagrams.drawing import Box, Form, Member, Row, Way
from archspec.diagrams.elements import Card, Elements, Path, Split, all_nodes, nodes_of
from archspec.diagrams.keeping import Around
from archspec.diagrams.lettering import DOT, MARK
from archspec.diagrams.palette import Fill


class SplitDrawer(CardDrawer):
    """Draws splits; whoever draws elements in general gives it ``body``."""

    def body(self, elements: Elements, members: list[Member]) -> None:
        """Draw elements one after the other."""
        raise NotImplementedError

    def _split(self, split: Split, members: list[Member]) -> None:
        alike = [one for one in self.alike(split) if isinstance(one, Split)]
        bar = not lettering.symbol(split.merge)
        point = self._point(split, members)
        ways = self._ways(split, bar=bar)
        for one in alike:
            self._keep_ways(one, point, ways, bar=bar)
        for body in self._bare[id(split)]:
            inside = list(all_nodes(body))
            for node in inside:
                self.around[node.name].append(Around(inside[0].inputs[0], point, Way.TRUNK))
        for body in self._more[id(split)]:
            inside = list(all_nodes(body))
            for node in inside:
                self.in_paths.add(node.name)
                self.around[node.name].append(Around(inside[0].inputs[0], point, Way.SHORTCUT))
        for path in split.paths:
            self._path(path, members, bar=bar)
        members.append(self._merge(split, alike, bar=bar))

    def _keep_ways(self, split: Split, point: str, ways: Sequence[Way], *, bar: bool) -> None:
        """Keep for the layers of a split on which way they are, and for its merge how each way
        ends.
        """
        entry = self._entry(split)
        for path, way in zip(split.paths, ways, strict=True):
            for node in all_nodes(path.body):
                self.in_paths.add(node.name)
                self.around[node.name].append(Around(entry, point, way))
        self.around[split.merge.name].append(Around(entry, point, Way.SHORTCUT))
        self.merging[split.merge.name] = [
            (way, number if bar else None) for number, way in enumerate(ways)
        ]

    def _path(self, path: Path, members: list[Member], *, bar: bool) -> None:
        cards = [one for one in path.body if isinstance(one, Card)]
        if self.plan.fold and not bar and len(cards) == len(path.body) > 1 and _is_chain(cards):
            members.append(self._stack(cards))
        else:
            self.body(path.body, members)

    def _point(self, split: Split, members: list[Member]) -> str:
        """Where a split parts: a point of its own, or that of the split around it that parts
        from the same tensor.
        """
        entry = self._entry(split)
        names = {node.name for node in nodes_of(split)}
        for outer in self.around[min(names)] if names else []:
            if outer.entry == entry and all(outer in self.around[name] for name in names):
                return outer.point
        box = Box(self._id(), Form.POINT, [], node="")
        members.append(box)
        return box.id

    def _entry(self, split: Split) -> str:
        """The tensor that enters a split: the one from outside that most of its paths begin
        with.
        """
        inside = {node.name for node in nodes_of(split)}
        heads = [next(all_nodes(path.body), None) for path in split.paths]
        taken = [
            name for head in heads if head is not None for name in head.inputs if name not in inside
        ]
        taken += [name for name in split.merge.inputs if name not in inside]
        return Counter(taken).most_common(1)[0][0] if taken else ""

    @staticmethod
    def _ways(split: Split, *, bar: bool) -> list[Way]:
        """What the path through each part of a split is drawn as: a gate leaves the straight
        way to what it acts on.
        """
        if any(path.role != "branch" for path in split.paths):
            return [Way.SHORTCUT if path.role == "shortcut" else Way.TRUNK for path in split.paths]
        gate = not bar and any(not path.body for path in split.paths)
        return [Way.TRUNK if gate and not path.body else Way.BRANCH for path in split.paths]

    def _merge(self, split: Split, alike: list[Split], *, bar: bool) -> Box:
        tensors = self.graph.tensors
        after = [
            word for node in split.after for word in [lettering.heading(Card((node,), node))[0]]
        ]
        row = Row(lettering.symbol(split.merge) or "concatenate", fill=Fill.MERGE)
        box = Box(
            self._id(), Form.BAR if bar else Form.SUM, [row], Fill.MERGE, node=split.merge.name
        )
        if bar:
            box.ports = [
                _range([tensors[name].shape[-1] for name in ends])
                for ends in zip(*(one.merge.inputs for one in alike), strict=True)
            ]
            box.rows[0] = row._replace(
                strong=split.merge.layer.title().strong,
                rest=f" {_range([one.merge.output.shape[-1] for one in alike])}",
            )
            box.lines = [DOT.join(after)] if after else []
        elif self._marks[id(split)]:
            box.sign = MARK
        self.legend.merged(split.merge, () if bar else split.after)
        box.size = str((split.merge, *split.after)[-1].output)
        box.tip = lettering.card_tip(
            Card((split.merge, *split.after), split.merge), self.graph, len(alike)
        )
        self._mark(split)
        self._put(
            [*(node for one in alike for node in (one.merge, *one.after)), *self.more(split)], box
        )
        return box


def _is_chain(cards: Sequence[Card]) -> bool:
    """Whether each card takes what the one before it gives, and nothing else."""
    return all(other.nodes[0].inputs == (one.nodes[-1].name,) for one, other in pairwise(cards))


def _range(sizes: Sequence[int | None]) -> str:
    """A size, or the least and the greatest of those that copies have: ``64–224``."""
    known = sorted({size for size in sizes if size is not None})
    if len(known) < 1 or None in sizes:
        return "?"
    return str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"
