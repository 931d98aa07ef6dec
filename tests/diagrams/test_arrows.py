"""No picture loses an arrow: every edge of a graph is an arrow of its picture, or lies inside one
box, or between copies that are drawn once as ×N, are wired alike and are taken by nothing else. An
arrow from a closed group says what is taken, unless that is what the group as a whole gives. What
the rounds of a fold take from one another enters the drawn one by an arrow of its own.

What is checked is read off the graph and off where the canvas says that each layer is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings

import archspec
from archspec.diagrams.drawing import Form, boxes
from archspec.diagrams.elements import Element, Group, nodes_of
from archspec.diagrams.making import draw
from archspec.graph import Graph, Node
from tests.diagrams.samples import FAMILIES, graph
from tests.diagrams.test_folding import VIEWS, Drawn, clusters, compiled, drawn, drawn_once
from tests.drawn_specs import Spec, specs
from tests.hard_specs import HARD
from tests.paths import DATA, DESIGN

FILES = sorted([*DESIGN.rglob("*.yaml"), *(DATA / "pictures").glob("*.yaml")])


def assert_no_arrow_is_lost(network: Graph, one: Drawn) -> None:
    law = Law(network, one)
    for node in network.nodes:
        law.assert_taken(node)
    law.assert_rows()
    law.assert_rounds()


class Law:
    """What a picture says of the edges of its graph."""

    def __init__(self, network: Graph, one: Drawn) -> None:
        self.network = network
        self.place = one.canvas.place
        self.forms = {box.id: box.form for box in one.drawing.boxes}
        self.frames = [
            {box.id for box in boxes(each.members)} for each in clusters(one.drawing.members)
        ]
        self.bundles = {box.id for box in one.drawing.boxes if "more branches" in str(box.rows)}
        self.after: defaultdict[str, list[str]] = defaultdict(list)
        for edge in one.drawing.edges:
            self.after[edge.tail].append(edge.head)
        self.copies = {name: dict(folds) for name, folds in one.canvas.copies.items()}
        self.takers: defaultdict[str, set[str]] = defaultdict(set)
        for node in network.nodes:
            for name in network.taken_from(node):
                self.takers[name].add(node.name)
        self.members: defaultdict[tuple[int, int], list[Node]] = defaultdict(list)
        for node in network.nodes:
            for fold in self.copies.get(node.name, {}).items():
                self.members[fold].append(node)
        self.labels = Counter((edge.head, edge.label) for edge in one.drawing.edges)
        self.closed = {
            name: each.path
            for _, group in one.canvas.closed_groups
            if not group.gathered
            for each in one.canvas.likeness.alike(group)
            if isinstance(each, Group)
            for name in names_in(each)
        }
        self.unit = {node.name: node.name for node in network.nodes}
        for _, group in one.canvas.closed_groups:
            for each in one.canvas.likeness.alike(group):
                self.unit |= dict.fromkeys(names_in(each), f"group {each.number}")

    def arrows(self, tail: str, head: str) -> int:
        """How many ways lead from one box to another, through points alone."""
        return sum(
            self.arrows(middle, head) if self.forms[middle] is Form.POINT else middle == head
            for middle in self.after[tail]
        )

    def assert_taken(self, node: Node) -> None:
        """What a layer takes comes in by as many arrows from each box as it takes from there."""
        here = self.place[node.name]
        direct: Counter[str] = Counter()
        for name in self.network.taken_from(node):
            fold = self.fold_between(name, node.name)
            if fold is not None:
                self.assert_within_chain(name, node, fold)
            elif self.place[name] != here:
                direct[self.place[name]] += 1
                self.assert_said(name, here)
        for tail, number in direct.items():
            if tail in self.bundles:
                number = 1  # noqa: PLW2901 - the box says how many branches it stands for
            assert self.arrows(tail, here) >= number, (tail, node.name)

    def assert_said(self, name: str, here: str) -> None:
        """What is taken from inside of a closed group is named at the arrow."""
        path = self.closed.get(name)
        if path is not None and self.network.endpoints.get(path, name) != name:
            paths = [name, *(p for p, end in self.network.endpoints.items() if end == name)]
            names = {each.removeprefix(f"{path}.") for each in paths if each.startswith(path)}
            labels = {label for head, label in self.labels if head == here}
            at_points = {label for head, label in self.labels if self.forms[head] is Form.POINT}
            said = {word for label in labels | at_points for word in label.split(", ")}
            assert said & {*names, "…"}, (name, here)

    def fold_between(self, name: str, other: str) -> int | None:
        """The fold in whose different copies two layers are."""
        mine, its = self.copies.get(name, {}), self.copies.get(other, {})
        return next((fold for fold, copy in mine.items() if its.get(fold, copy) != copy), None)

    def assert_within_chain(self, name: str, node: Node, fold: int) -> None:
        """An edge that is not drawn repeats from copy to copy, and what it carries stays inside,
        but for the last copies.
        """
        before, after = self.copies[name][fold], self.copies[node.name][fold]
        last = max(copy for number, copy in self.members if number == fold)
        outside = {taker for taker in self.takers[name] if fold not in self.copies.get(taker, {})}
        if after - before <= last - before - 1:
            assert not outside or last - before < 2, (name, outside)
        assert after > before
        kinds = [[one.layer.kind() for one in self.members[fold, copy]] for copy in range(last + 1)]
        tail = [one.name for one in self.members[fold, before]].index(name)
        head = [one.name for one in self.members[fold, after]].index(node.name)
        for copy in range(1, last + 1 - (after - before)):
            if kinds[copy] == kinds[before] and kinds[copy + after - before] == kinds[after]:
                other = self.members[fold, copy + after - before][head]
                taken = self.network.taken_from(other)
                assert self.members[fold, copy][tail].name in taken, (name, node.name, copy)

    def assert_rows(self) -> None:
        """The rows of a box are a chain: only the first takes from outside of it, and only what
        the last gives is taken there.
        """
        for node in self.network.nodes:
            here = self.place[node.name]
            if self.forms[here] not in (Form.STACK, Form.FRAME):
                continue
            unit = self.unit[node.name]
            inner = [name for name in self.network.taken_from(node) if self.in_row(name, node.name)]
            outer = [name for name in self.network.taken_from(node) if self.place[name] != here]
            assert not (inner and outer), node.name
            takers = [taker for taker in self.takers[node.name] if self.unit[taker] != unit]
            within = [taker for taker in takers if self.in_row(node.name, taker)]
            assert not within or len({self.unit[taker] for taker in takers}) == 1, node.name

    def assert_rounds(self) -> None:
        """What enters the first round of a fold, and in the next is what the round before gives,
        comes in by one arrow: what is taken by that and also by others would else be drawn as if
        every round took it.
        """
        for (fold, copy), first in self.members.items():
            after = self.members.get((fold, 1), [])
            if copy or [one.layer.kind() for one in first] != [one.layer.kind() for one in after]:
                continue
            given, taken = {node.name for node in first}, defaultdict(list)
            for node, like in zip(first, after, strict=True):
                pairs = (self.network.taken_from(one) for one in (node, like))
                for name, its in zip(*pairs, strict=True):
                    drawn = self.fold_between(name, node.name) is None
                    if its in given and name not in given and drawn:
                        taken[name].append(self.place[node.name])
            homes = {self.place[node.name] for node in first}
            inside = min((frame for frame in self.frames if homes <= frame), key=len, default=set())
            for name, heads in taken.items():
                if inside and len(self.network_takers(name)) > len(heads) and len({*heads}) > 1:
                    entering = self.entering(self.place[name], inside)
                    assert any(
                        all(self.leads(box, head, inside) for head in heads) for box in entering
                    ), (name, heads)

    def network_takers(self, name: str) -> list[str]:
        """The layers that take a tensor, each as often as it does, in this and other copies."""
        return [
            node.name
            for node in self.network.nodes
            for taken in self.network.taken_from(node)
            if taken == name
        ]

    def entering(self, tail: str, inside: set[str]) -> list[str]:
        """Where in a frame the arrows from a box lead, through points outside of it."""
        return [
            box
            for head in self.after[tail]
            for box in (
                [head]
                if head in inside
                else self.entering(head, inside)
                if self.forms[head] is Form.POINT
                else []
            )
        ]

    def leads(self, box: str, head: str, inside: set[str]) -> bool:
        """Whether a box is another one, or a point that leads there within a frame."""
        return box == head or (
            self.forms[box] is Form.POINT
            and any(self.leads(each, head, inside) for each in self.after[box] if each in inside)
        )

    def in_row(self, name: str, other: str) -> bool:
        """Whether a layer is in another row of the same box and copy as another one."""
        return (
            self.place[name] == self.place[other]
            and self.fold_between(name, other) is None
            and self.unit.get(name) != self.unit[other]
        )


def names_in(element: Element) -> list[str]:
    return [node.name for node in nodes_of(element)]


@pytest.mark.parametrize("name", FAMILIES)
def test_of_shipped_networks_and_samples(name: str) -> None:
    for view in VIEWS:
        assert_no_arrow_is_lost(graph(name), drawn_once(name, view))


@pytest.mark.parametrize("what", HARD)
def test_of_specs_that_are_hard_to_say(what: str, tmp_path: Path) -> None:
    path = tmp_path / "hard.yaml"
    path.write_text(f"archspec: 1\nname: hard\n{HARD[what]}", encoding="utf-8")
    assert_drawn(archspec.compile(str(path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_specs_that_are_hard_to_draw(path: Path) -> None:
    assert_drawn(archspec.compile(str(path)))


def assert_drawn(network: Graph) -> None:
    for view in VIEWS:
        assert_no_arrow_is_lost(network, drawn(network, view))
    assert draw(network).startswith(b"<?xml")


@settings(max_examples=60)
@given(specs())
def test_of_anything(spec: Spec) -> None:
    network = compiled(spec)
    if network is not None:
        for view in VIEWS:
            assert_no_arrow_is_lost(network, drawn(network, view))
