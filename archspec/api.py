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

__all__ = ["Graph", "Layer", "SpecError", "build", "compile"]

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
