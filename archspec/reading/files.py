"""A file with a Keras model → the JSON that describes its layers. Nothing in a file is run, and
TensorFlow is not loaded.

What opens HDF5 and zip archives is a process of its own, with bounds on its time and memory
(`archspec.backends.keras.foreign`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archspec.backends.keras.foreign import UnreadableFile, config_of
from archspec.model_names import ENDINGS, SAVED_MODEL
from archspec.reading.problems import Problems

OTHERS = {
    ".ckpt": "TensorFlow's checkpoint, which holds weights and no layers",
    ".mlmodel": "a model of Core ML",
    ".mlpackage": "a model of Core ML",
    ".npz": "a file of arrays",
    ".pb": "a graph of TensorFlow",
    ".pkl": "a pickle, which would run code",
    ".pt": "a file of PyTorch",
    ".pth": "a file of PyTorch",
    ".safetensors": "a file of weights, without layers",
    ".tflite": "a model of LiteRT",
}
"""What a file of another ending holds, as people say it."""

SAVE = "save the model with Keras: `model.save('model.keras')`"

METADATA = "keras_metadata.pb"
LARGEST_METADATA = 100_000_000


def config_in(path: Path) -> Mapping[str, Any]:
    """The description of the model in a file. Raises `SpecError` where there is none."""
    problems = Problems(str(path))
    try:
        text = _text(path)
        config = json.loads(text)
    except UnreadableFile as error:
        problems.refuse(f"`{path}` does not hold a Keras model: {error}", SAVE)
    except OSError as error:
        problems.unreadable(error)
    except RecursionError:
        problems.refuse(f"`{path}` is nested too deep to read", SAVE)
    except ValueError as error:
        problems.refuse(f"`{path}` does not hold a Keras model: it is no JSON: {error}", SAVE)
    if not isinstance(config, dict) or "class_name" not in config:
        problems.refuse(f"`{path}` is not Keras's description of a model", SAVE)
    return config


def _text(path: Path) -> str:
    if path.is_dir():
        return _of_saved_model(path)
    if path.suffix in OTHERS:
        raise UnreadableFile(f"it is {OTHERS[path.suffix]}")
    if path.suffix not in ENDINGS:
        path.stat()
        raise UnreadableFile(f"it does not end in {', '.join(ENDINGS)}")
    return config_of(path)


# --- SavedModel


def _of_saved_model(folder: Path) -> str:
    """Keras's description in a SavedModel of Keras 2. Raises `UnreadableFile`."""
    if not (folder / SAVED_MODEL).is_file():
        raise UnreadableFile("it is a folder, and no SavedModel of TensorFlow")
    metadata = folder / METADATA
    if not metadata.is_file():
        raise UnreadableFile(
            "it is a SavedModel without Keras's description of the layers, which Keras 3 does not"
            " write into one"
        )
    if metadata.stat().st_size > LARGEST_METADATA:
        raise UnreadableFile(f"its `{METADATA}` is larger than {LARGEST_METADATA:,} bytes")
    for node in _fields(metadata.read_bytes(), 1):
        path, kind = (next(_fields(node, number), b"") for number in (3, 4))
        if path == b"root" and kind.startswith(b"_tf_keras"):
            return _model_config(next(_fields(node, 5), b""))
    raise UnreadableFile(f"its `{METADATA}` describes no model")


def _model_config(text: bytes) -> str:
    described = json.loads(text.decode("utf-8", errors="replace"))
    config = described.get("model_config") if isinstance(described, dict) else None
    if config is None:
        raise UnreadableFile("its model is a class with a `call` of its own")
    return json.dumps(config)


def _fields(message: bytes, wanted: int) -> Iterator[bytes]:
    """The fields of a number in a message of protocol buffers that are texts or messages. Raises
    `UnreadableFile` where it is none.
    """
    position = 0
    while position < len(message):
        key, position = _number(message, position)
        sort = key & 7
        if sort == 0:
            _, position = _number(message, position)
        elif sort == 2:
            length, position = _number(message, position)
            if key >> 3 == wanted:
                yield message[position : position + length]
            position += length
        elif sort in FIXED:
            position += FIXED[sort]
        else:
            raise UnreadableFile(f"its `{METADATA}` is damaged")


FIXED = {1: 8, 5: 4}
"""Bytes of a number of fixed length, by the sort of its field."""


def _number(message: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and what stands behind it."""
    value = shift = 0
    while position < len(message) and shift < 70:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
    raise UnreadableFile(f"its `{METADATA}` is damaged")
