"""A network of all operations: built, saved and loaded by Keras alone, and written as Python."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

import archspec
from archspec.graph import Graph
from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.backends.python_source.emitted import run, written_of
from tests.kinds.operations.rows import ACCEPTED
from tests.kinds.operations.test_values import as_numbers, numbers
from tests.kinds.oracle import Row

FIRST: list[Row] = [
    next(row for row in ACCEPTED if row.kind == kind) for kind in KINDS if kind.startswith("ops.")
]


def spec() -> dict[str, Any]:
    """Every operation on inputs of its own shapes, each an output of the model."""
    names: dict[tuple[Tensor, int], str] = {}
    items: list[dict[str, Any]] = []
    for row in FIRST:
        taken: list[str] = []
        for x in row.tensors:
            key = x, sum(names.get((x, number)) in taken for number in range(len(row.tensors)))
            taken.append(names.setdefault(key, f"x{len(names)}"))
        name = row.kind.removeprefix("ops.").replace(".", "_")
        operation = {"name": f"{name}_here", "from": taken, row.kind: row.arguments}
        items.append({"name": name, "from": taken[0], "output": [operation]})
    inputs = {name: {"shape": list(x.shape), "dtype": x.dtype} for (x, _), name in names.items()}
    items.append({"from": next(iter(inputs)), "Identity": {}})
    return {"archspec": 1, "name": "operations", "inputs": inputs, "layers": items}


@cache
def graph() -> Graph:
    return archspec.compile(spec())


@cache
def model() -> keras.Model:
    return archspec.build(spec())


@cache
def batch() -> list[Any]:
    return [
        keras.ops.cast(numbers(x, seed), x.dtype) for seed, x in enumerate(graph().inputs.values())
    ]


def same_outputs(one: keras.Model, other: keras.Model) -> None:
    mine, theirs = (keras.tree.flatten(some(batch())) for some in (one, other))
    assert len(mine) == len(theirs) > len(FIRST)
    for value, expected in zip(mine, theirs, strict=True):
        assert np.allclose(as_numbers(value), as_numbers(expected), rtol=1e-4, equal_nan=True)


def names(some: keras.Model) -> set[str]:
    return {operation.name for operation in some.operations}


def test_it_is_one_operation_of_the_model_under_the_name_of_the_item() -> None:
    made = {node.name for node in graph().nodes}
    assert made <= names(model())
    assert len(model().operations) == len(graph().nodes) + len(graph().inputs) + len(
        graph().outputs
    )


def test_a_saved_model_is_keras_own(tmp_path: Path) -> None:
    path = tmp_path / "operations.keras"
    model().save(path)
    with zipfile.ZipFile(path) as file:
        assert b"archspec" not in file.read("config.json")
    same_outputs(model(), keras.models.load_model(path))


def test_emitted_source_is_the_same_model() -> None:
    emitted = run(written_of(spec())).build_model()
    assert names(emitted) == names(model())
    same_outputs(model(), emitted)
