"""Layers of well-known libraries that are kinds of ours: their classes → our kinds, and their
settings → our arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KERAS_HUB = "keras_hub"

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "PositionEmbedding": {"sequence_length": "length", "initializer": "initializer"},
}
"""Our kinds by the names of KerasHub's classes, which are the same, and what their settings are
called with us. Those of every layer keep their names.
"""

OF_EVERY_LAYER = ("name", "trainable", "dtype")
"""Settings of Keras's own base class."""


def is_known(module: str, kind: str) -> bool:
    """Whether a class of a library is a kind of ours."""
    return module.partition(".")[0] == KERAS_HUB and kind in SETTINGS


def is_registered(name: str) -> bool:
    """The same, by the name under which Keras writes it into files: ``keras_hub>Name``."""
    library, _, kind = name.partition(">")
    return library == KERAS_HUB and kind in SETTINGS


def settings_of(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a class under our names."""
    names = {**SETTINGS[kind], **{name: name for name in OF_EVERY_LAYER}}
    return {names.get(name, name): value for name, value in config.items()}
