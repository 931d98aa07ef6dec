"""The Keras model of a network and another Keras model → what differs, layer by layer, and whether
they compute the same.

Layers answer to one another by name, an underscore there standing for a dot here, where most layers
with weights do so. Elsewhere, and in the functions of `keras.applications` that leave layers
unnamed, those with weights answer by their order in ``model.layers``, those that act in training
alone, as dropout, by theirs, and all layers if both models have the same kinds in the same order. A
layer without weights that has no counterpart is compared by nothing but the outputs, which also
judge the settings in `OTHERWISE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras

from archspec.backends.keras import layers as _layers  # noqa: F401 - registers what a file may hold
from archspec.backends.keras.applications import flattened, own_names
from archspec.backends.keras.families import flat_name
from archspec.backends.keras.outputs import compare_outputs
from archspec.backends.keras.settings import OTHERWISE, differing, settings
from archspec.backends.keras.weights import counted_by_keras
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.reports.verified import TOLERANCE, Difference, Verified
from archspec.tensor import show_shape

Layer = Any
Pair = tuple[Layer, Layer]


def read_model(path: Path) -> keras.Model:
    """The model of a ``.keras`` or ``.h5`` file, or of Keras's JSON, its weights random. Raises
    `SpecError` where it is none.
    """
    try:
        if path.suffix == ".json":
            return keras.models.model_from_json(path.read_text(encoding="utf-8"))
        with path.open("rb"):  # for the system's own reason
            return keras.models.load_model(path, compile=False)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        message = f"`{path}` does not hold a model that Keras can build: {reason(error)}"
        raise SpecError(
            [
                Diagnostic(
                    "model-file",
                    message,
                    Span(str(path), 1, 1, 1, 1),
                    help="give what `model.save` has written",
                )
            ]
        ) from error


def verify(
    ours: keras.Model, theirs: keras.Model, against: str, *, by_order: bool, outputs: bool
) -> Verified:
    """Compare two models: their ends, layer by layer what they are and their weights, then their
    outputs for the same random weights and input.

    ``by_order``: layers with weights answer to one another by their order. ``outputs``: whether to
    run the models.
    """
    here, there = (
        [layer for layer in flattened(model) if not isinstance(layer, keras.layers.InputLayer)]
        for model in (ours, theirs)
    )
    names = own_names(there)
    pairs = _pairs(here, there, names, by_order=by_order)
    layers = _placed(
        here,
        [
            *_all_differences(pairs, names),
            *_missing(_alone(here, pairs), _alone(there, pairs), names),
        ],
    )
    found = [*_ends(ours, theirs, "inputs"), *layers] or list(_ends(ours, theirs, "outputs"))
    difference, otherwise = None, [one for one in found if one.what in OTHERWISE]
    if outputs and len(otherwise) == len(found):
        difference, wrong = compare_outputs(ours, theirs, pairs)
        first = [one for one in otherwise if wrong and one.here == wrong[0].name]
        found = [] if difference <= TOLERANCE else first or [_astray(wrong, names, difference)]
    elif len(otherwise) < len(found):
        found = [one for one in found if one.what not in OTHERWISE]
    both = [pair for pair in pairs if pair[0].weights]
    apart = _count(_alone(here, pairs)), _count(_alone(there, pairs))
    return Verified(
        ours.name,
        against,
        len(both),
        len(pairs) - len(both),
        apart,
        ours.count_params(),
        found,
        [] if found else otherwise,
        difference,
    )


# Which layer is whose


def _pairs(
    ours: Sequence[Layer], theirs: Sequence[Layer], names: dict[str, str], *, by_order: bool
) -> list[Pair]:
    """The layers of both that answer to one another, in our order."""
    kinds = [[settings(layer)[0] for layer in side] for side in (ours, theirs)]
    weighted = [[layer for layer in side if layer.weights] for side in (ours, theirs)]
    counted = counted_by_keras([names[layer.name] for layer in theirs], ours)
    named = {
        flat_name(names[layer.name]): layer for layer in theirs if names[layer.name] not in counted
    }
    by_name = {
        layer.name: named[flat_name(layer.name)] for layer in ours if flat_name(layer.name) in named
    }
    if not by_order and 2 * sum(layer.name in by_name for layer in weighted[0]) > len(weighted[0]):
        return [(layer, by_name[layer.name]) for layer in ours if layer.name in by_name]
    if kinds[0] == kinds[1]:
        return list(zip(ours, theirs, strict=True))
    training = [
        [layer for layer in side if not layer.weights and not _passes(layer)]
        for side in (ours, theirs)
    ]
    ordered = {
        layer.name: other
        for sides in (weighted, training)
        for layer, other in zip(*sides, strict=False)
    }
    ordered |= {
        layer.name: by_name[layer.name]
        for layer in ours
        if _passes(layer) and layer.name in by_name and _passes(by_name[layer.name])
    }
    return [(layer, ordered[layer.name]) for layer in ours if layer.name in ordered]


def _alone(layers: Sequence[Layer], pairs: Sequence[Pair]) -> list[Layer]:
    """The layers that have no counterpart."""
    paired = {id(layer) for pair in pairs for layer in pair}
    return [layer for layer in layers if id(layer) not in paired]


def _count(layers: Sequence[Layer]) -> int:
    """How many the outputs judge."""
    return sum(map(_passes, layers))


# What differs


def _ends(ours: keras.Model, theirs: keras.Model, what: str) -> Iterator[Difference]:
    here, there = (
        ", ".join(show_shape(tuple(one.shape[1:])) for one in getattr(model, what))
        for model in (ours, theirs)
    )
    if here != there:
        yield Difference(f"the {what}", "", "", here, there)


def _all_differences(pairs: Sequence[Pair], names: dict[str, str]) -> Iterator[Difference]:
    for ours, theirs in pairs:
        public = type(theirs).__module__.startswith(("keras.src.layers", "keras.layers")) or type(
            theirs
        ) is type(ours)
        said = (
            differing(settings(ours), settings(theirs))
            if public or settings(ours)[0] == settings(theirs)[0]
            else []
        )
        for what, here, there in said or _weights(ours, theirs):
            yield Difference(ours.name, names[theirs.name], what, here, there)


def _weights(ours: Layer, theirs: Layer) -> Iterator[tuple[str, str, str]]:
    """The first weight that differs in shape or in whether it is trained, or how many there are."""
    if len(ours.weights) != len(theirs.weights):
        yield "number of weights", str(len(ours.weights)), str(len(theirs.weights))
        return
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        what = str(one.path).removeprefix(f"{ours.name}/")
        if tuple(one.shape) != tuple(other.shape):
            yield what, show_shape(tuple(one.shape)), show_shape(tuple(other.shape))
        elif one.trainable != other.trainable:
            yield what, *(("trainable", "fixed") if one.trainable else ("fixed", "trainable"))


def _missing(
    here: Sequence[Layer], there: Sequence[Layer], names: dict[str, str]
) -> Iterator[Difference]:
    """The layers that have no counterpart and that the outputs do not judge."""
    for layer in here:
        if not _passes(layer):
            yield Difference(layer.name, "", "", type(layer).__name__, "nothing")
    for layer in there:
        if not _passes(layer):
            yield Difference("", names[layer.name], "", "nothing", type(layer).__name__)


def _passes(layer: Layer) -> bool:
    """Whether a layer has no weights and does the same in training as at inference."""
    return not layer.weights and not any(
        getattr(layer, name, None) for name in ("rate", "stddev", "activity_regularizer")
    )


def _placed(ours: Sequence[Layer], found: Sequence[Difference]) -> list[Difference]:
    """The differences in the order of our layers, those of layers that are there alone last."""
    place = {layer.name: number for number, layer in enumerate(ours)}
    return sorted(found, key=lambda one: place.get(one.here, len(place)))


def _astray(wrong: Pair | None, names: dict[str, str], difference: float) -> Difference:
    """All layers are equal, and the models do not compute the same."""
    if wrong is None:
        return Difference(
            "the outputs",
            "",
            "",
            f"they differ by {difference:.1g} of the largest value, and no layer does",
            "",
        )
    why = "on the same weights and input its output is another, and that of no layer before it"
    return Difference(
        wrong[0].name,
        names[wrong[1].name],
        "",
        f"{why}; those of the models differ by {difference:.1g} of the largest value",
        "",
    )
