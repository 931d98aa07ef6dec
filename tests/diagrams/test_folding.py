"""Folding loses nothing: each layer is on a box, the numbers add up to the graph's, the edges
are the graph's. On all networks, and on chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import archspec
from archspec.diagrams.canvas import Canvas
from archspec.diagrams.dot import dot
from archspec.diagrams.drawer import draw_body, draw_inputs
from archspec.diagrams.drawing import Box, Cluster, Drawing, Form, Member, boxes
from archspec.diagrams.edges import edges
from archspec.diagrams.element_reader import Reading
from archspec.diagrams.figure import View, plan, views
from archspec.diagrams.making import draw
from archspec.diagrams.options import FORMATS, LEVELS, Options
from archspec.diagrams.rendering import render
from archspec.graph import Graph, Node
from archspec.reports.numbers import short
from tests.diagrams.samples import FAMILIES, graph
from tests.drawn_specs import Spec, specs

VIEWS = tuple(
    dict.fromkeys(view._replace(panels=False) for level in LEVELS for view in views(level))
)
"""Each way to show a network, without the panels beside it."""


class Drawn(NamedTuple):
    """A drawing, and the canvas, which knows where each layer went."""

    drawing: Drawing
    canvas: Canvas


def drawn(network: Graph, view: View) -> Drawn:
    """A network in one view."""
    drawing = Drawing(network.name, network.name, "")
    canvas = Canvas(network, plan(view))
    draw_inputs(canvas, drawing.members)
    draw_body(canvas, Reading(network, whole=view.level != "full").elements, drawing.members)
    drawing.edges = edges(canvas, drawing.members)
    return Drawn(drawing, canvas)


@cache
def drawn_once(name: str, view: View) -> Drawn:
    return drawn(graph(name), view)


def parameters(nodes: list[Node]) -> int:
    return sum(weight.size for node in nodes if node.weights_of is None for weight in node.weights)


def clusters(members: list[Member]) -> Iterator[Cluster]:
    for member in members:
        if isinstance(member, Cluster):
            yield member
            yield from clusters(member.members)


def assert_every_layer_is_on_a_box(network: Graph, one: Drawn) -> None:
    ids = [box.id for box in one.drawing.boxes]
    assert len(ids) == len(set(ids))
    assert set(one.canvas.place) == {*network.inputs, *(node.name for node in network.nodes)}
    assert set(one.canvas.place.values()) <= set(ids)
    outputs = {box.id for box in one.drawing.boxes if box.form is Form.OUTPUT}
    points = {box.id for box in one.drawing.boxes if box.form is Form.POINT}
    assert set(ids) - set(one.canvas.place.values()) <= outputs | points, "a box holds no layer"


def assert_numbers_add_up(network: Graph, one: Drawn) -> None:
    """What a box or cluster says is the sum over the layers that are on it; so the sum over all
    is the graph's, as each is on one.
    """
    on: dict[str, list[Node]] = {}
    for node in network.nodes:
        on.setdefault(one.canvas.place.get(node.name, ""), []).append(node)
    for box in one.drawing.boxes:
        said = box.rows[0].small if box.form is Form.FRAME else box.weight
        if said:
            assert_says_weights(said, on.get(box.id, []))
    for cluster in clusters(one.drawing.members):
        if cluster.weight:
            inside = [node for box in boxes(cluster.members) for node in on.get(box.id, [])]
            assert_says_weights(cluster.weight, inside)
    assert sum(parameters(nodes) for nodes in on.values()) == network.parameters


def assert_says_weights(said: str, nodes: list[Node]) -> None:
    """What stands on a box is the number of its weights, or whose they are where all are those
    of other layers.
    """
    shared = any(node.weights and node.weights_of is not None for node in nodes)
    assert "‡" in said or not shared, said  # the mark is on those that they are shared with too
    said = said.removesuffix(" ‡")
    if said.startswith("weights of "):
        owners = [node.weights_of for node in nodes if node.weights]
        assert owners and None not in owners, said
        common = said.removeprefix("weights of ")
        assert common == "other layers" or all(
            f"{owner}.".startswith(f"{common}.") for owner in owners
        )
    else:
        said, _, frozen = said.partition(" · ")
        assert said == f"{short(parameters(nodes))} params"
        kept = parameters([node for node in nodes if node.layer.trainable is False])
        assert frozen in ("", "frozen" if kept == parameters(nodes) else f"{short(kept)} frozen")


def assert_all_weights_are_said(network: Graph, one: Drawn) -> None:
    """Every layer with weights is on a box, or in a cluster, that says how many."""
    silent = set(_silent(one.drawing.members))
    assert [
        node.name
        for node in network.nodes
        if parameters([node]) and one.canvas.place.get(node.name) in silent
    ] == []


def _silent(members: list[Member]) -> Iterator[str]:
    for member in members:
        if isinstance(member, Box):
            if not (member.weight or (member.form is Form.FRAME and member.rows[0].small)):
                yield member.id
        elif not member.weight:
            yield from _silent(member.members)


def assert_edges_are_the_graphs(network: Graph, one: Drawn) -> None:
    """Between boxes, points left out, there is a way for each edge of the graph, but for those from
    one copy to the next; and no other.

    A shortcut that the first copy has not begins in the others at the copy before, and in the
    figure at the point where the first one begins.
    """
    forms = {box.id: box.form for box in one.drawing.boxes}
    place = one.canvas.place
    after: dict[str, set[str]] = {}
    for edge in one.drawing.edges:
        assert {edge.tail, edge.head} <= set(forms), "an edge leads from nowhere"
        assert edge.tail != edge.head
        after.setdefault(edge.tail, set()).add(edge.head)
    ways = {
        (tail, head)
        for tail, form in forms.items()
        if form is not Form.POINT
        for head in _ends(tail, after, forms)
    }
    pairs = [
        (name, node.name)
        for node in network.nodes
        for name in network.taken_from(node)
        if name in place and node.name in place
    ]
    needed = {(place[tail], place[head]) for tail, head in pairs if place[tail] != place[head]}
    between = {
        (place[tail], place[head])
        for tail, head in pairs
        if dict(one.canvas.copies[tail]) != dict(one.canvas.copies[head])
    }
    assert needed - ways <= between, "an edge of the graph is not drawn"
    parted = {
        head
        for edge in one.drawing.edges
        if forms[edge.tail] is Form.POINT
        for head in [edge.head]
        if head in {head for _, head in between}
    }
    extra = {
        (tail, head)
        for tail, head in ways - needed
        if forms[head] is not Form.OUTPUT and head not in parted
    }
    assert extra == set(), "an edge is drawn that the graph has not"


def _ends(tail: str, after: dict[str, set[str]], forms: dict[str, Form]) -> Iterator[str]:
    """Where the edges from a box lead, through points."""
    for head in after.get(tail, ()):
        if forms[head] is Form.POINT:
            yield from _ends(head, after, forms)
        else:
            yield head


def assert_nothing_hangs(network: Graph, one: Drawn) -> None:
    """Every box is led to, but for inputs and layers that take nothing; every box leads on, but
    for the model's outputs.
    """
    place = one.canvas.place
    begin = {place[name] for name in network.inputs} | {
        place[node.name] for node in network.nodes if not node.inputs
    }
    used = {name for node in network.nodes for name in network.taken_from(node)}
    end = {place.get(name) for name in network.outputs.values()} | {
        box.id for box in one.drawing.boxes if box.form is Form.OUTPUT
    }
    end |= {place[name] for name in one.canvas.place if name not in used}
    ids = {box.id for box in one.drawing.boxes}
    assert ids - begin - {edge.head for edge in one.drawing.edges} == set()
    assert ids - end - {edge.tail for edge in one.drawing.edges} == set()


LAWS = (
    assert_every_layer_is_on_a_box,
    assert_numbers_add_up,
    assert_edges_are_the_graphs,
    assert_nothing_hangs,
)


@pytest.mark.parametrize("name", FAMILIES)
def test_folding_a_network_loses_nothing(name: str) -> None:
    for view in VIEWS:
        one = drawn_once(name, view)
        for law in (*LAWS, assert_all_weights_are_said):
            law(graph(name), one)


@settings(max_examples=40)
@given(specs())
def test_folding_anything_loses_nothing(spec: Spec) -> None:
    network = compiled(spec)
    if network is not None:
        for view in VIEWS:
            for law in LAWS:
                law(network, drawn(network, view))


@settings(max_examples=20)
@given(specs(), st.sampled_from(("tb", "lr")), st.sampled_from(LEVELS))
def test_anything_is_drawn(spec: Spec, direction: str, level: str) -> None:
    network = compiled(spec)
    if network is not None:
        for format in ("svg", "dot", "mmd"):
            assert draw(network, format, Options(direction=direction, detail=level))
        for view in views(level):
            render(
                dot(drawn(network, view).drawing, direction), "svg"
            )  # raises where the renderer refuses it


@settings(max_examples=15)
@given(specs())
def test_anything_is_drawn_by_default(spec: Spec) -> None:
    network = compiled(spec)
    if network is not None:
        assert draw(network).startswith(b"<?xml")


def compiled(spec: Spec) -> Graph | None:
    """The graph, or nothing where the drawn spec is refused."""
    try:
        return archspec.compile(spec)
    except archspec.SpecError as refused:
        event(f"refused: {refused.diagnostics[0].code}")
        return None


def test_formats_are_those_that_are_tested_here_and_pictures() -> None:
    assert set(FORMATS) == {"svg", "dot", "mmd", "png", "pdf"}


def test_a_card_without_a_main_layer_says_each_layer_once() -> None:
    spec = {
        "archspec": 1,
        "name": "net",
        "input": [8, 8, 3],
        "layers": [
            {"name": "a", "output": ["PReLU", "BatchNormalization"]},
            {"Dense": {"units": 2}},
        ],
    }
    (box,) = [
        box
        for box in boxes(drawn(archspec.compile(spec), VIEWS[0]).drawing.members)
        if box.node.startswith("a.")
    ]
    assert (box.rows[0].strong, box.lines) == ("PReLU · BN", [])
