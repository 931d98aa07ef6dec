"""The settings of layers as columns: a folded layer in; for each of its settings what it is in each
act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from functools import cached_property

from archspec.graph import Graph
from archspec.layers import Layer
from archspec.layers.declared import Declared
from archspec.reading.columns import Values, hashable, is_constant
from archspec.reading.explained import KIND
from archspec.reading.settings import plain_default, settings
from archspec.reading.tree import LayerItem


class LayerColumns:
    """The settings of one network's layers, each layer and each folded one worked out once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._layers: dict[int, Mapping[str, Hashable]] = {}
        self._leaves: dict[LayerItem, Mapping[str, Values]] = {}

    def settings(self, layer: Layer) -> Mapping[str, Hashable]:
        """A layer's settings that are not Keras's defaults. The graph keeps its layers alive, so
        that they are told apart by identity.
        """
        known = self._layers.get(id(layer))
        if known is None:
            known = {key: hashable(value) for key, value in settings(layer).items()}
            self._layers[id(layer)] = known
        return known

    def of(self, leaf: LayerItem) -> Mapping[str, Values]:
        """The columns of a folded layer by their keys, that of its kind alone where kinds differ.
        A setting that some acts leave out has Keras's default there.
        """
        if leaf not in self._leaves:
            self._leaves[leaf] = self._columns(leaf)
        return self._leaves[leaf]

    def _columns(self, leaf: LayerItem) -> Mapping[str, Values]:
        layers = {act: node.layer for act, node in leaf.nodes.items()}
        kinds = {act: layer.kind() for act, layer in layers.items()}
        if not is_constant(kinds):
            return {KIND: kinds}
        distinct = {id(layer): layer for layer in layers.values()}.values()
        keys = dict.fromkeys(key for layer in distinct for key in self.settings(layer))
        columns = {}
        for key in keys:
            values = {id(layer): self._setting(layer, key) for layer in distinct}
            columns[key] = {act: values[id(layer)] for act, layer in layers.items()}
        return columns

    def _setting(self, layer: Layer, key: str) -> Hashable:
        given = self.settings(layer)
        if key in given or key not in layer.attributes:
            return given.get(key)
        if isinstance(layer, Declared):
            return hashable(layer.arguments[key])
        return hashable(plain_default(type(layer), key))

    @cached_property
    def usual(self) -> dict[tuple[str, str], Hashable]:
        """For each kind the commonest value of each setting that at least two layers share."""
        counts: dict[tuple[str, str], Counter[Hashable]] = {}
        for node in self.graph.nodes:
            for key, value in self.settings(node.layer).items():
                counts.setdefault((node.layer.kind(), key), Counter())[value] += 1
        commonest = {key: counter.most_common(1)[0] for key, counter in counts.items()}
        return {key: value for key, (value, times) in commonest.items() if times > 1}
