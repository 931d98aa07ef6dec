"""A Keras model, the graph that it was built from and stored weights → the model with those
weights, or what does not fit, layer by layer.

Which stored layer answers to which is settled by `pairing`, before any shape is looked at; a layer
takes all its weights or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import keras

from archspec.backends.keras.ends import with_lists
from archspec.backends.keras.families import FAMILY_OF
from archspec.backends.keras.model import layer_names
from archspec.backends.keras.pairing import (
    by_kind,
    by_name,
    by_order,
    flat_name,
    mostly_paired,
    unpaired,
)
from archspec.backends.keras.stores import Store, StoredLayer, as_array, opened, unreadable
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.graph import Graph
from archspec.reports.transfer import Skipped, Transfer
from archspec.spelling import listed
from archspec.tensor import show_shape


class Fit(NamedTuple):
    """The layers of a model that have weights, each with the stored layer that answers to it, and
    the stored layers that answer to none.
    """

    pairs: list[tuple[keras.layers.Layer, StoredLayer | None]]
    unused: list[StoredLayer]


def load_weights(model: keras.Model, graph: Graph, path: Path) -> None:
    """Load the weights of a file into a model. Raises `SpecError` where the file cannot be read, or
    names each layer that it does not fit.

    Layers answer by their names where the file has all of them, else as Keras has it: by order, in
    Keras 3's files among those of one kind.
    """
    with opened(path, [layer.name for layer in model.layers]) as store:
        if not store.readable:
            _let_keras_load(model, store, path)
            return
        fit = _answering(model, graph, store, path)
        by_keras = (
            store.numbered_by_kind
            and not store.nested
            and path.name.endswith((".keras", ".weights.h5"))
            and fit == _by_kind(model.layers, store)
        )
        refuse_what_differs(fit, graph, store, str(path), lenient=by_keras)
        if by_keras:  # which loads the state of random numbers too
            _let_keras_load(model, store, path)
        else:
            move_fit(fit, store)


def move_weights(model: keras.Model, graph: Graph, store: Store, source: str) -> None:
    """Give the layers of a model the weights of those of their names. Raises `SpecError` that
    names each layer that does not fit.
    """
    fit = _by_name(model, store)
    refuse_what_differs(fit, graph, store, source)
    move_fit(fit, store)


def load_what_fits(model: keras.Model, path: Path) -> Transfer:
    """Load from a file what fits a model by name and shape, and report it. Raises `SpecError` where
    nothing fits.
    """
    with opened(path, [layer.name for layer in model.layers]) as store:
        if not any(stored.name for stored in store.layers):
            message = (
                f"`{path}` keeps no names of layers, by which a part of its weights could be moved"
            )
            raise SpecError([unreadable(path, message)])
        return move_what_fits(model, store, str(path))


def move_what_fits(model: keras.Model, store: Store, source: str) -> Transfer:
    """Give the layers of a model the weights that fit by name and shape, and report which do.
    Raises `SpecError` where none does.
    """
    return moved(_by_name(model, store), store, source)


def moved(fit: Fit, store: Store, source: str) -> Transfer:
    """Give the layers that answer to stored ones the weights that fit them by shape, and report
    which do. Raises `SpecError` where none does.
    """
    loaded, skipped, fitting = [], [], []
    for layer, stored in fit.pairs:
        difference = _difference(layer, stored, store) if stored else None
        if difference == "":
            loaded.append((layer.name, layer.count_params()))
            fitting.append((layer, stored))
        else:
            skipped.append(Skipped(layer.name, layer.count_params(), difference))
    if not loaded:
        raise SpecError([_nothing_fits(skipped, store, source)])
    move_fit(Fit(fitting, []), store)
    return Transfer(loaded, skipped, [str(stored) for stored in fit.unused])


def _nothing_fits(skipped: Sequence[Skipped], store: Store, source: str) -> Diagnostic:
    here = [layer.name for layer in skipped]
    there = [stored.name for stored in store.weighted]
    differing = [f"`{layer.name}`: {layer.difference}" for layer in skipped if layer.difference]
    return Diagnostic(
        "weights-mismatch",
        f"nothing of `{source}` fits this network",
        Span(source, 1, 1, 1, 1),
        notes=(
            f"layers here: {listed(here, 5)}",
            f"layers there: {listed(there, 5)}",
            *differing[:3],
        ),
        help="parts are moved by name; where the names differ, only a whole file can be loaded",
    )


def _let_keras_load(model: keras.Model, store: Store, path: Path) -> None:
    try:
        model.load_weights(store.copy)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        message = f"Keras cannot load the weights of `{path}`: {reason(error)}"
        raise SpecError([unreadable(path, message)]) from error


def move_fit(fit: Fit, store: Store) -> None:
    """Give the layers the weights of the stored layers that answer to them."""
    for layer, stored in fit.pairs:
        if stored is None:
            continue
        for slot in store.slots(layer):
            slot.variable.assign(as_array(stored.weights[slot.key]))
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with copies of them


# Which stored layer answers to which


def _answering(model: keras.Model, graph: Graph, store: Store, path: Path) -> Fit:
    named = _by_name(model, store)
    if all(stored is not None for _, stored in named.pairs):
        return named
    if store.nested and not store.numbered_by_kind:
        raise SpecError([_without_order(path)])
    unnamed = graph.name in FAMILY_OF and FAMILY_OF[graph.name].by_order
    if not store.numbered_by_kind and mostly_paired(named.pairs) and not unnamed:
        return named
    answer = _by_kind if store.numbered_by_kind else _by_order
    fits = [answer(layers, store) for layers in _orders(model)]
    return next((fit for fit in fits if _is_whole(fit, store)), fits[0])


def _without_order(path: Path) -> Diagnostic:
    return Diagnostic(
        "weights-file",
        f"`{path}` keeps the layers of models within its model, and not where they stand in it",
        Span(str(path), 1, 1, 1, 1),
        help="give the `.keras` file of the whole model, or a spec with the names of its layers,"
        " which `archspec read MODEL --names keep` writes",
    )


def _orders(model: keras.Model) -> list[Sequence[keras.layers.Layer]]:
    """The layers of a model in its own order and, where it gives a dict, in that of a model that
    gives a list: Keras orders heads of the same depth by the outputs, and those of a dict by name.
    """
    other = with_lists(model)
    return [model.layers] if other is model else [model.layers, other.layers]


def _is_whole(fit: Fit, store: Store) -> bool:
    """Whether every layer has its stored one, which fits it, and none is left over."""
    return not fit.unused and all(
        stored is not None and not _difference(layer, stored, store, lenient=True)
        for layer, stored in fit.pairs
    )


def _by_name(model: keras.Model, store: Store) -> Fit:
    pairs = by_name(model.layers, store.weighted, lambda stored: stored.name)
    return _fit([pair for pair in pairs if pair[0].weights], store)


def _by_order(layers: Sequence[keras.layers.Layer], store: Store) -> Fit:
    weighted = [layer for layer in layers if layer.weights]
    return _fit(by_order(weighted, store.weighted), store)


def _by_kind(layers: Sequence[keras.layers.Layer], store: Store) -> Fit:
    """A layer without weights counts where the file has some for it."""
    pairs = by_kind(layers, store.weighted, lambda stored: stored.kind)
    return _fit([pair for pair in pairs if pair[0].weights or pair[1]], store)


def _fit(pairs: list[tuple[keras.layers.Layer, StoredLayer | None]], store: Store) -> Fit:
    return Fit(pairs, unpaired(store.weighted, pairs))


# What does not fit


def refuse_what_differs(
    fit: Fit, graph: Graph, store: Store, source: str, *, lenient: bool = False
) -> None:
    """Raise `SpecError` that names each layer whose stored one differs, and what is left over."""
    names = layer_names(graph)
    spans = {names[node.name]: node.span for node in graph.nodes}
    problems = []
    for layer, stored in fit.pairs:
        nothing = StoredLayer("", "", {})
        if difference := _difference(layer, stored or nothing, store, lenient=lenient):
            message = f"the weights of `{source}` do not fit `{layer.name}`"
            problems.append(Diagnostic("weights-mismatch", message, spans[layer.name], difference))
    problems += _left_over(fit.unused, source)
    if problems:
        help = "`--weights-partial` loads what fits by name and shape"
        raise SpecError([*problems[:-1], problems[-1]._replace(help=help)])


def _difference(
    layer: keras.layers.Layer, stored: StoredLayer, store: Store, *, lenient: bool = False
) -> str:
    """``kernel 3×3×64×128 here, 3×3×64×256 there (there `conv7`)``, nothing where all fits.

    ``lenient``: Keras loads the file, and finds layers within layers where an older one did not
    keep their names.
    """
    built = {slot.key: (slot.name, tuple(slot.variable.shape)) for slot in store.slots(layer)}
    shapes = {key: tuple(weight.shape) for key, weight in stored.weights.items()}
    here = {key: shape for key, (_, shape) in built.items()}
    same_sizes = sorted(here.values()) == sorted(shapes.values())
    if here == shapes or (lenient and here.keys() != shapes.keys() and same_sizes):
        return ""
    renamed = stored.name and flat_name(stored.name) != flat_name(layer.name)
    called = f" (there `{stored.name}`)" if renamed else ""
    return "; ".join(_differing(built, shapes)) + called


def _differing(
    built: dict[str, tuple[str, tuple[int, ...]]], shapes: dict[str, tuple[int, ...]]
) -> Iterator[str]:
    if built.keys() == shapes.keys():
        for key, (name, shape) in built.items():
            if shape != shapes[key]:
                yield f"{name} {show_shape(shape)} here, {show_shape(shapes[key])} in the file"
        return
    here = ", ".join(f"{name} {show_shape(shape)}" for name, shape in built.values())
    there = ", ".join(map(show_shape, shapes.values()))
    yield f"{here or 'no weights'} here, {there or 'no weights'} in the file"


def _left_over(unused: Sequence[StoredLayer], source: str) -> Iterator[Diagnostic]:
    """The layers of the file that the network does not have."""
    if unused:
        message = (
            f"`{source}` holds weights for layers that the network does not have:"
            f" {listed([str(stored) for stored in unused], 5)}"
        )
        yield Diagnostic("weights-mismatch", message, Span(source, 1, 1, 1, 1))
