"""A file with a Keras model → the model, without running any code of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import keras
from keras.src.legacy.saving import saving_options, saving_utils

from archspec.backends.keras import layers as _layers  # noqa: F401 - registers what a file may hold
from archspec.backends.keras.foreign import UnreadableFile, config_of
from archspec.backends.keras.model import without_values
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.limits import LAYERS

REGISTERING = (
    "import the module that registers it first: `python -c 'import MODULE; from"
    " archspec.cli.program import main; main()' verify ...`"
)

OBJECTS = 10 * LAYERS
"""Layers, and their initializers, dtypes and inputs, that a file may describe."""

MODELS = ("Functional", "Model", "Sequential")
"""Keras's classes of models, as ``.h5`` files name them."""


GIVE = "give what `model.save` has written"
GIVE_KERAS = "save the model as `.keras`: Keras cannot read all again that it writes as `.h5`"


def read_model(path: Path) -> keras.Model:
    """The model of a ``.keras`` or ``.h5`` file, or of Keras's JSON, without the values of its
    weights. Raises `SpecError` where it is none.
    """
    try:
        model = _built(path, config_of(path))
    except (SpecError, MemoryError):
        raise
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        words = str(error) if isinstance(error, UnreadableFile) else reason(error)
        help = GIVE_KERAS if path.suffix == ".h5" else GIVE
        _refuse(path, f"does not hold a model that Keras can build: {words}", help)
    _check(path, model)
    return model


def _built(path: Path, text: str) -> Any:
    try:
        config = json.loads(text)
    except ValueError as error:
        raise UnreadableFile(f"it is not JSON: {error}") from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise UnreadableFile("it is not the description of a model")
    version = str(config.get("keras_version", "3"))
    if version.startswith(("1", "2")):
        message = f"was written by Keras {version}, and Keras {keras.__version__} cannot read that"
        _refuse(path, message, "save the model as `.h5` there, which Keras 3 reads")
    objects = list(islice(_objects(config), OBJECTS + 1))
    if len(objects) > OBJECTS:
        raise UnreadableFile(f"it describes more than {OBJECTS:,} layers and parts of layers")
    for described in objects:
        _refuse_foreign(path, described)
    with without_values():
        if path.suffix == ".h5":
            return _from_hdf5(config)
        return keras.saving.deserialize_keras_object(config)


def _from_hdf5(config: dict[str, Any]) -> Any:
    """The model of what ``.h5`` files hold, also those of Keras 2; Keras has no public function for
    it that does not open a file.
    """
    with saving_options.keras_option_scope(use_legacy_config=True):
        return saving_utils.model_from_config(config)


def _objects(config: Any) -> Iterator[Mapping[str, Any]]:
    """The descriptions of layers, and of whatever else is described by a class or function and how
    it is made.
    """
    if isinstance(config, Mapping):
        if "class_name" in config and "config" in config:
            yield config
        config = config.values()
    elif not isinstance(config, list):
        return
    for value in config:
        yield from _objects(value)


def _refuse_foreign(path: Path, described: Mapping[str, Any]) -> None:
    """Refuse a layer that holds code, and an object that is not Keras's and that nobody has
    registered.
    """
    kind = str(described.get("registered_name") or described["class_name"])
    settings = described["config"] if isinstance(described["config"], Mapping) else {}
    name = str(settings.get("name", described["class_name"]))
    if _holds_code(described["class_name"], settings):
        message = f"holds a Lambda layer, `{name}`, and archspec runs no code of a model's file"
        _refuse(path, message, "write the layer with operations of `keras.ops` instead")
    if not _is_known(kind, described, settings):
        _refuse(path, f"holds `{name}`, of the class `{kind}`, which is not Keras's", REGISTERING)


def _holds_code(kind: Any, settings: Mapping[str, Any]) -> bool:
    function = settings.get("function")
    if kind == "Lambda" and isinstance(function, list):  # as Keras 2 writes it
        return True
    return isinstance(function, Mapping) and function.get("class_name") == "__lambda__"


def _is_known(kind: str, described: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    if keras.saving.get_registered_object(kind) is not None:
        return True
    if "module" in described:
        return str(described["module"] or "").partition(".")[0] in ("keras", "builtins")
    is_layer = {"name", "trainable"} <= settings.keys()
    return not is_layer or hasattr(keras.layers, kind) or kind in MODELS


def _check(path: Path, model: Any) -> None:
    """Raise `SpecError` unless a model has layers that can be compared."""
    if isinstance(model, keras.Sequential) and not model.built:
        help = "begin it with `keras.Input(shape)`, or call it once, and save it again"
        _refuse(path, "holds a Sequential model that does not know the shape of its input", help)
    if not isinstance(model, keras.Model):
        _refuse(path, f"holds a {type(model).__name__}, and no model", GIVE)
    if not getattr(model, "inputs", None):
        message = f"holds a {type(model).__name__}, a class with a `call` of its own"
        _refuse(
            path, message, "only the layers of functional and Sequential models can be compared"
        )


def _refuse(path: Path, message: str, help: str) -> NoReturn:
    span = Span(str(path), 1, 1, 1, 1)
    raise SpecError([Diagnostic("model-file", f"`{path}` {message}", span, help=help)])
