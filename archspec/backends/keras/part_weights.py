"""A Keras model, the graph that it was built from and stored weights of one part of it → the model
with those weights in that part: a named group, a block, or a block that is another spec.

The names of the part's layers, seen from the part, are those of the store. The store may hold more
than the part has: what lies beyond the end of a part is not built.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from archspec.backends.keras.model import layer_names
from archspec.backends.keras.pairing import (
    by_kind,
    by_order,
    flat_name,
    kind_of,
    mostly_paired,
    unpaired,
)
from archspec.backends.keras.stores import Store, StoredLayer, opened
from archspec.backends.keras.weights import Fit, move_fit, moved, refuse_what_differs
from archspec.graph import Graph
from archspec.reports.transfer import Transfer
from archspec.spelling import without_count


def load_part(
    model: keras.Model, graph: Graph, path: str, file: Path, *, partial: bool = False
) -> Transfer:
    """Load the weights of a file into the part at a path. Raises `SpecError` where the file cannot
    be read, or names each layer that it does not fit.
    """
    with opened(file, list(names_within(graph, path).values())) as store:
        return move_part(model, graph, path, store, str(file), partial=partial)


def move_part(
    model: keras.Model,
    graph: Graph,
    path: str,
    store: Store,
    source: str,
    *,
    partial: bool = False,
) -> Transfer:
    """Give the layers of the part at a path the weights that answer to them, and report which went
    where. Raises `SpecError` where some do not fit, if they need not be ``partial``.
    """
    fit = _answering(model, names_within(graph, path), store)
    if not partial:
        refuse_what_differs(fit._replace(unused=[]), graph, store, source)
        move_fit(fit, store)
        loaded = [(layer.name, layer.count_params()) for layer, _ in fit.pairs]
        return Transfer(loaded, [], [str(stored) for stored in fit.unused])
    return moved(fit, store, source)


def names_within(graph: Graph, path: str) -> dict[str, str]:
    """The names in Keras of the layers of a part, each with its path seen from the part."""
    names, inside = layer_names(graph), f"{path}."
    return {
        names[node.name]: node.name.removeprefix(inside)
        for node in graph.nodes
        if node.name.startswith(inside) and node.weights_of is None
    }


def _answering(model: keras.Model, names: Mapping[str, str], store: Store) -> Fit:
    """The layers of a part that have weights, each with the stored layer that answers to it: by
    name, else as Keras numbers them by kind, else by order.
    """
    layers = [layer for layer in model.layers if layer.name in names and layer.weights]
    pairs = _by_name(layers, names, store)
    counted = any(_is_counted(layer, names[layer.name]) for layer in layers)
    if counted or not all(stored is not None for _, stored in pairs):
        if store.numbered_by_kind:
            pairs = by_kind(layers, store.weighted, lambda stored: stored.kind)
        elif counted or not mostly_paired(pairs):
            pairs = by_order(layers, store.weighted)
    return Fit(pairs, unpaired(store.weighted, pairs))


def _is_counted(layer: Any, name: str) -> bool:
    """Whether a layer has no name but its kind, which Keras counts otherwise than archspec does."""
    return without_count(name).replace("_", "") == kind_of(layer)


def _by_name(
    layers: list[Any], names: Mapping[str, str], store: Store
) -> list[tuple[Any, StoredLayer | None]]:
    same = {stored.name: stored for stored in store.weighted if stored.name}
    flat = {flat_name(name): stored for name, stored in same.items()}
    return [
        (layer, same.get(names[layer.name]) or flat.get(flat_name(names[layer.name])))
        for layer in layers
    ]
