"""A word of the command line → whether it names a model, of Keras or ONNX, rather than a spec."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

PREFIX = "keras.applications:"
"""What a function of `keras.applications` is named with."""

ENDINGS = (".keras", ".h5", ".hdf5", ".json")
"""Endings of the files that may hold a Keras model."""

ONNX = ".onnx"
"""The ending of an ONNX model."""

SAVED_MODEL = "saved_model.pb"
"""The file that makes a folder a TensorFlow SavedModel."""

BEGINNING = 100_000
"""Bytes of a JSON file that are looked at."""


def is_model(word: str) -> bool:
    """Whether a word names a model: a file, a folder, a function of `keras.applications`."""
    if word.startswith(PREFIX):
        return True
    path = Path(word)
    if path.suffix == ".json":
        return _is_json_of_keras(path)
    return path.suffix in (*ENDINGS, ONNX) or (path / SAVED_MODEL).is_file()


def is_onnx(model: Any) -> bool:
    """Whether a model is given by the path of an ONNX file."""
    return (
        isinstance(model, str | PathLike)
        and not str(model).startswith(PREFIX)
        and Path(model).suffix == ONNX
    )


def _is_json_of_keras(path: Path) -> bool:
    """Whether a JSON file is Keras's; a spec may be written in JSON too."""
    try:
        with path.open("rb") as file:
            return b'"class_name"' in file.read(BEGINNING)
    except OSError:
        return False
