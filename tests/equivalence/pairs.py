"""Keras's model of a function and ours → their layers in pairs: those with weights, or all,
each described as it has to be here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import keras

import archspec
from archspec.backends.keras.pairing import by_order, flat_name, flattened, is_automatic
from tests.equivalence.differences import (
    ANY_SIZE,
    BY_NEED,
    DIFFERENCES,
    NAMES,
    Description,
    Difference,
    described,
)
from tests.equivalence.zoo import Case
from tests.values import valueless


def paired(case: Case, theirs: keras.Model, ours: keras.Model) -> list[tuple[Any, Any]]:
    """The layers with weights of both, theirs beside ours that answers to it: by order, as Keras
    moves weights, and by name, never by shape.
    """
    there, here = (
        [layer for layer in flattened(model) if layer.weights] for model in (theirs, ours)
    )
    assert len(there) == len(here), f"{len(there)} layers with weights there, {len(here)} here"
    pairs = [(other, layer) for layer, other in by_order(here, there)]
    names = [
        (other.name, layer.name)
        for other, layer in pairs
        if name_of(case, other) not in (None, flat_name(layer.name))
    ]
    assert not names, (
        f"a layer that is called {names[0][0]} there is called {names[0][1]} here, and so are"
        f" {len(names) - 1} more"
    )
    return pairs


def by_need(model: keras.Model) -> Iterator[Any]:
    """The layers of a model, each behind those that it needs: an order that no layer between
    two others changes.
    """
    seen: set[int] = set()
    waiting = [(model.outputs[0]._keras_history.operation, False)]
    while waiting:
        layer, ready = waiting.pop()
        if ready:
            yield layer
        elif id(layer) not in seen:
            seen.add(id(layer))
            needed = [
                tensor._keras_history.operation for tensor in layer._inbound_nodes[0].input_tensors
            ]
            waiting += [(layer, True), *((one, False) for one in reversed(needed))]


def name_of(case: Case, layer: Any) -> str | None:
    """The name that a layer of theirs has here, with underscores for dots; nothing where its
    author named none, or it has none here.
    """
    return None if is_automatic(layer) else renamed(case, layer.name)


def renamed(case: Case, name: str) -> str | None:
    """What a name of Keras's is here."""
    for pattern, here in NAMES.get(case.family, {}).items():
        if found := re.fullmatch(pattern, name):
            return None if here is None else found.expand(here)
    return name


def models(
    case: Case, spec: str | Mapping[str, Any] | None = None, size: int | None = None
) -> tuple[keras.Model, keras.Model]:
    """Keras's model and ours, whose weights have shapes but no values, of the function's own size
    if none is given.

    ``spec`` takes the place of the shipped one.
    """

    def both() -> tuple[keras.Model, keras.Model]:
        ours = archspec.build(
            spec or case.spec, **case.variables, **({"size": size} if size else {})
        )
        shape = ours.input_shape[1:] if size or case.family in ANY_SIZE else None
        return (
            getattr(keras.applications, case.function)(
                weights=None, input_shape=shape, **case.arguments
            ),
            ours,
        )

    return valueless(both)


def unlike(case: Case, theirs: keras.Model, ours: keras.Model) -> list[str]:
    """What differs between the layers that Keras's model makes us expect here and those that
    are here.
    """
    pairs = zip_longest(expected(case, theirs), found(case, ours))
    return [told for one, other in pairs if (told := difference(one, other))]


def idle_differences(case: Case, theirs: keras.Model) -> set[Difference]:
    """The differences that are stated for a family and are not there in Keras's model."""
    there = {difference_of(case, layer) for layer in behind_input(case, theirs)}
    return set(DIFFERENCES[case.family]) - there


def expected(case: Case, theirs: keras.Model) -> Iterator[Description]:
    """What Keras's model makes us expect of the layers here, in their order."""
    layers = behind_input(case, theirs)
    unnamed = Counter(type(layer) for layer in layers if is_automatic(layer))
    for layer in layers:
        # Where only one layer of a kind is left unnamed, Keras's name for it does not hang on how
        # many there are before it.
        name = renamed(case, layer.name) if unnamed[type(layer)] == 1 else name_of(case, layer)
        other = difference_of(case, layer)
        if other is None:
            yield described(layer, name)
        else:
            yield from (
                described(one, name if one.name == layer.name else None, other.output(layer, one))
                for one in other.here(layer)
            )


def difference_of(case: Case, layer: Any) -> Difference | None:
    """The family's difference that a layer of Keras's is, if it is one."""
    return next(
        (
            one
            for one in DIFFERENCES[case.family]
            if one.kind == type(layer).__name__ and one.which(layer)
        ),
        None,
    )


def found(case: Case, ours: keras.Model) -> Iterator[Description]:
    """What the layers here are, in their order."""
    return (described(layer, flat_name(layer.name)) for layer in behind_input(case, ours))


def behind_input(case: Case, model: keras.Model) -> list[Any]:
    """The layers of a model in the order in which the family's answer to one another, and not
    its input.
    """
    layers = by_need(model) if case.family in BY_NEED else flattened(model)
    return [
        layer
        for layer in layers
        if isinstance(layer, keras.layers.Layer) and not isinstance(layer, keras.layers.InputLayer)
    ]


def difference(one: Description | None, other: Description | None) -> str | None:
    """What differs between a layer as expected and as found, either of which may be missing;
    nothing if they are alike.
    """
    if one is None or other is None:
        return f"expected {one}, found {other}"
    one = one._replace(name=one.name or other.name)
    if one._replace(arguments={}) != other._replace(arguments={}):
        return (
            f"expected {one.kind.__name__} {one.name} {one.output}, found {other.kind.__name__}"
            f" {other.name} {other.output}"
        )
    if one.arguments == other.arguments:
        return None
    expected, found = (sorted(map(str, each.arguments.items())) for each in (one, other))
    return (
        f"expected {sorted({*expected} - {*found})} of {other.name}, found"
        f" {sorted({*found} - {*expected})}"
    )
