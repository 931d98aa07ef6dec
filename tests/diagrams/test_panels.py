"""A panel shows a block once, whatever its calls have in numbers: which layers in it share weights,
which word or number is an argument of the block, in how many calls it is built otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

import archspec
from archspec.diagrams.drawing import Box, Cluster, Drawing, boxes, clusters
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.figure import View, figure
from tests.diagrams.samples import graph

CONV = {"filters": "$n", "kernel_size": 3, "padding": "same"}
BLOCKS: dict[str, Any] = {
    "recurrent": {"args": ["n"], "layers": [
        {"name": "first", "Conv2D": CONV},
        {"residual": [{"name": "step", "Conv2D": CONV}, "ReLU", {"name": "again", "reuse": "step"}]},
        {"branches": [[{"name": "b1", "Dense": {"units": "$n"}}],
                      [{"MaxPooling2D": {"strides": 1, "padding": "same"}}, {"reuse": "b1"}]], "merge": "Concatenate"},
    ]},
    "gated": {"args": ["act", "n"], "layers": [
        {"Conv2D": {**CONV, "activation": "$act"}}, {"Conv2D": CONV}, {"Activation": {"activation": "$act"}},
        {"Dense": {"units": "$n * $n"}}, {"Dense": {"units": "$n"}},
    ]},
    "plain": {"args": ["n", "act"], "layers": [
        {"Conv2D": CONV}, "$act", {"MaxPooling2D": {}}, {"Conv2D": CONV}, {"residual": [{"Conv2D": CONV}, {"Conv2D": CONV}]},
    ]},
}  # fmt: skip


def shown(calls: list[Any]) -> tuple[Drawing, Cluster]:
    spec = {"archspec": 1, "name": "net", "input": [32, 32, 8], "blocks": BLOCKS, "layers": calls}
    return panel(archspec.compile(spec))


def panel(network: Any) -> tuple[Drawing, Cluster]:
    """A figure with panels, and the first of these."""
    drawing = figure(Readings(network), View("blocks", panels=True))
    assert drawing is not None
    return drawing, next(one for one in drawing.members if isinstance(one, Cluster) and one.panel)


def words(box: Box) -> str:
    rows = [f"{row.strong}{row.rest} {row.small}".strip() for row in box.rows]
    return " | ".join(filter(None, [*rows, *box.lines, box.weight]))


def all_words(cluster: Cluster) -> list[str]:
    return [words(box) for box in boxes(cluster.members) if box.rows]


def test_shared_weights_are_marked_in_a_panel() -> None:
    calls = [{"recurrent": {"n": 8}}, {"MaxPooling2D": {}}, {"recurrent": {"n": 16}}]
    drawing, cluster = shown(calls)
    found = all_words(cluster)
    assert "3×3 conv, n ‡ ReLU | 3×3 conv, n weights of step ‡" in found
    assert "3×3 conv, n | first" in found, "its weights are used once"
    assert "dense, n ‡ | b1" in found
    assert any(one.startswith("dense, n") and one.endswith("weights of b1 ‡") for one in found)
    assert drawing.notes.count("‡ weights that are used more than once") == 1


def test_a_call_that_is_used_again_is_no_sharing_within_its_block() -> None:
    calls = [{"name": "a", "gated": {"act": "relu", "n": 8}}, {"name": "b", "reuse": "a"}]
    _, cluster = shown(calls)
    assert not any("‡" in one for one in all_words(cluster))


def test_an_activation_is_the_argument_that_it_is() -> None:
    calls = [{"gated": {"act": act, "n": n}} for act, n in (("relu", 8), ("tanh", 16))]
    _, cluster = shown(calls)
    found = all_words(cluster)
    assert "3×3 conv, n | act" in found
    assert not any("ReLU" in one or "tanh" in one for one in found)


def test_a_square_is_said_as_one() -> None:
    calls = [{"gated": {"act": "relu", "n": n}} for n in (8, 16)]
    _, cluster = shown(calls)
    assert "dense, n²" in all_words(cluster)


def test_layers_that_other_calls_have_instead_are_counted() -> None:
    calls = [{"plain": {"n": n, "act": act}} for n, act in ((8, "ReLU"), (16, "ReLU"), (8, "ELU"))]
    drawing, cluster = shown(calls)
    assert "† plain: ELU for ReLU in 1 of 3" in drawing.notes
    assert "3×3 conv, n † | ReLU" in all_words(cluster)


@pytest.mark.parametrize("name", ["fractalnet", "googlenet"])
def test_a_panel_counts_no_weights(name: str) -> None:
    _, cluster = panel(graph(name))
    inner = list(clusters(cluster.members))
    assert not any(each.size or each.weight for each in inner)
    assert not any("params" in one for one in all_words(cluster))
