"""What Python programs use: a reference to a spec → its `Graph`, its Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archspec import notebook
from archspec.compiler import compile
from archspec.diagnostics import SpecError
from archspec.graph import DISPLAYS, Graph
from archspec.layers import Layer

if TYPE_CHECKING:
    import keras

    from archspec.reading.read import Spec

__all__ = ["Graph", "Layer", "SpecError", "build", "compile", "read"]

DISPLAYS.update(svg=notebook.picture, html=notebook.page)


def build(
    ref: str | Path | dict[str, Any],
    /,
    *,
    layers: Mapping[str, type] | None = None,
    **vars: Any,
) -> keras.Model:
    """Compile a spec and build its Keras model; ``ref`` and the other keywords are those of
    `compile`. ``layers`` are the classes of kinds that the spec declares, by kind; without one, the
    class that the declaration names is imported where ``ARCHSPEC_TRUST`` names its module. Raises
    `SpecError`.
    """
    # Keras takes seconds to load, and `compile` needs none of it.
    from archspec.backends.keras.model import build_model  # noqa: PLC0415

    return build_model(compile(ref, **vars), classes=layers or {})


def read(
    model: str | Path | keras.Model,
    /,
    *,
    names: bool = False,
    flat: bool = False,
    blocks: bool = True,
    open: bool = False,
) -> Spec:
    """The spec of a model, as an author would write it, compiled and compared with the model:
    ``read(model).text``, and ``read(model).graph``. Of an ONNX file there are weights too, which
    ``read(model).weights.write(path)`` writes as a Keras model.

    ``model`` is a path (``model.keras``, ``model.h5``, ``model.json``, ``model.onnx``),
    ``keras.applications:ResNet50``, or a model in memory. ``names``: each layer keeps its name.
    ``flat``: every layer is written out; ``blocks``: whether there may be blocks. ``open``: layers
    of your own in a model in memory, and subclassed models, are called on symbolic tensors, so that
    what is within them becomes layers. No code of a file is run. Raises `SpecError`.

        >>> print(archspec.read("model.keras").text)  # doctest: +SKIP
    """
    from archspec.reading.author import Wishes  # noqa: PLC0415 - only this needs it
    from archspec.reading.read import read as spec_of  # noqa: PLC0415

    return spec_of(model, Wishes(names=names, blocks=blocks, flat=flat), open=open)
