"""Every kind, as Keras describes it in a file, is read back as the layer that was built."""

from __future__ import annotations

import pytest

from archspec.layers import KINDS
from tests.kinds.test_everywhere import graph_of
from tests.reading.oracle import read_back, same_graph


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_back_from_keras(kind: str) -> None:
    graph = graph_of(kind)
    assert same_graph(read_back(graph), graph) is None
