"""The layers of our Keras model and those of another model, or of a weights file → which answers to
which: by name, by order, or by kind.

Shapes are never looked at: whether layers that answer to one another fit is another question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

import keras

from archspec.spelling import without_count

Layer = Any
"""A Keras layer; Keras has no types."""

Other = TypeVar("Other")
"""What answers to a layer: another Keras layer, or a stored one."""


def by_name(
    layers: Collection[Layer], others: Collection[Other], name: Callable[[Other], str]
) -> list[tuple[Layer, Other | None]]:
    """Each layer with the other of its name, else with one that has underscores for its dots.

    A name that Keras has counted belongs to no layer of ours: see `counted_by_keras`.
    """
    counted = counted_by_keras([name(other) for other in others], layers)
    same = {name(other): other for other in others if name(other) not in counted}
    flat = {flat_name(key): other for key, other in same.items()}
    return [(layer, same.get(layer.name) or flat.get(flat_name(layer.name))) for layer in layers]


def by_order(layers: Sequence[Layer], others: Sequence[Other]) -> list[tuple[Layer, Other | None]]:
    """Each layer with the other at its position, nothing where there are fewer."""
    return list(zip_longest(layers, others[: len(layers)]))


def by_kind(
    layers: Collection[Layer], others: Collection[Other], kind: Callable[[Other], str]
) -> list[tuple[Layer, Other | None]]:
    """The third convolution with the third. ``kind`` gives kind and number, ``conv2d_2``."""
    numbered = {_kind_and_number(kind(other)): other for other in others}
    seen, pairs = Counter[str](), []
    for layer in layers:
        own = kind_of(layer)
        pairs.append((layer, numbered.get((own, seen[own]))))
        seen[own] += 1
    return pairs


def _kind_and_number(text: str) -> tuple[str, int]:
    """``conv2d_3`` → the fourth Conv2D."""
    word, _, number = text.rpartition("_")
    return (_joined(word), int(number)) if number.isdecimal() else (_joined(text), 0)


def mostly_paired(pairs: Collection[tuple[Layer, Other | None]]) -> bool:
    """Whether more than half of the layers have their other."""
    return 2 * sum(other is not None for _, other in pairs) > len(pairs)


def paired(pairs: Iterable[tuple[Layer, Other | None]]) -> list[tuple[Layer, Other]]:
    """The pairs of those that have their other."""
    return [(layer, other) for layer, other in pairs if other is not None]


def unpaired(items: Iterable[Other], pairs: Iterable[tuple[Any, Any]]) -> list[Other]:
    """The items of either side that stand in no pair."""
    taken = {id(item) for pair in pairs for item in pair}
    return [item for item in items if id(item) not in taken]


# Names


def flattened(model: keras.Model) -> Iterator[Layer]:
    """The layers of a model; in the place of a model within it, the layers of that."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from flattened(layer)
        else:
            yield layer


def kind_of(layer: Layer) -> str:
    """The kind of a layer in lower case: ``conv2d``."""
    return type(layer).__name__.lower()


def is_automatic(layer: Layer) -> bool:
    """Whether a layer has the name that Keras gives to one without: its kind, and a number."""
    return _joined(without_count(layer.name)) == kind_of(layer)


def flat_name(name: str) -> str:
    """What the names of a layer in Keras and in a spec have in common: underscores for dots, and
    not the model's name, which ConvNeXt puts before its layers'.
    """
    return re.sub(r"^convnext_(tiny|small|base|large|xlarge)_", "", name.replace(".", "_"))


def own_names(layers: Collection[Layer]) -> dict[str, str]:
    """The names that the layers of a model have where it is the first that is made: Keras counts
    layers without a name on from model to model. A model of archspec's is counted already.
    """
    names = {layer.name: layer.name for layer in layers}
    automatic = [layer.name for layer in layers if is_automatic(layer)]
    for word in dict.fromkeys(map(without_count, automatic)):
        counted = [name for name in automatic if without_count(name) == word]
        if {*counted} != {word, *(f"{word}_{number}" for number in range(2, len(counted) + 1))}:
            numbers = ["", *(f"_{number}" for number in range(1, len(counted)))]
            names |= {name: word + number for name, number in zip(counted, numbers, strict=True)}
    return names


def counted_by_keras(names: Collection[str], layers: Collection[Layer]) -> set[str]:
    """The names that Keras has given to layers without one, where archspec counts otherwise.

    Keras counts ``conv2d``, ``conv2d_1``, from model to model, and archspec ``conv2d``,
    ``conv2d_2``: the same name is another layer's then. ``layers`` are archspec's.
    """
    kinds = set(map(kind_of, layers))
    words = _counted_from_one(names) - _counted_from_one([layer.name for layer in layers])
    return {
        name for name in names if (word := without_count(name)) in words and _joined(word) in kinds
    }


def _counted_from_one(names: Collection[str]) -> set[str]:
    """The words that names count as Keras does: the second has the number 1, or the first goes on
    from another model.
    """
    every = set(names)
    return {word for word in map(without_count, every) if f"{word}_1" in every or word not in every}


def _joined(word: str) -> str:
    return word.replace("_", "")
