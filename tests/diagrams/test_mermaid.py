"""Mermaid's text: the same boxes and edges as the drawing, in lines of the forms that Mermaid's
flowcharts have.
"""

from __future__ import annotations

import re

import pytest
import yaml

from archspec.diagrams.making import choose, draw
from archspec.diagrams.options import Options
from tests.diagrams.samples import SAMPLES, graph

DRAWN = [
    "resnet@resnet50",
    "googlenet",
    "efficientnet@B0",
    "xception",
    "vgg@C",
    "alexnet",
    "keras/nasnet@NASNetLarge",
    *SAMPLES,
]
ID = r"[a-z]\w*"
TEXT = r'"[^"\n]*"'
COLOUR = r":::\w+"
NODE = re.compile(
    rf"(?P<id>{ID})(?:\[{TEXT}\]|\(\[{TEXT}\]\)|\(\({TEXT}\)\)|\(\( \)\)|\(\(\""
    rf" \"\)\))(?:{COLOUR})?"
)
EDGE = re.compile(
    rf"(?P<tail>{ID}) (?:-->|---|-\.->|-\. shortcut \.->)(?:\|{TEXT}\|)? (?P<head>{ID})"
)
OPEN = re.compile(rf"subgraph {ID}\[{TEXT}\]")
CLASS = re.compile(r"classDef \w+ fill:#\w{6},stroke:#\w{6},color:#\w{6}")
WORDS = {"end", "graph", "subgraph", "click", "style", "class", "default"}
"""Words that Mermaid keeps for itself: no box may be called so."""


def text(name: str) -> list[str]:
    return draw(graph(name), "mmd").decode().splitlines()


@pytest.mark.parametrize("name", DRAWN)
def test_each_line_is_one_of_a_flowchart(name: str) -> None:
    lines = text(name)
    assert lines[0] == "---"
    assert lines[1].startswith("title: ")
    assert lines[2] == "---"
    assert re.fullmatch("flowchart (TB|LR)", lines[3])
    depth = 0
    for line in map(str.strip, lines[4:]):
        depth += bool(OPEN.fullmatch(line)) - (line == "end")
        assert depth >= 0
        assert line == "end" or any(form.fullmatch(line) for form in (NODE, EDGE, OPEN, CLASS)), (
            line
        )
    assert depth == 0


@pytest.mark.parametrize("name", DRAWN)
def test_boxes_and_edges_are_those_of_the_drawing(name: str) -> None:
    drawing = choose(graph(name), Options()).drawing
    lines = [line.strip() for line in text(name)]
    assert [found["id"] for line in lines if (found := NODE.fullmatch(line))] == [
        box.id for box in drawing.boxes
    ]
    edges = [(found["tail"], found["head"]) for line in lines if (found := EDGE.fullmatch(line))]
    assert edges == [(edge.tail, edge.head) for edge in drawing.edges]
    assert not WORDS & {box.id for box in drawing.boxes}
    styled = set(re.findall(r":::(\w+)", "\n".join(lines)))
    assert styled <= set(re.findall(r"classDef (\w+)", "\n".join(lines)))


def test_words_stand_in_it_as_in_the_picture() -> None:
    found = "\n".join(text("resnet@resnet50"))
    assert 'subgraph cluster_b4["conv2_x ×3' in found or re.search(
        r'subgraph \w+\["conv2_x ×3', found
    )
    assert "7×7 conv, 64, /2<br>BN · ReLU" in found
    assert "1×1 conv, 64<br>3×3 conv, 64<br>1×1 conv, 256" in found


@pytest.mark.parametrize(
    "title", ['say "so"', "a & b", "<b>", "#35;", "`x`", "a\\b", "x: y", "[z]", "é 中"]
)
def test_a_title_is_what_yaml_reads(title: str) -> None:
    """The front matter is YAML: Mermaid sets the title as text and knows none of its own
    entities there.
    """
    _, front, _ = draw(graph("two"), "mmd", Options(title=title)).decode().split("---\n", 2)
    assert yaml.safe_load(front)["title"].startswith(f"{title} – ")
