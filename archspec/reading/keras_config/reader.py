"""Keras's JSON of a model → its `Graph`, without Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archspec.graph import Graph
from archspec.reading.keras_config.building import GraphOfModel
from archspec.reading.keras_config.built import Built, NothingBuilt
from archspec.reading.keras_config.parts import PartsReader
from archspec.reading.normal_form import normal
from archspec.reading.problems import Problems


def graph_of_config(config: Mapping[str, Any], source: str, built: Built | None = None) -> Graph:
    """The graph of a serialized model, in normal form; ``source`` is how the user calls the
    model, ``built`` knows its layers as they were built. Raises `SpecError` with all that has no
    counterpart.
    """
    problems = Problems(source)
    try:
        model = PartsReader(problems).model(config)
        problems.check()
        graph = GraphOfModel(model, problems, built or NothingBuilt()).graph()
    except RecursionError:
        problems.refuse(f"`{source}` holds models or layers within one another, too deep to read")
    return normal(graph)
