"""A Keras model, the graph that it was built from and stored weights → the model with those
weights, or what does not fit, layer by layer.

Which stored layer is whose is settled by names, or by order, before any shape is looked at; a layer
takes all its weights or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import keras

from archspec.backends.keras.families import FAMILY_OF, flat_name, uncounted
from archspec.backends.keras.model import layer_names
from archspec.backends.keras.stores import Store, Stored, opened, unreadable, value
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.graph import Graph
from archspec.reports.moved import Kept, Moved
from archspec.spelling import listed
from archspec.tensor import show_shape


class Fit(NamedTuple):
    """Each layer of a model with the stored one that answers to it, and the stored ones that
    answer to none.
    """

    pairs: list[tuple[keras.layers.Layer, Stored | None]]
    unused: list[Stored]

    @property
    def complete(self) -> bool:
        """Whether every layer with weights has its stored one."""
        return all(stored is not None for layer, stored in self.pairs if layer.weights)


def load_weights(model: keras.Model, graph: Graph, path: Path) -> None:
    """Load the weights of a file into a model. Raises `SpecError` where the file cannot be read, or
    names each layer that it does not fit.

    Layers answer by their names where the file has all of them, else as Keras has it: by order, in
    Keras 3's files among those of one kind.
    """
    with opened(path, [layer.name for layer in model.layers]) as store:
        if not store.known:
            _let_keras_load(model, path)
            return
        fit = _answering(model, graph, store)
        by_keras = (
            store.kinds
            and path.name.endswith((".keras", ".weights.h5"))
            and fit == _by_kind(model, store)
        )
        _refuse_what_differs(fit, graph, store, str(path), lenient=by_keras)
        if not by_keras:
            _move_all(fit, store)
    if by_keras:  # which loads the state of random numbers too
        _let_keras_load(model, path)


def move_weights(model: keras.Model, graph: Graph, store: Store, source: str) -> None:
    """Give the layers of a model the weights of those of their names. Raises `SpecError` that
    names each layer that does not fit.
    """
    fit = _by_name(model, store)
    _refuse_what_differs(fit, graph, store, source)
    _move_all(fit, store)


def load_what_fits(model: keras.Model, path: Path) -> Moved:
    """Load from a file what fits a model by name and shape, and tell what does. Raises
    `SpecError` where nothing does.
    """
    with opened(path, [layer.name for layer in model.layers]) as store:
        if not any(stored.name for stored in store.layers):
            raise SpecError(
                [
                    unreadable(
                        path,
                        f"`{path}` keeps no names of layers, by which a part of its weights could"
                        " be moved",
                    )
                ]
            )
        return move_what_fits(model, store, str(path))


def move_what_fits(model: keras.Model, store: Store, source: str) -> Moved:
    """Give the layers of a model the weights that fit by name and shape, and tell which do.
    Raises `SpecError` where none does.
    """
    fit = _by_name(model, store)
    reasons = {
        layer.name: _difference(layer, stored, store) if stored else "no such layer in the file"
        for layer, stored in fit.pairs
    }
    fitting = Fit([(layer, stored) for layer, stored in fit.pairs if not reasons[layer.name]], [])
    weighted = [layer for layer, _ in fit.pairs if layer.weights]
    loaded = [(layer.name, layer.count_params()) for layer in weighted if not reasons[layer.name]]
    kept = [
        Kept(layer.name, layer.count_params(), reasons[layer.name])
        for layer in weighted
        if reasons[layer.name]
    ]
    if not loaded:
        raise SpecError([_nothing_fits(kept, store, source)])
    _move_all(fitting, store)
    return Moved(loaded, kept, [str(stored) for stored in fit.unused])


def _nothing_fits(kept: Sequence[Kept], store: Store, source: str) -> Diagnostic:
    names = [stored.name for stored in store.weighted]
    notes = [
        f"{whose}: {listed(list(names), 5)}"
        for whose, names in (("layers here", [one.layer for one in kept]), ("layers there", names))
    ]
    why = [f"`{one.layer}`: {one.why}" for one in kept if one.why != "no such layer in the file"][
        :3
    ]
    help = "parts are moved by name; where the names differ, only a whole file can be loaded"
    return Diagnostic(
        "weights-mismatch",
        f"nothing of `{source}` fits this network",
        Span(source, 1, 1, 1, 1),
        notes=(*notes, *why),
        help=help,
    )


def _let_keras_load(model: keras.Model, path: Path) -> None:
    try:
        model.load_weights(path)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        raise SpecError(
            [unreadable(path, f"Keras cannot load the weights of `{path}`: {reason(error)}")]
        ) from error


def _move_all(fit: Fit, store: Store) -> None:
    for layer, stored in fit.pairs:
        if stored is not None:
            for place in store.places(layer):
                place.variable.assign(value(stored.weights[place.key]))
            if isinstance(layer, keras.layers.Normalization):
                layer.finalize_state()  # it computes with copies of them


# Which layer is whose


def _answering(model: keras.Model, graph: Graph, store: Store) -> Fit:
    named = _by_name(model, store)
    if named.complete:
        return named
    if store.kinds:
        return _by_kind(model, store)
    found = sum(stored is not None for _, stored in named.pairs)
    unnamed = graph.name in FAMILY_OF and FAMILY_OF[graph.name].by_order
    return _by_order(model, store) if unnamed or found <= len(named.pairs) // 2 else named


def _by_name(model: keras.Model, store: Store) -> Fit:
    """A name answers to itself, else to one with underscores for its dots; one that Keras has
    counted names nobody.
    """
    counted = counted_by_keras([stored.name for stored in store.weighted], model.layers)
    named = [stored for stored in store.weighted if stored.name not in counted]
    same = {stored.name: stored for stored in named}
    flat = {flat_name(stored.name): stored for stored in named}
    pairs = [
        (layer, same.get(layer.name) or flat.get(flat_name(layer.name)))
        for layer in model.layers
        if layer.weights
    ]
    return Fit(pairs, _others(store, pairs))


def counted_by_keras(names: Collection[str], layers: Collection[keras.layers.Layer]) -> set[str]:
    """The names that Keras has given to layers without one, where archspec's layers, as given, are
    counted otherwise.

    Keras counts ``conv2d``, ``conv2d_1``, from model to model, and archspec ``conv2d``,
    ``conv2d_2``: there the same name is another layer's.
    """
    kinds = {type(layer).__name__.lower() for layer in layers}
    words = _counted_from_one(names) - _counted_from_one([layer.name for layer in layers])
    return {
        name
        for name in names
        if (word := uncounted(name)) in words and word.replace("_", "") in kinds
    }


def _counted_from_one(names: Collection[str]) -> set[str]:
    """The words that names count as Keras does: the second one has the number 1, or the first
    one goes on from another model.
    """
    given = set(names)
    return {word for word in map(uncounted, given) if f"{word}_1" in given or word not in given}


def _by_order(model: keras.Model, store: Store) -> Fit:
    layers, there = [layer for layer in model.layers if layer.weights], store.weighted
    pairs = [
        (layer, there[number] if number < len(there) else None)
        for number, layer in enumerate(layers)
    ]
    return Fit(pairs, there[len(layers) :])


def _by_kind(model: keras.Model, store: Store) -> Fit:
    """The third convolution of the model answers to the third of the file."""
    numbered = {_number(stored.kind): stored for stored in store.weighted}
    counted, pairs = Counter[str](), []
    for layer in model.layers:
        kind = type(layer).__name__.lower()
        stored = numbered.get((kind, counted[kind]))
        counted[kind] += 1
        if layer.weights or stored:
            pairs.append((layer, stored))
    return Fit(pairs, _others(store, pairs))


def _number(kind: str) -> tuple[str, int]:
    """``conv2d_3`` → the fourth Conv2D."""
    word, _, number = kind.rpartition("_")
    return (
        (word.replace("_", ""), int(number)) if number.isdecimal() else (kind.replace("_", ""), 0)
    )


def _others(store: Store, pairs: list[tuple[keras.layers.Layer, Stored | None]]) -> list[Stored]:
    taken = {id(stored) for _, stored in pairs}
    return [stored for stored in store.weighted if id(stored) not in taken]


# What does not fit


def _refuse_what_differs(
    fit: Fit, graph: Graph, store: Store, source: str, *, lenient: bool = False
) -> None:
    names = layer_names(graph)
    spans = {names[node.name]: node.span for node in graph.nodes}
    problems = []
    for layer, stored in fit.pairs:
        difference = _difference(layer, stored or Stored("", "", {}), store, lenient=lenient)
        if difference:
            problems.append(
                Diagnostic(
                    "weights-mismatch",
                    f"the weights of `{source}` do not fit `{layer.name}`",
                    spans[layer.name],
                    difference,
                )
            )
    problems += _left_over(fit.unused, source)
    if problems:
        raise SpecError(
            [
                *problems[:-1],
                problems[-1]._replace(help="`--weights-partial` loads what fits by name and shape"),
            ]
        )


def _difference(
    layer: keras.layers.Layer, stored: Stored, store: Store, *, lenient: bool = False
) -> str:
    """``kernel 3×3×64×128 here, 3×3×64×256 there (there `conv7`)``, nothing where all fits.

    ``lenient``: Keras loads the file, and finds layers within layers where an older one did not
    keep their names.
    """
    built = {place.key: (place.what, tuple(place.variable.shape)) for place in store.places(layer)}
    shapes = {key: tuple(weight.shape) for key, weight in stored.weights.items()}
    here = {key: shape for key, (_, shape) in built.items()}
    if here == shapes or (
        lenient
        and here.keys() != shapes.keys()
        and sorted(here.values()) == sorted(shapes.values())
    ):
        return ""
    called = (
        f" (there `{stored.name}`)"
        if stored.name and flat_name(stored.name) != flat_name(layer.name)
        else ""
    )
    return "; ".join(_differing(built, shapes)) + called


def _differing(
    built: dict[str, tuple[str, tuple[int, ...]]], shapes: dict[str, tuple[int, ...]]
) -> Iterator[str]:
    if built.keys() == shapes.keys():
        for key, (what, shape) in built.items():
            if shape != shapes[key]:
                yield f"{what} {show_shape(shape)} here, {show_shape(shapes[key])} in the file"
    else:
        here = (
            ", ".join(f"{what} {show_shape(shape)}" for what, shape in built.values())
            or "no weights"
        )
        yield (
            f"{here} here, {', '.join(map(show_shape, shapes.values())) or 'no weights'} in the"
            " file"
        )


def _left_over(unused: Sequence[Stored], source: str) -> Iterator[Diagnostic]:
    """The layers of the file that the network does not have."""
    if unused:
        message = (
            f"`{source}` holds weights for layers that the network does not have:"
            f" {listed([str(stored) for stored in unused], 5)}"
        )
        yield Diagnostic("weights-mismatch", message, Span(source, 1, 1, 1, 1))
