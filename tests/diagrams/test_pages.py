"""Every shipped network fits a page: at most 40 boxes, 1200 × 1100 points, letters of 8 points or
more, words inside their boxes, free labels.

Sizes and places are read from the SVG; `tests/diagrams/pictures.py` measures the words.
"""

from __future__ import annotations

from math import hypot
from typing import Any

import pytest

import archspec
from archspec.diagrams.making import draw
from archspec.diagrams.options import Options
from tests.diagrams import pictures
from tests.diagrams.pictures import Part, Picture
from tests.diagrams.samples import FAMILIES, picture

MOST_BOXES = 40
MOST_WIDTH, MOST_HEIGHT = 1200, 1100
LEAST_POINTS = 8
ASKED = [
    (name, Options(direction=direction))
    for name in ("googlenet", "resnet@resnet50", "two")
    for direction in ("tb", "lr")
]
ASKED += [
    (name, Options(detail=detail))
    for name in ("googlenet", "resnet@resnet18", "xception")
    for detail in ("stages", "blocks", "layers")
]
LAID = [
    *(pytest.param((str(one.values[0]), Options()), marks=one.marks) for one in FAMILIES),
    *ASKED,
]
"""Each network as it is drawn by default, which is in one of the directions, and some as they
may be asked for.
"""


@pytest.fixture(
    params=LAID,
    ids=lambda one: " ".join([one[0], *(value for value in one[1] if isinstance(value, str))]),
)
def laid(request: pytest.FixtureRequest) -> Picture:
    return picture(*request.param)


def boxes_of(part: Part) -> int:
    """How many boxes a node is to a reader: points are none, a group in a frame is as many as
    there are cards in it.
    """
    if "point" in part.classes:
        return 0
    return (
        len({shape.area for shape in part.shapes if shape.fill != "none"}) - 1
        if "frame" in part.classes
        else 1
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_a_figure_has_at_most_forty_boxes_and_fits_a_page(name: str) -> None:
    drawn = picture(name)
    assert 0 < sum(map(boxes_of, drawn.nodes)) <= MOST_BOXES
    assert drawn.width <= MOST_WIDTH
    assert drawn.height <= MOST_HEIGHT


def test_no_letter_is_under_eight_points(laid: Picture) -> None:
    found = [
        word for part in (*laid.nodes, *laid.clusters, *laid.edges) for word in part.words
    ] + list(laid.words)
    assert found
    assert min(word.points for word in found) >= LEAST_POINTS


def test_words_are_inside_their_boxes(laid: Picture) -> None:
    for part in (*laid.nodes, *laid.clusters):
        for word in part.words:
            assert part.under(word).area.holds(word.area), (part.id, word.text)


def test_the_title_is_inside_the_page(laid: Picture) -> None:
    last = max(word.area.right for word in laid.words) - min(word.area.left for word in laid.words)
    assert last < laid.width


def test_labels_are_free(laid: Picture) -> None:
    """No label of an edge meets a box, the border of a cluster, another label, a title or an
    edge that is not its own.
    """
    others = [(edge, word) for edge in laid.edges for word in edge.words]
    for edge, word in others:
        assert not [node.id for node in laid.nodes if node.area.meets(word.area)], word.text
        assert not [
            one.id
            for one in laid.clusters
            if one.area.meets(word.area) and not one.area.holds(word.area)
        ], word.text
        assert not [
            its.text for one, its in others if one is not edge and its.area.meets(word.area)
        ], word.text
        assert not [
            its.text for one in laid.clusters for its in one.words if its.area.meets(word.area)
        ], word.text
        assert not [
            one.id
            for one in laid.edges
            if one is not edge and any(map(word.area.holds_place, one.line))
        ], word.text


def test_boxes_do_not_meet(laid: Picture) -> None:
    for number, node in enumerate(laid.nodes):
        assert not [other.id for other in laid.nodes[:number] if other.area.meets(node.area)], (
            node.id
        )


def runs_through(edge: Part, node: Part) -> bool:
    """Whether an edge is in a box by more than 2 points; a sum is round."""
    area = node.area
    inside = [place for place in edge.line if area.holds_place(place, -2)]
    if "sum" not in node.classes:
        return bool(inside)
    (x, y), wide, high = area.middle, area.right - area.left, area.bottom - area.top
    return any(hypot((a - x) / (wide - 4), (b - y) / (high - 4)) < 0.5 for a, b in inside)


def test_edges_run_through_no_box_and_no_title(laid: Picture) -> None:
    full = [node for node in laid.nodes if "point" not in node.classes]
    for edge in laid.edges:
        assert not [node.id for node in full if runs_through(edge, node)], edge.id
        titles = [word for cluster in laid.clusters for word in cluster.words]
        assert not [word.text for word in titles if any(map(word.area.holds_place, edge.line))], (
            edge.id
        )


def test_an_edge_within_a_cluster_stays_in_it(laid: Picture) -> None:
    for edge in laid.edges:
        for cluster in laid.clusters:
            if all(cluster.area.holds_place(end) for end in (edge.line[0], edge.line[-1])):
                assert all(map(cluster.area.holds_place, edge.line)), (
                    f"{edge.id} leaves {cluster.id}"
                )


def test_a_title_stands_where_no_edge_crosses_it() -> None:
    """The image enters this frame at the right, where titles stand otherwise."""
    scale: list[Any] = [
        {
            "branches": {
                "mean": [{"GlobalAveragePooling2D": {"keepdims": True}}],
                "max": [{"GlobalMaxPooling2D": {"keepdims": True}}],
            },
            "merge": "Concatenate",
        },
        {"Dense": {"units": 64, "activation": "sigmoid"}},
    ]
    attention = {"branches": {"scale": scale, "x": []}, "merge": "Multiply"}
    layers = [{"name": "low", "Dense": {"units": 64}}, {"name": "attention", "layers": [attention]}]
    layers.append({"from": ["prev", "low"], "Concatenate": {}})
    spec = {"archspec": 1, "name": "net", "input": [8, 8, 3], "layers": layers}
    graph = archspec.compile(spec)
    laid = pictures.read(draw(graph, "svg", Options(detail="layers", direction="tb")))
    test_edges_run_through_no_box_and_no_title(laid)
    assert any(cluster.words for cluster in laid.clusters)
