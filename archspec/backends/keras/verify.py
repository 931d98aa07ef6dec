"""The Keras model of a network and another Keras model → what differs, layer by layer, and whether
they compute the same.

Layers answer to one another by name, an underscore there standing for a dot here, where most layers
with weights do so. Elsewhere, and in the functions of `keras.applications` that leave layers
unnamed, those with weights answer by their order in ``model.layers``, those that act in training
alone, as dropout, by theirs, and all layers if both models have the same kinds in the same order. A
layer without weights that has no counterpart is compared by nothing but the outputs, which also
judge the settings in `JUDGED_BY_OUTPUTS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras

from archspec.backends.keras.ends import names_of, with_lists
from archspec.backends.keras.outputs import compare_outputs
from archspec.backends.keras.pairing import (
    by_name,
    by_order,
    flattened,
    mostly_paired,
    own_names,
    paired,
    unpaired,
)
from archspec.backends.keras.settings import JUDGED_BY_OUTPUTS, differing, settings
from archspec.reports.verified import TOLERANCE, Deviation, Verified
from archspec.tensor import show_shape

Layer = Any
Pair = tuple[Layer, Layer]


def verify(
    ours: keras.Model, theirs: keras.Model, against: str, *, in_order: bool, outputs: bool
) -> Verified:
    """Compare two models: their ends, layer by layer what they are and their weights, then their
    outputs for the same random weights and input. Inputs and outputs answer to one another by
    their names where both models have the same, else by their order.

    ``in_order``: layers with weights answer to one another by their order. ``outputs``: whether to
    run the models.
    """
    theirs = with_lists(theirs, [tensor.name for tensor in ours.inputs], names_of(ours.output))
    ours = with_lists(ours)
    here, there = (
        [layer for layer in flattened(model) if not isinstance(layer, keras.layers.InputLayer)]
        for model in (ours, theirs)
    )
    names = own_names(there)
    pairs = _pairs(here, there, names, in_order=in_order)
    alone = unpaired(here, pairs), unpaired(there, pairs)
    differences = _sorted(here, [*_all_differences(pairs, names), *_missing(*alone, names)])
    differences = [*_ends(ours, theirs, "inputs"), *differences] or list(
        _ends(ours, theirs, "outputs")
    )
    judged = [difference for difference in differences if difference.setting in JUDGED_BY_OUTPUTS]
    apart = None
    if outputs and len(judged) == len(differences):
        apart, wrong = compare_outputs(ours, theirs, pairs)
        first = [one for one in judged if wrong and one.here == wrong[0].name]
        differences = [] if apart <= TOLERANCE else first or [_astray(wrong, names, apart)]
    elif len(judged) < len(differences):
        differences = [
            difference for difference in differences if difference.setting not in JUDGED_BY_OUTPUTS
        ]
    weighted = [pair for pair in pairs if pair[0].weights]
    return Verified(
        name=ours.name,
        against=against,
        layers=len(weighted),
        others=len(pairs) - len(weighted),
        unpaired=(_count(alone[0]), _count(alone[1])),
        parameters=ours.count_params(),
        differences=differences,
        judged=[] if differences else judged,
        outputs=apart,
    )


# Which layer answers to which


def _pairs(
    ours: Sequence[Layer], theirs: Sequence[Layer], names: dict[str, str], *, in_order: bool
) -> list[Pair]:
    """The layers of both that answer to one another, in our order."""
    named = by_name(ours, theirs, lambda layer: names[layer.name])
    if not in_order and mostly_paired([pair for pair in named if pair[0].weights]):
        return paired(named)
    if [settings(layer)[0] for layer in ours] == [settings(layer)[0] for layer in theirs]:
        return list(zip(ours, theirs, strict=True))
    answer = {
        layer.name: other
        for group in (_weighted, _acting_in_training)
        for layer, other in paired(by_order(group(ours), group(theirs)))
    }
    answer |= {
        layer.name: other for layer, other in paired(named) if _passes(layer) and _passes(other)
    }
    return [(layer, answer[layer.name]) for layer in ours if layer.name in answer]


def _weighted(layers: Sequence[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer.weights]


def _acting_in_training(layers: Sequence[Layer]) -> list[Layer]:
    """The layers without weights that act in training, as dropout."""
    return [layer for layer in layers if not layer.weights and not _passes(layer)]


def _count(layers: Sequence[Layer]) -> int:
    """How many the outputs judge."""
    return sum(map(_passes, layers))


# What differs


def _ends(ours: keras.Model, theirs: keras.Model, ends: str) -> Iterator[Deviation]:
    here, there = (
        ", ".join(show_shape(tuple(tensor.shape[1:])) for tensor in getattr(model, ends))
        for model in (ours, theirs)
    )
    if here != there:
        yield Deviation(f"the {ends}", "", "", here, there)


def _all_differences(pairs: Sequence[Pair], names: dict[str, str]) -> Iterator[Deviation]:
    for ours, theirs in pairs:
        for setting, here, there in _setting_differences(ours, theirs) or _weights(ours, theirs):
            yield Deviation(ours.name, names[theirs.name], setting, here, there)


def _setting_differences(ours: Layer, theirs: Layer) -> list[tuple[str, str, str]]:
    """A layer that Keras does not export, as an application's own, is judged by its weights and
    outputs, unless it says that it is of our kind.
    """
    public = type(theirs).__module__.startswith(("keras.src.layers", "keras.layers"))
    here, there = settings(ours), settings(theirs)
    comparable = public or type(theirs) is type(ours) or here[0] == there[0]
    return differing(here, there) if comparable else []


def _weights(ours: Layer, theirs: Layer) -> Iterator[tuple[str, str, str]]:
    """The first weight that differs in shape or in whether it is trained, or how many there are."""
    if len(ours.weights) != len(theirs.weights):
        yield "number of weights", str(len(ours.weights)), str(len(theirs.weights))
        return
    for weight, other in zip(ours.weights, theirs.weights, strict=True):
        name = str(weight.path).removeprefix(f"{ours.name}/")
        if tuple(weight.shape) != tuple(other.shape):
            yield name, show_shape(tuple(weight.shape)), show_shape(tuple(other.shape))
        elif weight.trainable != other.trainable:
            words = "trainable", "fixed"
            yield name, *(words if weight.trainable else words[::-1])


def _missing(
    here: Sequence[Layer], there: Sequence[Layer], names: dict[str, str]
) -> Iterator[Deviation]:
    """The layers that have no counterpart and that the outputs do not judge."""
    for layer in here:
        if not _passes(layer):
            yield Deviation(layer.name, "", "", type(layer).__name__, "nothing")
    for layer in there:
        if not _passes(layer):
            yield Deviation("", names[layer.name], "", "nothing", type(layer).__name__)


def _passes(layer: Layer) -> bool:
    """Whether a layer has no weights and does the same in training as at inference."""
    return not layer.weights and not any(
        getattr(layer, name, None) for name in ("rate", "stddev", "activity_regularizer")
    )


def _sorted(ours: Sequence[Layer], differences: Sequence[Deviation]) -> list[Deviation]:
    """The differences in the order of our layers, those of layers that are there alone last."""
    number = {layer.name: number for number, layer in enumerate(ours)}
    return sorted(differences, key=lambda one: number.get(one.here, len(number)))


def _astray(wrong: Pair | None, names: dict[str, str], apart: float) -> Deviation:
    """All layers are equal, and the models do not compute the same."""
    if wrong is None:
        words = f"they differ by {apart:.1g} of the largest value, and no layer does"
        return Deviation("the outputs", "", "", words, "")
    words = (
        "on the same weights and input its output is another, and that of no layer before it;"
        f" those of the models differ by {apart:.1g} of the largest value"
    )
    return Deviation(wrong[0].name, names[wrong[1].name], "", words, "")
