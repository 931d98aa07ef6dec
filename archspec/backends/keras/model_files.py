"""A file with a Keras model → the model, without running any code of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import keras

from archspec.backends.keras import layers as _layers  # noqa: F401 - registers what a file may hold
from archspec.backends.keras.foreign import UnreadableFile, config_of, model_of
from archspec.backends.keras.model import without_values
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason

REGISTERING = (
    "import the module that registers it first: `python -c 'import MODULE; from"
    " archspec.cli.program import main; main()' verify ...`"
)


def read_model(path: Path) -> keras.Model:
    """The model of a ``.keras`` or ``.h5`` file, or of Keras's JSON, without the values of its
    weights where it is no ``.h5`` file. Raises `SpecError` where it is none.
    """
    try:
        if path.suffix == ".h5":
            with model_of(path) as copy:
                model = keras.models.load_model(copy, compile=False)
        else:
            model = _built(path, config_of(path))
    except (SpecError, MemoryError):
        raise
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        words = str(error) if isinstance(error, UnreadableFile) else reason(error)
        _refuse(path, f"does not hold a model that Keras can build: {words}", GIVE)
    _check(path, model)
    return model


GIVE = "give what `model.save` has written"


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
    for kind, name in _foreign_layers(config):
        if kind == "Lambda":
            message = f"holds a Lambda layer, `{name}`, and archspec runs no code of a model's file"
            _refuse(path, message, "write the layer with operations of `keras.ops` instead")
        _refuse(path, f"holds `{name}`, of the class `{kind}`, which is not Keras's", REGISTERING)
    with without_values():
        return keras.saving.deserialize_keras_object(config)


def _foreign_layers(config: Any) -> Iterator[tuple[str, str]]:
    """The layers whose class Keras does not have, and which nobody has registered: class and name;
    and those that hold code.
    """
    if isinstance(config, list):
        for value in config:
            yield from _foreign_layers(value)
        return
    if not isinstance(config, Mapping):
        return
    module, settings = config.get("module", "keras"), config.get("config")
    if isinstance(settings, Mapping) and "class_name" in config:
        kind = str(config.get("registered_name") or config["class_name"])
        name = str(settings.get("name", config["class_name"]))
        function = settings.get("function")
        if isinstance(function, Mapping) and function.get("class_name") == "__lambda__":
            yield "Lambda", name
        keras_own = str(module or "").partition(".")[0] == "keras"
        if not keras_own and keras.saving.get_registered_object(kind) is None:
            yield kind, name
    for value in config.values():
        yield from _foreign_layers(value)


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
