"""A weights file, or a Keras model → the weights of its layers, by layer: what they are called,
their shapes, their values.

Three layouts of HDF5 are read. Keras 3 keeps the weights of a model, in ``.weights.h5``, or within
the zip archive ``.keras``, as a layer under ``layers/KIND``, ``layers/KIND_1``, ... in the model's
order, its own weights under ``vars/0``, ``vars/1``, ... and those of layers within it in groups
beside ``vars``. Older files, ``.h5``, list the names of layers, and of each one's weights, in
attributes of the root or of ``model_weights``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import keras
import ml_dtypes
import numpy

from archspec.backends.keras.foreign import UnreadableFile, config_of, weights_of
from archspec.backends.keras.nested_models import WeightGroup, layer_groups
from archspec.backends.keras.pairing import flat_name
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.tensor import show_shape


class Slot(NamedTuple):
    """A weight of a layer of ours: the key that a store has for it, its name in the layer
    (``kernel``, ``query/kernel``), the variable.
    """

    key: str
    name: str
    variable: Any


class StoredLayer(NamedTuple):
    """The weights of a layer in a store, by key: arrays, or anything with a shape that is read
    later.

    ``name`` is empty where the file has none. ``kind`` is the layer's kind and, in files that name
    layers so, its number: ``conv2d_3``.
    """

    name: str
    kind: str
    weights: Mapping[str, Any]

    def __str__(self) -> str:
        """``conv7 (3×3×64×128, 128)``, its name and shapes."""
        shapes = ", ".join(show_shape(tuple(weight.shape)) for weight in self.weights.values())
        return f"`{self.name or self.kind}` ({shapes})"

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(prod(weight.shape) for weight in self.weights.values())


class Store(NamedTuple):
    """The layers of a file or model, in its order, and the slots that a layer of ours has in it.

    ``numbered_by_kind``: layers are kept by kind and number. ``nested``: some are those of models
    within the model. ``readable`` is false for a layout that only Keras can read.
    """

    layers: Sequence[StoredLayer]
    slots: Callable[[keras.layers.Layer], list[Slot]]
    numbered_by_kind: bool = False
    nested: bool = False
    readable: bool = True
    copy: Path = Path()

    @property
    def weighted(self) -> list[StoredLayer]:
        """The layers that have weights."""
        return [layer for layer in self.layers if layer.weights]


def of_layers(layers: Collection[keras.layers.Layer], names: Mapping[str, str]) -> Store:
    """The weights that some layers have now, under other names where ``names`` gives them."""
    stored = [
        StoredLayer(
            names.get(layer.name, layer.name),
            type(layer).__name__,
            {slot.key: slot.variable for slot in _in_order(layer)},
        )
        for layer in layers
    ]
    return Store(stored, _in_order)


@contextmanager
def opened(path: Path, wanted: Collection[str]) -> Iterator[Store]:
    """The weights of a file, readable until the end of the context. Raises `SpecError` where it is
    none.

    ``wanted`` are names of layers: a model within the model of an older file is opened where it is
    none of them and its layers are.
    """
    with ExitStack() as open_files:
        try:
            copy = open_files.enter_context(weights_of(path))
        except (OSError, UnreadableFile) as error:
            raise SpecError([unreadable(path, _unreadable_words(path, error))]) from error
        file = open_files.enter_context(h5py.File(copy, "r"))
        yield _store(file, path, {flat_name(name) for name in wanted})._replace(copy=copy)


def _unreadable_words(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the file `{path}` does not exist"
    if isinstance(error, IsADirectoryError):
        return f"`{path}` is a folder"
    if isinstance(error, UnreadableFile):
        return f"`{path}` is not a weights file of Keras: {error}"
    return f"the file `{path}` cannot be read: {reason(error)}"


def _store(file: Any, path: Path, wanted: set[str]) -> Store:
    older = file.get("model_weights", file)
    try:
        if "layers" in file:
            return _of_groups(file, path)
        names = _attribute(older, "layer_names")
        if names:
            within = _ModelsWithin(path, wanted)
            return Store(
                [layer for name in names for layer in _listed(older[name], name, within)],
                _trainable_first,
            )
    except (KeyError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise SpecError([unreadable(path, f"`{path}` is not a weights file of Keras")]) from error
    if not path.name.endswith((".keras", ".weights.h5")):
        raise SpecError([unreadable(path, f"`{path}` holds no weights that Keras has saved")])
    return Store([], _by_group, numbered_by_kind=True, readable=False)


def _array(group: Any, name: str) -> Any:
    """The array that a group holds under a name, or a path."""
    member = group[name]
    if not isinstance(member, h5py.Dataset):
        raise ValueError(f"{name} is a group")
    return member


def as_array(weight: Any) -> Any:
    """The values of a stored weight, as a NumPy array."""
    if getattr(weight, "attrs", {}).get("dtype") == "bfloat16":  # which HDF5 does not know
        return numpy.array(weight, dtype=ml_dtypes.bfloat16)
    return numpy.asarray(weight)


def unreadable(path: Path, message: str) -> Diagnostic:
    """The complaint about a file that holds no weights."""
    return Diagnostic(
        "weights-file",
        message,
        Span(str(path), 1, 1, 1, 1),
        help="give a `.weights.h5`, `.keras` or `.h5` file that Keras has saved",
    )


# What Keras 3 writes: groups


def _of_groups(file: Any, path: Path) -> Store:
    """The layers of a model; where there are models within it, in the order of the model, which
    its description says, or, without that, numbered not at all.
    """
    groups = file["layers"]
    every = list(_grouped(groups))
    if not any(_is_model(name, groups[name]) for name in groups):
        return Store(every, _by_group, numbered_by_kind=True)
    layers = list(_in_order_of(_described(path), file))
    is_whole = sum(len(one.weights) for one in layers) == sum(1 for _ in _values(groups))
    return Store(layers if is_whole else every, _by_group, is_whole, nested=True)


def _is_model(name: str, group: Any) -> bool:
    """Whether a group holds a model; a layer of one's own may hold layers too."""
    return "layers" in group and re.fullmatch(r"(functional|sequential)(_\d+)?", name) is not None


def _in_order_of(described: Sequence[WeightGroup], file: Any) -> Iterator[StoredLayer]:
    """The layers of a model and of those within it, numbered by kind all together."""
    counts = Counter[str]()
    for layer in described:
        if not layer.is_model and layer.group in file:
            group, number = file[layer.group], counts[layer.word]
            yield StoredLayer(_name(group), f"{layer.word}_{number}", dict(_values(group)))
            counts[layer.word] += 1


def _described(path: Path) -> list[WeightGroup]:
    """The layers of the model in a file by its description, none where the file has none."""
    if path.name.endswith(".weights.h5"):
        return []
    try:
        described = json.loads(config_of(path))
    except (UnreadableFile, OSError, ValueError, RecursionError):
        return []
    return list(layer_groups(described)) if isinstance(described, dict) else []


def _grouped(layers: Any) -> Iterator[StoredLayer]:
    for name in layers:
        group = layers[name]
        if _is_model(name, group):
            yield from _grouped(group["layers"])
        else:
            yield StoredLayer(_name(group), name, dict(_values(group)))


def _values(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The weights under a group; the state of random numbers is no weight."""
    own = group.get("vars", {})
    for name in sorted(own, key=int):
        yield f"{prefix}{name}", _array(own, name)
    for name in group:
        if name not in ("vars", "seed_generator"):
            inner = group[name]
            yield from _values(inner, f"{prefix}{_name(inner) or name}/")


def _name(group: Any) -> str:
    """The name that a layer had when it was saved, as far as the file keeps it."""
    return str(getattr(group.get("vars", {}), "attrs", {}).get("name", ""))


def _by_group(layer: keras.layers.Layer) -> list[Slot]:
    slots, counted = [], Counter[str]()
    for weight in layer.weights:
        name = _weight_name(layer, weight)
        group = name.rpartition("/")[0]
        slots.append(Slot(f"{group}/{counted[group]}".lstrip("/"), name, weight))
        counted[group] += 1
    return slots


# What Keras 2 wrote, and Keras 3 to `.h5`: lists of names


def _attribute(group: Any, name: str) -> list[str]:
    """A list of names; a long one is cut up, into ``name0``, ``name1``, ..."""
    parts = (
        [name]
        if name in group.attrs
        else sorted(
            (attr for attr in group.attrs if re.fullmatch(rf"{name}\d+", attr)),
            key=lambda one: (len(one), one),
        )
    )
    return [
        attr.decode() if isinstance(attr, bytes) else str(attr)
        for part in parts
        for attr in group.attrs[part]
    ]


class _ModelsWithin:
    """What is known of the models within the model of an older file: the names of the layers that
    are ``wanted``, and what the file's description says, which is read where it is first asked for.
    """

    def __init__(self, path: Path, wanted: set[str]) -> None:
        self.path = path
        self.wanted = wanted

    def layers(self, name: str, weighted: Collection[str]) -> list[str]:
        """The layers within a layer that have weights, in order; none where it is no model."""
        if flat_name(name) in self.wanted:
            return []
        if self.wanted & {flat_name(inner) for inner in weighted}:
            return list(weighted)
        by_name = {inner.rpartition("/")[2]: inner for inner in weighted}
        within = [one.path[-1] for one in self._described if one.path[0] == name and one.path[1:]]
        ordered = [by_name[inner] for inner in within if inner in by_name]
        return ordered if sorted(ordered) == sorted(weighted) else []

    @cached_property
    def _described(self) -> list[WeightGroup]:
        return _described(self.path)


def _listed(group: Any, name: str, models: _ModelsWithin) -> Iterator[StoredLayer]:
    names = _attribute(group, "weight_names")
    within: dict[str, list[str]] = {}
    for one in names:
        inner = one.removeprefix(f"{name}/").rpartition("/")[0]
        within.setdefault(inner, []).append(one)
    if inners := models.layers(name, within):
        yield from (_numbered(group, inner, within[inner]) for inner in inners)
    else:
        yield _numbered(group, name, names)


def _numbered(group: Any, name: str, names: list[str]) -> StoredLayer:
    return StoredLayer(
        name, "", {str(number): _array(group, each) for number, each in enumerate(names)}
    )


def _trainable_first(layer: keras.layers.Layer) -> list[Slot]:
    return _slots(layer, [*layer.trainable_weights, *layer.non_trainable_weights])


def _in_order(layer: keras.layers.Layer) -> list[Slot]:
    return _slots(layer, layer.weights)


def _slots(layer: keras.layers.Layer, weights: list[Any]) -> list[Slot]:
    return [
        Slot(str(number), _weight_name(layer, weight), weight)
        for number, weight in enumerate(weights)
    ]


def _weight_name(layer: keras.layers.Layer, weight: Any) -> str:
    """The name of a weight in its layer: ``kernel``, ``query/kernel``."""
    return str(weight.path).removeprefix(f"{layer.name}/")
