"""An ONNX file → its operators and tensors, as plain data. Nothing but the file is read.

The library ``onnx`` reads it in a process of its own, with bounds on its time and memory
(`archspec.backends.keras.foreign`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy

from archspec.backends.keras.foreign import Tasks, UnreadableFile, run_task
from archspec.reading.onnx import plain_copy

Array = Any

DOMAINS = ("", "ai.onnx")
"""The domains of ONNX's own operators."""


class MissingLibrary(Exception):
    """The library that reads the file is not installed; the message says how to get it."""


class OnnxInput(NamedTuple):
    """An input of a model: its name, its dtype, and its shape with the batch, in which ``None`` is
    any size; ``None`` where the file says nothing of the shape.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None


class OnnxNode(NamedTuple):
    """One operator: what it takes and gives, by the names of tensors, empty for what is left out.
    ``attributes`` are numbers, texts and lists of numbers, tensors as arrays.
    """

    operator: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def called(self) -> str:
        """The name, or what it gives where it has none."""
        return self.name or next(filter(None, self.outputs), self.operator)

    @property
    def kind(self) -> str:
        """The operator with its domain, where that is not ONNX's."""
        return self.operator if self.domain in DOMAINS else f"{self.domain}.{self.operator}"


@dataclass(frozen=True)
class OnnxModel:
    """A model: its operators in order, and its ``constants`` by name. ``opset`` is the version of
    ONNX's own operators.
    """

    name: str
    opset: int
    inputs: tuple[OnnxInput, ...]
    outputs: tuple[str, ...]
    nodes: tuple[OnnxNode, ...]
    constants: Mapping[str, Array]

    @cached_property
    def live(self) -> tuple[OnnxNode, ...]:
        """The operators that the outputs need."""
        needed = set(self.outputs)
        live = []
        for node in reversed(self.nodes):
            if needed.intersection(filter(None, node.outputs)):
                needed.update(node.inputs)
                live.append(node)
        return tuple(reversed(live))

    @cached_property
    def uses(self) -> Mapping[str, int]:
        """How often each tensor is taken by what is live, or given to the outside."""
        uses = Counter(name for node in self.live for name in node.inputs)
        uses.update(self.outputs)
        return uses


def model_in(path: Path) -> OnnxModel:
    """The model in a file. Raises `MissingLibrary`, `UnreadableFile`, or `OSError` where the system
    refuses.
    """
    path.stat()
    if find_spec("onnx") is None:
        raise MissingLibrary("ONNX is read with onnx: pip install 'archspec-nn[onnx]'")
    with TemporaryDirectory(prefix="archspec-") as folder:
        copy = Path(folder) / "copy"
        run_task(Tasks(plain_copy.__file__, "onnx"), "model", path, copy)
        return model_of(copy)


def model_of(folder: Path) -> OnnxModel:
    """The model in a folder that `plain_copy` wrote. Raises `UnreadableFile`."""
    described = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    numbers = numpy.fromfile(folder / "tensors.bin", dtype="uint8")
    tensors = {name: _array(entry, numbers) for name, entry in described["tensors"].items()}
    opset = described["opset"].get("ai.onnx")
    if opset is None:
        raise UnreadableFile("it does not say the version of its operators")
    return OnnxModel(
        described["name"],
        opset,
        tuple(_input(entry) for entry in described["inputs"]),
        tuple(described["outputs"]),
        tuple(_node(entry, tensors) for entry in described["nodes"]),
        {name: array for name, array in tensors.items() if not name.startswith("\0")},
    )


def _array(entry: Mapping[str, Any], numbers: Array) -> Array:
    """A tensor; an empty one of objects where its numbers are of a sort that is not read."""
    if "start" not in entry:
        return numpy.empty(0, dtype=object)
    dtype = numpy.dtype(entry["dtype"]).newbyteorder("<")
    start = entry["start"]
    whole = numbers[start : start + prod(entry["shape"]) * dtype.itemsize]
    return whole.view(dtype).reshape(entry["shape"])


def _input(entry: Mapping[str, Any]) -> OnnxInput:
    shape = entry["shape"]
    return OnnxInput(entry["name"], entry["dtype"], None if shape is None else tuple(shape))


def _node(entry: Mapping[str, Any], tensors: Mapping[str, Array]) -> OnnxNode:
    attributes = dict(_attributes(entry["attributes"], tensors))
    inputs, outputs = tuple(entry["inputs"]), tuple(entry["outputs"])
    return OnnxNode(entry["operator"], entry["domain"], entry["name"], inputs, outputs, attributes)


def _attributes(
    attributes: Mapping[str, Any], tensors: Mapping[str, Array]
) -> Iterator[tuple[str, Any]]:
    for name, value in attributes.items():
        yield name, tensors[value["tensor"]] if isinstance(value, dict) else value
