"""What arrows are: the straight way into a box of several tensors, what carries the number of
examples alone, what belongs to the sign in which ways meet; and that straight ways are straight.
"""

from __future__ import annotations

from typing import Any

import pytest

import archspec
from archspec.diagrams.drawing import Drawing, Edge, Form, Way
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.figure import View, figure
from archspec.diagrams.making import BOXES, choose
from archspec.diagrams.options import Options
from archspec.graph import Graph
from tests.diagrams import pictures
from tests.diagrams.pictures import Picture
from tests.diagrams.samples import graph, picture, svg

CONV = {"filters": 8, "kernel_size": 3, "padding": "same"}


def network(layers: list[Any], **more: Any) -> Graph:
    return archspec.compile(
        {"archspec": 1, "name": "net", "input": [16, 16, 8], **more, "layers": layers}
    )


def drawing_of(network: Graph, view: View = View("layers")) -> Drawing:  # noqa: B008 - it is immutable
    made = figure(Readings(network), view)
    assert made is not None
    return made


def into(drawing: Drawing, node: str) -> list[Edge]:
    """The edges into the box of a layer or group."""
    box = next(box for box in drawing.boxes if box.node == node)
    return [edge for edge in drawing.edges if edge.head == box.id]


TOKEN = [
    {"Conv2D": {"filters": 8, "kernel_size": 4, "strides": 4}},
    {"name": "patches", "Reshape": {"target_shape": [-1, 8]}},
    {"name": "token", "Parameter": {"shape": [1, 8]}},
    {"name": "joined", "from": ["token", "patches"], "Concatenate": {"axis": 1}},
]


def test_what_carries_the_number_of_examples_alone_is_dotted_and_no_straight_way() -> None:
    net = network(TOKEN)
    drawing = drawing_of(net)
    assert [(edge.way, edge.label) for edge in into(drawing, "token")] == [(Way.BATCH, "")]
    ways = {edge.tail: edge.way for edge in into(drawing, "joined")}
    token = next(box.id for box in drawing.boxes if box.node == "token")
    assert ways.pop(token) is Way.REFERENCE
    assert [*ways.values()] == [Way.TRUNK]
    made = choose(net, Options(detail="layers", direction="tb"))
    assert made.source.count("style=dotted") == 1
    assert made.picture.svg.count('stroke-dasharray="1,5"') == 1


@pytest.mark.parametrize(
    "kind", [{"Parameter": {"shape": [8]}}, {"Constant": {"value": [1, 2, 3, 4, 5, 6, 7, 8]}}]
)
def test_so_is_the_way_to_a_scale(kind: dict[str, Any]) -> None:
    scaled = {"branches": [[], [{"name": "scale", **kind}]], "merge": "Multiply"}
    drawing = drawing_of(network([{"Conv2D": CONV}, scaled]))
    assert [edge.way for edge in into(drawing, "scale")] == [Way.BATCH]


def test_a_box_that_takes_more_than_the_number_of_examples_says_so() -> None:
    group = {"name": "g", "layers": [
        {"name": "p", "Parameter": {"shape": [8]}}, {"from": ["p", "first"], "Multiply": {}},
    ]}  # fmt: skip
    drawing = drawing_of(network([{"name": "first", "Conv2D": CONV}, group]), View("stages"))
    assert [edge.way for edge in into(drawing, "g")] == [Way.TRUNK]


def test_the_straight_way_into_a_closed_block_is_from_what_is_before_it() -> None:
    blocks = {
        "join": {
            "inputs": ["a", "b"],
            "layers": [{"Add": {}, "from": ["a", "b"]}, {"Conv2D": CONV}],
        }
    }
    layers = [
        {"name": "one", "Conv2D": CONV}, {"name": "two", "Conv2D": CONV}, {"name": "three", "Conv2D": CONV},
        {"name": "met", "join": {}, "from": ["one", "three"]},
    ]  # fmt: skip
    drawing = drawing_of(network(layers, blocks=blocks), View("blocks"))
    names = {box.id: box.node for box in drawing.boxes}
    found = {names[edge.tail]: edge.way for edge in into(drawing, "met")}
    assert found == {"one": Way.REFERENCE, "three": Way.TRUNK}


def signs(layers: list[Any]) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """What stands at the signs of a figure, and its legend of merges."""
    drawing = drawing_of(network(layers))
    found = [(box.rows[0].strong, box.lines) for box in drawing.boxes if box.form is Form.SUM]
    return found, [words for fill, words in drawing.legend if fill.name == "MERGE"]


GATES = [{"residual": [{"Conv2D": CONV}]}, {"Activation": {"activation": "sigmoid"}},
         {"residual": [{"Conv2D": CONV}]}, {"Activation": {"activation": "tanh"}},
         {"residual": [{"Conv2D": CONV}]}]  # fmt: skip


def test_signs_say_what_belongs_to_them_where_that_is_not_the_same_for_all() -> None:
    layers = [*GATES, {"MaxPooling2D": {}}]
    assert signs(layers) == ([("+", ["sigmoid"]), ("+", ["tanh"]), ("+", [])], ["add"])


def test_the_legend_says_it_where_it_is_the_same() -> None:
    assert signs([*GATES[:2], *GATES[:2]]) == ([("+", []), ("+", [])], ["add + sigmoid"])


def middle(read: Picture, words: str) -> float:
    found = next(node for node in read.nodes if node.text.startswith(words))
    return found.area.middle[0]


@pytest.mark.parametrize("name", ["hub/vit", "hub/bert"])
def test_a_straight_way_is_straight_where_a_title_needs_room(name: str) -> None:
    read = picture(name, Options(direction="tb"))
    assert middle(read, "attention") == pytest.approx(middle(read, "dense, 3072"), abs=4)
    points = [node.area.middle[0] for node in read.nodes if "point" in node.classes]
    assert middle(read, "attention") == pytest.approx(points[-2], abs=4)


def test_a_wide_figure_that_no_page_holds_keeps_its_panels() -> None:
    read = pictures.read(svg("googlenet", Options(direction="lr")))
    panels = [each.text.split("\n")[0] for each in read.clusters if "panel" in each.classes]
    assert panels == ["inception(c1, r3, c3, r5, c5, proj)", "classifier"]


@pytest.mark.parametrize("name", ["googlenet", "unet", "hrnet"])
def test_a_view_of_too_many_boxes_is_given_up(name: str) -> None:
    for view in (View("layers"), View("blocks"), View("stages", neighbours=True)):
        every = drawing_of(graph(name), view)
        found = figure(Readings(graph(name)), view._replace(most=BOXES))
        assert (found is None) == (every.count > BOXES)


def test_names_that_do_not_count_up_are_a_list() -> None:
    notes = drawing_of(graph("keras/nasnet"), View("blocks")).notes
    assert notes == ["† cell3, cell8, cell13: no 1×1 conv, with adjust"]
