"""A Keras model, the graph that it was built from and a weights file → the model with those weights, or what does not fit, layer by layer.

Keras 3 keeps the weights of a model in HDF5: a layer under ``layers/KIND``, ``layers/KIND_1``, ... in the model's order, its own weights
under ``vars/0``, ``vars/1``, ... and those of layers within it in groups beside ``vars``. A ``.keras`` file is a zip archive with that inside.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import keras

from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.graph import Graph, show_shape

ENDINGS = (".weights.h5", ".keras")

Shapes = dict[str, tuple[int, ...]]
"""The shapes of one layer's weights, by their names: ``0``, ``1``, or ``query/0`` in a layer within."""

Key = tuple[str, int]
"""A layer by its kind, in lower case, and which one of them it is, from 0."""


def load_weights(model: keras.Model, graph: Graph, path: Path) -> None:
    """Load the weights of a file into a model. Raises `SpecError` where the file cannot be read, or names each layer that it does not fit."""
    stored = _stored(path)
    problems = _problems(model, graph, stored, path) if stored is not None else []
    if problems:
        raise SpecError(problems)
    try:
        model.load_weights(path)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        raise SpecError([_unreadable(path, f"Keras cannot load the weights of `{path}`: {reason(error)}")]) from error


def _stored(path: Path) -> dict[Key, tuple[str, Shapes]] | None:
    """The layers of a file that have weights, with the names that they had; ``None`` for a layout that only Keras knows."""
    try:
        with _opened(path) as file:
            return {_key(name): (_name(group), dict(_shapes(group))) for name, group in file["layers"].items()} if "layers" in file else None
    except FileNotFoundError as error:
        raise SpecError([_unreadable(path, f"the file `{path}` does not exist")]) from error
    except PermissionError as error:
        raise SpecError([_unreadable(path, f"the file `{path}` cannot be read: {reason(error)}")]) from error
    except (OSError, KeyError, AttributeError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        what = "is a folder" if path.is_dir() else "is not a weights file of Keras"
        raise SpecError([_unreadable(path, f"`{path}` {what}")]) from error


def _opened(path: Path) -> Any:
    if path.suffix != ".keras":
        with path.open("rb"):  # for the system's own reason, which HDF5 hides
            return h5py.File(path, "r")
    with zipfile.ZipFile(path) as archive:
        return h5py.File(BytesIO(archive.read("model.weights.h5")), "r")


def _key(name: str) -> Key:
    """``conv2d_3`` → the fourth Conv2D."""
    kind, number = re.fullmatch(r"(.*?)(?:_(\d+))?", name).groups()  # type: ignore[union-attr]
    return kind.replace("_", ""), int(number or 0)


def _shapes(group: Any, prefix: str = "") -> Iterator[tuple[str, tuple[int, ...]]]:
    """The shapes under a group; the state of random numbers is no weight."""
    for name in sorted(group.get("vars", {}), key=int):
        yield f"{prefix}{name}", tuple(group["vars"][name].shape)
    for name in group:
        if name not in ("vars", "seed_generator"):
            yield from _shapes(group[name], f"{prefix}{_name(group[name]) or name}/")


def _name(group: Any) -> str:
    """The name that a layer had when it was saved, as far as the file keeps it."""
    return str(getattr(group.get("vars", {}), "attrs", {}).get("name", ""))


def _problems(model: keras.Model, graph: Graph, stored: dict[Key, tuple[str, Shapes]], path: Path) -> list[Diagnostic]:
    spans = {node.name: node.span for node in graph.nodes}
    problems, counted = [], Counter[str]()
    for layer in model.layers:
        kind = type(layer).__name__.lower()
        name, shapes = stored.pop((kind, counted[kind]), ("", {}))
        counted[kind] += 1
        difference = _difference(layer, name, shapes)
        if difference:
            message = f"the weights of `{path}` do not fit `{layer.name}`"
            problems.append(Diagnostic("weights-mismatch", message, spans[layer.name], difference))
    return [*problems, *_left_over(stored, path)]


def _difference(layer: keras.layers.Layer, name: str, stored: Shapes) -> str:
    """``kernel 3×3×64×128 here, 3×3×64×256 in the file (there `conv7`)``, nothing where all fits."""
    built = {key: (what, shape) for key, what, shape in _built(layer)}
    shapes = {key: shape for key, (_, shape) in built.items()}
    if shapes == stored or (shapes.keys() != stored.keys() and sorted(shapes.values()) == sorted(stored.values())):
        return ""  # a file of an older Keras does not keep the names of layers within layers
    called = f" (there `{name}`)" if name and name != layer.name else ""
    if shapes.keys() == stored.keys():
        wrong = [
            f"{what} {show_shape(shape)} here, {show_shape(stored[key])} in the file" for key, (what, shape) in built.items() if shape != stored[key]
        ]
        return "; ".join(wrong) + called
    here = ", ".join(f"{what} {show_shape(shape)}" for what, shape in built.values())
    return f"{here or 'no weights'} here, {_listed(stored)} in the file{called}"


def _built(layer: keras.layers.Layer) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """The weights of a layer: where the file keeps each, its name, its shape."""
    counted = Counter[str]()
    for weight in layer.weights:
        what = weight.path.removeprefix(f"{layer.name}/")
        within = what.rpartition("/")[0]
        yield f"{within}/{counted[within]}".lstrip("/"), what, tuple(weight.shape)
        counted[within] += 1


def _listed(shapes: Shapes) -> str:
    return ", ".join(map(show_shape, shapes.values())) or "no weights"


def _left_over(stored: dict[Key, tuple[str, Shapes]], path: Path) -> Iterator[Diagnostic]:
    """The layers of the file that the network does not have."""
    names = [f"`{name or kind}` ({_listed(shapes)})" for (kind, _), (name, shapes) in stored.items() if shapes]
    if names:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        message = f"`{path}` holds weights for layers that the network does not have: {shown}"
        yield Diagnostic("weights-mismatch", message, Span(str(path), 1, 1, 1, 1))


def _unreadable(path: Path, message: str) -> Diagnostic:
    return Diagnostic("weights-file", message, Span(str(path), 1, 1, 1, 1), help="give a `.weights.h5` or `.keras` file that Keras 3 has saved")
