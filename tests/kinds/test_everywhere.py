"""Every registered kind is listed, completed, drawn, emitted and written out flat: what is made of
kinds knows each of them by its class alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from archspec import compile
from archspec.backends.flat_spec import flat
from archspec.diagrams.making import draw
from archspec.frontend.schema import json_schema
from archspec.graph import Graph
from archspec.layers import CELLS, KINDS
from archspec.reports import kinds
from tests.backends.python_source import pretended_keras
from tests.backends.python_source.emitted import written_of
from tests.kinds.oracle import Row
from tests.kinds.rows import ROWS, spec_of


def accepted(kind: str) -> Row:
    """The first row of a kind that Keras accepts."""
    return next(row for row in ROWS if row.kind == kind and not row.fails and not row.stricter)


def graph_of(kind: str) -> Graph:
    return compile(spec_of(accepted(kind)))


def test_every_kind_is_listed_with_its_family() -> None:
    listed = kinds.overview()
    for kind in (*KINDS, *CELLS):
        assert f"\n  {kind} " in listed, kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_every_argument(kind: str) -> None:
    page = kinds.page(KINDS[kind])
    call = KINDS[kind].call_attributes
    roles = KINDS[kind].roles if len(KINDS[kind].roles) > 1 else ()
    for name in (*KINDS[kind].attributes, *call, *roles):
        assert f"\n{name} " in page, name


@cache
def offered() -> dict[str, list[set[str]]]:
    """The arguments that the editor's schema offers under each key, wherever that stands."""
    schema, found = json_schema.generate(), defaultdict(list)
    for key, value in _keyed(schema):
        found[key].append(set(_resolved(value, schema).get("properties", ())))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_completes_it(kind: str) -> None:
    assert set(KINDS[kind].attributes) in offered()[kind]


def _keyed(node: Any) -> Iterator[tuple[str, Any]]:
    """What stands under a key, anywhere, with that."""
    if isinstance(node, dict):
        yield from node.items()
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _keyed(inner)


def _resolved(node: Any, schema: Any) -> Any:
    """A piece of the schema, `$ref` followed."""
    while isinstance(node, dict) and "$ref" in node:
        reference, node = node["$ref"], schema
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    return node if isinstance(node, dict) else {}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_drawn_under_its_title(kind: str) -> None:
    graph = graph_of(kind)
    title = graph.nodes[0].layer.title()
    assert title.strong
    figure = draw(graph, "dot").decode()
    assert title.strong.split(",")[0] in figure


@pytest.mark.parametrize("kind", KINDS)
def test_emitted_source_makes_it(kind: str) -> None:
    spec = spec_of(accepted(kind))
    pretended_keras.same(compile(spec), written_of(spec))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_back_from_a_flat_spec(kind: str) -> None:
    graph = graph_of(kind)
    again = compile(flat(graph))
    assert [node._replace(span=None, scope=0) for node in again.nodes] == [
        node._replace(span=None, scope=0) for node in graph.nodes
    ]
