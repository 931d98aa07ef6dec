"""A model of Keras in memory → the description that Keras would write into a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import keras

from archspec.diagnostics import Diagnostic, SpecError
from archspec.files import reason
from archspec.reading.keras_config.problems import span_of


def config_of_model(model: Any, *, open: bool = False) -> Mapping[str, Any]:
    """The description of a model. Raises `SpecError` where it is no model, or Keras cannot
    describe it.
    """
    if not isinstance(model, keras.Model):
        message = f"a `{type(model).__name__}` is no model of Keras"
        _refuse(type(model).__name__, message, "give a `keras.Model`, or the path of a file")
    try:
        config: Mapping[str, Any] = json.loads(model.to_json())
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        _refuse(model.name, f"Keras cannot describe `{model.name}`: {reason(error)}", None)
    return config


def _refuse(name: str, message: str, help: str | None) -> Any:
    raise SpecError([Diagnostic("model-file", message, span_of(name), help=help)])
