"""What a notebook displays of a graph, and that a graph can be copied."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

import archspec
from archspec import notebook
from archspec.graph import Graph


@pytest.fixture(scope="module")
def graph() -> Graph:
    return archspec.compile("resnet@resnet50")


def test_the_repr_is_a_line(graph: Graph) -> None:
    assert repr(graph) == (
        "<Graph resnet50: input 224×224×3 → main 1000, 174 layers, 25,610,152 parameters>"
    )


def test_the_table_is_set_in_a_font_of_equal_letters(graph: Graph) -> None:
    page = graph._repr_html_()
    assert page is not None
    assert '<pre style="font-family:monospace;white-space:pre' in page
    assert page.count("<svg") == page.count("</div>") == 1


def test_without_a_renderer_there_is_no_empty_box(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "picture", lambda _: None)
    page = graph._repr_html_()
    assert page is not None
    assert "<div" not in page
    assert "25,610,152" in page


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda graph: pickle.loads(pickle.dumps(graph))]
)
def test_a_graph_can_be_copied(graph: Graph, copied: Callable[[Graph], Graph]) -> None:
    other = copied(graph)
    assert other == graph
    assert [node.layer for node in other.nodes] == [node.layer for node in graph.nodes]
    assert (other.parameters, other.macs) == (graph.parameters, graph.macs)
