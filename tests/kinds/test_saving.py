"""What is saved of a network loads in Keras, and computes the same: with a layer of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from archspec import compile
from archspec.backends.keras.model import build_model
from archspec.layers import KINDS
from tests.kinds.oracle import Row
from tests.kinds.rows import ROWS, item_of
from tests.kinds.running import numbers
from tests.kinds.test_running import FIRST

FAMILIES = sorted(set(KINDS.families.values()))


def network(rows: list[Row]) -> dict[str, Any]:
    """A network with an output for each row."""
    inputs: dict[str, Any] = {}
    items = []
    for row in rows:
        names = [f"{row.kind}_{number}" for number, _ in enumerate(row.tensors)]
        for name, x in zip(names, row.tensors, strict=True):
            inputs[name] = {"shape": list(x.shape), "dtype": x.dtype}
        item = {"name": row.kind.lower(), **item_of(row, names)}
        items.append({"name": f"out_{row.kind}", "output": [item]})
    return {"archspec": 1, "name": "network", "inputs": inputs, "layers": items}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_kind_is_saved_and_loaded(family: str, tmp_path: Path) -> None:
    rows = [FIRST[kind] for kind in KINDS.of_family(family)]
    graph = compile(network(rows))
    model = build_model(graph)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    values = [
        tf.convert_to_tensor(numbers(x, seed, 6), x.dtype)
        for seed, x in enumerate(x for row in rows for x in row.tensors)
    ]
    before, after = (keras.tree.flatten(one(values, training=False)) for one in (model, loaded))
    assert len(before) == len(after) >= len(rows)
    for row, one, other in zip(rows, before, after, strict=False):
        np.testing.assert_array_equal(one, other, err_msg=str(row))


def test_every_kind_has_a_row() -> None:
    assert set(FIRST) == set(KINDS) == {row.kind for row in ROWS}
