"""Keras's description of a model → the groups in which Keras 3 keeps the weights of its layers, in
the order of the model; the layers of a model within it stand in that one's place.

Keras names a group after the layer's class and counts: ``layers/conv2d``, ``layers/conv2d_1``, and
for a layer of the first model within it ``layers/functional/layers/conv2d``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archspec.spelling import snake_case


class WeightGroup(NamedTuple):
    """A layer: its names from the model on, its class as it stands in the names of groups, its
    group, and whether it is a model.
    """

    path: tuple[str, ...]
    word: str
    group: str
    is_model: bool


def layer_groups(
    described: Mapping[str, Any], path: tuple[str, ...] = (), prefix: str = ""
) -> Iterator[WeightGroup]:
    """The layers of a model, and behind each model within it those of that."""
    counts = Counter[str]()
    is_functional = "input_layers" in (described.get("config") or {})
    for layer in _layers(described):
        kind = str(layer.get("class_name"))
        if str(layer.get("module")).startswith("keras.src.ops") or (
            kind == "InputLayer" and not is_functional
        ):
            continue
        word = snake_case(re.sub(r"\W+", "", kind))
        group = f"{prefix}layers/{word}" + (f"_{counts[word]}" if counts[word] else "")
        counts[word] += 1
        here = (*path, name_of(layer))
        is_model = bool(_layers(layer))
        yield WeightGroup(here, word, group, is_model)
        if is_model:
            yield from layer_groups(layer, here, f"{group}/")


def name_of(layer: Mapping[str, Any]) -> str:
    """The name of a described layer in its model; its class, where there is none."""
    return str(layer.get("name") or setting_of(layer, "name") or layer.get("class_name"))


def setting_of(described: Any, name: str) -> Any:
    """A setting of a described object, ``None`` where it has none."""
    config = described.get("config") if isinstance(described, Mapping) else None
    return config.get(name) if isinstance(config, Mapping) else None


def _layers(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = setting_of(described, "layers")
    return [one for one in layers if isinstance(one, Mapping)] if isinstance(layers, list) else []
